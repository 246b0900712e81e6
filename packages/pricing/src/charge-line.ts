import { holds, type Situation } from "./condition.ts";
import type { AttoUsd } from "./money.ts";
import { type CompiledOverride, negotiated } from "./override.ts";
import { amountOf, type CompiledFactor, type CompiledRate } from "./rate.ts";

/** What an override made of a line. */
export interface Agreement {
  /** The override's name, such as `contract 2026-114`. */
  readonly name: string;
  /** In words: `12.5 % off`, `2 per 1000000`. */
  readonly terms: string;
  /** What the line costs under it. */
  readonly net: AttoUsd;
  /** Why a net amount of zero is meant: `committed_capacity` or `negotiated_rate`. */
  readonly zero: string;
}

/** One unit's part of a charge: what a person would write down to check it by hand. */
export interface ChargeLine {
  readonly unit: string;
  readonly quantity: number;
  /** The quantity that is billed, where the provider has a minimum and it is not reached. */
  readonly billed?: number;
  /** The model the line was priced for, when it is not the call's own. */
  readonly model?: string;
  /** Published USD for `per` units. */
  readonly rate: string;
  readonly per: number;
  /** Multipliers the provider publishes, such as `1.1`. */
  readonly factors: readonly string[];
  /** By list price. */
  readonly amount: AttoUsd;
  /** What a negotiated rate or discount makes of it. */
  readonly agreement?: Agreement;
  /** True when the amount was rounded half to even at 1e-18 USD. */
  readonly rounded: boolean;
  /** What had to be assumed for the rate to apply, such as `assumed_ttl=5m`. */
  readonly assumption?: string;
  readonly priceVersion: string;
  readonly source: string;
  readonly checked: string;
}

const NO_FACTORS: readonly CompiledFactor[] = [];
const NO_NAMES: readonly string[] = [];

/** Multiplies a quantity out. Without a situation no multiplier of the provider's applies. */
export function lineOf(
  unit: string,
  quantity: number,
  rate: CompiledRate,
  priceVersion: string,
  now: Situation | undefined,
  model: string | undefined,
  agreed: readonly CompiledOverride[],
): ChargeLine {
  const factors =
    rate.factors.length === 0 || now === undefined
      ? NO_FACTORS
      : rate.factors.filter(({ when }) => holds(when, now));
  const { amount, exact } = amountOf(rate, quantity, factors);
  const line: { -readonly [key in keyof ChargeLine]: ChargeLine[key] } = {
    unit,
    quantity,
    rate: rate.usd,
    per: rate.per,
    factors: factors.length === 0 ? NO_NAMES : factors.map(({ by }) => by),
    amount,
    rounded: !exact,
    priceVersion,
    source: rate.origin.source,
    checked: rate.origin.checked,
  };
  if (model !== undefined) line.model = model;
  if (quantity < rate.minimum) line.billed = rate.minimum;
  if (rate.assumption !== undefined) line.assumption = rate.assumption;
  if (agreed.length > 0) {
    const agreement = agreementOn(unit, quantity, amount, agreed);
    if (agreement !== undefined) line.agreement = agreement;
  }
  return line;
}

function agreementOn(
  unit: string,
  quantity: number,
  list: AttoUsd,
  agreed: readonly CompiledOverride[],
): Agreement | undefined {
  const found = negotiated(agreed, unit, quantity, list);
  if (found === undefined) return undefined;
  const { name, terms } = found.by.override;
  return {
    name,
    terms: found.terms,
    net: found.net,
    zero: terms.kind === "committed" ? "committed_capacity" : "negotiated_rate",
  };
}
