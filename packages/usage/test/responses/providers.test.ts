import { usageFromResponse } from "@keeptabs/usage";
import { describe, expect, it } from "vitest";
import { unitsIn, usageIn } from "./units.ts";

describe("Bedrock Converse", () => {
  const usage = {
    inputTokens: 50,
    outputTokens: 503,
    totalTokens: 2601,
    cacheReadInputTokens: 1500,
    cacheWriteInputTokens: 548,
  };

  it("keeps the cache beside the input; writes without a time to live have a unit of their own", () => {
    expect(unitsIn("bedrock.converse", { usage })).toEqual({
      input: 50,
      cache_read: 1500,
      cache_write: 548,
      output: 503,
    });
  });

  it("takes tier, latency and the model a router chose from the answer", () => {
    const reading = usageFromResponse("bedrock.converse", {
      usage,
      serviceTier: { type: "flex" },
      performanceConfig: { latency: "optimized" },
      trace: { promptRouter: { invokedModelId: "anthropic.claude-haiku-4-5-20251001-v1:0" } },
    });
    expect(reading.usage.circumstances).toEqual({ serviceTier: "flex", speed: "optimized" });
    expect(reading.responseModel).toBe("anthropic.claude-haiku-4-5-20251001-v1:0");
  });

  it("refuses parts above the total", () => {
    expect(usageIn("bedrock.converse", { usage: { ...usage, totalTokens: 2000 } }).problem).toBe(
      "subset_exceeds_total",
    );
  });
});

describe("Bedrock InvokeModel", () => {
  it.each([
    ["Anthropic", { usage: { input_tokens: 5, output_tokens: 7, cache_read_input_tokens: 3 } }, 3],
    ["OpenAI", { usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 } }, 0],
    ["Nova", { usage: { inputTokens: 5, outputTokens: 7, totalTokens: 12, cacheReadInputTokenCount: 3 } }, 3],
    ["Llama", { generation: "", prompt_token_count: 5, generation_token_count: 7 }, 0],
    ["Titan", { inputTextTokenCount: 5, results: [{ tokenCount: 3 }, { tokenCount: 4 }] }, 0],
  ])("reads the body of %s", (_, body, cache_read) => {
    const expected = { input: 5, output: 7, ...(cache_read > 0 ? { cache_read } : {}) };
    expect(unitsIn("bedrock.invoke", body)).toEqual(expected);
  });

  it("falls back on the response headers", () => {
    const headers = new Map([
      ["x-amzn-requestid", "req-1"],
      ["x-amzn-bedrock-input-token-count", "5"],
      ["x-amzn-bedrock-output-token-count", "7"],
      ["x-amzn-bedrock-cache-read-input-token-count", "3"],
    ]);
    const reading = usageFromResponse("bedrock.invoke", { outputs: [] }, { headers });
    expect(Object.fromEntries(reading.usage.quantities)).toEqual({ input: 5, output: 7, cache_read: 3 });
    expect(reading.responseId).toBe("req-1");
  });

  it("reads embeddings, which have no output", () => {
    const read = usageIn("bedrock.invoke", { embedding: [0.1], inputTextTokenCount: 5 });
    expect(read).toMatchObject({ quality: "reported" });
    expect(Object.fromEntries(read.quantities)).toEqual({ input: 5 });
  });

  it("is missing where a model says nothing", () => {
    expect(usageIn("bedrock.invoke", { generations: [] }).quality).toBe("missing");
  });
});

describe("Mistral", () => {
  it("bills audio by its duration, and not by the tokens that only the total counts", () => {
    const usage = { prompt_audio_seconds: 203, prompt_tokens: 4, completion_tokens: 635, total_tokens: 3264 };
    const read = usageIn("mistral.chat", { id: "c", model: "voxtral-small", usage });
    expect(Object.fromEntries(read.quantities)).toEqual({
      input: 4,
      output: 635,
      audio_milliseconds: 203_000,
    });
    expect(read.quality).toBe("reported");
  });

  it("states the tier inside the usage", () => {
    const usage = { prompt_tokens: 4, completion_tokens: 6, total_tokens: 10, service_tier: "batch" };
    expect(usageIn("mistral.chat", { usage }).circumstances.serviceTier).toBe("batch");
  });

  it("counts the connectors of a conversation", () => {
    const usage = { prompt_tokens: 4, completion_tokens: 6, total_tokens: 10, connectors: { web_search: 2 } };
    expect(unitsIn("mistral.chat", { usage })).toEqual({ input: 4, output: 6, web_search: 2 });
  });

  it("sells annotated pages apart from read ones", () => {
    const usage_info = { pages_processed: 3, pages_processed_annotation: 2, doc_size_bytes: 4096 };
    expect(unitsIn("mistral.ocr", { model: "mistral-ocr-2512", usage_info })).toEqual({
      pages: 3,
      annotated_pages: 2,
    });
  });
});

describe("Cohere", () => {
  it("bills the billed units, not the tokens", () => {
    const usage = {
      billed_units: { input_tokens: 5, output_tokens: 7 },
      tokens: { input_tokens: 215, output_tokens: 7 },
    };
    expect(unitsIn("cohere", { id: "c14c80c3", usage })).toEqual({ input: 5, output: 7 });
  });

  it("bills pictures once, by tokens where there are some", () => {
    expect(unitsIn("cohere", { meta: { billed_units: { images: 2 } } })).toEqual({ images: 2 });
    expect(unitsIn("cohere", { meta: { billed_units: { images: 2, image_tokens: 900 } } })).toEqual({
      input_image: 900,
    });
  });

  it("bills classifications and pages", () => {
    expect(unitsIn("cohere", { meta: { billed_units: { classifications: 4, pages: 1 } } })).toEqual({
      classifications: 4,
      pages: 1,
    });
  });
});

describe("DeepSeek", () => {
  it("adds hits and misses to the prompt when it is not stated", () => {
    const usage = { prompt_cache_hit_tokens: 9, prompt_cache_miss_tokens: 1, completion_tokens: 5 };
    expect(unitsIn("deepseek.chat", { usage })).toEqual({ cache_read: 9, input: 1, output: 5 });
  });

  it("refuses hits and misses above the prompt", () => {
    const usage = {
      prompt_tokens: 9,
      prompt_cache_hit_tokens: 9,
      prompt_cache_miss_tokens: 1,
      completion_tokens: 5,
    };
    expect(usageIn("deepseek.chat", { usage }).problem).toBe("subset_exceeds_total");
  });
});

describe("xAI", () => {
  it("keeps reasoning beside the completion in chat, also without a total", () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 5,
      completion_tokens_details: { reasoning_tokens: 200 },
    };
    expect(unitsIn("xai.chat", { usage })).toEqual({ input: 10, output: 5, output_reasoning: 200 });
    expect(usageIn("openai.chat", { usage }).problem).toBe("subset_exceeds_total");
  });

  it("maps its tools, keeps unknown ones and bills no MCP", () => {
    const server_side_tool_usage_details = {
      web_search_calls: 1,
      x_search_calls: 2,
      code_interpreter_calls: 3,
      file_search_calls: 4,
      attachment_search_calls: 5,
      mcp_calls: 6,
      teleport_calls: 7,
      image_generation_calls: 0,
    };
    const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2, server_side_tool_usage_details };
    const output = [{ type: "web_search_call", action: { type: "search" } }];
    expect(unitsIn("xai.responses", { usage, output })).toEqual({
      input: 1,
      output: 1,
      web_search: 1,
      x_search: 2,
      code_execution: 3,
      collection_search: 4,
      attachment_search: 5,
      teleport: 7,
    });
  });

  it("claims what was charged, exactly, and nothing for zero ticks", () => {
    const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
    const claimOf = (cost_in_usd_ticks: unknown): unknown =>
      usageIn("xai.responses", { usage: { ...usage, cost_in_usd_ticks } }).claims;
    expect(claimOf(1)).toEqual([
      { amount: "0.0000000001", source: "provider", field: "usage.cost_in_usd_ticks" },
    ]);
    expect(claimOf(123_456_789_012_345)).toMatchObject([{ amount: "12345.6789012345" }]);
    expect([0, -5, 1.5, "7", null].map(claimOf)).toEqual([[], [], [], [], []]);
  });
});

describe("Voyage", () => {
  it("bills pictures by their pixels and text by its tokens", () => {
    const usage = { text_tokens: 5, image_pixels: 2_000_000, total_tokens: 3576 };
    expect(unitsIn("voyage", { model: "voyage-multimodal-3.5", usage })).toEqual({
      input: 5,
      image_pixels: 2_000_000,
    });
  });
});
