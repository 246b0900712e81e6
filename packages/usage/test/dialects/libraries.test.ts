import { type AttributeValue, readSpan } from "@keeptabs/usage";
import { describe, expect, it } from "vitest";
import { callOf, plain, spanOf } from "./spans.ts";

/** Libraries without a recorded export; attributes as their source and documentation give them. */

type Case = {
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly scope?: string;
  readonly name?: string;
  readonly kind?: number;
  readonly usage: Record<string, number>;
  readonly is?: Readonly<Record<string, unknown>>;
  readonly quality?: string;
};

const chat = (system: string, model: string): Record<string, AttributeValue> => ({
  "gen_ai.operation.name": "chat",
  "gen_ai.system": system,
  "gen_ai.request.model": model,
});

const CASES: Readonly<Record<string, Case>> = {
  "Traceloop for Python, Anthropic: input includes the cache": {
    scope: "opentelemetry.instrumentation.anthropic",
    attributes: {
      ...chat("anthropic", "claude-opus-4-8"),
      "gen_ai.usage.input_tokens": 2098,
      "gen_ai.usage.output_tokens": 503,
      "gen_ai.usage.cache_read_input_tokens": 1800,
      "gen_ai.usage.cache_creation_input_tokens": 248,
    },
    usage: { input: 50, cache_read: 1800, cache_write_5m: 248, output: 503 },
    quality: "partial",
    is: { provider: "anthropic" },
  },
  "Traceloop before 0.23: no operation, prompt and completion tokens, a capital provider": {
    scope: "@traceloop/instrumentation-openai",
    name: "openai.chat",
    attributes: {
      "gen_ai.system": "OpenAI",
      "llm.request.type": "chat",
      "gen_ai.request.model": "gpt-4o-mini",
      "gen_ai.usage.prompt_tokens": 2006,
      "gen_ai.usage.completion_tokens": 300,
      "llm.usage.total_tokens": 2306,
    },
    usage: { input: 2006, output: 300 },
    quality: "estimated",
    is: { provider: "openai", dialect: "traceloop" },
  },
  "Traceloop for JavaScript, Google: reasoning stands beside the output": {
    scope: "@traceloop/instrumentation-google-generativeai",
    attributes: {
      ...chat("gcp.gemini", "gemini-2.5-flash"),
      "gen_ai.usage.input_tokens": 1200,
      "gen_ai.usage.output_tokens": 90,
      "gen_ai.usage.cache_read.input_tokens": 1000,
      "gen_ai.usage.reasoning_tokens": 60,
    },
    usage: { input: 200, cache_read: 1000, output: 90, output_reasoning: 60 },
  },
  "pydantic-ai: input includes the cache, and the cost is a claim": {
    scope: "pydantic-ai",
    attributes: {
      ...chat("anthropic", "claude-opus-4-8"),
      "gen_ai.usage.input_tokens": 2098,
      "gen_ai.usage.output_tokens": 503,
      "gen_ai.usage.cache_read.input_tokens": 1800,
      "gen_ai.usage.details.cache_read_tokens": 1800,
      "operation.cost": 0.0137,
    },
    usage: { input: 298, cache_read: 1800, output: 503 },
  },
  "LiteLLM 1: attributes on whatever span is active": {
    scope: "litellm",
    name: "litellm_request",
    kind: 1,
    attributes: {
      "gen_ai.system": "openai",
      "gen_ai.request.model": "gpt-4o-mini",
      "gen_ai.usage.input_tokens": 2006,
      "gen_ai.usage.output_tokens": 300,
      "gen_ai.usage.total_tokens": 2306,
      "gen_ai.cost.total_cost": 0.00048,
      "llm.is_streaming": "False",
    },
    usage: { input: 2006, output: 300 },
    is: { provider: "openai", dialect: "litellm" },
  },
  "LiteLLM 2: the conventions, with the gateway's cost": {
    scope: "litellm",
    attributes: {
      ...chat("anthropic", "claude-opus-4-8"),
      "gen_ai.usage.input_tokens": 2098,
      "gen_ai.usage.output_tokens": 503,
      "gen_ai.usage.cache_read.input_tokens": 1800,
      "gen_ai.usage.cache_creation.input_tokens": 248,
      "litellm.cost.total": 0.0155,
    },
    usage: { input: 50, cache_read: 1800, cache_write_5m: 248, output: 503 },
    quality: "partial",
  },
  "LangSmith: the breakdown stands in JSON": {
    scope: "langsmith",
    kind: 1,
    attributes: {
      "langsmith.span.kind": "llm",
      "gen_ai.system": "langchain",
      "langsmith.metadata.ls_provider": "openai",
      "gen_ai.request.model": "gpt-4o-mini",
      "gen_ai.usage.input_tokens": 2006,
      "gen_ai.usage.output_tokens": 300,
      "gen_ai.usage.input_token_details": '{"cache_read":1920,"audio":0}',
      "gen_ai.usage.output_token_details": '{"reasoning":128,"audio":0}',
    },
    usage: { input: 86, cache_read: 1920, output: 172, output_reasoning: 128 },
    is: { provider: "openai" },
  },
  "Strands for Python: Bedrock's input without the cache, told by the total": {
    scope: "strands.telemetry.tracer",
    kind: 1,
    attributes: {
      ...chat("strands-agents", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
      "gen_ai.usage.prompt_tokens": 5000,
      "gen_ai.usage.input_tokens": 5000,
      "gen_ai.usage.output_tokens": 503,
      "gen_ai.usage.total_tokens": 7551,
      "gen_ai.usage.cache_read_input_tokens": 1800,
      "gen_ai.usage.cache_write_input_tokens": 248,
    },
    usage: { input: 5000, cache_read: 1800, cache_write: 248, output: 503 },
    is: { provider: "aws.bedrock" },
  },
  "aws-sdk, InvokeModel: no operation, cache left out": {
    scope: "@opentelemetry/instrumentation-aws-sdk",
    name: "BedrockRuntime.InvokeModel",
    attributes: {
      "gen_ai.system": "aws.bedrock",
      "gen_ai.request.model": "anthropic.claude-3-haiku-20240307-v1:0",
      "gen_ai.usage.input_tokens": 50,
      "gen_ai.usage.output_tokens": 503,
    },
    usage: { input: 50, output: 503 },
    quality: "partial",
    is: { provider: "aws.bedrock" },
  },
  "botocore: Converse, cache left out": {
    scope: "opentelemetry.instrumentation.botocore.bedrock-runtime",
    attributes: {
      ...chat("aws.bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
      "gen_ai.usage.input_tokens": 50,
      "gen_ai.usage.output_tokens": 503,
    },
    usage: { input: 50, output: 503 },
    quality: "partial",
  },
  "Azure's inference client": {
    scope: "@azure-rest/ai-inference",
    attributes: {
      ...chat("az.ai.inference", "gpt-4o"),
      "gen_ai.usage.input_tokens": 10,
      "gen_ai.usage.output_tokens": 5,
    },
    usage: { input: 10, output: 5 },
    quality: "partial",
    is: { provider: "azure.ai.inference" },
  },
  "OpenAI's client that talks to Azure: the host tells": {
    scope: "opentelemetry.instrumentation.openai_v2",
    attributes: {
      ...chat("openai", "my-deployment"),
      "gen_ai.response.model": "gpt-4o-2024-08-06",
      "server.address": "acme.openai.azure.com",
      "gen_ai.usage.input_tokens": 10,
      "gen_ai.usage.output_tokens": 5,
    },
    usage: { input: 10, output: 5 },
    is: { provider: "azure.ai.openai", responseModel: "gpt-4o-2024-08-06", requestModel: "my-deployment" },
  },
  "Spring AI: every value is a string, Anthropic's input without the cache": {
    scope: "org.springframework.boot",
    attributes: {
      ...chat("anthropic", "claude-opus-4-8"),
      "gen_ai.usage.input_tokens": "50",
      "gen_ai.usage.output_tokens": "503",
      "gen_ai.usage.total_tokens": "553",
      "gen_ai.usage.cache_read.input_tokens": "1800",
      "gen_ai.response.model": "none",
    },
    usage: { input: 50, cache_read: 1800, output: 503 },
    is: { responseModel: undefined },
  },
  "Microsoft.Extensions.AI": {
    scope: "Experimental.Microsoft.Extensions.AI",
    attributes: {
      ...chat("openai", "gpt-4o-mini"),
      "gen_ai.usage.input_tokens": 2006,
      "gen_ai.usage.output_tokens": 300,
      "gen_ai.usage.cache_read.input_tokens": 1920,
      "gen_ai.usage.reasoning.output_tokens": 128,
      "gen_ai.response.finish_reasons": '["stop"]',
    },
    usage: { input: 86, cache_read: 1920, output: 172, output_reasoning: 128 },
  },
  "Semantic Kernel: -1 is not known": {
    scope: "Microsoft.SemanticKernel.Diagnostics",
    attributes: {
      "gen_ai.operation.name": "chat.completions",
      "gen_ai.system": "openai",
      "gen_ai.request.model": "gpt-4o",
      "gen_ai.response.prompt_tokens": 40,
      "gen_ai.response.completion_tokens": -1,
    },
    usage: { input: 40 },
    quality: "partial",
  },
  "google-genai for Python: output includes what was thought": {
    scope: "opentelemetry.instrumentation.google_genai",
    attributes: {
      "gen_ai.operation.name": "generate_content",
      "gen_ai.system": "gemini",
      "gen_ai.request.model": "gemini-2.5-flash",
      "gen_ai.usage.input_tokens": 1200,
      "gen_ai.usage.output_tokens": 150,
      "gen_ai.usage.cache_read.input_tokens": 1000,
      "gen_ai.usage.reasoning.output_tokens": 60,
    },
    usage: { input: 200, cache_read: 1000, output: 90, output_reasoning: 60 },
    is: { provider: "gcp.gemini" },
  },
  "Google's ADK for Python: snake case in the recorded answer": {
    scope: "gcp.vertex.agent",
    name: "call_llm",
    kind: 1,
    attributes: {
      "gen_ai.system": "gcp.vertex.agent",
      "gen_ai.request.model": "gemini-2.5-flash",
      "gen_ai.usage.input_tokens": 1200,
      "gen_ai.usage.output_tokens": 90,
      "gcp.vertex.agent.llm_response":
        '{"usage_metadata":{"prompt_token_count":1200,"cached_content_token_count":1000,"candidates_token_count":90,"thoughts_token_count":60,"total_token_count":1350}}',
    },
    usage: { input: 200, cache_read: 1000, output: 90, output_reasoning: 60 },
  },
  "OpenInference for Bedrock: input without the cache": {
    scope: "@arizeai/openinference-instrumentation-bedrock",
    kind: 1,
    attributes: {
      "openinference.span.kind": "LLM",
      "llm.provider": "aws",
      "llm.system": "bedrock",
      "llm.model_name": "anthropic.claude-3-haiku-20240307-v1:0",
      "llm.token_count.prompt": 50,
      "llm.token_count.completion": 503,
      "llm.token_count.total": 2601,
    },
    usage: { input: 50, output: 503 },
    quality: "partial",
  },
  "an unknown instrumentation: a cache larger than the input stands beside it": {
    scope: "somebody's",
    attributes: {
      ...chat("anthropic", "claude-opus-4-8"),
      "gen_ai.usage.input_tokens": 50,
      "gen_ai.usage.output_tokens": 503,
      "gen_ai.usage.cache_read.input_tokens": 1800,
    },
    usage: { input: 50, cache_read: 1800, output: 503 },
  },
  "an unknown instrumentation: reasoning that the total counts apart stands beside the output": {
    scope: "somebody's",
    attributes: {
      ...chat("gcp.gemini", "gemini-2.5-flash"),
      "gen_ai.usage.input_tokens": 1200,
      "gen_ai.usage.output_tokens": 90,
      "gen_ai.usage.total_tokens": 1350,
      "gen_ai.usage.reasoning.output_tokens": 60,
      "gen_ai.usage.cache_read.input_tokens": 0,
    },
    usage: { input: 1200, output: 90, output_reasoning: 60 },
  },
};

describe.each(Object.entries(CASES))(
  "%s",
  (_name, { attributes, usage, is = {}, quality = "reported", ...fields }) => {
    it("is read as disjoint quantities, with its quality", () => {
      const call = callOf(spanOf(attributes, fields));
      expect(plain(call.usage.quantities)).toEqual(usage);
      expect(call.usage.quality).toBe(quality);
      expect(call).toMatchObject(is);
    });
  },
);

describe("a span that sums up others", () => {
  const usage = { "gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 5 };

  it("is no call, although it has usage", () => {
    const sums = [
      spanOf({ ...usage, "gen_ai.operation.name": "invoke_agent", "gen_ai.system": "openai" }, { kind: 1 }),
      spanOf({ ...usage, "gen_ai.operation.name": "execute_tool" }),
      spanOf({ ...usage, "gen_ai.operation.name": "fetch_response", "gen_ai.system": "openai" }),
      spanOf({ ...usage, "gen_ai.operation.name": "chat", "traceloop.span.kind": "workflow" }),
      spanOf({ "openinference.span.kind": "CHAIN", "llm.token_count.prompt": 10 }),
      spanOf({ "ai.operationId": "ai.generateText", "ai.usage.promptTokens": 10 }, { scope: "ai" }),
      spanOf({ "langfuse.observation.type": "span", "langfuse.observation.usage_details": '{"input":1}' }),
      spanOf({ "langsmith.span.kind": "chain", ...usage }),
      spanOf({ "gen_ai.system": "openai", ...usage }, { name: "raw_gen_ai_request", scope: "litellm" }),
      spanOf(
        { "gen_ai.aggregated_usage.input_tokens": 10, "gen_ai.operation.name": "invoke_agent" },
        { scope: "pydantic-ai" },
      ),
    ];
    for (const span of sums) expect([span.name, readSpan(span).kind]).toEqual([span.name, "not_llm"]);
  });

  it("is kept as a sum when it may be the only one that knows: an agent that runs elsewhere", () => {
    const remote = spanOf(
      { ...usage, "gen_ai.operation.name": "invoke_agent", "gen_ai.system": "aws.bedrock" },
      { kind: 3 },
    );
    expect(callOf(remote).aggregate).toBe(true);
    const conversation = { scope: "mistralai_sdk_tracer", kind: 1 };
    expect(
      callOf(
        spanOf(
          { ...usage, "gen_ai.operation.name": "invoke_agent", "gen_ai.system": "mistral_ai" },
          conversation,
        ),
      ).aggregate,
    ).toBe(true);
    const below = spanOf({ "gen_ai.operation.name": "chat", "gen_ai.system": "mistral_ai" }, conversation);
    expect(readSpan(below).kind).toBe("not_llm");
  });
});
