import type { Usage } from "../usage.ts";
import { type AttributeReader, at, countOf } from "./attribute-reader.ts";
import type { Dialect } from "./dialect.ts";
import { modelName, providerName } from "./provider-name.ts";
import { usageFromCounts, worse } from "./token-counts.ts";

/** LangSmith's OpenTelemetry export of LangChain runs; the breakdown of tokens stands in JSON. */
export const LANGSMITH: Dialect = {
  name: "langsmith",
  read(_span, attributes) {
    const kind = attributes.text("langsmith.span.kind");
    if (kind === undefined) return undefined;
    if (kind !== "llm") return "none";
    // Its provider is guessed from the model's name, or its own name where it can't.
    const metadata = attributes.text("langsmith.metadata.ls_provider");
    const provider = providerName(
      metadata ?? attributes.text("gen_ai.provider.name", "gen_ai.system"),
      undefined,
    );
    return {
      kind: "call",
      provider,
      requestModel: modelName(attributes.text("gen_ai.request.model", "langsmith.metadata.ls_model_name")),
      responseModel: modelName(attributes.text("gen_ai.response.model")),
      operation: "chat",
      responseId: attributes.text("gen_ai.response.id"),
      usage: usageOfRun(attributes, provider),
    };
  },
};

function usageOfRun(attributes: AttributeReader, provider: string): Usage {
  const whole = attributes.json("langsmith.usage_metadata");
  const input = attributes.json("gen_ai.usage.input_token_details") ?? at(whole, "input_token_details");
  const output = attributes.json("gen_ai.usage.output_token_details") ?? at(whole, "output_token_details");
  const serviceTier = attributes.text("gen_ai.response.service_tier");
  const cacheRead = countOf(at(input, "cache_read"));
  const usage = usageFromCounts(
    {
      input: attributes.count("gen_ai.usage.input_tokens") ?? countOf(at(whole, "input_tokens")),
      output: attributes.count("gen_ai.usage.output_tokens") ?? countOf(at(whole, "output_tokens")),
      total: attributes.count("gen_ai.usage.total_tokens") ?? countOf(at(whole, "total_tokens")),
      cacheRead,
      cacheWrite: countOf(at(input, "cache_creation")),
      cacheWrite5m: countOf(at(input, "ephemeral_5m_input_tokens")),
      cacheWrite1h: countOf(at(input, "ephemeral_1h_input_tokens")),
      reasoning: countOf(at(output, "reasoning")),
      inputAudio: countOf(at(input, "audio")),
      outputAudio: countOf(at(output, "audio")),
    },
    { cache: true, reasoning: true },
    provider,
    serviceTier === undefined ? {} : { circumstances: { serviceTier } },
  );
  return cacheRead === undefined && usage.quality !== "missing"
    ? { ...usage, quality: worse(usage.quality, "partial") }
    : usage;
}
