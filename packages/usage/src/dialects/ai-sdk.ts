import type { Usage } from "../usage.ts";
import { type Accent, INCLUSIVE } from "./accent.ts";
import { readProviderMetadata } from "./ai-sdk-metadata.ts";
import { AttributeNames } from "./attribute-names.ts";
import type { AttributeReader } from "./attribute-reader.ts";
import type { MarkedDialect } from "./dialect.ts";
import { ENDING_READS, type Ending, endingOf } from "./ending.ts";
import { isAnthropic, readModel } from "./model.ts";
import { CHAT, EMBEDDINGS, type Operation, operationOf } from "./operation.ts";
import { providerName } from "./provider-name.ts";
import type { TokenCounts } from "./token-counts.ts";
import { usageOfCounts } from "./usage-of-counts.ts";

const names = new AttributeNames();
const OPERATION_ID = names.of("ai.operationId");
const PROVIDER = names.of("ai.model.provider", "gen_ai.system", "gen_ai.provider.name");
const REQUEST_MODEL = names.of("gen_ai.request.model", "ai.model.id");
const RESPONSE_MODEL = names.of("gen_ai.response.model", "ai.response.model");
const RESPONSE_ID = names.of("gen_ai.response.id", "ai.response.id");
const METADATA = names.one("ai.response.providerMetadata");
const INPUT = names.of(
  "ai.usage.inputTokens",
  "ai.usage.promptTokens",
  "ai.usage.tokens",
  "gen_ai.usage.input_tokens",
);
const OUTPUT = names.of("ai.usage.outputTokens", "ai.usage.completionTokens", "gen_ai.usage.output_tokens");
const TOTAL = names.of("ai.usage.totalTokens");
const NO_CACHE = names.of("ai.usage.inputTokenDetails.noCacheTokens");
const CACHE_READ = names.of("ai.usage.inputTokenDetails.cacheReadTokens", "ai.usage.cachedInputTokens");
const CACHE_WRITE = names.of("ai.usage.inputTokenDetails.cacheWriteTokens");
const TEXT_OUTPUT = names.of("ai.usage.outputTokenDetails.textTokens");
const REASONING = names.of("ai.usage.outputTokenDetails.reasoningTokens", "ai.usage.reasoningTokens");

/** `ai.streamText.doStream`: the one that calls the model. Those above it repeat the last step's usage, or the sum. */
const LEAF = /\.do(Generate|Stream|Embed|Rerank|Transcribe)$/;

const OPERATIONS: ReadonlyMap<string, Operation | undefined> = new Map([
  ["Embed", EMBEDDINGS],
  ["Rerank", operationOf("rerank")],
  ["Transcribe", operationOf("transcription")],
]);

/**
 * Vercel's AI SDK 4 to 6, and 7 with its legacy spans. The scope has no version; the attributes tell. Spans of
 * version 7's own follow OpenTelemetry's conventions and are read by them.
 */
export const AI_SDK: MarkedDialect = {
  name: "ai-sdk",
  reads: [...names.all, ...ENDING_READS],
  recognises: ({ name, scope }, attributes) =>
    attributes.text(OPERATION_ID) !== undefined || (scope.name === "ai" && name.startsWith("ai.")),
  read(span, attributes) {
    const method = LEAF.exec(attributes.text(OPERATION_ID) ?? "")?.[1];
    if (method === undefined) return "none";
    const operation = OPERATIONS.get(method) ?? CHAT;
    const provider = providerName(attributes.text(PROVIDER));
    const requestModel = readModel(attributes.text(REQUEST_MODEL));
    const responseModel = readModel(attributes.text(RESPONSE_MODEL));
    const model = (responseModel ?? requestModel)?.model;
    const usage = usageOf(attributes, provider, model, operation);
    const region = provider === "aws.bedrock" ? requestModel?.region : undefined;
    const circumstances = { ...usage.circumstances, ...(region === undefined ? {} : { region }) };
    return {
      kind: "call",
      provider,
      requestModel: requestModel?.model,
      responseModel: responseModel?.model,
      operation: operation.name,
      responseId: attributes.text(RESPONSE_ID),
      usage: { ...usage, circumstances },
      ending: endingOfStream(endingOf(span, attributes), method === "Stream", usage),
    };
  },
};

/** A stream that has neither a reason to end nor usage was broken off by the application. */
function endingOfStream(ending: Ending, streams: boolean, usage: Usage): Ending {
  const brokenOff = streams && !ending.failed && !ending.finished && usage.quality === "missing";
  return { ...ending, streamed: streams, ...(brokenOff ? { outcome: "aborted" as const } : {}) };
}

function usageOf(
  attributes: AttributeReader,
  provider: string,
  model: string | undefined,
  operation: Operation,
): Usage {
  const metadata = readProviderMetadata(attributes.json(METADATA), model);
  const { circumstances, claims } = metadata;
  if (metadata.usage !== undefined) {
    const { usage } = metadata;
    return {
      ...usage,
      circumstances: { ...circumstances, ...usage.circumstances },
      claims: [...claims, ...usage.claims],
    };
  }
  const counts: TokenCounts = {
    input: attributes.count(INPUT),
    output: attributes.count(OUTPUT),
    total: attributes.count(TOTAL),
    cacheRead: attributes.count(CACHE_READ) ?? metadata.counts.cacheRead,
    cacheWrite: attributes.count(CACHE_WRITE) ?? metadata.counts.cacheWrite,
    reasoning: attributes.count(REASONING) ?? metadata.counts.reasoning,
  };
  const detailed = attributes.count(NO_CACHE) !== undefined || attributes.count(TEXT_OUTPUT) !== undefined;
  const accent = detailed ? INCLUSIVE : earlierAccent(provider, model);
  return usageOfCounts(
    counts,
    { accent, provider, model, generates: operation.generates },
    { circumstances, claims },
  );
}

/**
 * Versions 4 and 5 pass on what the provider's API says: Anthropic's and Bedrock's input leaves out the cache,
 * Gemini's output the thoughts. What was cached often stands nowhere.
 */
function earlierAccent(provider: string, model: string | undefined): Accent {
  const apart = provider === "aws.bedrock" || isAnthropic(provider, model);
  const thoughtsApart = provider === "gcp.gemini" || provider === "gcp.vertex_ai";
  return {
    cache: apart ? "beside" : "inside",
    reasoning: thoughtsApart ? "beside" : "inside",
    cacheReads: "unknown",
    cacheWrites: "unknown",
  };
}
