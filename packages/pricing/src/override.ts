import { instant } from "./compiled-price.ts";
import { type AttoUsd, scaleUsd } from "./money.ts";
import type { Rates } from "./price.ts";
import { amountOf, type CompiledRate, compileRates } from "./rate.ts";

/**
 * What was agreed: other rates than the list's, a percentage off it, or capacity that was paid for in advance.
 * Committed rates are what the user wants a unit of the capacity to be booked at; they may be 0, and hold
 * where the list has no price (OpenAI's scale tier, Vertex's and Azure's provisioned throughput).
 */
export type Terms =
  | { readonly kind: "rates"; readonly rates: Rates }
  | { readonly kind: "percent_off"; readonly percent: string; readonly units?: readonly string[] }
  | { readonly kind: "committed"; readonly rates: Rates };

/** A negotiated discount or price, and the calls it is for. Everything that is named must match. */
export interface Override {
  /** What explanations call it, such as `contract 2026-114`. */
  readonly name: string;
  /** ISO 8601 instants with zone: from, inclusive, and until, exclusive. */
  readonly from: string;
  readonly until?: string;
  readonly provider?: string;
  /** Names as calls carry them, or as the price book lists them first. */
  readonly models?: readonly string[];
  readonly customers?: readonly string[];
  readonly serviceTiers?: readonly string[];
  readonly terms: Terms;
}

/** What overrides are looked up by. */
export interface OverrideSubject {
  readonly provider: string;
  /** The model as the call names it and as the book does. */
  readonly models: readonly string[];
  readonly customer: string | undefined;
  readonly serviceTier: string | undefined;
  readonly atMs: number;
}

/** An override that applies to a call. */
export interface CompiledOverride {
  readonly override: Override;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly rates: ReadonlyMap<string, CompiledRate>;
  /** What is left of 100 percent as a fraction; undefined when rates are replaced. */
  readonly keeps: { readonly numerator: bigint; readonly denominator: bigint } | undefined;
}

/** What a unit costs under an override. */
export interface NegotiatedAmount {
  readonly net: AttoUsd;
  /** In words: `12.5 % off`, `2 per 1000000`. */
  readonly terms: string;
}

/** The user's overrides, in order: for each unit the first that speaks of it is taken, and none is added to another. */
export class Overrides {
  readonly #overrides: readonly CompiledOverride[];

  /** Throws RangeError naming the override and the field when a rate, percentage or instant is wrong. */
  constructor(overrides: readonly Override[]) {
    this.#overrides = overrides.map(compile);
  }

  get isEmpty(): boolean {
    return this.#overrides.length === 0;
  }

  /** Those that a call falls under, in order. */
  applying(subject: OverrideSubject): readonly CompiledOverride[] {
    return this.#overrides.filter((candidate) => applies(candidate, subject));
  }
}

function compile(override: Override): CompiledOverride {
  const where = `override ${override.name}`;
  const { terms, from, until } = override;
  const fromMs = instant(from, `${where} from`);
  const untilMs = until === undefined ? Number.POSITIVE_INFINITY : instant(until, `${where} until`);
  if (untilMs <= fromMs) throw new RangeError(`${where} until: must be after from`);
  if (terms.kind === "percent_off") {
    const keeps = keepsOf(terms.percent, where);
    return { override, fromMs, untilMs, rates: new Map(), keeps };
  }
  const origin = { source: `override:${override.name}`, checked: from.slice(0, 10) };
  const rates = compileRates(terms.rates, [], origin, where);
  return { override, fromMs, untilMs, rates, keeps: undefined };
}

function keepsOf(percent: string, where: string): { numerator: bigint; denominator: bigint } {
  const match = /^(\d{1,3})(?:\.(\d{1,12}))?$/.exec(percent);
  if (match === null) throw new RangeError(`${where} percent: "${percent}" is not a decimal from 0 to 100`);
  const [, whole = "", decimals = ""] = match;
  const denominator = 100n * 10n ** BigInt(decimals.length);
  const numerator = denominator - BigInt(whole + decimals);
  if (numerator < 0n) throw new RangeError(`${where} percent: "${percent}" is more than 100`);
  return { numerator, denominator };
}

function applies(
  { override, fromMs, untilMs }: CompiledOverride,
  { provider, models, customer, serviceTier, atMs }: OverrideSubject,
): boolean {
  const names = (list: readonly string[] | undefined, ...values: readonly (string | undefined)[]): boolean =>
    list === undefined || values.some((value) => value !== undefined && list.includes(value));
  return (
    atMs >= fromMs &&
    atMs < untilMs &&
    (override.provider === undefined || override.provider === provider) &&
    names(override.models, ...models) &&
    names(override.customers, customer) &&
    names(override.serviceTiers, serviceTier)
  );
}

/**
 * What a quantity costs net under the first override that speaks of its unit. A percentage is taken off the
 * list amount and rounded half to even at 1e-18 USD; negotiated rates are taken as agreed, without the
 * provider's multipliers. Undefined when none speaks of it.
 */
export function negotiated(
  applying: readonly CompiledOverride[],
  unit: string,
  quantity: number,
  list: AttoUsd,
): (NegotiatedAmount & { readonly by: CompiledOverride }) | undefined {
  for (const by of applying) {
    const { terms } = by.override;
    if (terms.kind === "percent_off") {
      if (by.keeps === undefined || terms.units?.includes(unit) === false) continue;
      const { amount } = scaleUsd(list, by.keeps.numerator, by.keeps.denominator);
      return { by, net: amount, terms: `${terms.percent} % off` };
    }
    const rate = by.rates.get(unit);
    if (rate === undefined) continue;
    return { by, net: amountOf(rate, quantity, []).amount, terms: `${rate.usd} per ${rate.per}` };
  }
  return undefined;
}
