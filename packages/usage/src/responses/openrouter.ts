import type { Usage } from "../usage.ts";
import { addDecimals, decimalOf, isPositive } from "./decimal.ts";
import { count, field } from "./field.ts";
import type { RequestFacts, ResponseReading } from "./response.ts";
import { readRouted } from "./routed.ts";

/**
 * OpenRouter: the tokens, and what the call was charged.
 *
 * `cost` is the credits charged and authoritative. The upstream cost is part of it, except when the caller
 * brought a key of their own (BYOK): then the upstream provider charges it beside `cost`. A cost of 0 without
 * BYOK is no claim. The fee on buying credits is outside all of this.
 */
export function readOpenrouter(body: unknown, facts: RequestFacts): ResponseReading {
  const reading = readRouted(body, facts);
  const usage = field(body, "usage");
  const amount = charged(usage);
  const searches = count(field(usage, "server_tool_use_details", "web_search_requests")) ?? 0;
  const claims = amount === undefined ? [] : [{ amount, source: "provider" as const, field: "usage.cost" }];
  return {
    ...reading,
    usage: {
      ...withSearches(reading.usage, searches),
      claims: [...reading.usage.claims, ...claims],
    },
  };
}

/** Undefined when what was charged is not known. */
function charged(usage: unknown): string | undefined {
  const cost = decimalOf(field(usage, "cost"));
  if (cost === undefined) return undefined;
  if (field(usage, "is_byok") !== true) return isPositive(cost) ? cost : undefined;
  const upstream = decimalOf(field(usage, "cost_details", "upstream_inference_cost"));
  return upstream === undefined || !isPositive(upstream) ? undefined : addDecimals(cost, upstream);
}

/** OpenRouter counts its searches itself; its count stands in place of that of the output items. */
function withSearches(usage: Usage, searches: number): Usage {
  if (searches === 0 || usage.quality === "missing") return usage;
  return { ...usage, quantities: new Map([...usage.quantities, ["web_search", searches]]) };
}
