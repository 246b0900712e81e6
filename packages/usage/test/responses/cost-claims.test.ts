import { usageFromResponse } from "@keeptabs/usage";
import { describe, expect, it } from "vitest";
import { unitsIn, usageIn } from "./units.ts";

const counts = { prompt_tokens: 194, completion_tokens: 2, total_tokens: 196 };

describe("what OpenRouter charged", () => {
  const claimed = (cost: unknown, is_byok?: boolean, upstream_inference_cost?: unknown): string | undefined =>
    usageIn("openrouter.chat", {
      usage: { ...counts, cost, is_byok, cost_details: { upstream_inference_cost } },
    }).claims[0]?.amount;

  it("is the cost alone without a key of one's own: the upstream cost is in it", () => {
    expect(claimed(0.00014, false, 0.00014)).toBe("0.00014");
    expect(claimed(0.00014)).toBe("0.00014");
  });

  it("is the cost and the upstream cost with a key of one's own", () => {
    expect(claimed(0, true, 0.0123)).toBe("0.0123");
    expect(claimed(0.1, true, 0.2)).toBe("0.3");
    expect(claimed(1e-7, true, 0.000_25)).toBe("0.0002501");
  });

  it("is unknown when all that is said is zero, or the upstream cost is not said", () => {
    expect(claimed(0, false, 0)).toBeUndefined();
    expect(claimed(0, true, 0)).toBeUndefined();
    expect(claimed(0.1, true)).toBeUndefined();
    expect(claimed(0.1, true, null)).toBeUndefined();
  });

  it("is written as a plain decimal, whatever the number looked like", () => {
    expect(claimed(0.0360795, false)).toBe("0.0360795");
    expect(claimed(2e-5, false)).toBe("0.00002");
    expect(claimed(1.234e-9, false)).toBe("0.000000001234");
    expect(claimed(1e21, false)).toBe("1000000000000000000000");
    expect(claimed("0.10", false)).toBe("0.1");
  });

  it.each([-0.1, Number.NaN, Number.POSITIVE_INFINITY, "free", {}, null, "1e999", ""])(
    "is not %j",
    (cost) => {
      expect(claimed(cost, false)).toBeUndefined();
    },
  );

  it("comes with the units, and with the searches that only OpenRouter counts", () => {
    const server_tool_use_details = { web_search_requests: 3 };
    const prompt_tokens_details = { cached_tokens: 100, cache_write_tokens: 50, video_tokens: 10 };
    const usage = { ...counts, cost: 0.01, server_tool_use_details, prompt_tokens_details };
    expect(unitsIn("openrouter.chat", { usage })).toEqual({
      input: 34,
      input_video: 10,
      cache_read: 100,
      cache_write: 50,
      output: 2,
      web_search: 3,
    });
  });

  it("does not count searches twice that the output shows as well", () => {
    const search = { type: "web_search_call", action: { type: "search" } };
    const output = [search, search];
    const server_tool_use_details = { web_search_requests: 1 };
    const usage = { input_tokens: 5, output_tokens: 1, total_tokens: 6, server_tool_use_details };
    expect(unitsIn("openrouter.chat", { object: "response", output, usage })).toMatchObject({
      web_search: 1,
    });
  });

  it("is found in its Responses and messages as well", () => {
    const responses = {
      object: "response",
      usage: { input_tokens: 5, output_tokens: 1, total_tokens: 6, cost: 0.5 },
    };
    const messages = {
      type: "message",
      usage: { input_tokens: 5, cache_read_input_tokens: 9, output_tokens: 1, cost: 0.5 },
    };
    expect(usageIn("openrouter.chat", responses).claims).toMatchObject([
      { amount: "0.5", source: "provider" },
    ]);
    expect(usageIn("openrouter.chat", messages).claims).toMatchObject([
      { amount: "0.5", source: "provider" },
    ]);
    expect(unitsIn("openrouter.chat", messages)).toEqual({ input: 5, cache_read: 9, output: 1 });
  });
});

describe("what Vercel's gateway charged", () => {
  const gateway = { cost: "0.08", marketCost: "0.12", generationId: "gen-xyz-789" };

  it.each([
    ["the AI SDK", { usage: { inputTokens: 1, outputTokens: 1 }, providerMetadata: { gateway } }],
    ["chat completions", { usage: counts, choices: [{ message: { provider_metadata: { gateway } } }] }],
    ["Responses", { usage: { input_tokens: 1, output_tokens: 1 }, provider_metadata: { gateway } }],
  ])("is the cost and not the market's, by way of %s", (_, body) => {
    const reading = usageFromResponse("vercel.gateway", body);
    expect(reading.usage.claims).toEqual([
      { amount: "0.08", source: "provider", field: "providerMetadata.gateway.cost" },
    ]);
    expect(reading.usage.quality).toBe("reported");
    expect(reading.responseId).toBe("gen-xyz-789");
  });

  it("comes with the parts that newer versions of the SDK state", () => {
    const usage = {
      inputTokens: { total: 100, noCache: 30, cacheRead: 60, cacheWrite: 10 },
      outputTokens: { total: 50, text: 20, reasoning: 30 },
    };
    expect(unitsIn("vercel.gateway", { usage })).toEqual({
      input: 30,
      cache_read: 60,
      cache_write: 10,
      output: 20,
      output_reasoning: 30,
    });
  });

  it("is not claimed when the gateway does not say", () => {
    expect(usageIn("vercel.gateway", { usage: { inputTokens: 1, outputTokens: 1 } }).claims).toEqual([]);
  });
});

describe("what LiteLLM estimated", () => {
  const claims = (cost: string): unknown =>
    usageIn("openai.chat", { usage: counts }, { headers: new Map([["x-litellm-response-cost", cost]]) })
      .claims;

  it("is a gateway's claim, of any API", () => {
    expect(claims("0.00042")).toEqual([
      { amount: "0.00042", source: "gateway", field: "x-litellm-response-cost" },
    ]);
    expect(claims("1.2e-05")).toMatchObject([{ amount: "0.000012" }]);
    const headers = new Map([["x-litellm-response-cost", "0.5"]]);
    expect(usageIn("anthropic.messages", undefined, { headers })).toMatchObject({
      quality: "missing",
      claims: [{ amount: "0.5" }],
    });
  });

  it.each(["None", "", "0", "0.0", "-1", "nan"])("is nothing for %j", (cost) => {
    expect(claims(cost)).toEqual([]);
  });
});
