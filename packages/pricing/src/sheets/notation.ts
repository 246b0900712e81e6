import type { Condition, Factor, ModelPrices, Price, Rates, UnitRate, Variant } from "../price.ts";

/** Where a price was read and when, with what a reader of the sheet should know about it. */
export type Read = Pick<Price, "source" | "checked" | "note">;

/** USD for one thousand: searches, calls, pages. */
export function perThousand(usd: string): UnitRate {
  return { usd, per: 1000 };
}

/** USD for each: images, seconds of video. */
export function each(usd: string): UnitRate {
  return { usd, per: 1 };
}

/** USD for a minute of audio, which is counted in milliseconds. */
export function perMinute(usd: string): UnitRate {
  return { usd, per: 60_000 };
}

/** USD for an hour of audio, which is counted in milliseconds; no call is billed for less than `minimumSeconds`. */
export function perHour(usd: string, minimumSeconds = 0): UnitRate {
  const hour = { usd, per: 3_600_000 };
  return minimumSeconds === 0 ? hour : { ...hour, minimum: minimumSeconds * 1000 };
}

/** A model, or several at the same rates, with the one price that is known of it. */
export function sold(
  read: Read,
  models: readonly string[],
  rates: Rates,
  variants: readonly Variant[] = [],
  factors: readonly Factor[] = [],
): ModelPrices {
  return { models, prices: [price(read, rates, variants, factors)] };
}

/** One price of a model's history. */
export function price(
  read: Read & Pick<Price, "from">,
  rates: Rates,
  variants: readonly Variant[] = [],
  factors: readonly Factor[] = [],
): Price {
  return {
    ...read,
    rates,
    ...(variants.length === 0 ? {} : { variants }),
    ...(factors.length === 0 ? {} : { factors }),
  };
}

/** Rates of a batch job, for prompts in a range where the page tells one. */
export function batch(rates: Rates, range: Condition = {}): Variant {
  return { when: { batch: true, ...range }, rates };
}

/** Rates of a service tier. */
export function tier(serviceTier: string | readonly string[], rates: Rates, range: Condition = {}): Variant {
  return { when: { serviceTier, ...range }, rates };
}

/** Rates of prompts in a range, at standard terms. */
export function prompts(range: Condition, rates: Rates): Variant {
  return { when: range, rates };
}

/** Batch and flex, where the page sells them at the same rates. */
export function batchAndFlex(rates: Rates, range: Condition = {}): readonly Variant[] {
  return [batch(rates, range), tier("flex", rates, range)];
}

/** Images by quality and size, as in `medium-1024x1024`. */
export function bySize(prices: { readonly [size: string]: string }, unit = "images"): readonly Variant[] {
  return Object.entries(prices).map(([imageSize, usd]) => ({
    when: { imageSize },
    rates: { [unit]: each(usd) },
  }));
}
