import type { Condition, ModelPrices, Price, PriceSheet } from "./price.ts";
import { type CompiledRate, compileRates } from "./rate.ts";

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
  /** The provider's tool prices at the time; looked up where the model's own rates have no such unit. */
  readonly tools: readonly CompiledPrice[];
}

export type PriceMissReason =
  | "model_missing"
  | "model_not_found"
  | "provider_not_found"
  | "ambiguous_provider"
  | "no_price_at_that_time";

export interface PriceMiss {
  readonly kind: "miss";
  readonly reason: PriceMissReason;
  /** Names the book does know and that look alike; for people, never for matching. */
  readonly nearest: readonly string[];
}

export interface PriceFound {
  readonly kind: "price";
  readonly price: CompiledPrice;
}

/**
 * Every price that is known, with its history. Models are found by provider and exact name, at an
 * instant; a name that is not known is a miss with the nearest known names, never a guess.
 */
export class PriceBook {
  readonly #providers = new Map<string, Map<string, readonly CompiledPrice[]>>();
  /** Every sheet's provider and models, for listing. */
  readonly sheets: readonly PriceSheet[];

  /** Throws RangeError naming provider, model and field when a sheet is not valid. */
  constructor(sheets: readonly PriceSheet[]) {
    this.sheets = sheets;
    for (const sheet of sheets) this.#add(sheet);
  }

  /**
   * The price of a model at an instant (Unix milliseconds). Without a provider the model must be sold
   * by exactly one.
   */
  find(provider: string, model: string | undefined, atMs: number): PriceFound | PriceMiss {
    if (model === undefined || model === "") return { kind: "miss", reason: "model_missing", nearest: [] };
    const history = provider === "" ? this.#soleHistory(model) : this.#providers.get(provider)?.get(model);
    if (history === "ambiguous") return { kind: "miss", reason: "ambiguous_provider", nearest: [] };
    if (history === undefined) {
      const models = this.#providers.get(provider);
      if (provider !== "" && models === undefined) {
        return {
          kind: "miss",
          reason: "provider_not_found",
          nearest: nearest(provider, this.#providers.keys()),
        };
      }
      const names = models?.keys() ?? [...this.#providers.values()].flatMap((known) => [...known.keys()]);
      return { kind: "miss", reason: "model_not_found", nearest: nearest(model, names) };
    }
    // Newest first: nearly every call is priced by the current price.
    for (let i = history.length - 1; i >= 0; i -= 1) {
      const price = history[i];
      if (price !== undefined && atMs >= price.fromMs) {
        return atMs < price.untilMs
          ? { kind: "price", price }
          : { kind: "miss", reason: "no_price_at_that_time", nearest: [] };
      }
    }
    return { kind: "miss", reason: "no_price_at_that_time", nearest: [] };
  }

  /** The day (YYYY-MM-DD) on which the oldest of the prices in force at `atMs` was checked. */
  oldestCheck(atMs: number): string | undefined {
    let oldest: string | undefined;
    for (const models of this.#providers.values()) {
      for (const history of models.values()) {
        const current = history.findLast((price) => atMs >= price.fromMs && atMs < price.untilMs);
        const checked = current?.price.checked;
        if (checked !== undefined && (oldest === undefined || checked < oldest)) oldest = checked;
      }
    }
    return oldest;
  }

  #soleHistory(model: string): readonly CompiledPrice[] | undefined | "ambiguous" {
    const found = [...this.#providers.values()].flatMap((models) => {
      const history = models.get(model);
      return history === undefined ? [] : [history];
    });
    return found.length > 1 ? "ambiguous" : found[0];
  }

  #add(sheet: PriceSheet): void {
    if (this.#providers.has(sheet.provider))
      throw new RangeError(`provider ${sheet.provider} has two price sheets`);
    const tools = compileHistory(sheet.provider, "tools", sheet.tools ?? [], []);
    const models = new Map<string, readonly CompiledPrice[]>();
    for (const entry of sheet.models) {
      const history = compileHistory(sheet.provider, entry.models[0] ?? "", entry.prices, tools);
      for (const name of entry.models) {
        if (models.has(name)) throw new RangeError(`${sheet.provider} ${name}: the model is listed twice`);
        models.set(name, history);
      }
    }
    this.#providers.set(sheet.provider, models);
  }
}

function compileHistory(
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
    const untilMs =
      price.until !== undefined
        ? instant(price.until, `${where} until`)
        : next !== undefined
          ? instant(next, `${where} from`)
          : Number.POSITIVE_INFINITY;
    const factors = price.factors ?? [];
    return {
      provider,
      model,
      version: `${provider}/${model}@${price.from ?? "release"}`,
      price,
      fromMs,
      untilMs,
      rates: compileRates(price.rates, factors, where),
      variants: (price.variants ?? []).map((variant) => ({
        when: variant.when,
        rates: compileRates(variant.rates, factors, where),
      })),
      tools,
    };
  });
}

function instant(text: string, where: string): number {
  if (!/(?:Z|[+-]\d\d:\d\d)$/.test(text))
    throw new RangeError(`${where}: "${text}" must be an instant with a zone`);
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new RangeError(`${where}: "${text}" is not an ISO 8601 instant`);
  return ms;
}

/** The three known names that share the longest beginnings with the unknown one. */
function nearest(name: string, known: Iterable<string>): readonly string[] {
  const shared = (other: string): number => {
    let length = 0;
    while (length < name.length && name[length] === other[length]) length += 1;
    return length;
  };
  return [...known]
    .map((other) => ({ other, length: shared(other) }))
    .filter(({ length }) => length >= 3)
    .sort((a, b) => b.length - a.length || a.other.localeCompare(b.other))
    .slice(0, 3)
    .map(({ other }) => other);
}
