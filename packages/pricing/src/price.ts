import type { Unit } from "@keeptabs/usage";

/**
 * USD for `per` of a unit, as decimal strings copied from the provider's page. A bare string is the
 * price of one million, as token prices are published.
 */
export type Rate = string | { readonly usd: string; readonly per: number };

/** Rates by unit. A unit without a rate is not priced: it is never taken to be free. */
export type Rates = { readonly [unit in Unit]?: Rate };

/** When a variant or factor applies. Every condition that is named must hold. */
export interface Condition {
  readonly serviceTier?: string;
  readonly batch?: true;
  readonly speed?: string;
  /** One of these regions or inference geographies. */
  readonly region?: readonly string[];
  readonly imageSize?: string;
  /** Prompt tokens, cached ones included, with the boundary as the provider states it. */
  readonly promptTokens?: { readonly over: number } | { readonly from: number };
  /** UTC hours `[from, until)`; and weekdays, 0 = Sunday, on which they hold. */
  readonly utcHours?: readonly { readonly from: number; readonly until: number }[];
  readonly utcWeekdays?: readonly number[];
}

/** Rates for special circumstances. They stand for themselves and are not derived from the standard ones. */
export interface Variant {
  readonly when: Condition;
  readonly rates: Rates;
}

/** A multiplier that the provider itself publishes as one. */
export interface Factor {
  readonly when: Condition;
  /** Decimal string, such as `1.1`. */
  readonly by: string;
  /** The units it applies to; all of the price's own when absent. Tool rates are never multiplied. */
  readonly units?: readonly Unit[];
}

/** All rates of a model from an instant on. A price is succeeded by a newer one, never edited. */
export interface Price {
  /** ISO 8601 instant with zone, inclusive; absent: since the model was released. */
  readonly from?: string;
  /** ISO 8601 instant with zone, exclusive, when the provider stopped selling at this price; usually the next `from`. */
  readonly until?: string;
  /** The page that states it, and the day somebody last looked (YYYY-MM-DD). */
  readonly source: string;
  readonly checked: string;
  /** What a reader of the sheet should know: what is contested, and why this figure stands. */
  readonly note?: string;
  readonly rates: Rates;
  /** Ordered from the particular to the general: the first whose condition holds is taken. */
  readonly variants?: readonly Variant[];
  readonly factors?: readonly Factor[];
}

export interface ModelPrices {
  /** Every name the provider itself gives this model: alias and dated snapshots. Matched exactly. */
  readonly models: readonly string[];
  /** Oldest first. */
  readonly prices: readonly Price[];
}

/** The prices of one provider. */
export interface PriceSheet {
  /** As in `gen_ai.provider.name`. */
  readonly provider: string;
  readonly models: readonly ModelPrices[];
  /** Rates of tools, the same for every model and tier, with their history. */
  readonly tools?: readonly Price[];
}
