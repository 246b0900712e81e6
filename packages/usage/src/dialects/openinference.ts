import { field } from "../responses/field.ts";
import type { Span } from "../span.ts";
import type { Usage } from "../usage.ts";
import type { Accent } from "./accent.ts";
import { AttributeNames } from "./attribute-names.ts";
import type { AttributeReader } from "./attribute-reader.ts";
import { claimOf } from "./claims.ts";
import type { MarkedDialect } from "./dialect.ts";
import { ENDING_READS, endingOf } from "./ending.ts";
import { type LangchainAnswer, langchainAnswer } from "./langchain-usage.ts";
import { readModel } from "./model.ts";
import { CHAT, EMBEDDINGS, type Operation } from "./operation.ts";
import { providerName } from "./provider-name.ts";
import { readRecordedAnswer } from "./recorded-answer.ts";
import type { TokenCounts } from "./token-counts.ts";
import { usageOfCounts } from "./usage-of-counts.ts";
import { isJsonObject, textOf } from "./value.ts";

const names = new AttributeNames();
const KIND = names.of("openinference.span.kind");
const PROVIDER = names.of("llm.provider", "llm.system");
const METADATA = names.one("metadata");
const PARAMETERS = names.one("llm.invocation_parameters");
const REQUEST_MODEL = names.of("llm.request.model_name");
const RESPONSE_MODEL = names.of("llm.response.model_name", "llm.model_name", "embedding.model_name");
const OUTPUT_VALUE = names.one("output.value");
const COST = names.one("llm.cost.total");
const INPUT = names.of("llm.token_count.prompt");
const OUTPUT = names.of("llm.token_count.completion");
const TOTAL = names.of("llm.token_count.total");
const CACHE_READ = names.of(
  "llm.token_count.prompt_details.cache_read",
  "llm.token_count.prompt_details.cache_input",
);
const CACHE_WRITE = names.of("llm.token_count.prompt_details.cache_write");
const INPUT_AUDIO = names.of("llm.token_count.prompt_details.audio");
const REASONING = names.of("llm.token_count.completion_details.reasoning");
const OUTPUT_AUDIO = names.of("llm.token_count.completion_details.audio");

/** OpenInference (Arize Phoenix). Calls are of the kinds LLM and EMBEDDING; all others are above calls or beside them. */
export const OPENINFERENCE: MarkedDialect = {
  name: "openinference",
  reads: [...names.all, ...ENDING_READS],
  recognises: (_, attributes) => attributes.text(KIND) !== undefined,
  read(span, attributes) {
    const kind = attributes.text(KIND)?.toUpperCase();
    if (kind !== "LLM" && kind !== "EMBEDDING") return "none";
    const operation = kind === "LLM" ? CHAT : EMBEDDINGS;
    const provider = providerOf(attributes);
    const requestModel = readModel(
      attributes.text(REQUEST_MODEL) ?? textOf(field(attributes.json(PARAMETERS), "model")),
    );
    const answer = attributes.json(OUTPUT_VALUE);
    const run = langchainAnswer(answer);
    const recorded = [answer, run?.metadata]
      .filter(isJsonObject)
      .map((body) => readRecordedAnswer(body, provider))
      .find((reading) => reading !== undefined);
    const stated = readModel(attributes.text(RESPONSE_MODEL));
    const model = readModel(recorded?.responseModel ?? textOf(run?.model)) ?? stated;
    return {
      kind: "call",
      provider,
      requestModel: requestModel?.model,
      responseModel: model?.model,
      operation: operation.name,
      responseId: recorded?.responseId ?? textOf(run?.id),
      usage:
        recorded === undefined
          ? countedUsage(span, attributes, { provider, model: model?.model, operation, run })
          : { ...recorded.usage, claims: [...recorded.usage.claims, ...claimsOf(attributes)] },
      ending: endingOf(span, attributes),
    };
  },
};

/** LangChain's instrumentation names the provider in the run's metadata only. */
function providerOf(attributes: AttributeReader): string {
  const stated = providerName(attributes.text(PROVIDER));
  return stated === "" ? providerName(textOf(field(attributes.json(METADATA), "ls_provider"))) : stated;
}

interface Known {
  readonly provider: string;
  readonly model: string | undefined;
  readonly operation: Operation;
  readonly run: LangchainAnswer | undefined;
}

function countedUsage({ scope }: Span, attributes: AttributeReader, known: Known): Usage {
  const { provider, model, operation, run } = known;
  const serviceTier = textOf(run?.serviceTier);
  return usageOfCounts(
    run?.counts ?? countsOf(attributes),
    { accent: accentOf(scope.name, known), provider, model, generates: operation.generates },
    { claims: claimsOf(attributes), circumstances: serviceTier === undefined ? {} : { serviceTier } },
  );
}

function countsOf(attributes: AttributeReader): TokenCounts {
  return {
    input: attributes.count(INPUT),
    output: attributes.count(OUTPUT),
    total: attributes.count(TOTAL),
    cacheRead: attributes.count(CACHE_READ),
    cacheWrite: attributes.count(CACHE_WRITE),
    reasoning: attributes.count(REASONING),
    inputAudio: attributes.count(INPUT_AUDIO),
    outputAudio: attributes.count(OUTPUT_AUDIO),
  };
}

/** The instrumentations are one dialect in names, and differ in what they add up. */
function accentOf(scope: string, { provider, run }: Known): Accent {
  if (run !== undefined) {
    // Chunks of Anthropic's are added up, its first count of output with the last.
    const estimated = run.streamed && provider === "anthropic";
    return { cache: "inside", reasoning: "inside", cacheReads: "if_any", cacheWrites: "if_any", estimated };
  }
  if (/instrumentation[-.]anthropic/.test(scope)) {
    return { cache: "inside", reasoning: "inside", cacheReads: "if_any", cacheWrites: "if_any" };
  }
  if (/instrumentation[-.]langchain/.test(scope)) {
    return { cache: "inside", reasoning: "inside", cacheReads: "if_any", cacheWrites: "never" };
  }
  const cache = /instrumentation[-.]bedrock/.test(scope) ? "beside" : "unknown";
  return { cache, reasoning: "unknown", cacheReads: "unknown", cacheWrites: "unknown" };
}

function claimsOf(attributes: AttributeReader): Usage["claims"] {
  return claimOf("tool", COST, attributes.raw(COST));
}
