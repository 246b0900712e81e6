import type { Unit } from "../unit.ts";
import { anthropicAssembly, readAnthropic } from "./anthropic.ts";
import { anthropicTokens } from "./anthropic-tokens.ts";
import { countInText, field, isObject, items, overlaid, text } from "./field.ts";
import { tallyChat } from "./openai-chat.ts";
import type { RequestFacts, ResponseReading } from "./response.ts";
import type { Assembly } from "./stream.ts";
import { SUBSET_EXCEEDS_TOTAL, Tally } from "./tally.ts";

/**
 * Bedrock's Converse: `inputTokens` leaves out what was read from and written to the cache, and the total
 * includes it. The answer names no model, unless a prompt router chose one.
 */
export function readConverse(body: unknown, facts: RequestFacts): ResponseReading {
  const tally = new Tally(facts);
  const latency = text(field(body, "performanceConfig", "latency"));
  tally.circumstances({
    serviceTier:
      text(field(body, "serviceTier", "type")) ?? facts.headers?.get("x-amzn-bedrock-service-tier"),
    speed: latency === undefined || latency === "standard" ? undefined : latency,
  });
  tallyConverse(tally, field(body, "usage"));
  const routed = text(field(body, "trace", "promptRouter", "invokedModelId"));
  return tally.reading(routed, facts.headers?.get("x-amzn-requestid"));
}

function tallyConverse(tally: Tally, usage: unknown): void {
  const [input, output] = [tally.count(usage, "inputTokens"), tally.count(usage, "outputTokens")];
  if (input === undefined && output === undefined) return;
  if (input === undefined) tally.partial("missing:inputTokens");
  if (output === undefined) tally.partial("missing:outputTokens");
  const read =
    tally.count(usage, "cacheReadInputTokens") ?? tally.count(usage, "cacheReadInputTokenCount") ?? 0;
  const writes = cacheWrites(tally, usage);
  const written = writes.reduce((sum, [, quantity]) => sum + quantity, 0);
  const parts = (input ?? 0) + (output ?? 0) + read + written;
  const total = tally.count(usage, "totalTokens");
  // Nova's InvokeModel repeats the shape with a total that leaves the cache out.
  const totals = [parts, (input ?? 0) + (output ?? 0)];
  if (total !== undefined && total > 0 && !totals.includes(total)) {
    if (total < parts) tally.reject(SUBSET_EXCEEDS_TOTAL);
    else tally.partial("total_tokens_exceed_sum");
  }
  tally.add("input", input);
  tally.add("cache_read", read);
  for (const [unit, quantity] of writes) tally.add(unit, quantity);
  tally.add("output", output);
}

/** Writes by the time to live that `cacheDetails` states; the rest has none. */
function cacheWrites(tally: Tally, usage: unknown): readonly (readonly [Unit, number])[] {
  const details: (readonly [Unit, number])[] = [];
  let split = 0;
  for (const item of items(field(usage, "cacheDetails"))) {
    const quantity = tally.count(item, "inputTokens") ?? 0;
    const ttl = text(field(item, "ttl"));
    details.push([ttl === "5m" || ttl === "1h" ? `cache_write_${ttl}` : "cache_write", quantity]);
    split += quantity;
  }
  const stated =
    tally.count(usage, "cacheWriteInputTokens") ?? tally.count(usage, "cacheWriteInputTokenCount");
  const total = stated ?? split;
  if (split > total) tally.reject(SUBSET_EXCEEDS_TOTAL);
  return [...details, ["cache_write", Math.max(0, total - split)]];
}

const INPUT_HEADER = "x-amzn-bedrock-input-token-count";
const OUTPUT_HEADER = "x-amzn-bedrock-output-token-count";
const READ_HEADER = "x-amzn-bedrock-cache-read-input-token-count";
const WRITE_HEADER = "x-amzn-bedrock-cache-write-input-token-count";

/**
 * Bedrock's InvokeModel, whose body is the model's own: Anthropic's, OpenAI's, Nova's, Llama's and Titan's
 * are understood. Where the body says nothing, the counts of the response headers or of a stream's
 * invocation metrics are taken; they leave the cache out, as Converse does.
 */
export function readInvokeModel(body: unknown, facts: RequestFacts): ResponseReading {
  const usage = field(body, "usage");
  if (anthropicTokens(new Tally(facts), usage) !== undefined) return readAnthropic(body, facts);
  const tally = new Tally(facts);
  tally.circumstances({ serviceTier: facts.headers?.get("x-amzn-bedrock-service-tier") });
  if (isObject(usage) && field(usage, "inputTokens") !== undefined) tallyConverse(tally, usage);
  else if (isObject(usage)) tallyChat(tally, body);
  else tallyNative(tally, body, facts);
  const id = text(field(body, "id")) ?? facts.headers?.get("x-amzn-requestid");
  return tally.reading(field(body, "model"), id);
}

/** Models without a usage object. */
function tallyNative(tally: Tally, body: unknown, facts: RequestFacts): void {
  const metrics = field(body, "amazon-bedrock-invocationMetrics");
  const header = (name: string): number | undefined => countInText(facts.headers?.get(name));
  const input =
    tally.count(metrics, "inputTokenCount") ??
    header(INPUT_HEADER) ??
    tally.count(body, "prompt_token_count") ??
    tally.count(body, "inputTextTokenCount");
  const output =
    tally.count(metrics, "outputTokenCount") ??
    header(OUTPUT_HEADER) ??
    tally.count(body, "generation_token_count") ??
    titanOutput(tally, body);
  if (input === undefined && output === undefined) return;
  if (input === undefined) tally.partial("missing:input");
  if (output === undefined) tally.partial("missing:output");
  tally.add("input", input);
  tally.add("cache_read", tally.count(metrics, "cacheReadInputTokenCount") ?? header(READ_HEADER));
  tally.add("cache_write", tally.count(metrics, "cacheWriteInputTokenCount") ?? header(WRITE_HEADER));
  tally.add("output", output);
}

/** Output of Titan's text models; embeddings have none. */
function titanOutput(tally: Tally, body: unknown): number | undefined {
  if (field(body, "embedding") !== undefined || field(body, "embeddings") !== undefined) return 0;
  const results = items(field(body, "results"));
  if (results.length === 0) return undefined;
  return results.reduce<number>((sum, result) => sum + (tally.count(result, "tokenCount") ?? 0), 0);
}

/** ConverseStream ends with a `metadata` event, which may come without its envelope. */
export function converseAssembly(): Assembly {
  let body: unknown;
  return {
    take(event: object): void {
      const metadata = isObject(field(event, "metadata")) ? field(event, "metadata") : event;
      if (isObject(field(metadata, "usage"))) body = metadata;
    },
    get complete(): boolean {
      return body !== undefined;
    },
    body: () => body,
  };
}

/** InvokeModelWithResponseStream: the model's own events, the last of them with Bedrock's metrics. */
export function invokeAssembly(): Assembly {
  const anthropic = anthropicAssembly();
  let body: Readonly<Record<string, unknown>> = {};
  return {
    take(event: object): void {
      anthropic.take(event);
      const metrics = field(event, "amazon-bedrock-invocationMetrics");
      const usage = field(event, "metadata", "usage");
      body = overlaid(body, {
        "amazon-bedrock-invocationMetrics": metrics,
        usage,
        id: field(event, "id"),
        model: field(event, "model"),
      });
    },
    get complete(): boolean {
      return (
        anthropic.complete || isObject(body["usage"]) || isObject(body["amazon-bedrock-invocationMetrics"])
      );
    },
    body: () =>
      anthropic.complete || !isObject(body["amazon-bedrock-invocationMetrics"])
        ? overlaid(body, anthropic.body())
        : body,
  };
}
