import { describe, expect, it } from "vitest";
import { callIn, usageIn } from "./spans.ts";

const CHAT = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": "gpt-4o-mini",
};
const COUNTS = { "gen_ai.usage.input_tokens": 2006, "gen_ai.usage.output_tokens": 300 };

describe("OpenTelemetry's GenAI conventions", () => {
  it("count cached, written, reasoned, audio and image tokens within input and output", () => {
    expect(
      usageIn({
        ...CHAT,
        "gen_ai.usage.input_tokens": 3000,
        "gen_ai.usage.output_tokens": 500,
        "gen_ai.usage.cache_read.input_tokens": 1000,
        "gen_ai.usage.cache_write.input_tokens": 200,
        "gen_ai.usage.audio.input_tokens": 300,
        "gen_ai.usage.image.input_tokens": 100,
        "gen_ai.usage.reasoning.output_tokens": 128,
        "gen_ai.usage.audio.output_tokens": 72,
      }),
    ).toEqual({
      input: 1400,
      cache_read: 1000,
      cache_write: 200,
      input_audio: 300,
      input_image: 100,
      output: 300,
      output_reasoning: 128,
      output_audio: 72,
      quality: "reported",
    });
  });

  it.each([
    ["the names before them", "gen_ai.usage.prompt_tokens", "gen_ai.usage.completion_tokens"],
    ["Semantic Kernel's names", "gen_ai.response.prompt_tokens", "gen_ai.response.completion_tokens"],
    ["Traceloop's first names", "llm.usage.prompt_tokens", "llm.usage.completion_tokens"],
  ])("are understood by %s", (_, input, output) => {
    expect(
      usageIn({ ...CHAT, [input]: 2006, [output]: 300, "gen_ai.usage.cache_read_input_tokens": 1920 }),
    ).toEqual({ input: 86, cache_read: 1920, output: 300, quality: "reported" });
  });

  it("never add up two names of one count", () => {
    expect(
      usageIn({
        ...CHAT,
        ...COUNTS,
        "gen_ai.usage.prompt_tokens": 2006,
        "gen_ai.usage.completion_tokens": 300,
        "gen_ai.usage.cache_read.input_tokens": 1920,
        "gen_ai.usage.cache_read_input_tokens": 1920,
        "gen_ai.usage.details.cached_tokens": 1920,
      }),
    ).toEqual({ input: 86, cache_read: 1920, output: 300, quality: "reported" });
  });

  it("leave it open whether tokens were cached when nothing says so, but not for embeddings", () => {
    expect(usageIn({ ...CHAT, ...COUNTS })).toEqual({ input: 2006, output: 300, quality: "partial" });
    expect(
      usageIn({ ...CHAT, "gen_ai.operation.name": "embeddings", "gen_ai.usage.input_tokens": 12 }),
    ).toEqual({
      input: 12,
      quality: "reported",
    });
  });

  it("give a usage without numbers when a part is larger than its whole", () => {
    const problem = { quality: "missing", problem: "subset_exceeds_total" };
    expect(usageIn({ ...CHAT, ...COUNTS, "gen_ai.usage.cache_read.input_tokens": 2007 })).toEqual(problem);
    expect(
      usageIn({
        ...CHAT,
        ...COUNTS,
        "gen_ai.usage.cache_read.input_tokens": 0,
        "gen_ai.usage.audio.output_tokens": 301,
      }),
    ).toEqual(problem);
    expect(
      usageIn(
        {
          ...CHAT,
          ...COUNTS,
          "gen_ai.provider.name": "anthropic",
          "gen_ai.usage.cache_write.input_tokens": 10,
          "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": 11,
        },
        { scope: "com.anthropic.sdk.typescript" },
      ),
    ).toEqual(problem);
  });

  it.each([
    "",
    "12abc",
    "-1",
    "1.5",
    " 2006",
    "0x10",
    "1e3",
    -1,
    1.5,
    Number.NaN,
    1e13,
    2n ** 60n,
    true,
    null,
  ])("do not take %s for a count", (value) => {
    expect(usageIn({ ...CHAT, ...COUNTS, "gen_ai.usage.input_tokens": value })).toEqual({
      output: 300,
      quality: "partial",
    });
  });

  it.each([2006, 2006n, "2006", "2006.0"])("take %s for a count, whatever its type", (value) => {
    expect(usageIn({ ...CHAT, ...COUNTS, "gen_ai.usage.input_tokens": value })).toMatchObject({
      input: 2006,
    });
  });

  it("say that more was consumed when the total says so", () => {
    const call = callIn({
      ...CHAT,
      ...COUNTS,
      "gen_ai.usage.cache_read.input_tokens": 0,
      "gen_ai.usage.total_tokens": 2400,
    });
    expect(call?.usage).toMatchObject({
      quality: "partial",
      lowerBound: true,
      notes: ["total_tokens_exceed_sum"],
    });
  });
});

describe("whether the cache is inside the input, when nobody knows who wrote it", () => {
  const anthropic = {
    ...CHAT,
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-opus-4-8",
    "gen_ai.usage.output_tokens": 503,
  };

  it("is refuted by more cached than input", () => {
    expect(
      usageIn({
        ...anthropic,
        "gen_ai.usage.input_tokens": 50,
        "gen_ai.usage.cache_read.input_tokens": 1800,
        "gen_ai.usage.cache_write.input_tokens": 0,
      }),
    ).toEqual({ input: 50, cache_read: 1800, output: 503, quality: "reported" });
  });

  it("is refuted by a total that counts it apart", () => {
    expect(
      usageIn({
        ...anthropic,
        "gen_ai.usage.input_tokens": 5000,
        "gen_ai.usage.cache_read.input_tokens": 1800,
        "gen_ai.usage.cache_write.input_tokens": 0,
        "gen_ai.usage.total_tokens": 7303,
      }),
    ).toEqual({ input: 5000, cache_read: 1800, output: 503, quality: "reported" });
  });

  it("is assumed, and marked, when the numbers allow both, since a total without it proves nothing", () => {
    const usage = callIn({
      ...anthropic,
      "gen_ai.usage.input_tokens": 5000,
      "gen_ai.usage.cache_read.input_tokens": 1800,
      "gen_ai.usage.cache_write.input_tokens": 0,
      "gen_ai.usage.total_tokens": 5503,
    })?.usage;
    expect(usage?.quantities.get("input")).toBe(3200);
    expect(usage).toMatchObject({ quality: "partial", notes: ["cache_assumed_within_input"] });
  });

  it("is certain for providers whose own API includes it", () => {
    expect(usageIn({ ...CHAT, ...COUNTS, "gen_ai.usage.cache_read.input_tokens": 1920 })).toMatchObject({
      input: 86,
      quality: "reported",
    });
  });
});

describe("whether reasoning is inside the output, when nobody knows who wrote it", () => {
  const gemini = {
    ...CHAT,
    "gen_ai.provider.name": "gcp.gemini",
    "gen_ai.usage.input_tokens": 1200,
    "gen_ai.usage.cache_read.input_tokens": 1000,
    "gen_ai.usage.reasoning.output_tokens": 60,
  };
  const right = { input: 200, cache_read: 1000, output: 90, output_reasoning: 60, quality: "reported" };

  it("is settled by the total", () => {
    const beside = { "gen_ai.usage.output_tokens": 90, "gen_ai.usage.total_tokens": 1350 };
    const inside = { "gen_ai.usage.output_tokens": 150, "gen_ai.usage.total_tokens": 1350 };
    expect(usageIn({ ...gemini, ...beside })).toEqual(right);
    expect(usageIn({ ...gemini, ...inside })).toEqual(right);
  });

  it("is refuted by more reasoning than output, and assumed and marked otherwise", () => {
    expect(usageIn({ ...gemini, "gen_ai.usage.output_tokens": 30 })).toMatchObject({
      output: 30,
      output_reasoning: 60,
      quality: "reported",
    });
    expect(usageIn({ ...gemini, "gen_ai.usage.output_tokens": 150 })).toEqual({
      ...right,
      quality: "partial",
    });
  });
});
