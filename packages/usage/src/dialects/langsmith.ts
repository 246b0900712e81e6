import { field } from "../responses/field.ts";
import { type Accent, INCLUSIVE } from "./accent.ts";
import { AttributeNames } from "./attribute-names.ts";
import { claimOf } from "./claims.ts";
import type { MarkedDialect } from "./dialect.ts";
import { ENDING_READS, endingOf } from "./ending.ts";
import { COUNT_READS, genAiCounts } from "./gen-ai-counts.ts";
import { langchainCounts } from "./langchain-usage.ts";
import { readModel } from "./model.ts";
import { CHAT, EMBEDDINGS } from "./operation.ts";
import { providerName } from "./provider-name.ts";
import { usageOfCounts } from "./usage-of-counts.ts";

const names = new AttributeNames();
const KIND = names.of("langsmith.span.kind");
const USAGE = names.one("langsmith.usage_metadata");
const LS_PROVIDER = names.of("langsmith.metadata.ls_provider");
const GUESSED_PROVIDER = names.of("gen_ai.provider.name", "gen_ai.system");
const REQUEST_MODEL = names.of("gen_ai.request.model", "langsmith.metadata.ls_model_name");
const RESPONSE_MODEL = names.of("gen_ai.response.model");
const RESPONSE_ID = names.of("gen_ai.response.id");
const SERVICE_TIER = names.of("gen_ai.response.service_tier");

/**
 * LangSmith's export of runs. Its operation names are not to be trusted (a retriever is called embeddings); its kind is.
 * The provider is guessed from the model's name where the run's metadata does not have it.
 */
export const LANGSMITH: MarkedDialect = {
  name: "langsmith",
  reads: [...names.all, ...COUNT_READS, ...ENDING_READS],
  recognises: (_, attributes) => attributes.text(KIND) !== undefined,
  read(span, attributes) {
    const kind = attributes.text(KIND)?.toLowerCase();
    if (kind !== "llm" && kind !== "embedding") return "none";
    const operation = kind === "llm" ? CHAT : EMBEDDINGS;
    const provider = providerName(attributes.text(LS_PROVIDER) ?? attributes.text(GUESSED_PROVIDER));
    const requestModel = readModel(attributes.text(REQUEST_MODEL));
    const responseModel = readModel(attributes.text(RESPONSE_MODEL));
    const metadata = attributes.json(USAGE);
    const whole = langchainCounts(metadata);
    const hasDetails = field(metadata, "input_token_details") !== undefined;
    const accent: Accent = hasDetails
      ? INCLUSIVE
      : { ...INCLUSIVE, cacheReads: "unknown", cacheWrites: "unknown" };
    const model = (responseModel ?? requestModel)?.model;
    const serviceTier = attributes.text(SERVICE_TIER);
    return {
      kind: "call",
      provider,
      requestModel: requestModel?.model,
      responseModel: responseModel?.model,
      operation: operation.name,
      responseId: attributes.text(RESPONSE_ID),
      usage: usageOfCounts(
        whole ?? genAiCounts(attributes),
        { accent, provider, model, generates: operation.generates },
        {
          circumstances: serviceTier === undefined ? {} : { serviceTier },
          claims: claimOf("tool", USAGE, field(metadata, "total_cost")),
        },
      ),
      ending: endingOf(span, attributes),
    };
  },
};
