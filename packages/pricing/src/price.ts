import type { Unit } from "@keeptabs/usage";

/**
 * USD for `per` of a unit, as decimal strings copied from the provider's page. A bare string is the
 * price of one million, as token prices are published.
 */
export type Rate = string | UnitRate;

export interface UnitRate {
  readonly usd: string;
  readonly per: number;
  /** The provider bills no call for less than this many units, such as 10 seconds of audio. */
  readonly minimum?: number;
}

/** Rates by unit. A unit without a rate is not priced: it is never taken to be free. */
export type Rates = { readonly [unit in Unit]?: Rate };

/** A range of the prompt's tokens, cached ones included, with the boundary as the provider states it. */
export type TokenRange =
  | { readonly over: number }
  | { readonly from: number }
  | { readonly under: number }
  | { readonly upTo: number };

/** When a variant or factor applies. Every condition that is named must hold. */
export interface Condition {
  /** One of these tiers, where a provider has two names for one. */
  readonly serviceTier?: string | readonly string[];
  readonly batch?: true;
  readonly speed?: string;
  /** One of these regions or inference geographies. */
  readonly region?: readonly string[];
  readonly imageSize?: string | readonly string[];
  readonly promptTokens?: TokenRange;
  /** UTC hours `[from, until)`, 0.5 being half past midnight; a window may go over midnight. */
  readonly utcHours?: readonly { readonly from: number; readonly until: number }[];
  /** UTC weekdays, 0 = Sunday, on which it holds. */
  readonly utcWeekdays?: readonly number[];
  /** UTC days (YYYY-MM-DD) on which it does not hold, such as public holidays. */
  readonly exceptDays?: readonly string[];
}

/** Rates for special circumstances. They stand for themselves and are not derived from the standard ones. */
export interface Variant {
  readonly when: Condition;
  readonly rates: Rates;
  /** Where these rates come from, if not from where the price does. */
  readonly source?: string;
  readonly checked?: string;
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
  /** Why the provider charges nothing for the units whose rate is 0. A rate of 0 without it is refused. */
  readonly free?: string;
  /** Regions, data zones or SKUs that this price is for; a call that names another has no price. Any, when absent. */
  readonly regions?: readonly string[];
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
  /** The provider's tools can't be used with this model, so that their use would have no price. */
  readonly withoutTools?: true;
}

/** A name that stood for one model after another, such as `mistral-medium-latest`. */
export interface Alias {
  readonly name: string;
  readonly source: string;
  readonly checked: string;
  /** Oldest first; each is a name of `ModelPrices.models` of the same sheet, from an instant with zone on. */
  readonly stoodFor: readonly { readonly model: string; readonly from?: string }[];
}

/** The prices of one provider. */
export interface PriceSheet {
  /** As in `gen_ai.provider.name`. */
  readonly provider: string;
  readonly models: readonly ModelPrices[];
  readonly aliases?: readonly Alias[];
  /** Rates of tools, the same for every model and tier, with their history. */
  readonly tools?: readonly Price[];
}
