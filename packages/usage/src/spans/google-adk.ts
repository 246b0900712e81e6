import { usageFromResponse } from "../responses/index.ts";
import type { Usage } from "../usage.ts";
import { type AttributeReader, isRecord } from "./attribute-reader.ts";
import type { Dialect } from "./dialect.ts";
import { modelName } from "./provider-name.ts";
import { usageFromCounts, worse } from "./token-counts.ts";

/**
 * Google's Agent Development Kit. Calls are the spans named `call_llm`; what was thought and what was cached
 * stands only in the recorded answer.
 */
export const GOOGLE_ADK: Dialect = {
  name: "google-adk",
  read(span, attributes) {
    const isAdk =
      span.scope.name.startsWith("gcp.vertex.agent") ||
      attributes.text("gen_ai.system") === "gcp.vertex.agent";
    if (!isAdk) return undefined;
    if (span.name !== "call_llm" && attributes.text("gen_ai.operation.name") !== "generate_content")
      return "none";
    const answer = attributes.json("gcp.vertex.agent.llm_response");
    const version = answer?.["modelVersion"] ?? answer?.["model_version"];
    return {
      kind: "call",
      provider: "gcp.gemini",
      requestModel: modelName(attributes.text("gen_ai.request.model")),
      responseModel: modelName(
        attributes.text("gen_ai.response.model") ?? (typeof version === "string" ? version : undefined),
      ),
      operation: "generate_content",
      responseId: attributes.text("gen_ai.response.id"),
      usage: usageOfAnswer(answer) ?? countedUsage(attributes),
    };
  },
};

function usageOfAnswer(answer: Readonly<Record<string, unknown>> | undefined): Usage | undefined {
  const metadata = answer?.["usageMetadata"] ?? answer?.["usage_metadata"];
  if (!isRecord(metadata)) return undefined;
  const { usage } = usageFromResponse("gemini.generate_content", { usageMetadata: camelCased(metadata) });
  return usage.quality === "missing" ? undefined : usage;
}

/** The Python kit writes Google's names in snake case. */
function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(
    ([key, inner]) =>
      [key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), camelCased(inner)] as const,
  );
  return Object.fromEntries(entries);
}

function countedUsage(attributes: AttributeReader): Usage {
  const usage = usageFromCounts(
    {
      input: attributes.count("gen_ai.usage.input_tokens"),
      output: attributes.count("gen_ai.usage.output_tokens"),
    },
    { cache: true, reasoning: false },
    "gcp.gemini",
  );
  return usage.quality === "missing" ? usage : { ...usage, quality: worse(usage.quality, "partial") };
}
