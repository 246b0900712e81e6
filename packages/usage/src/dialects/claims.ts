import { decimalOf, isPositive } from "../responses/decimal.ts";
import type { CostClaim } from "../usage.ts";
import { AttributeNames } from "./attribute-names.ts";
import type { AttributeReader } from "./attribute-reader.ts";

/** A claim, unless the amount is none; 0 is what tools write when they do not know. USD. */
export function claimOf(source: CostClaim["source"], field: string, amount: unknown): readonly CostClaim[] {
  const plain = typeof amount === "bigint" ? String(amount) : amount;
  const decimal = decimalOf(plain);
  return decimal === undefined || !isPositive(decimal) ? [] : [{ amount: decimal, source, field }];
}

const names = new AttributeNames();
/** A gateway prices the call itself: LiteLLM's second and first telemetry. */
const GATEWAY = names.of("litellm.cost.total", "gen_ai.cost.total_cost");
const TOOL = names.of(
  "gen_ai.usage.cost",
  "operation.cost",
  "gen_ai.usage.total_cost",
  "llm.usage.total_cost",
);
const AMOUNT = names.one("gen_ai.usage.cost.amount");
const CURRENCY = names.of("gen_ai.usage.cost.currency");
const SOURCE = names.of("gen_ai.usage.cost.source");

export const CLAIM_READS: readonly string[] = names.all;

/** The costs that a span with GenAI attributes claims; one claim of each source. */
export function claimsOf(attributes: AttributeReader): readonly CostClaim[] {
  const first = (source: CostClaim["source"], from: typeof TOOL): readonly CostClaim[] => {
    for (const name of from) {
      const claim = claimOf(source, name, attributes.raw(name));
      if (claim.length > 0) return claim;
    }
    return [];
  };
  return [...proposed(attributes), ...first("gateway", GATEWAY), ...first("tool", TOOL)];
}

/** The attributes that are proposed for the conventions (semantic-conventions-genai, pull request 443). */
function proposed(attributes: AttributeReader): readonly CostClaim[] {
  if ((attributes.text(CURRENCY) ?? "USD") !== "USD") return [];
  const source = attributes.text(SOURCE) === "provider" ? "provider" : "tool";
  return claimOf(source, AMOUNT, attributes.raw(AMOUNT));
}
