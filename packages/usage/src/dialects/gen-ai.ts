import { SPAN_KIND_CLIENT, type Span } from "../span.ts";
import type { Circumstances, Usage } from "../usage.ts";
import { type Accent, UNKNOWN_ACCENT } from "./accent.ts";
import { AttributeNames } from "./attribute-names.ts";
import type { AttributeReader } from "./attribute-reader.ts";
import { CLAIM_READS, claimsOf } from "./claims.ts";
import type { DialectCall } from "./dialect.ts";
import { ENDING_READS, endingOf } from "./ending.ts";
import { COUNT_READS, genAiCounts, hasCounts } from "./gen-ai-counts.ts";
import { type ModelName, providerOfModel, readModel } from "./model.ts";
import { CHAT, isNoCall, type Operation, operationOf, unknownOperation } from "./operation.ts";
import { providerName } from "./provider-name.ts";
import type { TokenCounts } from "./token-counts.ts";
import { usageOfCounts } from "./usage-of-counts.ts";

const names = new AttributeNames();
const OPERATION = names.of("gen_ai.operation.name");
const REQUEST_TYPE = names.of("llm.request.type");
const PROVIDER = names.of("gen_ai.provider.name", "gen_ai.system", "llm.vendor");
const HOST = names.of("server.address");
const REQUEST_MODEL = names.of("gen_ai.request.model", "llm.request.model");
const RESPONSE_MODEL = names.of("gen_ai.response.model", "llm.response.model");
const RESPONSE_ID = names.of("gen_ai.response.id", "llm.response.id");
const AGENT_NAME = names.one("gen_ai.agent.name");
const CONTAINER = names.of("traceloop.span.kind");
const SERVICE_TIER = names.of(
  "openai.response.service_tier",
  "anthropic.response.service_tier",
  "gen_ai.openai.response.service_tier",
  "gen_ai.response.service_tier",
);

export const GEN_AI_READS: readonly string[] = [
  ...names.all,
  ...COUNT_READS,
  ...CLAIM_READS,
  ...ENDING_READS,
];

/** True for a span with any of the attributes by which OpenTelemetry's GenAI spans are known. */
export function hasGenAi(attributes: AttributeReader): boolean {
  return (
    attributes.text(OPERATION) !== undefined ||
    attributes.text(PROVIDER) !== undefined ||
    attributes.text(REQUEST_MODEL) !== undefined
  );
}

/** A span with GenAI attributes, as far as all that write them agree. */
export interface GenAiSpan {
  readonly span: Span;
  readonly attributes: AttributeReader;
  readonly provider: string;
  readonly requestModel: ModelName | undefined;
  readonly responseModel: ModelName | undefined;
  readonly responseId: string | undefined;
  readonly counts: TokenCounts;
}

/** What one instrumentation does in its own way. */
export interface GenAiHabits {
  /** The accent may depend on the provider, the model, and the counts themselves. */
  readonly accent?: Accent | ((span: GenAiSpan) => Accent);
  /** False where the instrumentation makes the host up. */
  readonly host?: boolean;
  /** The operation of spans that name none. */
  readonly operation?: Operation;
  /** True for a span that is known to be one call, whatever it calls itself. */
  readonly certain?: boolean;
  /** True when usage on an agent's span is all there is. */
  readonly agentsCarryUsage?: boolean;
  /** Whatever else the span's own attributes say. */
  readonly completed?: (call: DialectCall, span: GenAiSpan) => DialectCall;
}

/** Reads a span with GenAI attributes by the habits of whoever wrote it. */
export function readGenAi(
  span: Span,
  attributes: AttributeReader,
  habits: GenAiHabits,
): DialectCall | "none" {
  const counts = genAiCounts(attributes);
  const found = kindOf(span, attributes, counts, habits);
  if (found === undefined) return "none";
  const { kind, operation } = found;
  const read = genAiSpan(span, attributes, counts, habits);
  const accent = typeof habits.accent === "function" ? habits.accent(read) : habits.accent;
  const call: DialectCall = {
    kind,
    provider: read.provider,
    requestModel: read.requestModel?.model,
    responseModel: read.responseModel?.model,
    operation: operation.name,
    responseId: read.responseId,
    usage: usageOf(read, accent ?? UNKNOWN_ACCENT, operation),
    ending: endingOf(span, attributes),
  };
  return habits.completed === undefined ? call : habits.completed(call, read);
}

function genAiSpan(
  span: Span,
  attributes: AttributeReader,
  counts: TokenCounts,
  { host = true }: GenAiHabits,
): GenAiSpan {
  const asked = attributes.text(REQUEST_MODEL);
  const answered = attributes.text(RESPONSE_MODEL);
  const requestModel = readModel(asked);
  const responseModel = answered === asked ? requestModel : readModel(answered);
  const said = providerName(attributes.text(PROVIDER), host ? attributes.text(HOST) : undefined);
  return {
    span,
    attributes,
    provider: said === "" ? providerOfModel(responseModel ?? requestModel) : said,
    requestModel,
    responseModel,
    responseId: attributes.text(RESPONSE_ID),
    counts,
  };
}

function kindOf(
  span: Span,
  attributes: AttributeReader,
  counts: TokenCounts,
  habits: GenAiHabits,
): { readonly kind: "call" | "aggregate"; readonly operation: Operation } | undefined {
  const stated = attributes.text(OPERATION);
  if (habits.certain === true) {
    return { kind: "call", operation: operationOf(stated ?? "") ?? unknownOperation(stated ?? CHAT.name) };
  }
  if (attributes.text(CONTAINER) !== undefined) return undefined;
  const name = stated ?? attributes.text(REQUEST_TYPE);
  const known = name === undefined ? habits.operation : operationOf(name);
  if (known !== undefined) return { kind: "call", operation: known };
  const remote = span.kind === SPAN_KIND_CLIENT;
  if (stated === "invoke_agent") {
    const only = remote || habits.agentsCarryUsage === true;
    return only && hasCounts(counts) ? { kind: "aggregate", operation: unknownOperation(stated) } : undefined;
  }
  if (stated !== undefined && isNoCall(stated)) return undefined;
  const hasModel =
    attributes.text(REQUEST_MODEL) !== undefined || attributes.text(RESPONSE_MODEL) !== undefined;
  // Older spans have no operation, and newer ones may have one that nobody knows yet.
  const operation = stated === undefined ? operationByName(span.name) : unknownOperation(stated);
  if (remote && hasModel && (hasCounts(counts) || stated === undefined)) return { kind: "call", operation };
  if (!hasCounts(counts) || !hasModel || attributes.has(AGENT_NAME)) return undefined;
  // Within the process it may be a call or a sum of calls: it counts when nothing below it does.
  return { kind: "aggregate", operation };
}

/** `openai.embeddings` and `chat gpt-4o` name their operation in the span's name. */
function operationByName(name: string): Operation {
  for (const word of name.split(/[\s./]/)) {
    const operation = operationOf(word);
    if (operation !== undefined) return operation.name === "text_completion" ? CHAT : operation;
  }
  return CHAT;
}

function usageOf(read: GenAiSpan, accent: Accent, operation: Operation): Usage {
  const { attributes, provider } = read;
  const name = read.responseModel ?? read.requestModel;
  const { output } = read.counts;
  const counts = operation.images ? { outputImage: output, ...defined(read.counts) } : read.counts;
  return usageOfCounts(
    counts,
    { accent, provider, model: name?.model, generates: operation.generates },
    { circumstances: circumstancesOf(attributes, provider, name?.region), claims: claimsOf(attributes) },
  );
}

function defined(counts: TokenCounts): TokenCounts {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined));
}

function circumstancesOf(
  attributes: AttributeReader,
  provider: string,
  region: string | undefined,
): Circumstances {
  const serviceTier = attributes.text(SERVICE_TIER);
  const circumstances: { -readonly [name in keyof Circumstances]: Circumstances[name] } = {};
  if (serviceTier !== undefined) circumstances.serviceTier = serviceTier;
  if (region !== undefined && provider === "aws.bedrock") circumstances.region = region;
  return circumstances;
}
