import type { Alias, Condition, ModelPrices, Price } from "./price.ts";
import { type CompiledFactor, type CompiledRate, compileFactor, compileRates } from "./rate.ts";

/** A price that can be applied: rates are parsed, instants are numbers. */
export interface CompiledPrice {
  readonly provider: string;
  /** The model's first name in the sheet. */
  readonly model: string;
  /** Identifies the price in ledger entries: provider, model and the instant it began. */
  readonly version: string;
  readonly price: Price;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly rates: ReadonlyMap<string, CompiledRate>;
  readonly variants: readonly {
    readonly when: Condition;
    readonly rates: ReadonlyMap<string, CompiledRate>;
  }[];
  readonly factors: readonly CompiledFactor[];
  /** The provider's tool prices at the time; looked up where the model's own rates have no such unit. */
  readonly tools: readonly CompiledPrice[];
}

/**
 * Compiles what one model cost over time. Throws RangeError naming provider, model and field when a rate,
 * an instant or the order is wrong, or when a rate of 0 gives no reason.
 */
export function compileHistory(
  provider: string,
  model: string,
  prices: ModelPrices["prices"],
  tools: readonly CompiledPrice[],
): readonly CompiledPrice[] {
  let previousFrom = Number.NEGATIVE_INFINITY;
  return prices.map((price, index) => {
    const where = `${provider} ${model} price ${index + 1}`;
    const fromMs = price.from === undefined ? Number.NEGATIVE_INFINITY : instant(price.from, `${where} from`);
    if (index > 0 && fromMs <= previousFrom)
      throw new RangeError(`${where}: prices must be listed oldest first`);
    previousFrom = fromMs;
    const next = prices[index + 1]?.from;
    const nextMs = next === undefined ? Number.POSITIVE_INFINITY : instant(next, `${where} from`);
    const untilMs = price.until === undefined ? nextMs : instant(price.until, `${where} until`);
    return compilePrice(provider, model, price, where, fromMs, Math.min(untilMs, nextMs), tools);
  });
}

function compilePrice(
  provider: string,
  model: string,
  price: Price,
  where: string,
  fromMs: number,
  untilMs: number,
  tools: readonly CompiledPrice[],
): CompiledPrice {
  const factors = (price.factors ?? []).map((factor) => compileFactor(factor, where));
  // Of one shape for all, which keeps reading it fast.
  const origin = { source: price.source, checked: price.checked };
  const compiled: CompiledPrice = {
    provider,
    model,
    version: `${provider}/${model}@${price.from ?? "release"}`,
    price,
    fromMs,
    untilMs,
    rates: compileRates(price.rates, factors, origin, where),
    variants: (price.variants ?? []).map(({ when, rates, source, checked }, index) => {
      const read = { source: source ?? price.source, checked: checked ?? price.checked };
      return { when, rates: compileRates(rates, factors, read, `${where} variant ${index + 1}`) };
    }),
    factors: factors.map(({ factor }) => factor),
    tools,
  };
  if (price.free === undefined) {
    const zero = unitOfZero(compiled);
    if (zero !== undefined) throw new RangeError(`${where} ${zero}: a rate of 0 needs a reason in "free"`);
  }
  return compiled;
}

function unitOfZero({ rates, variants }: CompiledPrice): string | undefined {
  for (const table of [rates, ...variants.map((variant) => variant.rates)]) {
    for (const [unit, { perAmount }] of table) if (perAmount === 0n) return unit;
  }
  return undefined;
}

/**
 * What an alias cost over time: the prices of the models that it stood for, each as long as it did. Throws
 * RangeError when it stands for a model that the sheet does not list.
 */
export function aliasHistory(
  provider: string,
  { name, stoodFor }: Alias,
  models: ReadonlyMap<string, readonly CompiledPrice[]>,
): readonly CompiledPrice[] {
  const where = `${provider} alias ${name}`;
  let previousFrom = Number.NEGATIVE_INFINITY;
  return stoodFor.flatMap(({ model, from }, index) => {
    const history = models.get(model);
    if (history === undefined) throw new RangeError(`${where}: no model ${model} in the sheet`);
    const fromMs = from === undefined ? Number.NEGATIVE_INFINITY : instant(from, `${where} from`);
    if (index > 0 && fromMs <= previousFrom) throw new RangeError(`${where}: must be listed oldest first`);
    previousFrom = fromMs;
    const next = stoodFor[index + 1]?.from;
    const untilMs = next === undefined ? Number.POSITIVE_INFINITY : instant(next, `${where} from`);
    return history
      .filter((price) => price.untilMs > fromMs && price.fromMs < untilMs)
      .map((price) => ({
        ...price,
        fromMs: Math.max(price.fromMs, fromMs),
        untilMs: Math.min(price.untilMs, untilMs),
      }));
  });
}

/** An ISO 8601 instant as Unix milliseconds. Throws RangeError when it has no zone: a day begins at 24 instants. */
export function instant(text: string, where: string): number {
  if (!/(?:Z|[+-]\d\d:\d\d)$/.test(text))
    throw new RangeError(`${where}: "${text}" must be an instant with a zone`);
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new RangeError(`${where}: "${text}" is not an ISO 8601 instant`);
  return ms;
}
