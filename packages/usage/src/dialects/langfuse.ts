import { addDecimals, decimalOf } from "../responses/decimal.ts";
import { usageFromResponse } from "../responses/index.ts";
import type { Unit } from "../unit.ts";
import { type CostClaim, missingUsage, type Usage, usageOf } from "../usage.ts";
import { AttributeNames } from "./attribute-names.ts";
import type { AttributeReader } from "./attribute-reader.ts";
import { claimOf } from "./claims.ts";
import type { MarkedDialect } from "./dialect.ts";
import { ENDING_READS, endingOf } from "./ending.ts";
import { isAnthropic, readModel } from "./model.ts";
import { CHAT, EMBEDDINGS } from "./operation.ts";
import { countOf, isJsonObject, type JsonObject } from "./value.ts";

const names = new AttributeNames();
const TYPE = names.of("langfuse.observation.type");
const LEVEL = names.of("langfuse.observation.level");
const MODEL = names.of("langfuse.observation.model.name");
const USAGE = names.one("langfuse.observation.usage_details");
const COST = names.one("langfuse.observation.cost_details");

/** Keys of `usage_details`. They are free; these are the ones that Langfuse's own integrations write. */
const UNITS: ReadonlyMap<string, Unit> = new Map([
  ["input", "input"],
  ["input_tokens", "input"],
  ["prompt_tokens", "input"],
  ["input_cached_tokens", "cache_read"],
  ["input_cache_read", "cache_read"],
  ["input_cache_read_tokens", "cache_read"],
  ["cache_read_input_tokens", "cache_read"],
  ["input_cache_write_tokens", "cache_write"],
  ["input_cache_creation", "cache_write"],
  ["cache_creation_input_tokens", "cache_write"],
  ["input_cache_creation_5m", "cache_write_5m"],
  ["input_cache_creation_ephemeral_5m_input_tokens", "cache_write_5m"],
  ["input_cache_creation_1h", "cache_write_1h"],
  ["input_cache_creation_ephemeral_1h_input_tokens", "cache_write_1h"],
  ["input_audio", "input_audio"],
  ["input_audio_tokens", "input_audio"],
  ["output", "output"],
  ["output_tokens", "output"],
  ["completion_tokens", "output"],
  // Predictions are billed as output, accepted or not.
  ["output_accepted_prediction_tokens", "output"],
  ["output_rejected_prediction_tokens", "output"],
  ["output_reasoning", "output_reasoning"],
  ["output_reasoning_tokens", "output_reasoning"],
  ["output_audio", "output_audio"],
  ["output_audio_tokens", "output_audio"],
]);
const TOTALS: ReadonlySet<string> = new Set(["total", "total_tokens"]);

/**
 * Langfuse's own observations: usage as JSON in disjoint parts, no provider, and a status that stays unset when
 * the call failed.
 */
export const LANGFUSE: MarkedDialect = {
  name: "langfuse",
  reads: [...names.all, ...ENDING_READS],
  recognises: (_, attributes) => attributes.text(TYPE) !== undefined,
  read(span, attributes) {
    const type = attributes.text(TYPE)?.toLowerCase();
    if (type !== "generation" && type !== "embedding") return "none";
    // Its client for OpenAI calls everything a generation.
    const embeds = type === "embedding" || /(?:^|\.)embeddings?$/i.test(span.name);
    const model = readModel(attributes.text(MODEL))?.model;
    const ending = endingOf(span, attributes);
    return {
      kind: "call",
      provider: "",
      requestModel: model,
      responseModel: undefined,
      operation: embeds ? EMBEDDINGS.name : CHAT.name,
      responseId: undefined,
      usage: usageOfDetails(attributes, model, embeds),
      ending: attributes.text(LEVEL) === "ERROR" ? { ...ending, failed: true } : ending,
    };
  },
};

function usageOfDetails(attributes: AttributeReader, model: string | undefined, embedding: boolean): Usage {
  const claims = claimsOf(attributes.json(COST));
  const details = attributes.json(USAGE);
  if (details === undefined) return missingUsage({ claims });
  // Langfuse takes OpenAI's usage object as it is, in which the parts are inside the whole.
  if (isJsonObject(details["prompt_tokens_details"]) || isJsonObject(details["completion_tokens_details"])) {
    return { ...usageFromResponse("openai.chat", { usage: details }).usage, claims };
  }
  return disjoint(details, model, embedding, claims);
}

function disjoint(
  details: JsonObject,
  model: string | undefined,
  embedding: boolean,
  claims: readonly CostClaim[],
): Usage {
  const quantities: (readonly [Unit, number])[] = [];
  const marks: string[] = [];
  let sum = 0;
  for (const [key, value] of Object.entries(details)) {
    const quantity = countOf(value);
    if (quantity === undefined || quantity === 0 || TOTALS.has(key)) continue;
    sum += quantity;
    // A key that is not known is a unit without a price: kept, and seen.
    const unit = UNITS.get(key) ?? (/^[\w.-]{1,64}$/.test(key) ? key : "unknown");
    if (unit === "cache_write" && isAnthropic("", model)) {
      marks.push("assumed_ttl=5m");
      quantities.push(["cache_write_5m", quantity]);
    } else quantities.push([unit, quantity]);
  }
  const total = countOf(details["total"] ?? details["total_tokens"]);
  if (quantities.length === 0 && total !== undefined && total > 0) {
    if (!embedding) return missingUsage({ claims, notes: ["only_total_tokens_stated"] });
    quantities.push(["input", total]);
    sum = total;
  }
  if (Object.keys(details).length === 0) return missingUsage({ claims });
  if (total !== undefined && total !== sum) {
    marks.push(total > sum ? "total_tokens_exceed_sum" : "total_tokens_below_sum");
  }
  return usageOf(quantities, {
    claims,
    notes: marks,
    quality: marks.length > 0 ? "partial" : "reported",
    lowerBound: total !== undefined && total > sum,
  });
}

/** What Langfuse or the application says it cost: the total, or the sum of its parts. */
function claimsOf(details: JsonObject | undefined): readonly CostClaim[] {
  if (details === undefined) return [];
  const total = claimOf("tool", COST, details["total"]);
  if (total.length > 0) return total;
  const parts = Object.values(details).map((part) => decimalOf(part) ?? "0");
  return claimOf("tool", COST, parts.reduce(addDecimals, "0"));
}
