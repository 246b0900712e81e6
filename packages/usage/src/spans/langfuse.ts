import type { Unit } from "../unit.ts";
import { missingUsage, type Usage, usageOf } from "../usage.ts";
import { type AttributeReader, countOf } from "./attribute-reader.ts";
import { claimedAmount } from "./claims.ts";
import type { Dialect } from "./dialect.ts";
import { modelName } from "./provider-name.ts";

/** Keys of `usage_details`; they are free, and these are the ones that its integrations write. Values are disjoint. */
const UNITS: ReadonlyMap<string, Unit> = new Map([
  ["input", "input"],
  ["input_tokens", "input"],
  ["prompt_tokens", "input"],
  ["input_cached_tokens", "cache_read"],
  ["cache_read_input_tokens", "cache_read"],
  ["input_cache_read", "cache_read"],
  ["input_cache_write_tokens", "cache_write"],
  ["input_cache_creation", "cache_write_5m"],
  ["cache_creation_input_tokens", "cache_write_5m"],
  ["input_cache_creation_5m", "cache_write_5m"],
  ["input_cache_creation_1h", "cache_write_1h"],
  ["input_audio_tokens", "input_audio"],
  ["output", "output"],
  ["output_tokens", "output"],
  ["completion_tokens", "output"],
  ["output_reasoning_tokens", "output_reasoning"],
  ["output_reasoning", "output_reasoning"],
  ["output_audio_tokens", "output_audio"],
]);
/** Parts of the output that are billed as it is. */
const AS_OUTPUT: ReadonlySet<string> = new Set([
  "output_accepted_prediction_tokens",
  "output_rejected_prediction_tokens",
]);

const CALLS: ReadonlySet<string | undefined> = new Set(["generation", "embedding"]);

/** Langfuse's own observations: JSON in attributes, disjoint counts, no provider, and a status that stays unset on errors. */
export const LANGFUSE: Dialect = {
  name: "langfuse",
  read(_span, attributes) {
    const type = attributes.text("langfuse.observation.type");
    if (type === undefined) return undefined;
    if (!CALLS.has(type)) return "none";
    const model = modelName(attributes.text("langfuse.observation.model.name"));
    const usage = usageOfDetails(attributes);
    return {
      kind: "call",
      provider: "",
      requestModel: model,
      responseModel: model,
      operation: type === "embedding" ? "embeddings" : "chat",
      responseId: undefined,
      usage,
      ...(attributes.text("langfuse.observation.level") === "ERROR" ? { outcome: "error" as const } : {}),
    };
  },
};

function usageOfDetails(attributes: AttributeReader): Usage {
  const amount = claimedAmount(attributes.json("langfuse.observation.cost_details")?.["total"]);
  const claims: Usage["claims"] =
    amount === undefined ? [] : [{ amount, source: "tool", field: "langfuse.observation.cost_details" }];
  const details = attributes.json("langfuse.observation.usage_details");
  if (details === undefined) return missingUsage({ claims });
  const sums = new Map<Unit, number>();
  const add = (unit: Unit, quantity: number): void => void sums.set(unit, (sums.get(unit) ?? 0) + quantity);
  let sum = 0;
  for (const [key, value] of Object.entries(details)) {
    const quantity = countOf(value);
    if (quantity === undefined || key === "total" || key === "total_tokens") continue;
    sum += quantity;
    // A key that is not known is a unit that is not known: kept, and without a price.
    add(UNITS.get(key) ?? (AS_OUTPUT.has(key) ? "output" : key), quantity);
  }
  if (sums.size === 0) return missingUsage({ claims });
  const total = countOf(details["total"] ?? details["total_tokens"]);
  if (total === undefined || total === sum) return usageOf(sums, { claims });
  return overlapping(sums, sum - total, claims);
}

/** Hand-made details whose parts exceed their total: what was cached or reasoned was counted in the whole as well. */
function overlapping(sums: Map<Unit, number>, excess: number, claims: Usage["claims"]): Usage {
  const cached =
    (sums.get("cache_read") ?? 0) + (sums.get("cache_write") ?? 0) + (sums.get("cache_write_5m") ?? 0);
  const input = sums.get("input") ?? 0;
  if (excess > 0 && excess === cached && cached <= input) sums.set("input", input - cached);
  return usageOf(sums, { claims, quality: "partial", notes: ["parts_do_not_sum_to_total"] });
}
