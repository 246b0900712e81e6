import type { Inclusion } from "./token-counts.ts";

/** What is known of an instrumentation that writes OpenTelemetry's GenAI attributes, by its scope. */
export interface Scope {
  readonly dialect: string;
  readonly matches: (scope: string) => boolean;
  readonly inclusion: Inclusion;
  /** False when it never records what was read from the cache: its input may be dearer or cheaper than it looks. */
  readonly recordsCache: boolean;
  /** Providers of which its token counts are made up, at least for streams, which its spans don't tell apart. */
  readonly estimates?: ReadonlySet<string>;
}

const SPEC: Inclusion = { cache: undefined, reasoning: undefined };
const INCLUDED: Inclusion = { cache: true, reasoning: true };
const CACHE_BESIDE: Inclusion = { cache: false, reasoning: true };

const begins =
  (...prefixes: readonly string[]) =>
  (scope: string): boolean =>
    prefixes.some((prefix) => scope.startsWith(prefix));

/**
 * Who writes what; the first that matches. The sources are runs of the libraries named, or their published code,
 * as of November 2026.
 */
export const SCOPES: readonly Scope[] = [
  // The SDK sums its three input counts before it writes them.
  { dialect: "anthropic-sdk", matches: begins("com.anthropic.sdk"), inclusion: INCLUDED, recordsCache: true },
  {
    dialect: "mistral-sdk",
    matches: begins("mistralai_sdk_tracer"),
    inclusion: INCLUDED,
    recordsCache: false,
  },
  {
    dialect: "otel-openai",
    matches: begins("@opentelemetry/instrumentation-openai", "@elastic/opentelemetry-instrumentation-openai"),
    inclusion: INCLUDED,
    recordsCache: false,
  },
  // JavaScript, Anthropic: input is the SDK's own, without the cache.
  {
    dialect: "traceloop",
    matches: begins("@traceloop/instrumentation-anthropic"),
    inclusion: CACHE_BESIDE,
    recordsCache: true,
  },
  {
    dialect: "traceloop",
    matches: begins("@traceloop/instrumentation-google", "@traceloop/instrumentation-vertexai"),
    inclusion: { cache: true, reasoning: false },
    recordsCache: true,
  },
  // InvokeModel's input is Bedrock's, without the cache, which is not recorded at all.
  {
    dialect: "traceloop",
    matches: begins("@traceloop/instrumentation-bedrock"),
    inclusion: CACHE_BESIDE,
    recordsCache: false,
  },
  // Streams and images are counted by a local tokenizer.
  {
    dialect: "traceloop",
    matches: begins("@traceloop/instrumentation-openai"),
    inclusion: INCLUDED,
    recordsCache: false,
    estimates: new Set(["openai", "azure.ai.openai"]),
  },
  { dialect: "traceloop", matches: begins("@traceloop/"), inclusion: SPEC, recordsCache: false },
  {
    dialect: "openlit",
    matches: begins("@openlit/instrumentation-anthropic"),
    inclusion: CACHE_BESIDE,
    recordsCache: true,
  },
  { dialect: "openlit", matches: begins("@openlit/", "openlit"), inclusion: SPEC, recordsCache: true },
  { dialect: "ai-sdk", matches: (scope) => scope === "gen_ai", inclusion: INCLUDED, recordsCache: true },
  {
    dialect: "pydantic-ai",
    matches: begins("pydantic-ai", "logfire"),
    inclusion: INCLUDED,
    recordsCache: true,
  },
  { dialect: "litellm", matches: begins("litellm"), inclusion: INCLUDED, recordsCache: true },
  // JavaScript includes the cache, Python passes Bedrock's numbers on.
  {
    dialect: "strands",
    matches: begins("strands-agents", "strands.telemetry"),
    inclusion: SPEC,
    recordsCache: true,
  },
  {
    dialect: "aws-sdk",
    matches: begins("@opentelemetry/instrumentation-aws-sdk", "opentelemetry.instrumentation.botocore"),
    inclusion: CACHE_BESIDE,
    recordsCache: false,
  },
  {
    dialect: "google-genai",
    matches: begins("opentelemetry.instrumentation.google_genai", "opentelemetry.instrumentation.vertexai"),
    inclusion: INCLUDED,
    recordsCache: true,
  },
  {
    dialect: "azure",
    matches: begins("@azure-rest/ai-inference", "azure.ai.inference", "@azure/"),
    inclusion: INCLUDED,
    recordsCache: false,
  },
  {
    dialect: "microsoft-ai",
    matches: begins("Experimental.Microsoft.Extensions.AI", "Microsoft.Extensions.AI"),
    inclusion: INCLUDED,
    recordsCache: true,
  },
  {
    dialect: "semantic-kernel",
    matches: begins("Microsoft.SemanticKernel"),
    inclusion: INCLUDED,
    recordsCache: false,
  },
  { dialect: "spring-ai", matches: begins("org.springframework"), inclusion: SPEC, recordsCache: true },
  // Traceloop's and OpenTelemetry's Python packages share these names; both follow the conventions.
  {
    dialect: "otel-python",
    matches: begins("opentelemetry.instrumentation."),
    inclusion: SPEC,
    recordsCache: true,
  },
];

/** An instrumentation that is not in the table: OpenTelemetry's conventions, checked by arithmetic. */
export const UNKNOWN_SCOPE: Scope = {
  dialect: "otel",
  matches: () => true,
  inclusion: SPEC,
  recordsCache: false,
};
