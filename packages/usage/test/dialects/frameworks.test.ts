import type { AttributeValue } from "@keeptabs/usage";
import { describe, expect, it } from "vitest";
import { callIn, usageIn } from "./spans.ts";

type Given = Readonly<Record<string, AttributeValue>>;
const OPENAI = { "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o-mini" };
const COUNTS = { "gen_ai.usage.input_tokens": 2006, "gen_ai.usage.output_tokens": 300 };

describe("LiteLLM", () => {
  const first: Given = {
    ...OPENAI,
    ...COUNTS,
    "llm.request.type": "acompletion",
    "gen_ai.cost.total_cost": 0.25,
  };
  const litellm = { scope: "litellm", name: "litellm_request", kind: "internal" } as const;

  it("claims its own estimate as a gateway's, in either telemetry", () => {
    expect(callIn(first, litellm)?.usage.claims).toEqual([
      { amount: "0.25", source: "gateway", field: "gen_ai.cost.total_cost" },
    ]);
    const second = { "gen_ai.operation.name": "chat", ...OPENAI, ...COUNTS, "litellm.cost.total": 0.5 };
    expect(callIn(second, { scope: "litellm" })?.usage.claims[0]).toMatchObject({
      amount: "0.5",
      source: "gateway",
    });
  });

  it("says nothing of the cache in its first telemetry, except among its hidden parameters", () => {
    expect(usageIn(first, litellm)).toEqual({ input: 2006, output: 300, quality: "partial" });
    const usage_object = {
      prompt_tokens: 2006,
      completion_tokens: 300,
      prompt_tokens_details: { cached_tokens: 1920 },
    };
    expect(usageIn({ ...first, hidden_params: JSON.stringify({ usage_object }) }, litellm)).toEqual({
      input: 86,
      cache_read: 1920,
      output: 300,
      quality: "reported",
    });
  });

  it("that answers from its own cache costs nothing at the provider", () => {
    const hidden_params = JSON.stringify({ cache_key: "a3f", response_cost: 0.25 });
    expect(callIn({ ...first, hidden_params }, litellm)?.usage.free).toBe("gateway_cache_hit");
    const asked = JSON.stringify({ cache_key: null });
    expect(callIn({ ...first, hidden_params: asked }, litellm)?.usage.free).toBeUndefined();
  });

  it("that writes on the application's own span may have written over other calls", () => {
    const call = callIn(first, { scope: "fastapi", name: "POST /chat", kind: "server" });
    expect(call).toMatchObject({
      aggregate: false,
      dialect: "litellm",
      usage: { quality: "partial", lowerBound: true },
    });
  });

  it("names models by provider, and the model that ran beside the one that was asked for", () => {
    const call = callIn(
      {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "azure.ai.openai",
        "gen_ai.request.model": "fast",
        "gen_ai.response.model": "fast",
        "litellm.provider.model": "azure/gpt-4o-mini",
        ...COUNTS,
      },
      { scope: "litellm" },
    );
    expect(call).toMatchObject({ requestModel: "fast", responseModel: "gpt-4o-mini" });
  });
});

describe("LangSmith", () => {
  const run: Given = {
    "langsmith.span.kind": "llm",
    "gen_ai.operation.name": "chat",
    "gen_ai.system": "langchain",
    "gen_ai.request.model": "gpt-4o-mini",
  };

  it("states what was cached and reasoned in JSON, and the provider in the run's metadata", () => {
    const usage = {
      input_tokens: 2006,
      output_tokens: 300,
      total_tokens: 2306,
      total_cost: 0.002,
      input_token_details: { cache_read: 1920 },
      output_token_details: { reasoning: 128 },
    };
    const call = callIn({
      ...run,
      "langsmith.metadata.ls_provider": "amazon_bedrock",
      "langsmith.usage_metadata": JSON.stringify(usage),
    });
    expect(call).toMatchObject({
      provider: "aws.bedrock",
      dialect: "langsmith",
      usage: { quality: "reported" },
    });
    expect(Object.fromEntries(call?.usage.quantities ?? [])).toEqual({
      input: 86,
      cache_read: 1920,
      output: 172,
      output_reasoning: 128,
    });
    expect(call?.usage.claims).toEqual([
      { amount: "0.002", source: "tool", field: "langsmith.usage_metadata" },
    ]);
  });

  it("has nothing to say of the cache in Python, which writes plain counts", () => {
    expect(usageIn({ ...run, ...COUNTS })).toEqual({ input: 2006, output: 300, quality: "partial" });
  });

  it("calls retrievers embeddings and prompts chats: only the kind of a run tells", () => {
    expect(
      usageIn({ ...run, "langsmith.span.kind": "retriever", "gen_ai.operation.name": "embeddings" }),
    ).toEqual({ none: true });
    expect(usageIn({ ...run, "langsmith.span.kind": "prompt" })).toEqual({ none: true });
  });
});

describe("Langfuse", () => {
  const generation = (usage: object, model = "gpt-4o"): Given => ({
    "langfuse.observation.type": "generation",
    "langfuse.observation.model.name": model,
    "langfuse.observation.usage_details": JSON.stringify(usage),
  });

  it("takes OpenAI's own usage object, in which the parts are inside the whole", () => {
    const usage = {
      prompt_tokens: 2006,
      completion_tokens: 300,
      total_tokens: 2306,
      prompt_tokens_details: { cached_tokens: 1920 },
      completion_tokens_details: { reasoning_tokens: 128 },
    };
    expect(usageIn(generation(usage))).toEqual({
      input: 86,
      cache_read: 1920,
      output: 172,
      output_reasoning: 128,
      quality: "reported",
    });
  });

  it("keeps a key that nobody knows as a unit that has no price", () => {
    expect(usageIn(generation({ input: 10, output: 5, holograms: 2 }))).toEqual({
      input: 10,
      output: 5,
      holograms: 2,
      quality: "reported",
    });
  });

  it("bills predictions as output, and Anthropic's cache writes for five minutes unless it says otherwise", () => {
    expect(
      usageIn(
        generation(
          {
            input: 50,
            input_cache_creation: 248,
            output: 500,
            output_rejected_prediction_tokens: 3,
            total: 801,
          },
          "claude-opus-4-8",
        ),
      ),
    ).toEqual({ input: 50, cache_write_5m: 248, output: 503, quality: "partial" });
  });

  it("claims what it computed, from the total or from the parts", () => {
    const claim = (cost: object) =>
      callIn({
        ...generation({ input: 1 }),
        "langfuse.observation.cost_details": JSON.stringify(cost),
      })?.usage.claims.map(({ amount }) => amount);
    expect(claim({ input: 0.01, output: 0.02, total: 0.03 })).toEqual(["0.03"]);
    expect(claim({ input: 0.1, output: 0.2 })).toEqual(["0.3"]);
    expect(claim({ input: 0, output: 0, total: 0 })).toEqual([]);
  });
});

describe("the AI SDK's provider metadata", () => {
  const leaf = (provider: string, metadata: object, counts: Given): Given => ({
    "ai.operationId": "ai.generateText.doGenerate",
    "ai.model.provider": provider,
    "ai.model.id": "m",
    "ai.response.finishReason": "stop",
    "ai.response.providerMetadata": JSON.stringify(metadata),
    ...counts,
  });
  const FOURTH = { "ai.usage.promptTokens": 2006, "ai.usage.completionTokens": 300 };

  it("has the cached tokens of version 4, inside OpenAI's input and beside Bedrock's", () => {
    expect(
      usageIn(leaf("openai.chat", { openai: { cachedPromptTokens: 1920, reasoningTokens: 128 } }, FOURTH)),
    ).toEqual({ input: 86, cache_read: 1920, output: 172, output_reasoning: 128, quality: "reported" });
    const bedrock = leaf(
      "amazon-bedrock",
      { bedrock: { usage: { cacheReadInputTokens: 1800, cacheWriteInputTokens: 0 } } },
      FOURTH,
    );
    expect(usageIn(bedrock)).toEqual({ input: 2006, cache_read: 1800, output: 300, quality: "reported" });
  });

  it("has what a gateway charged", () => {
    const call = callIn(leaf("gateway", { gateway: { cost: "0.08", marketCost: "0.12" } }, FOURTH));
    expect(call).toMatchObject({
      provider: "vercel",
      usage: { claims: [{ amount: "0.08", source: "provider" }] },
    });
    const routed = callIn(leaf("openrouter.chat", { openrouter: { usage: { cost: 0.0015 } } }, FOURTH));
    expect(routed).toMatchObject({
      provider: "openrouter",
      usage: { claims: [{ amount: "0.0015", source: "provider" }] },
    });
  });

  it("is left alone when it is cut off in the middle", () => {
    const cut = {
      ...leaf("openai.chat", {}, FOURTH),
      "ai.response.providerMetadata": '{"openai":{"cachedPrompt',
    };
    expect(usageIn(cut)).toEqual({ input: 2006, output: 300, quality: "partial" });
  });

  it("is missing from a stream that was broken off, like everything else", () => {
    const stream = {
      "ai.operationId": "ai.streamText.doStream",
      "ai.model.provider": "openai.chat",
      "ai.model.id": "gpt-4o",
    };
    expect(callIn(stream)).toMatchObject({
      outcome: "aborted",
      usage: { quality: "missing", lowerBound: true },
    });
  });
});

describe("Google's ADK", () => {
  const call: Given = {
    "gen_ai.system": "gcp.vertex.agent",
    "gen_ai.request.model": "gemini-2.5-flash",
    "gen_ai.usage.input_tokens": 1200,
    "gen_ai.usage.output_tokens": 90,
  };
  const adk = { scope: "gcp.vertex.agent", name: "call_llm", kind: "internal" } as const;

  it("writes Google's names in snake case in Python", () => {
    const llm_response = JSON.stringify({
      model_version: "gemini-2.5-flash-001",
      usage_metadata: {
        prompt_token_count: 1200,
        cached_content_token_count: 1000,
        candidates_token_count: 90,
        thoughts_token_count: 60,
        total_token_count: 1350,
      },
    });
    expect(callIn({ ...call, "gcp.vertex.agent.llm_response": llm_response }, adk)?.responseModel).toBe(
      "gemini-2.5-flash-001",
    );
    expect(usageIn({ ...call, "gcp.vertex.agent.llm_response": llm_response }, adk)).toEqual({
      input: 200,
      cache_read: 1000,
      output: 90,
      output_reasoning: 60,
      quality: "reported",
    });
  });

  it("loses thoughts and cache when the answer is not recorded", () => {
    expect(callIn(call, adk)?.usage).toMatchObject({ quality: "partial", lowerBound: true });
  });
});

describe("OpenInference", () => {
  const llm = (scope: string, counts: Given) =>
    usageIn(
      {
        "openinference.span.kind": "LLM",
        "llm.provider": "aws",
        "llm.model_name": "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        ...counts,
      },
      { scope, kind: "internal" },
    );

  it("drops the cache of Bedrock's Converse, and shows in the total that there was one", () => {
    const counts = {
      "llm.token_count.prompt": 50,
      "llm.token_count.completion": 503,
      "llm.token_count.total": 2601,
    };
    expect(llm("@arizeai/openinference-instrumentation-bedrock", counts)).toEqual({
      input: 50,
      output: 503,
      quality: "partial",
    });
  });

  it("counts the cache of Bedrock's InvokeModel beside the prompt", () => {
    const counts = {
      "llm.token_count.prompt": 5000,
      "llm.token_count.completion": 503,
      "llm.token_count.prompt_details.cache_read": 1800,
      "llm.token_count.prompt_details.cache_write": 0,
    };
    expect(llm("@arizeai/openinference-instrumentation-bedrock", counts)).toEqual({
      input: 5000,
      cache_read: 1800,
      output: 503,
      quality: "reported",
    });
  });

  it("is read by the AI SDK's own counts where both stand on one span", () => {
    const both = {
      "openinference.span.kind": "LLM",
      "ai.operationId": "ai.generateText.doGenerate",
      "ai.model.provider": "anthropic.messages",
      "ai.model.id": "claude-opus-4-8",
      "ai.usage.promptTokens": 50,
      "ai.usage.completionTokens": 503,
      "llm.token_count.prompt": 50,
      "llm.token_count.completion": 503,
    };
    expect(callIn(both, { scope: "ai" })?.dialect).toBe("ai-sdk");
  });

  it.each(["CHAIN", "AGENT", "TOOL", "RETRIEVER", "RERANKER", "PROMPT"])("does not bill a %s", (kind) => {
    expect(usageIn({ "openinference.span.kind": kind, "llm.token_count.prompt": 10 })).toEqual({
      none: true,
    });
  });
});

describe("our own span", () => {
  it("says all there is in keeptabs.usage, and every count beside it is ignored", () => {
    const usage = {
      quantities: { input: 1, web_search: 2 },
      circumstances: { serviceTier: "flex" },
      lowerBound: true,
    };
    const call = callIn({
      "gen_ai.operation.name": "chat",
      ...OPENAI,
      ...COUNTS,
      "gen_ai.usage.cost": 9,
      "keeptabs.usage": JSON.stringify(usage),
      "keeptabs.outcome": "aborted",
    });
    expect(Object.fromEntries(call?.usage.quantities ?? [])).toEqual({ input: 1, web_search: 2 });
    expect(call).toMatchObject({
      dialect: "keeptabs",
      outcome: "aborted",
      usage: { claims: [], lowerBound: true },
    });
  });

  it("with a usage that is none of ours is read by the counts beside it", () => {
    const broken = {
      "gen_ai.operation.name": "chat",
      ...OPENAI,
      ...COUNTS,
      "keeptabs.usage": '{"quantities":{"input":-1}}',
    };
    expect(usageIn(broken)).toEqual({ input: 2006, output: 300, quality: "reported" });
  });
});

describe("Anthropic's SDK", () => {
  it("writes a compaction apart, which is billed beside the call's own tokens", () => {
    expect(
      usageIn(
        {
          "gen_ai.operation.name": "chat",
          "gen_ai.provider.name": "anthropic",
          "gen_ai.request.model": "claude-opus-5",
          "gen_ai.usage.input_tokens": 23_000,
          "gen_ai.usage.output_tokens": 1000,
          "anthropic.usage.compaction.input_tokens": 180_000,
          "anthropic.usage.compaction.output_tokens": 3500,
        },
        { scope: "com.anthropic.sdk.typescript" },
      ),
    ).toEqual({ input: 203_000, output: 4500, quality: "reported" });
  });
});
