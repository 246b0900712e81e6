import { ATTR_KEEPTABS_OUTCOME, ATTR_KEEPTABS_USAGE } from "../attributes.ts";
import { type AttributionRules, TAG_LISTS } from "./attribution.ts";

/** Which attributes are read; whatever else a span carries, prompts above all, is left out by the decoder. */
export interface ReadAttributes {
  readonly names: readonly string[];
  readonly prefixes: readonly string[];
}

const NAMES: readonly string[] = [
  ATTR_KEEPTABS_USAGE,
  ATTR_KEEPTABS_OUTCOME,
  "gen_ai.provider.name",
  "gen_ai.system",
  "gen_ai.operation.name",
  "gen_ai.request.model",
  "gen_ai.request.stream",
  "gen_ai.request.is_stream",
  "gen_ai.is_streaming",
  "gen_ai.response.model",
  "gen_ai.response.id",
  "gen_ai.response.prompt_tokens",
  "gen_ai.response.completion_tokens",
  "gen_ai.response.service_tier",
  "gen_ai.openai.response.service_tier",
  "openai.response.service_tier",
  "anthropic.response.service_tier",
  "server.address",
  "error.type",
  "http.response.status_code",
  "operation.cost",
  "llm.request.model",
  "llm.request.type",
  "llm.response.model",
  "llm.usage.total_tokens",
  "llm.is_streaming",
  "litellm.provider",
  "traceloop.span.kind",
  "spring.ai.kind",
  "openinference.span.kind",
  "llm.provider",
  "llm.system",
  "llm.model_name",
  "llm.request.model_name",
  "llm.response.model_name",
  "embedding.model_name",
  "llm.invocation_parameters",
  "output.value",
  "metadata",
  "ai.operationId",
  "ai.model.provider",
  "ai.model.id",
  "ai.response.id",
  "ai.response.model",
  "ai.response.providerMetadata",
  "langfuse.observation.type",
  "langfuse.observation.level",
  "langfuse.observation.model.name",
  "langfuse.observation.usage_details",
  "langfuse.observation.cost_details",
  "langsmith.span.kind",
  "langsmith.usage_metadata",
  "langsmith.metadata.ls_provider",
  "langsmith.metadata.ls_model_name",
  "gcp.vertex.agent.llm_response",
];

const PREFIXES: readonly string[] = [
  "gen_ai.usage.",
  "gen_ai.cost.",
  "litellm.cost.",
  "llm.token_count.",
  "llm.cost.",
  "ai.usage.",
  "anthropic.usage.",
];

/** The attributes that reading spans by these rules takes. */
export function attributesReadWith(rules: AttributionRules): ReadAttributes {
  const named = [...rules.customer, ...rules.feature]
    .filter((rule) => !rule.startsWith("tag:"))
    .map((rule) => rule.split("#", 1)[0] ?? rule);
  return { names: [...new Set([...NAMES, ...TAG_LISTS, ...named])], prefixes: PREFIXES };
}
