import { usageFromResponse } from "@keeptabs/usage";
import { describe, expect, it } from "vitest";
import { unitsIn, usageIn } from "./units.ts";

const message = (usage: object, rest: object = {}): object => ({
  id: "msg_1",
  type: "message",
  model: "claude-opus-5",
  stop_reason: "end_turn",
  usage,
  ...rest,
});

const iteration = (type: string, input_tokens: number, output_tokens: number, model?: string): object => ({
  type,
  ...(model === undefined ? {} : { model }),
  input_tokens,
  output_tokens,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
});

describe("Anthropic's messages", () => {
  it("keep the cache beside the input, where Anthropic puts it", () => {
    const usage = {
      input_tokens: 50,
      output_tokens: 503,
      cache_read_input_tokens: 1500,
      cache_creation_input_tokens: 548,
      cache_creation: { ephemeral_5m_input_tokens: 500, ephemeral_1h_input_tokens: 48 },
    };
    expect(unitsIn("anthropic.messages", message(usage))).toEqual({
      input: 50,
      cache_read: 1500,
      cache_write_5m: 500,
      cache_write_1h: 48,
      output: 503,
    });
  });

  it("assume Anthropic's default of five minutes for writes without a split, and say so", () => {
    const read = usageIn(
      "anthropic.messages",
      message({ input_tokens: 10, output_tokens: 10, cache_creation_input_tokens: 1000 }),
    );
    expect(read.quantities.get("cache_write_5m")).toBe(1000);
    expect(read.notes).toEqual(["assumed_ttl=5m"]);
  });

  it("assume one hour for later writes when all writes before had one", () => {
    const cache_creation = { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 400 };
    const usage = { input_tokens: 10, output_tokens: 10, cache_creation_input_tokens: 1000, cache_creation };
    const read = usageIn("anthropic.messages", message(usage));
    expect(Object.fromEntries(read.quantities)).toEqual({ input: 10, cache_write_1h: 1000, output: 10 });
    expect(read.notes).toEqual(["assumed_ttl=1h"]);
  });

  it("refuse a split above the writes it splits", () => {
    const usage = {
      input_tokens: 1,
      output_tokens: 1,
      cache_creation_input_tokens: 100,
      cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 100 },
    };
    expect(usageIn("anthropic.messages", message(usage)).problem).toBe("subset_exceeds_total");
  });

  it("take thinking out of the output that includes it", () => {
    const usage = { input_tokens: 1, output_tokens: 100, output_tokens_details: { thinking_tokens: 60 } };
    expect(unitsIn("anthropic.messages", message(usage))).toEqual({
      input: 1,
      output: 40,
      output_reasoning: 60,
    });
  });

  it("bill searches and no fetches", () => {
    const server_tool_use = { web_search_requests: 2, web_fetch_requests: 5 };
    const usage = { input_tokens: 1, output_tokens: 1, server_tool_use };
    expect(unitsIn("anthropic.messages", message(usage))).toEqual({ input: 1, output: 1, web_search: 2 });
  });

  it("carry speed, geography and tier to the price", () => {
    const usage = {
      input_tokens: 1,
      output_tokens: 1,
      speed: "fast",
      inference_geo: "us",
      service_tier: "priority",
    };
    expect(usageIn("anthropic.messages", message(usage)).circumstances).toEqual({
      speed: "fast",
      region: "us",
      serviceTier: "priority",
    });
  });

  it("have no region where the geography is not available, but the caller's", () => {
    const usage = { input_tokens: 1, output_tokens: 1, inference_geo: "not_available" };
    const read = usageIn("anthropic.messages", message(usage), { region: "eu" });
    expect(read.circumstances).toEqual({ region: "eu" });
  });

  it("read a line of a batch result at batch rates", () => {
    const line = {
      custom_id: "a",
      result: { type: "succeeded", message: message({ input_tokens: 3, output_tokens: 4 }) },
    };
    const reading = usageFromResponse("anthropic.messages", line);
    expect(reading.responseId).toBe("msg_1");
    expect(Object.fromEntries(reading.usage.quantities)).toEqual({ input: 3, output: 4 });
    expect(reading.usage.circumstances.batch).toBe(true);
  });

  it("cost nothing when they are billed to the user's own organization", () => {
    const body = message({ input_tokens: 3, output_tokens: 4 });
    const { free } = usageIn("anthropic.messages", body, { billTo: "user_profile" });
    expect(free).toBe("billed_to_user_profile");
    expect(usageIn("anthropic.messages", body, { billTo: "self" }).free).toBeUndefined();
  });

  it("can't be priced after a redeemed fallback credit", () => {
    const usage = { input_tokens: 3, output_tokens: 4, fallback_credit: { status: { type: "redeemed" } } };
    const read = usageIn("anthropic.messages", message(usage));
    expect(read.problem).toBe("fallback_credit_redeemed");
    expect(read.quantities.get("input")).toBe(3);
    const refused = { status: { type: "not_applied", reason: "expired" } };
    expect(
      usageIn("anthropic.messages", message({ ...usage, fallback_credit: refused })).problem,
    ).toBeUndefined();
  });

  it("are free when they were refused before any output", () => {
    const refused = { stop_reason: "refusal" };
    const free = usageIn("anthropic.messages", message({ input_tokens: 412, output_tokens: 0 }, refused));
    expect(free.free).toBe("refused_before_output");
    const late = usageIn("anthropic.messages", message({ input_tokens: 412, output_tokens: 9 }, refused));
    expect(late.free).toBeUndefined();
    const iterations = [
      { type: "advisor_message", model: "claude-opus-5", input_tokens: 9, output_tokens: 9 },
    ];
    const advised = message({ input_tokens: 412, output_tokens: 0, iterations }, refused);
    expect(usageIn("anthropic.messages", advised).free).toBeUndefined();
  });
});

describe("Anthropic's iterations", () => {
  it("add the compaction that the top level leaves out", () => {
    const iterations = [iteration("compaction", 180_000, 3500), iteration("message", 23_000, 1000)];
    const usage = { input_tokens: 23_000, output_tokens: 1000, iterations };
    expect(unitsIn("anthropic.messages", message(usage))).toEqual({ input: 203_000, output: 4500 });
  });

  it("do not add the messages of a tool loop that the top level sums up", () => {
    const iterations = [iteration("message", 100, 10), iteration("message", 200, 20)];
    const usage = { input_tokens: 300, output_tokens: 30, iterations };
    expect(unitsIn("anthropic.messages", message(usage))).toEqual({ input: 300, output: 30 });
  });

  it("charge an advisor to the advisor's model", () => {
    const advisor = iteration("advisor_message", 823, 531, "claude-opus-5-5");
    const usage = {
      input_tokens: 412,
      output_tokens: 1230,
      iterations: [iteration("message", 412, 1230), advisor],
    };
    const read = usageIn("anthropic.messages", message(usage));
    expect(Object.fromEntries(read.quantities)).toEqual({ input: 412, output: 1230 });
    expect(read.otherModels).toEqual([
      { model: "claude-opus-5-5", quantities: new Map(Object.entries({ input: 823, output: 531 })) },
    ]);
  });

  const fallback = (declinedOutput: number, top: object): ReturnType<typeof usageFromResponse> =>
    usageFromResponse(
      "anthropic.messages",
      message({
        ...top,
        iterations: [
          iteration("message", 5000, declinedOutput, "claude-opus-5"),
          iteration("fallback_message", 300, 500, "claude-opus-4-8"),
        ],
      }),
    );

  it("charge a declined attempt to the model that declined, and the answer to the one that served it", () => {
    const reading = fallback(800, { input_tokens: 300, output_tokens: 500 });
    expect(reading.responseModel).toBe("claude-opus-4-8");
    expect(Object.fromEntries(reading.usage.quantities)).toEqual({ input: 300, output: 500 });
    expect(reading.usage.otherModels).toEqual([
      { model: "claude-opus-5", quantities: new Map(Object.entries({ input: 5000, output: 800 })) },
    ]);
  });

  it("do not count a declined attempt twice should the top level include it", () => {
    const { usage } = fallback(800, { input_tokens: 5300, output_tokens: 1300 });
    expect(Object.fromEntries(usage.quantities)).toEqual({ input: 300, output: 500 });
    expect(usage.otherModels).toHaveLength(1);
  });

  it("do not charge an attempt that declined before any output", () => {
    const { usage } = fallback(0, { input_tokens: 300, output_tokens: 500 });
    expect(usage.otherModels).toEqual([]);
    expect(usage.notes).toContain("declined_attempt_not_billed");
  });

  it("make the usage partial when they fit neither way, or are of an unknown kind", () => {
    const odd = fallback(800, { input_tokens: 1, output_tokens: 2 });
    expect(odd.usage).toMatchObject({ quality: "partial", lowerBound: true });
    const iterations = [iteration("message", 1, 2), iteration("oracle_message", 9, 9, "claude-oracle")];
    const unknown = usageIn("anthropic.messages", message({ input_tokens: 1, output_tokens: 2, iterations }));
    expect(unknown).toMatchObject({ quality: "partial", notes: ["unknown_iteration_type"] });
  });
});
