import { field } from "../responses/field.ts";
import { usageFromResponse } from "../responses/index.ts";
import { SPAN_KIND_CLIENT } from "../span.ts";
import type { Usage } from "../usage.ts";
import { type Accent, INCLUSIVE } from "./accent.ts";
import { AttributeNames } from "./attribute-names.ts";
import type { DialectCall, MarkedDialect } from "./dialect.ts";
import { GEN_AI_READS, type GenAiSpan, hasGenAi, readGenAi } from "./gen-ai.ts";
import { providerName } from "./provider-name.ts";
import { isJsonObject, textOf } from "./value.ts";

const names = new AttributeNames();
const HIDDEN = names.one("hidden_params");
const PROVIDER_MODEL = names.of("litellm.provider.model");
/** Any of them shows that LiteLLM wrote on the span, also where it is a span of somebody else's. */
const MARKS = names.of(
  "litellm.call_id",
  "gen_ai.cost.total_cost",
  "hidden_params",
  "metadata.user_api_key_hash",
);
/** Set by the second telemetry only. */
const CALL_ID = names.one("litellm.call_id");

/**
 * LiteLLM's first telemetry, which writes on spans of its own, on the proxy's or, without a proxy, on whatever span
 * of the application is active; and its second, which follows the conventions. Counts are OpenAI's: input
 * includes the cache.
 */
export const LITELLM: MarkedDialect = {
  name: "litellm",
  reads: [...GEN_AI_READS, ...names.all],
  recognises: ({ scope }, attributes) =>
    (scope.name.startsWith("litellm") || attributes.hasAny(MARKS)) && hasGenAi(attributes),
  read: (span, attributes) => readGenAi(span, attributes, { accent: accentOf, completed }),
};

/** The first version records the cache at most in its hidden parameters. */
function accentOf({ attributes }: GenAiSpan): Accent {
  return attributes.has(CALL_ID)
    ? INCLUSIVE
    : { ...INCLUSIVE, cacheReads: "unknown", cacheWrites: "unknown" };
}

function completed(call: DialectCall, read: GenAiSpan): DialectCall {
  const { attributes, span } = read;
  const hidden = attributes.json(HIDDEN);
  const sent = attributes.text(PROVIDER_MODEL);
  const usage = answeredFromCache(hidden)
    ? { ...call.usage, free: "gateway_cache_hit" }
    : (reportedUsage(hidden, call.usage) ?? call.usage);
  // The proxy answers with the name that was asked for; the model that ran stands apart.
  const echoed = call.responseModel === undefined || call.responseModel === call.requestModel;
  const own = span.scope.name.startsWith("litellm") || span.kind === SPAN_KIND_CLIENT;
  return {
    ...call,
    kind: call.operation === "invoke_agent" ? call.kind : "call",
    requestModel: withoutProvider(call.requestModel, call.provider),
    responseModel: withoutProvider(echoed ? (sent ?? call.responseModel) : call.responseModel, call.provider),
    usage: own ? usage : perhapsOverwritten(usage),
  };
}

/** The key of LiteLLM's own cache is set where the answer came from it: the provider was not asked. */
function answeredFromCache(hidden: unknown): boolean {
  return field(hidden, "cache_hit") === true || textOf(field(hidden, "cache_key")) !== undefined;
}

function reportedUsage(hidden: unknown, counted: Usage): Usage | undefined {
  const usage = field(hidden, "usage_object");
  if (!isJsonObject(usage)) return undefined;
  const reported = usageFromResponse("openai.chat", { usage }).usage;
  if (reported.quality === "missing") return undefined;
  return { ...reported, circumstances: counted.circumstances, claims: counted.claims };
}

/** Several calls under one span of the application write over one another. */
function perhapsOverwritten(usage: Usage): Usage {
  const quality = usage.quality === "reported" ? "partial" : usage.quality;
  const notes = [...usage.notes, "other_calls_may_be_overwritten"];
  return { ...usage, quality, notes, lowerBound: true };
}

/** LiteLLM's names are `provider/model`. */
function withoutProvider(model: string | undefined, provider: string): string | undefined {
  const slash = model?.indexOf("/") ?? -1;
  if (model === undefined || slash <= 0 || slash === model.length - 1) return model;
  return providerName(model.slice(0, slash)) === provider ? model.slice(slash + 1) : model;
}
