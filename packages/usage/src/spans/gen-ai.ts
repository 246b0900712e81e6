import type { Span } from "../span.ts";
import type { Circumstances, Usage } from "../usage.ts";
import { missingUsage, usageOf } from "../usage.ts";
import type { AttributeReader } from "./attribute-reader.ts";
import { claimFrom } from "./claims.ts";
import type { Dialect, DialectCall } from "./dialect.ts";
import { modelName, providerName } from "./provider-name.ts";
import { SCOPES, type Scope, UNKNOWN_SCOPE } from "./scopes.ts";
import { type Inclusion, type TokenCounts, usageFromCounts, worse } from "./token-counts.ts";

/** Operations that are one call of a model. */
const CALLS: ReadonlySet<string> = new Set([
  "chat",
  "text_completion",
  "completion",
  "generate_content",
  "embeddings",
  "embedding",
  "embed",
  "rerank",
  "image",
  "image_generation",
  "audio",
  "speech",
  "transcription",
  "chat.completions",
  "text.completions",
  "responses",
]);

/** Attributes by which a span without an operation name shows that it is a call. */
const USAGE_NAMES = [
  "gen_ai.usage.input_tokens",
  "gen_ai.usage.prompt_tokens",
  "gen_ai.usage.output_tokens",
  "gen_ai.usage.completion_tokens",
  "gen_ai.response.prompt_tokens",
  "llm.usage.total_tokens",
];

const CONTAINER_KINDS: ReadonlySet<string | undefined> = new Set(["workflow", "task", "agent", "tool"]);

/** OpenTelemetry's GenAI attributes in every age and accent; the scope tells the accents apart. */
export const GEN_AI: Dialect = {
  name: "otel",
  read(span, attributes) {
    const provider = attributes.text("gen_ai.provider.name", "gen_ai.system");
    const isGenAi =
      provider !== undefined ||
      attributes.has("gen_ai.operation.name") ||
      attributes.has("gen_ai.request.model");
    if (!isGenAi) return undefined;
    const kind = kindOf(span, attributes);
    return kind === undefined ? "none" : callOf(kind, span, attributes);
  },
};

/** The name of the accent, for those that have one of their own. */
export function genAiDialectName(span: Span): string {
  return scopeOf(span).dialect;
}

function scopeOf(span: Span): Scope {
  return SCOPES.find(({ matches }) => matches(span.scope.name)) ?? UNKNOWN_SCOPE;
}

function kindOf(span: Span, attributes: AttributeReader): "call" | "aggregate" | undefined {
  if (CONTAINER_KINDS.has(attributes.text("traceloop.span.kind")) || attributes.has("spring.ai.kind")) {
    return attributes.text("spring.ai.kind") === "chat_model" ? "call" : undefined;
  }
  const operation = attributes.text("gen_ai.operation.name")?.toLowerCase();
  const hasUsage = USAGE_NAMES.some((name) => attributes.count(name) !== undefined);
  if (operation === undefined) {
    // Older spans have no operation: a request's kind, the name of the span, or usage shows a call.
    const isCall =
      hasUsage ||
      attributes.has("llm.request.type") ||
      /^(?:openai|anthropic|bedrock|cohere|mistral|vertexai|gemini)\.[a-z.]+$/i.test(span.name);
    return isCall && span.name !== "raw_gen_ai_request" ? "call" : undefined;
  }
  if (CALLS.has(operation)) {
    // A conversation's usage stands on the agent's span; the chat below it then has none.
    return span.scope.name.startsWith("mistralai_sdk") && !hasUsage && span.statusCode !== 2
      ? undefined
      : "call";
  }
  // An agent may be the only one that knows: one that runs elsewhere, or a conversation of Mistral's.
  const remote = span.kind === 3 || span.scope.name.startsWith("mistralai_sdk");
  return operation === "invoke_agent" && remote && hasUsage ? "aggregate" : undefined;
}

function callOf(kind: "call" | "aggregate", span: Span, attributes: AttributeReader): DialectCall {
  const requestModel = attributes.text("gen_ai.request.model", "llm.request.model");
  const responseModel = attributes.text("gen_ai.response.model", "llm.response.model");
  const said = attributes.text("gen_ai.provider.name", "gen_ai.system", "litellm.provider");
  const provider = providerName(said, attributes.text("server.address"));
  const operation =
    attributes.text("gen_ai.operation.name") ?? (/embed/i.test(span.name) ? "embeddings" : "chat");
  return {
    kind,
    provider: provider === "" ? providerOfModel(responseModel ?? requestModel) : provider,
    requestModel: modelName(requestModel),
    responseModel: modelName(responseModel),
    operation: operation.startsWith("embed") ? "embeddings" : operation,
    responseId: attributes.text("gen_ai.response.id"),
    usage: usageOfSpan(span, attributes, provider, operation.startsWith("embed")),
  };
}

/** Frameworks that name themselves as the provider: only unmistakable families of models tell whose they are. */
function providerOfModel(model: string | undefined): string {
  if (model === undefined) return "";
  if (/^(?:gpt-|o[134](?:-|$)|text-embedding-|chatgpt-)/.test(model)) return "openai";
  if (/^claude-/.test(model)) return "anthropic";
  if (/^(?:us\.|eu\.|apac\.|global\.)?(?:anthropic|amazon|meta|mistral|cohere)\./.test(model))
    return "aws.bedrock";
  return "";
}

function usageOfSpan(span: Span, attributes: AttributeReader, provider: string, embeddings: boolean): Usage {
  const scope = scopeOf(span);
  const counts = countsOf(attributes);
  const rest = { circumstances: circumstancesOf(attributes), claims: claimsOf(attributes) };
  const usage = usageFromCounts(counts, inclusionOf(scope, attributes, provider), provider, rest);
  if (usage.quality === "missing") return usage;
  const made = madeUp(scope, span, attributes, provider);
  const cacheUnknown = !embeddings && counts.cacheRead === undefined && !scope.recordsCache;
  const outputUnknown = !embeddings && counts.output === undefined;
  const quality = made
    ? "estimated"
    : cacheUnknown || outputUnknown
      ? worse(usage.quality, "partial")
      : usage.quality;
  return withCompaction({ ...usage, quality, lowerBound: outputUnknown }, attributes);
}

function inclusionOf(scope: Scope, attributes: AttributeReader, provider: string): Inclusion {
  // Micrometer writes every value as a string; Spring passes Anthropic's input on as it is.
  const micrometer = typeof attributes.raw("gen_ai.usage.input_tokens") === "string";
  if (scope === UNKNOWN_SCOPE && micrometer && (provider === "anthropic" || provider === "aws.bedrock")) {
    return { cache: false, reasoning: true };
  }
  return scope.inclusion;
}

function madeUp(scope: Scope, span: Span, attributes: AttributeReader, provider: string): boolean {
  if (scope.estimates?.has(provider) === true) return true;
  const streamed = attributes.flag(
    "gen_ai.request.is_stream",
    "gen_ai.request.stream",
    "gen_ai.is_streaming",
    "llm.is_streaming",
  );
  // OpenLIT counts a stream's tokens itself, or adds Anthropic's first value to the last.
  return span.scope.name.startsWith("@openlit/") && streamed;
}

function countsOf(attributes: AttributeReader): TokenCounts {
  const count = (...names: readonly string[]): number | undefined => attributes.count(...names);
  const input = attributes.json("gen_ai.usage.input_token_details");
  const output = attributes.json("gen_ai.usage.output_token_details");
  const detail = (from: Readonly<Record<string, unknown>> | undefined, key: string): number | undefined =>
    typeof from?.[key] === "number" ? (from[key] as number) : undefined;
  return {
    input: count("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "gen_ai.response.prompt_tokens"),
    output: count(
      "gen_ai.usage.output_tokens",
      "gen_ai.usage.completion_tokens",
      "gen_ai.response.completion_tokens",
    ),
    total: count("gen_ai.usage.total_tokens", "llm.usage.total_tokens"),
    cacheRead:
      count(
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.details.cache_read_tokens",
      ) ?? detail(input, "cache_read"),
    cacheWrite:
      count(
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
        "gen_ai.usage.cache_write_input_tokens",
      ) ?? detail(input, "cache_creation"),
    cacheWrite5m: count("anthropic.usage.cache_creation.ephemeral_5m_input_tokens"),
    cacheWrite1h: count("anthropic.usage.cache_creation.ephemeral_1h_input_tokens"),
    reasoning:
      count(
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "gen_ai.usage.details.reasoning_tokens",
        "ai.usage.outputTokenDetails.reasoningTokens",
      ) ?? detail(output, "reasoning"),
    inputAudio:
      count("gen_ai.usage.audio.input_tokens", "gen_ai.usage.input_audio_tokens") ?? detail(input, "audio"),
    outputAudio:
      count("gen_ai.usage.audio.output_tokens", "gen_ai.usage.output_audio_tokens") ??
      detail(output, "audio"),
    inputImage: count("gen_ai.usage.image.input_tokens"),
    outputImage: count("gen_ai.usage.image.output_tokens"),
  };
}

function circumstancesOf(attributes: AttributeReader): Circumstances {
  const serviceTier = attributes.text(
    "openai.response.service_tier",
    "gen_ai.openai.response.service_tier",
    "anthropic.response.service_tier",
    "gen_ai.response.service_tier",
  );
  return serviceTier === undefined ? {} : { serviceTier };
}

function claimsOf(attributes: AttributeReader): Usage["claims"] {
  const gateway = ["litellm.cost.total", "gen_ai.cost.total_cost"].flatMap((field) =>
    claimFrom(attributes, field, "gateway"),
  );
  const tool = ["gen_ai.usage.cost", "operation.cost"].flatMap((field) =>
    claimFrom(attributes, field, "tool"),
  );
  return [...gateway, ...tool];
}

/** Anthropic bills a compaction beside the call's own tokens, and its SDK writes it apart. */
function withCompaction(usage: Usage, attributes: AttributeReader): Usage {
  const input = attributes.count("anthropic.usage.compaction.input_tokens") ?? 0;
  const output = attributes.count("anthropic.usage.compaction.output_tokens") ?? 0;
  if (input + output === 0) return usage;
  return usageOf([...usage.quantities, ["input", input], ["output", output]], { ...usage });
}

/** A refused call is not billed: the provider's status says that it never ran. */
export function refusedUsage(usage: Usage): Usage {
  return missingUsage({
    circumstances: usage.circumstances,
    claims: usage.claims,
    free: "refused_by_provider",
  });
}
