import type { AttributeValue } from "@keeptabs/usage";
import { describe, expect, it } from "vitest";
import { callIn, usageIn, type Written } from "./spans.ts";

type Given = Readonly<Record<string, AttributeValue>>;

/** Anthropic's answer: 50 plain, 1800 read, 248 written, 503 out. */
const EXCLUSIVE: Given = { "gen_ai.usage.input_tokens": 50, "gen_ai.usage.output_tokens": 503 };
const INCLUSIVE: Given = { "gen_ai.usage.input_tokens": 2098, "gen_ai.usage.output_tokens": 503 };
const DOTTED: Given = {
  "gen_ai.usage.cache_read.input_tokens": 1800,
  "gen_ai.usage.cache_creation.input_tokens": 248,
};
const UNDERSCORED: Given = {
  "gen_ai.usage.cache_read_input_tokens": 1800,
  "gen_ai.usage.cache_creation_input_tokens": 248,
};
const ANTHROPIC = { input: 50, cache_read: 1800, cache_write_5m: 248, output: 503, quality: "partial" };
const ALL_OF_OPENAI = { input: 2006, output: 300, quality: "partial" };

function chat(provider: string, model: string, counts: Given): Given {
  return {
    "gen_ai.operation.name": "chat",
    "gen_ai.system": provider,
    "gen_ai.request.model": model,
    ...counts,
  };
}
const claude = (counts: Given): Given => chat("anthropic", "claude-opus-4-8", counts);
const OPENAI = chat("openai", "gpt-4o-mini", {
  "gen_ai.usage.input_tokens": 2006,
  "gen_ai.usage.output_tokens": 300,
});
const CACHED_OPENAI = { ...OPENAI, "gen_ai.usage.cache_read.input_tokens": 1920 };
const RIGHT_OPENAI = { input: 86, cache_read: 1920, output: 300, quality: "reported" };

const CASES: readonly (readonly [string, Given, Written, Readonly<Record<string, unknown>>])[] = [
  [
    "Traceloop's Anthropic in Python, which adds the cache up",
    claude({ ...INCLUSIVE, ...UNDERSCORED }),
    { scope: "opentelemetry.instrumentation.anthropic" },
    ANTHROPIC,
  ],
  [
    "Traceloop's OpenAI in Python, with the cached tokens",
    { ...OPENAI, "gen_ai.usage.cache_read_input_tokens": 1920 },
    { scope: "opentelemetry.instrumentation.openai.v1" },
    RIGHT_OPENAI,
  ],
  [
    "Traceloop's OpenAI in Python, without them",
    OPENAI,
    { scope: "opentelemetry.instrumentation.openai.v1" },
    ALL_OF_OPENAI,
  ],
  [
    "Traceloop's first spans, with capitals and a kind of request",
    {
      "gen_ai.system": "OpenAI",
      "llm.request.type": "chat",
      "gen_ai.request.model": "gpt-4o-mini",
      "gen_ai.usage.prompt_tokens": 2006,
      "gen_ai.usage.completion_tokens": 300,
      "llm.usage.total_tokens": 2306,
    },
    { scope: "@traceloop/instrumentation-openai", name: "openai.chat" },
    { ...ALL_OF_OPENAI, quality: "estimated" },
  ],
  [
    "Traceloop's Gemini in JavaScript, thoughts apart",
    chat("gcp.gemini", "gemini-2.5-flash", {
      "gen_ai.usage.input_tokens": 1200,
      "gen_ai.usage.output_tokens": 90,
      "gen_ai.usage.reasoning_tokens": 60,
      "gen_ai.usage.cache_read.input_tokens": 1000,
    }),
    { scope: "@traceloop/instrumentation-google-generativeai" },
    { input: 200, cache_read: 1000, output: 90, output_reasoning: 60, quality: "reported" },
  ],
  [
    "OpenTelemetry's OpenAI in Python",
    OPENAI,
    { scope: "opentelemetry.instrumentation.openai_v2" },
    ALL_OF_OPENAI,
  ],
  [
    "OpenTelemetry's Google in Python, thoughts inside",
    chat("gcp.gemini", "gemini-2.5-flash", {
      "gen_ai.usage.input_tokens": 1200,
      "gen_ai.usage.output_tokens": 150,
      "gen_ai.usage.reasoning.output_tokens": 60,
    }),
    { scope: "opentelemetry.instrumentation.google_genai" },
    { input: 1200, output: 90, output_reasoning: 60, quality: "partial" },
  ],
  [
    "botocore, without the cache",
    chat("aws.bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", EXCLUSIVE),
    { scope: "opentelemetry.instrumentation.botocore.bedrock-runtime" },
    { input: 50, output: 503, quality: "partial" },
  ],
  [
    "botocore's estimate of Mistral's prompts",
    chat("aws.bedrock", "mistral.mistral-large-2402-v1:0", EXCLUSIVE),
    { scope: "opentelemetry.instrumentation.botocore.bedrock-runtime" },
    { input: 50, output: 503, quality: "estimated" },
  ],
  [
    "the AWS SDK's InvokeModel, which has no operation",
    {
      "rpc.system": "aws-api",
      "rpc.service": "BedrockRuntime",
      "rpc.method": "InvokeModel",
      "gen_ai.system": "aws.bedrock",
      "gen_ai.request.model": "anthropic.claude-3-5-haiku-20241022-v1:0",
      ...EXCLUSIVE,
    },
    { scope: "@opentelemetry/instrumentation-aws-sdk", name: "BedrockRuntime.InvokeModel" },
    { input: 50, output: 503, quality: "partial" },
  ],
  [
    "the AWS SDK's stream without usage",
    { "rpc.service": "BedrockRuntime", "rpc.method": "ConverseStream" },
    { scope: "@opentelemetry/instrumentation-aws-sdk" },
    { quality: "missing" },
  ],
  [
    "another service of AWS",
    { "rpc.service": "S3", "rpc.method": "GetObject" },
    { scope: "@opentelemetry/instrumentation-aws-sdk" },
    { none: true },
  ],
  [
    "Spring AI with Anthropic, all in strings, the cache apart",
    claude({
      "gen_ai.usage.input_tokens": "5000",
      "gen_ai.usage.output_tokens": "503",
      "gen_ai.usage.total_tokens": "5503",
      "gen_ai.usage.cache_read.input_tokens": "1800",
      "gen_ai.usage.cache_creation.input_tokens": "0",
    }),
    { scope: "org.springframework.boot" },
    { input: 5000, cache_read: 1800, output: 503, quality: "reported" },
  ],
  [
    "Spring AI under a scope of its own, known by its strings",
    claude({
      "gen_ai.usage.input_tokens": "5000",
      "gen_ai.usage.output_tokens": "503",
      "gen_ai.usage.cache_read.input_tokens": "1800",
      "gen_ai.usage.cache_creation.input_tokens": "0",
    }),
    { scope: "acme-tracing" },
    { input: 5000, cache_read: 1800, output: 503, quality: "reported" },
  ],
  [
    "Spring AI's chat client",
    { "gen_ai.operation.name": "framework", "gen_ai.system": "spring_ai", "spring.ai.kind": "chat_client" },
    { scope: "org.springframework.boot" },
    { none: true },
  ],
  [
    "Microsoft.Extensions.AI",
    { ...CACHED_OPENAI, "gen_ai.response.finish_reasons": '["stop"]' },
    { scope: "Experimental.Microsoft.Extensions.AI" },
    RIGHT_OPENAI,
  ],
  [
    "Microsoft.Extensions.AI with Anthropic, which loses cache writes",
    claude({ ...INCLUSIVE, "gen_ai.usage.cache_read.input_tokens": 1800 }),
    { scope: "Experimental.Microsoft.Extensions.AI" },
    { input: 298, cache_read: 1800, output: 503, quality: "partial" },
  ],
  [
    "Semantic Kernel, which writes -1 when it does not know",
    {
      "gen_ai.operation.name": "chat.completions",
      "gen_ai.system": "openai",
      "gen_ai.request.model": "gpt-4o",
      "gen_ai.response.prompt_tokens": -1,
      "gen_ai.response.completion_tokens": -1,
    },
    { scope: "Microsoft.SemanticKernel.Diagnostics" },
    { quality: "missing" },
  ],
  [
    "pydantic-ai, which states details only when there are any",
    { ...OPENAI, "operation.cost": 0.0001 },
    { scope: "pydantic-ai" },
    { input: 2006, output: 300, quality: "reported" },
  ],
  [
    "pydantic-ai's details",
    claude({
      ...INCLUSIVE,
      "gen_ai.usage.details.cache_read_tokens": 1800,
      "gen_ai.usage.details.cache_write_tokens": 248,
      "gen_ai.usage.details.input_tokens": 50,
    }),
    { scope: "pydantic-ai" },
    ANTHROPIC,
  ],
  [
    "pydantic-ai's agent",
    {
      model_name: "gpt-4o",
      agent_name: "helper",
      "gen_ai.usage.input_tokens": 4012,
      "gen_ai.usage.output_tokens": 600,
    },
    { scope: "pydantic-ai", name: "agent run", kind: "internal" },
    { none: true },
  ],
  [
    "Strands in Python on Bedrock, whose total counts the cache apart",
    chat("strands-agents", "us.anthropic.claude-sonnet-4-20250514-v1:0", {
      "gen_ai.usage.prompt_tokens": 5000,
      "gen_ai.usage.input_tokens": 5000,
      "gen_ai.usage.completion_tokens": 503,
      "gen_ai.usage.output_tokens": 503,
      "gen_ai.usage.total_tokens": 7303,
      "gen_ai.usage.cache_read_input_tokens": 1800,
      "gen_ai.usage.cache_write_input_tokens": 0,
    }),
    { scope: "strands.telemetry.tracer", kind: "internal" },
    { input: 5000, cache_read: 1800, output: 503, quality: "reported" },
  ],
  [
    "Strands' agent, the sum of its chats",
    {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.system": "strands-agents",
      "gen_ai.request.model": "gpt-4o",
      ...EXCLUSIVE,
    },
    { scope: "strands-agents", kind: "internal" },
    { none: true },
  ],
  [
    "OpenLIT's OpenAI stream, counted locally",
    { ...OPENAI, "gen_ai.request.is_stream": true },
    { scope: "@openlit/instrumentation-openai" },
    { ...ALL_OF_OPENAI, quality: "estimated" },
  ],
  [
    "OpenLIT's Anthropic in Python",
    claude({ ...EXCLUSIVE, ...DOTTED, "gen_ai.request.is_stream": false }),
    { scope: "openlit.otel.tracing" },
    ANTHROPIC,
  ],
  [
    "Azure's inference client",
    { ...OPENAI, "gen_ai.system": "az.ai.inference" },
    { scope: "@azure-rest/ai-inference" },
    ALL_OF_OPENAI,
  ],
  [
    "an instrumentation that is not known, with an operation that is not known",
    { ...CACHED_OPENAI, "gen_ai.operation.name": "think" },
    {},
    RIGHT_OPENAI,
  ],
  [
    "an answer that is only fetched",
    { ...CACHED_OPENAI, "gen_ai.operation.name": "fetch_response" },
    {},
    { none: true },
  ],
  ["a tool", { "gen_ai.operation.name": "execute_tool", "gen_ai.system": "openai" }, {}, { none: true }],
  [
    "a workflow of Traceloop's",
    { "traceloop.span.kind": "workflow", "gen_ai.operation.name": "chat", ...EXCLUSIVE },
    { kind: "internal" },
    { none: true },
  ],
  [
    "any other work",
    { "http.request.method": "GET", "server.address": "api.openai.com" },
    {},
    { none: true },
  ],
];

describe("the usage that is read off", () => {
  it.each(CASES)("%s", (_, attributes, written, expected) => {
    expect(usageIn(attributes, written)).toEqual(expected);
  });
});

describe("an agent's span", () => {
  const agent: Given = { ...OPENAI, "gen_ai.operation.name": "invoke_agent" };

  it("is held as a sum when the agent runs elsewhere, and is no call when it runs in the process", () => {
    expect(callIn(agent)).toMatchObject({ aggregate: true, operation: "invoke_agent" });
    expect(callIn(agent, { kind: "internal" })).toBeUndefined();
  });

  it("of Mistral's conversations is the one that has the usage; the chats below it were no requests", () => {
    const mistral = { scope: "mistralai_sdk_tracer", kind: "internal" } as const;
    expect(callIn({ ...agent, "gen_ai.provider.name": "mistral_ai" }, mistral)).toMatchObject({
      aggregate: true,
      provider: "mistral_ai",
    });
    const part = { "gen_ai.operation.name": "chat", "gen_ai.provider.name": "mistral_ai" };
    expect(callIn(part, mistral)).toBeUndefined();
    expect(callIn({ ...part, "http.request.method": "POST" }, mistral)?.usage.quality).toBe("missing");
  });

  it("with usage but no operation counts only when nothing below it does", () => {
    const { "gen_ai.operation.name": _, ...span } = CACHED_OPENAI as Record<string, AttributeValue>;
    expect(callIn(span, { kind: "internal" })).toMatchObject({ aggregate: true });
    expect(callIn(span)).toMatchObject({ aggregate: false });
  });
});
