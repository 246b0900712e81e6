import { type Accent, INCLUSIVE, type Stated } from "./accent.ts";
import type { Dialect } from "./dialect.ts";
import { isStreamed } from "./ending.ts";
import { GEN_AI_READS, type GenAiHabits, type GenAiSpan, readGenAi } from "./gen-ai.ts";

/** An instrumentation that writes OpenTelemetry's GenAI attributes, known by its scope. */
interface Instrumentation {
  readonly dialect: string;
  /** Beginnings of scope names, each up to a `.`, `-` or `/`. */
  readonly scopes: readonly string[];
  readonly habits: GenAiHabits;
}

/** Everything inside, as the conventions say; cached tokens are stated as told. */
function inclusive(cacheReads: Stated, cacheWrites: Stated = cacheReads): Accent {
  return { ...INCLUSIVE, cacheReads, cacheWrites };
}

/** The numbers of an API that counts the cache beside the input, passed on as they are. */
function beside(cacheReads: Stated, cacheWrites: Stated = cacheReads): Accent {
  return { ...inclusive(cacheReads, cacheWrites), cache: "beside" };
}

function countsCacheApart({ provider }: GenAiSpan): boolean {
  return provider === "anthropic" || provider === "aws.bedrock";
}

/** Streams and images of a chat are counted by a local tokenizer, and nothing on the span tells them apart. */
function traceloopOpenai({ responseId, attributes }: GenAiSpan): Accent {
  const responses = responseId?.startsWith("resp_") === true;
  return { ...inclusive("never"), estimated: !responses || isStreamed(attributes) };
}

/** A stream's tokens are counted locally, and Anthropic's first value is added to the last. */
function openlit(span: GenAiSpan): Accent {
  const estimated = isStreamed(span.attributes);
  return { ...(countsCacheApart(span) ? beside("if_any") : inclusive("unknown")), estimated };
}

/** Includes the cache where the total does; only Python passes Bedrock's numbers on as they are. */
function strands(python: boolean): (span: GenAiSpan) => Accent {
  return (span) => {
    const { input = 0, output = 0, total } = span.counts;
    const together = total === input + output;
    const accent = python && !together && countsCacheApart(span) ? beside : inclusive;
    return accent(python ? "unknown" : "if_any");
  };
}

/** botocore estimates the prompts of Mistral's models by their length. */
function botocore({ requestModel }: GenAiSpan): Accent {
  return { ...beside("never"), estimated: /(?:^|\.)mistral\./.test(requestModel?.model ?? "") };
}

/**
 * Spring passes on what each provider's API says, and every value as a string. Its earlier versions state nothing of
 * the cache, its later ones both what was read and what was written.
 */
export const SPRING_AI: GenAiHabits = {
  accent: (span) => (countsCacheApart(span) ? beside : inclusive)("unknown", "if_any"),
};

/**
 * Who writes what; the first that matches. From runs of the libraries and from their published code, as of
 * November 2026; where versions differ in what they state, it is `unknown`.
 */
const INSTRUMENTATIONS: readonly Instrumentation[] = [
  { dialect: "keeptabs", scopes: ["@keeptabs/instrumentation"], habits: { accent: INCLUSIVE } },
  {
    dialect: "otel-openai",
    scopes: ["@opentelemetry/instrumentation-openai", "@elastic/opentelemetry-instrumentation-openai"],
    habits: { accent: inclusive("never") },
  },
  {
    dialect: "otel-openai",
    scopes: ["opentelemetry.instrumentation.openai_v2", "opentelemetry.instrumentation.genai.openai"],
    habits: { accent: inclusive("unknown") },
  },
  {
    dialect: "otel-google-genai",
    scopes: ["opentelemetry.instrumentation.google_genai", "opentelemetry.instrumentation.genai.google"],
    habits: { accent: inclusive("unknown") },
  },
  { dialect: "ai-sdk", scopes: ["gen_ai"], habits: { accent: INCLUSIVE } },
  { dialect: "pydantic-ai", scopes: ["pydantic-ai"], habits: { accent: INCLUSIVE } },
  { dialect: "pydantic-ai", scopes: ["logfire"], habits: { accent: inclusive("unknown") } },
  // JavaScript: the SDK's own numbers. Python adds them up.
  {
    dialect: "traceloop",
    scopes: ["@traceloop/instrumentation-anthropic"],
    habits: { accent: beside("if_any") },
  },
  {
    dialect: "traceloop",
    scopes: ["opentelemetry.instrumentation.anthropic"],
    habits: { accent: inclusive("if_any") },
  },
  {
    dialect: "traceloop",
    scopes: ["@traceloop/instrumentation-openai"],
    habits: { accent: traceloopOpenai },
  },
  {
    dialect: "traceloop",
    scopes: ["opentelemetry.instrumentation.openai"],
    habits: { accent: inclusive("unknown") },
  },
  {
    dialect: "traceloop",
    scopes: ["@traceloop/instrumentation-google", "@traceloop/instrumentation-vertexai"],
    habits: { accent: { ...inclusive("unknown"), reasoning: "beside" } },
  },
  {
    dialect: "traceloop",
    scopes: ["@traceloop/instrumentation-bedrock"],
    habits: { accent: beside("never") },
  },
  {
    dialect: "traceloop",
    scopes: ["@traceloop/instrumentation-langchain"],
    habits: { accent: inclusive("never") },
  },
  { dialect: "traceloop", scopes: ["@traceloop/"], habits: {} },
  // The host is written as the provider's public one, whatever was called.
  { dialect: "openlit", scopes: ["@openlit/", "openlit"], habits: { accent: openlit, host: false } },
  { dialect: "strands", scopes: ["strands-agents"], habits: { accent: strands(false) } },
  { dialect: "strands", scopes: ["strands.telemetry", "strands"], habits: { accent: strands(true) } },
  {
    dialect: "otel-bedrock",
    scopes: ["@opentelemetry/instrumentation-aws-sdk"],
    habits: { accent: beside("never") },
  },
  {
    dialect: "otel-bedrock",
    scopes: ["opentelemetry.instrumentation.botocore"],
    habits: { accent: botocore },
  },
  {
    dialect: "azure",
    scopes: ["@azure/", "@azure-rest/", "azure.ai", "Azure.AI"],
    habits: { accent: inclusive("never") },
  },
  {
    dialect: "microsoft-ai",
    scopes: ["Experimental.Microsoft.Extensions.AI", "Microsoft.Extensions.AI"],
    habits: { accent: { ...inclusive("unknown", "never"), cache: "unknown" } },
  },
  {
    dialect: "semantic-kernel",
    scopes: ["Microsoft.SemanticKernel", "semantic_kernel"],
    habits: { accent: { ...inclusive("never"), cache: "unknown" } },
  },
  { dialect: "spring-ai", scopes: ["org.springframework"], habits: SPRING_AI },
];

/** A dialect for each row of the table. */
const DIALECTS: readonly Dialect[] = INSTRUMENTATIONS.map(({ dialect, habits }) => ({
  name: dialect,
  reads: GEN_AI_READS,
  read: (span, attributes) => readGenAi(span, attributes, habits),
}));

/** Senders choose the names of their scopes: more than this in one process start the memory anew. */
const MAX_SCOPES = 1000;

const known = new Map<string, Dialect | undefined>();

/** The dialect of a scope's spans with GenAI attributes; undefined for a scope that is not in the table. */
export function dialectOfScope(scope: string): Dialect | undefined {
  if (known.has(scope)) return known.get(scope);
  const row = INSTRUMENTATIONS.findIndex(({ scopes }) =>
    scopes.some((beginning) => isUnder(scope, beginning)),
  );
  if (known.size >= MAX_SCOPES) known.clear();
  known.set(scope, DIALECTS[row]);
  return DIALECTS[row];
}

function isUnder(scope: string, beginning: string): boolean {
  if (!scope.startsWith(beginning)) return false;
  const next = scope.charAt(beginning.length);
  return next === "" || /[./-]/.test(next) || beginning.endsWith("/");
}
