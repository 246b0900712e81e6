import type { Unit } from "@keeptabs/usage";
import { type AttoUsd, parseUsd, scaleUsd } from "./money.ts";
import type { Condition, Factor, Rate, Rates } from "./price.ts";

const MILLION = 1_000_000;

/** Where a rate was read. */
export interface Origin {
  readonly source: string;
  readonly checked: string;
}

/** A rate ready to multiply. */
export interface CompiledRate {
  /** As published, for explanations. */
  readonly usd: string;
  readonly per: number;
  readonly perAmount: AttoUsd;
  /** atto-USD for one unit, when `per` divides the published amount; otherwise undefined. */
  readonly each: bigint | undefined;
  /** Smallest quantity that is billed for a call; 0 when there is none. */
  readonly minimum: number;
  readonly factors: readonly CompiledFactor[];
  readonly origin: Origin;
  /** True when the sheet names it; false when it is another unit's, which this one is billed as. */
  readonly stated: boolean;
  /** What had to be assumed for this rate to apply, such as `assumed_ttl=5m`. */
  readonly assumption: string | undefined;
}

export interface CompiledFactor {
  readonly when: Condition;
  readonly by: string;
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Unit that is billed at another's rate where a sheet names none of its own, and what that assumes. */
interface BilledAs {
  readonly unit: Unit;
  readonly as: Unit;
  readonly assumption?: string;
}

/**
 * Units that providers bill at another unit's rate: every provider with reasoning tokens publishes them as
 * billed like output; OpenAI has one price for cache writes, whose time to live is 30 minutes by default;
 * Anthropic and Bedrock write for 5 minutes when the request does not ask for more.
 */
const BILLED_AS: readonly BilledAs[] = [
  { unit: "output_reasoning", as: "output" },
  { unit: "cache_write_30m", as: "cache_write" },
  { unit: "cache_write", as: "cache_write_5m", assumption: "assumed_ttl=5m" },
];

/** Throws RangeError naming the unit when a rate or factor is not a decimal. */
export function compileRates(
  rates: Rates,
  factors: readonly CompiledFactorOf[],
  origin: Origin,
  where: string,
): ReadonlyMap<string, CompiledRate> {
  const compiled = new Map<string, CompiledRate>();
  for (const [unit, rate] of Object.entries(rates)) {
    if (rate !== undefined) compiled.set(unit, compileRate(unit, rate, factors, origin, where));
  }
  for (const { unit, as, assumption } of BILLED_AS) {
    const rate = compiled.get(as);
    if (rate !== undefined && !compiled.has(unit)) compiled.set(unit, { ...rate, assumption, stated: false });
  }
  return compiled;
}

function compileRate(
  unit: string,
  rate: Rate,
  factors: readonly CompiledFactorOf[],
  origin: Origin,
  where: string,
): CompiledRate {
  const { usd, per, minimum = 0 } = typeof rate === "string" ? { usd: rate, per: MILLION } : rate;
  if (!Number.isSafeInteger(per) || per <= 0)
    throw new RangeError(`${where} ${unit}: per must be a positive integer`);
  if (!Number.isSafeInteger(minimum) || minimum < 0)
    throw new RangeError(`${where} ${unit}: minimum must be a whole number of units`);
  let perAmount: AttoUsd;
  try {
    perAmount = parseUsd(usd);
  } catch (error) {
    throw new RangeError(`${where} ${unit}: ${(error as Error).message}`);
  }
  if (perAmount < 0n) throw new RangeError(`${where} ${unit}: a rate is never negative`);
  return {
    usd,
    per,
    perAmount,
    each: perAmount % BigInt(per) === 0n ? perAmount / BigInt(per) : undefined,
    minimum,
    factors: factors.filter(({ units }) => units?.includes(unit) ?? true).map(({ factor }) => factor),
    origin,
    stated: true,
    assumption: undefined,
  };
}

/** A factor with the units it is for. */
export interface CompiledFactorOf {
  readonly factor: CompiledFactor;
  readonly units: readonly Unit[] | undefined;
}

/** Throws RangeError when the multiplier is not a plain decimal above zero. */
export function compileFactor({ when, by, units }: Factor, where: string): CompiledFactorOf {
  if (!/^\d+(?:\.\d+)?$/.test(by) || !/[1-9]/.test(by))
    throw new RangeError(`${where} factor: "${by}" is not a decimal above zero`);
  const decimals = by.split(".")[1]?.length ?? 0;
  const factor = { when, by, numerator: BigInt(by.replace(".", "")), denominator: 10n ** BigInt(decimals) };
  return { factor, units };
}

/** `quantity` units at a rate, and whether the amount had to be rounded (durations do not divide evenly). */
export function amountOf(
  rate: CompiledRate,
  quantity: number,
  factors: readonly CompiledFactor[],
): { readonly amount: AttoUsd; readonly exact: boolean } {
  const billed = Math.max(quantity, rate.minimum);
  if (rate.each !== undefined && factors.length === 0) {
    return { amount: (rate.each * BigInt(billed)) as AttoUsd, exact: true };
  }
  let numerator = BigInt(billed);
  let denominator = BigInt(rate.per);
  for (const factor of factors) {
    numerator *= factor.numerator;
    denominator *= factor.denominator;
  }
  return scaleUsd(rate.perAmount, numerator, denominator);
}
