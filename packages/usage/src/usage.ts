import { PROMPT_UNITS, type Unit } from "./unit.ts";

/** Disjoint, non-negative safe integers by unit. A unit with quantity 0 is left out. */
export type Quantities = ReadonlyMap<Unit, number>;

/**
 * How far the quantities can be trusted: `reported` by the provider in full, `partial` when a part of
 * them is known to be missing, `estimated` when an instrumentation made them up, `missing` when there are none.
 */
export type UsageQuality = "reported" | "partial" | "estimated" | "missing";

/** What else moves the price of a call; each as the response says it, not as the request asked. */
export interface Circumstances {
  /** `batch`, `flex`, `priority`, `fast`, `scale` …; absent means the provider's standard tier. */
  readonly serviceTier?: string;
  readonly batch?: boolean;
  /** Inference geography or region, such as `us` or `eu`. */
  readonly region?: string;
  /** `fast` where a provider sells faster inference of the same model. */
  readonly speed?: string;
  /** Quality and size of generated images, as in `medium-1024x1024`. */
  readonly imageSize?: string;
}

/** A cost that somebody else claims for the call, in USD as a decimal string. */
export interface CostClaim {
  readonly amount: string;
  /** `provider`: what was charged. `gateway`: a gateway's estimate. `tool`: what an instrumentation computed. */
  readonly source: "provider" | "gateway" | "tool";
  /** The attribute or response field that carries it. */
  readonly field: string;
}

/** What one LLM call consumed. */
export interface Usage {
  readonly quantities: Quantities;
  readonly quality: UsageQuality;
  readonly circumstances: Circumstances;
  /** Parts of the same call that ran on another model (Anthropic's advisor, a fallback). */
  readonly otherModels: readonly { readonly model: string; readonly quantities: Quantities }[];
  /** Claims about the cost; never trusted over a computed price unless the source is `provider`. */
  readonly claims: readonly CostClaim[];
  /** True when the provider may have billed more than the quantities say: a stream that was broken off. */
  readonly lowerBound: boolean;
  /** Why the call costs nothing although it has usage, such as `gateway_cache_hit`. */
  readonly free?: string;
  /** What was odd but did not keep us from reading: `modality_details_do_not_sum_to_total`. */
  readonly notes: readonly string[];
  /** Why the usage can't be trusted at all, such as `subset_exceeds_total`; the call is then unpriced. */
  readonly problem?: string;
}

/** No call consumes more of a unit than this; a larger number is a fault of its sender. */
export const MAX_QUANTITY = 1_000_000_000_000;

/**
 * Makes a usage from what is known, with the rest at its neutral value. Zero quantities are left out.
 * Throws RangeError for a quantity that is negative, fractional or above MAX_QUANTITY: readers of
 * foreign data must have checked before.
 */
export function usageOf(
  quantities: Iterable<readonly [Unit, number]>,
  rest: Partial<Omit<Usage, "quantities">> = {},
): Usage {
  const kept = new Map<Unit, number>();
  for (const [unit, quantity] of quantities) {
    checkQuantity(quantity, unit);
    if (quantity > 0) kept.set(unit, (kept.get(unit) ?? 0) + quantity);
  }
  return {
    quality: "reported",
    circumstances: {},
    otherModels: [],
    claims: [],
    lowerBound: false,
    notes: [],
    ...rest,
    quantities: kept,
  };
}

/** Throws RangeError for a quantity that is negative, fractional or above MAX_QUANTITY. */
export function checkQuantity(quantity: number, unit: Unit): void {
  if (!Number.isSafeInteger(quantity) || quantity < 0 || quantity > MAX_QUANTITY) {
    throw new RangeError(`quantity of ${unit} must be an integer from 0 to ${MAX_QUANTITY}, got ${quantity}`);
  }
}

/** A usage that says only that nothing is known, and why. */
export function missingUsage(rest: Partial<Omit<Usage, "quantities" | "quality">> = {}): Usage {
  return usageOf([], { ...rest, quality: "missing" });
}

/** Tokens of the whole prompt, cached or not: the number that long-context tiers are measured on. */
export function promptTokens(quantities: Quantities): number {
  let sum = 0;
  for (const [unit, quantity] of quantities) if (PROMPT_UNITS.has(unit)) sum += quantity;
  return sum;
}
