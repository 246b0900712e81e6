import { usageFromResponse } from "@keeptabs/usage";
import { describe, expect, it } from "vitest";
import { MAX_QUANTITY } from "../../src/index.ts";
import { unitsIn, usageIn } from "./units.ts";

const chat = (usage: object, rest: object = {}): object => ({
  id: "chatcmpl-1",
  object: "chat.completion",
  model: "gpt-5-2025-08-07",
  usage,
  ...rest,
});

describe("OpenAI chat", () => {
  it("takes the model and id from the answer", () => {
    const reading = usageFromResponse("openai.chat", chat({ prompt_tokens: 1, completion_tokens: 1 }));
    expect(reading).toMatchObject({ responseModel: "gpt-5-2025-08-07", responseId: "chatcmpl-1" });
  });

  it("counts rejected predictions once, as the completion tokens that they are", () => {
    const completion_tokens_details = { accepted_prediction_tokens: 150, rejected_prediction_tokens: 80 };
    const usage = {
      prompt_tokens: 500,
      completion_tokens: 300,
      total_tokens: 800,
      completion_tokens_details,
    };
    expect(unitsIn("openai.chat", chat(usage))).toEqual({ input: 500, output: 300 });
  });

  it("takes reasoning out of the completion that includes it", () => {
    const completion_tokens_details = { reasoning_tokens: 64 };
    const usage = { prompt_tokens: 10, completion_tokens: 100, total_tokens: 110, completion_tokens_details };
    expect(unitsIn("openai.chat", chat(usage))).toEqual({ input: 10, output: 36, output_reasoning: 64 });
  });

  it("puts reasoning beside the completion when the total says so, as at other servers of this shape", () => {
    const completion_tokens_details = { reasoning_tokens: 64 };
    const usage = { prompt_tokens: 10, completion_tokens: 100, total_tokens: 174, completion_tokens_details };
    expect(unitsIn("openai.chat", chat(usage))).toEqual({ input: 10, output: 100, output_reasoning: 64 });
  });

  it("prices by the tier that served the call", () => {
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    const tierOf = (tier: unknown): string | undefined =>
      usageIn("openai.chat", chat(usage, { service_tier: tier })).circumstances.serviceTier;
    expect(["auto", "default", "flex", "scale", "priority", "fast"].map(tierOf)).toEqual([
      "auto",
      "default",
      "flex",
      "scale",
      "priority",
      "fast",
    ]);
    expect(tierOf(null)).toBeUndefined();
  });

  it("keeps keys of the details that it does not know inside their total", () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 20, hologram_tokens: 30 },
      completion_tokens_details: { reasoning_tokens: 5, hologram_tokens: 40 },
    };
    expect(unitsIn("openai.chat", chat(usage))).toEqual({
      input: 80,
      cache_read: 20,
      output: 45,
      output_reasoning: 5,
    });
  });

  it("splits audio and images from the text around them", () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 60,
      total_tokens: 160,
      prompt_tokens_details: { audio_tokens: 30, image_tokens: 20, text_tokens: 50 },
      completion_tokens_details: { audio_tokens: 45, text_tokens: 15 },
    };
    expect(unitsIn("openai.chat", chat(usage))).toEqual({
      input: 50,
      input_audio: 30,
      input_image: 20,
      output: 15,
      output_audio: 45,
    });
  });

  it("says so when it can't know whether text or audio was cached", () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 1,
      total_tokens: 101,
      prompt_tokens_details: { audio_tokens: 40, cached_tokens: 70 },
    };
    const read = usageIn("openai.chat", chat(usage));
    expect(Object.fromEntries(read.quantities)).toEqual({
      cache_read: 60,
      cache_read_audio: 10,
      input_audio: 30,
      output: 1,
    });
    expect(read.notes).toEqual(["cached_modality_not_stated"]);
  });

  it("has nothing to say about what was cached when all of it was", () => {
    const prompt_tokens_details = { audio_tokens: 40, cached_tokens: 100 };
    const usage = { prompt_tokens: 100, completion_tokens: 1, total_tokens: 101, prompt_tokens_details };
    const read = usageIn("openai.chat", chat(usage));
    expect(Object.fromEntries(read.quantities)).toEqual({ cache_read: 60, cache_read_audio: 40, output: 1 });
    expect(read.notes).toEqual([]);
  });

  it("finds the side that is absent by the total", () => {
    expect(unitsIn("openai.chat", chat({ completion_tokens: 4, total_tokens: 10 }))).toEqual({
      input: 6,
      output: 4,
    });
    expect(unitsIn("openai.chat", chat({ prompt_tokens: 6, total_tokens: 10 }))).toEqual({
      input: 6,
      output: 4,
    });
  });

  it("takes a total of 0 for one that was not filled in", () => {
    const usage = { prompt_tokens: 6, completion_tokens: 4, total_tokens: 0 };
    expect(usageIn("openai.chat", chat(usage))).toMatchObject({ quality: "reported", notes: [] });
  });

  it("splits cache writes by time to live and leaves the rest without one", () => {
    const usage = {
      prompt_tokens: 1000,
      completion_tokens: 1,
      total_tokens: 1001,
      prompt_tokens_details: {
        cached_tokens: 100,
        cache_write_tokens: 500,
        cache_write_tokens_details: { ttl_30m_tokens: 200, ttl_12h_tokens: 100 },
      },
    };
    expect(unitsIn("openai.chat", chat(usage))).toEqual({
      input: 400,
      cache_read: 100,
      cache_write_30m: 200,
      cache_write_12h: 100,
      cache_write: 200,
      output: 1,
    });
  });

  it("understands Anthropic's cache behind LiteLLM", () => {
    const usage = {
      prompt_tokens: 2098,
      completion_tokens: 503,
      total_tokens: 2601,
      prompt_tokens_details: { cached_tokens: 1500 },
      cache_creation_input_tokens: 548,
      cache_read_input_tokens: 1500,
    };
    expect(unitsIn("openai.chat", chat(usage))).toEqual({
      input: 50,
      cache_read: 1500,
      cache_write: 548,
      output: 503,
    });
  });

  it("bills one search for each call of a search model", () => {
    const usage = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 };
    const search = { model: "gpt-4o-search-preview-2025-03-11" };
    expect(unitsIn("openai.chat", chat(usage, search))).toMatchObject({ web_search: 1 });
    expect(unitsIn("openai.chat", chat(usage))).not.toHaveProperty("web_search");
  });
});

describe("numbers that can't be right", () => {
  it.each([
    ["more reasoning than completion", { completion_tokens_details: { reasoning_tokens: 11 } }],
    ["more audio than prompt", { prompt_tokens_details: { audio_tokens: 101 } }],
    [
      "more cache writes and reads than prompt",
      { prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 60 } },
    ],
    ["parts above the total", { total_tokens: 90 }],
  ])("refuses %s", (_, wrong) => {
    const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110, ...wrong };
    const read = usageIn("openai.chat", chat(usage));
    expect(read).toMatchObject({ quality: "missing", problem: "subset_exceeds_total" });
    expect(read.quantities.size).toBe(0);
  });

  it.each([-1, 1.5, MAX_QUANTITY + 1, Number.NaN, Number.POSITIVE_INFINITY, "10", 2 ** 53, {}, []])(
    "takes a prompt of %j tokens as unknown",
    (prompt_tokens) => {
      const read = usageIn("openai.chat", chat({ prompt_tokens, completion_tokens: 7, total_tokens: 10 }));
      expect(Object.fromEntries(read.quantities)).toEqual({ output: 7 });
      expect(read).toMatchObject({ quality: "partial", lowerBound: true });
      expect(read.notes).toContain("unreadable:prompt_tokens");
    },
  );

  it("says that tokens are missing when the total is larger than what it explains", () => {
    const read = usageIn("openai.chat", chat({ prompt_tokens: 5, completion_tokens: 5, total_tokens: 60 }));
    expect(read).toMatchObject({ quality: "partial", lowerBound: true, notes: ["total_tokens_exceed_sum"] });
  });

  it.each([undefined, null, "", 0, [], { usage: null }, { error: { message: "overloaded" } }, { usage: {} }])(
    "has no usage for the answer %j",
    (body) => {
      expect(usageIn("openai.chat", body)).toMatchObject({ quality: "missing", claims: [] });
    },
  );

  it("survives an answer that throws when it is read", () => {
    const body = {
      get usage(): never {
        throw new Error("not yours");
      },
    };
    expect(usageIn("openai.chat", body)).toMatchObject({
      quality: "missing",
      problem: "unreadable_response",
    });
  });
});

describe("OpenAI Responses", () => {
  const usage = { input_tokens: 10, output_tokens: 5, total_tokens: 15 };
  const output = [
    { type: "web_search_call", action: { type: "search" } },
    { type: "web_search_call", action: { type: "open_page" } },
    { type: "web_search_call", action: { type: "find_in_page" } },
    { type: "web_search_call" },
    { type: "file_search_call" },
    { type: "code_interpreter_call", container_id: "cntr_1" },
    { type: "code_interpreter_call", container_id: "cntr_1" },
    { type: "code_interpreter_call", container_id: "cntr_2" },
    { type: "message" },
  ];

  it("counts searches and containers, and neither opened pages nor repeated use of a container", () => {
    expect(unitsIn("openai.responses", { usage, output })).toEqual({
      input: 10,
      output: 5,
      web_search: 2,
      file_search: 1,
      code_execution: 2,
    });
  });

  it("takes an answer with tools and without usage for a part of what was consumed", () => {
    expect(usageIn("openai.responses", { output })).toMatchObject({ quality: "partial", lowerBound: true });
  });

  it("prefers OpenAI's own count of billable searches", () => {
    const tool_usage = { web_search: { num_requests: 1 } };
    expect(unitsIn("openai.responses", { usage, output, tool_usage })).toMatchObject({ web_search: 1 });
  });

  it("charges the image tool to its own model", () => {
    const image_gen = {
      input_tokens: 50,
      input_tokens_details: { image_tokens: 0, text_tokens: 50 },
      output_tokens: 200,
      output_tokens_details: { image_tokens: 200, text_tokens: 0 },
      total_tokens: 250,
    };
    const tools = [{ type: "image_generation", model: "gpt-image-1.5" }];
    const { otherModels, quantities } = usageIn("openai.responses", {
      usage,
      output: [{ type: "image_generation_call" }],
      tools,
      tool_usage: { image_gen, web_search: { num_requests: 0 } },
    });
    expect(otherModels).toEqual([
      { model: "gpt-image-1.5", quantities: new Map(Object.entries({ input: 50, output_image: 200 })) },
    ]);
    expect(Object.fromEntries(quantities)).toEqual({ input: 10, output: 5 });
  });

  it("does not pass over a picture whose tokens nobody states", () => {
    const read = usageIn("openai.responses", { usage, output: [{ type: "image_generation_call" }] });
    expect(read.quantities.get("image_generation")).toBe(1);
    expect(read).toMatchObject({ quality: "partial", lowerBound: true });
  });
});

describe("OpenAI batches", () => {
  const body = chat({ prompt_tokens: 8, completion_tokens: 2, total_tokens: 10 });

  it("reads a line of the result file at batch rates", () => {
    const line = { id: "batch_req_1", custom_id: "a", response: { status_code: 200, body }, error: null };
    const reading = usageFromResponse("openai.batch", line);
    expect(Object.fromEntries(reading.usage.quantities)).toEqual({ input: 8, output: 2 });
    expect(reading.usage.circumstances.batch).toBe(true);
    expect(reading.responseId).toBe("chatcmpl-1");
  });

  it("reads a line of embeddings", () => {
    const list = {
      object: "list",
      model: "text-embedding-3-large",
      usage: { prompt_tokens: 7, total_tokens: 7 },
    };
    expect(unitsIn("openai.batch", { response: { body: list } })).toEqual({ input: 7 });
  });

  it("reads an ended job, and takes a running one for a lower bound", () => {
    const job = { object: "batch", usage: { input_tokens: 5, output_tokens: 1, total_tokens: 6 } };
    expect(usageIn("openai.batch", { ...job, status: "completed" })).toMatchObject({ quality: "reported" });
    expect(usageIn("openai.batch", { ...job, status: "in_progress" })).toMatchObject({
      quality: "partial",
      lowerBound: true,
    });
  });

  it("has no usage for a failed line", () => {
    expect(usageIn("openai.batch", { response: null, error: { code: "batch_expired" } }).quality).toBe(
      "missing",
    );
  });
});
