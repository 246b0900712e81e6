import { decimalOf, isPositive } from "../responses/decimal.ts";
import type { CostClaim } from "../usage.ts";
import { AttributeNames } from "./attribute-names.ts";
import type { AttributeReader } from "./attribute-reader.ts";

const NONE: readonly CostClaim[] = [];

/** A claim, unless the amount is none; 0 is what tools write when they do not know. USD. */
export function claimOf(source: CostClaim["source"], field: string, amount: unknown): readonly CostClaim[] {
  if (amount === undefined) return NONE;
  const plain = typeof amount === "bigint" ? String(amount) : amount;
  const decimal = decimalOf(plain);
  return decimal === undefined || !isPositive(decimal) ? NONE : [{ amount: decimal, source, field }];
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
  const claims = proposed(attributes);
  const gateway = first(attributes, "gateway", GATEWAY);
  const tool = first(attributes, "tool", TOOL);
  return claims.length + gateway.length + tool.length === 0 ? NONE : [...claims, ...gateway, ...tool];
}

function first(
  attributes: AttributeReader,
  source: CostClaim["source"],
  from: typeof TOOL,
): readonly CostClaim[] {
  for (const name of from) {
    const claim = claimOf(source, name, attributes.raw(name));
    if (claim.length > 0) return claim;
  }
  return NONE;
}

/** The attributes that are proposed for the conventions (semantic-conventions-genai, pull request 443). */
function proposed(attributes: AttributeReader): readonly CostClaim[] {
  const amount = attributes.raw(AMOUNT);
  if (amount === undefined || (attributes.text(CURRENCY) ?? "USD") !== "USD") return NONE;
  const source = attributes.text(SOURCE) === "provider" ? "provider" : "tool";
  return claimOf(source, AMOUNT, amount);
}
