import { field } from "../responses/field.ts";
import { usageFromResponse } from "../responses/index.ts";
import type { Usage } from "../usage.ts";
import { INCLUSIVE } from "./accent.ts";
import { AttributeNames } from "./attribute-names.ts";
import type { MarkedDialect } from "./dialect.ts";
import { GEN_AI_READS, hasGenAi, readGenAi } from "./gen-ai.ts";
import { readModel } from "./model.ts";
import { CHAT, operationOf } from "./operation.ts";
import { isJsonObject, textOf } from "./value.ts";

const names = new AttributeNames();
const SYSTEM = names.of("gen_ai.system");
const ANSWER = names.one("gcp.vertex.agent.llm_response");
const AGENT_FRAMEWORK = "gcp.vertex.agent";

/**
 * Google's Agent Development Kit. Calls are the spans named `call_llm`. Output on the span leaves out what was thought,
 * and nothing says what was cached; both stand in the recorded answer only.
 */
export const GOOGLE_ADK: MarkedDialect = {
  name: "google-adk",
  reads: [...GEN_AI_READS, ...names.all],
  recognises: ({ scope }, attributes) =>
    scope.name === AGENT_FRAMEWORK || attributes.text(SYSTEM) === AGENT_FRAMEWORK,
  read(span, attributes) {
    if (!hasGenAi(attributes)) return "none";
    const isCall = span.name === "call_llm";
    const call = readGenAi(span, attributes, {
      accent: { ...INCLUSIVE, reasoning: "beside", cacheReads: "unknown", cacheWrites: "unknown" },
      operation: operationOf("generate_content") ?? CHAT,
      certain: isCall,
    });
    if (call === "none" || (!isCall && call.kind !== "call")) return "none";
    const answer = attributes.json(ANSWER);
    const version = readModel(
      textOf(field(answer, "modelVersion")) ?? textOf(field(answer, "model_version")),
    );
    return {
      ...call,
      operation: "generate_content",
      responseModel: call.responseModel ?? version?.model,
      usage: usageOfAnswer(answer, version?.model ?? call.requestModel) ?? withoutThoughts(call.usage),
    };
  },
};

function usageOfAnswer(answer: unknown, model: string | undefined): Usage | undefined {
  const metadata = field(answer, "usageMetadata") ?? field(answer, "usage_metadata");
  if (!isJsonObject(metadata)) return undefined;
  const grounding = camelCased(field(answer, "groundingMetadata") ?? field(answer, "grounding_metadata"), 0);
  const { usage } = usageFromResponse("gemini.generate_content", {
    usageMetadata: camelCased(metadata, 0),
    candidates: isJsonObject(grounding) ? [{ groundingMetadata: grounding }] : [],
    modelVersion: model,
  });
  return usage.quality === "missing" && usage.problem === undefined ? undefined : usage;
}

function withoutThoughts(usage: Usage): Usage {
  if (usage.quality === "missing") return usage;
  return {
    ...usage,
    quality: usage.quality === "reported" ? "partial" : usage.quality,
    lowerBound: true,
    notes: [...usage.notes, "reasoning_tokens_not_stated"],
  };
}

const MAX_DEPTH = 12;

/** The Python kit writes Google's names in snake case. */
function camelCased(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return value.map((item) => camelCased(item, depth + 1));
  if (!isJsonObject(value)) return value;
  const object: Record<string, unknown> = Object.create(null);
  for (const [key, inner] of Object.entries(value)) {
    const name = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    object[name] = camelCased(inner, depth + 1);
  }
  return object;
}
