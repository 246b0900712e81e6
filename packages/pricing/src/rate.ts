import type { Unit } from "@keeptabs/usage";
import { type AttoUsd, parseUsd, scaleUsd } from "./money.ts";
import type { Condition, Factor, Rate, Rates } from "./price.ts";

const MILLION = 1_000_000;

/** A rate ready to multiply. */
export interface CompiledRate {
  /** As published, for explanations. */
  readonly usd: string;
  readonly per: number;
  readonly perAmount: AttoUsd;
  /** atto-USD for one unit, when `per` divides the published amount; otherwise undefined. */
  readonly each: bigint | undefined;
  readonly factors: readonly CompiledFactor[];
}

export interface CompiledFactor {
  readonly when: Condition;
  readonly by: string;
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/**
 * Units that providers bill at another unit's rate where their sheet names none of its own: every
 * provider with reasoning tokens publishes them as billed like output.
 */
export const BILLED_AS: ReadonlyMap<Unit, Unit> = new Map([["output_reasoning", "output"]]);

/** Throws RangeError naming the unit when a rate or factor is not a decimal. */
export function compileRates(
  rates: Rates,
  factors: readonly Factor[],
  where: string,
): ReadonlyMap<string, CompiledRate> {
  const compiled = new Map<string, CompiledRate>();
  for (const [unit, rate] of Object.entries(rates)) {
    if (rate !== undefined) compiled.set(unit, compileRate(unit, rate, factors, where));
  }
  for (const [unit, other] of BILLED_AS) {
    const rate = compiled.get(other);
    if (rate !== undefined && !compiled.has(unit)) compiled.set(unit, rate);
  }
  return compiled;
}

function compileRate(unit: string, rate: Rate, factors: readonly Factor[], where: string): CompiledRate {
  const { usd, per } = typeof rate === "string" ? { usd: rate, per: MILLION } : rate;
  if (!Number.isSafeInteger(per) || per <= 0)
    throw new RangeError(`${where} ${unit}: per must be a positive integer`);
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
    factors: factors.filter(({ units }) => units?.includes(unit) ?? true).map(compileFactor),
  };
}

function compileFactor({ when, by }: Factor): CompiledFactor {
  const decimals = by.split(".")[1]?.length ?? 0;
  return { when, by, numerator: BigInt(by.replace(".", "")), denominator: 10n ** BigInt(decimals) };
}

/** `quantity` units at a rate, and whether the amount had to be rounded (durations do not divide evenly). */
export function amountOf(
  rate: CompiledRate,
  quantity: number,
  factors: readonly CompiledFactor[],
): { readonly amount: AttoUsd; readonly exact: boolean } {
  if (rate.each !== undefined && factors.length === 0) {
    return { amount: (rate.each * BigInt(quantity)) as AttoUsd, exact: true };
  }
  let numerator = BigInt(quantity);
  let denominator = BigInt(rate.per);
  for (const factor of factors) {
    numerator *= factor.numerator;
    denominator *= factor.denominator;
  }
  return scaleUsd(rate.perAmount, numerator, denominator);
}
