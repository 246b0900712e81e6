import type { ModelInfo, ModelPrice, Provider } from "@pydantic/genai-prices";
import { exactDecimal } from "../catalogues/exact-number.ts";
import type { Condition, Price, Rate, Rates, Variant } from "../price.ts";

/** The release whose data this is, and the day it appeared. */
export const CATALOGUE_VERSION = "0.1.8";
const RELEASED = "2026-09-23";

/** The catalogue's price keys as our units, and how many of the unit a price is for. */
const UNITS: ReadonlyMap<string, readonly [unit: string, per: number]> = new Map([
  ["input_mtok", ["input", 1_000_000]],
  ["cache_read_mtok", ["cache_read", 1_000_000]],
  ["cache_write_mtok", ["cache_write", 1_000_000]],
  ["cache_write_1h_mtok", ["cache_write_1h", 1_000_000]],
  ["output_mtok", ["output", 1_000_000]],
  ["output_reasoning_mtok", ["output_reasoning", 1_000_000]],
  ["input_audio_mtok", ["input_audio", 1_000_000]],
  ["cache_audio_read_mtok", ["cache_read_audio", 1_000_000]],
  ["output_audio_mtok", ["output_audio", 1_000_000]],
  ["input_image_mtok", ["input_image", 1_000_000]],
  ["cache_image_read_mtok", ["cache_read_image", 1_000_000]],
  ["output_image_mtok", ["output_image", 1_000_000]],
  ["input_video_mtok", ["input_video", 1_000_000]],
  ["output_video_mtok", ["output_video", 1_000_000]],
  ["audio_hours", ["audio_milliseconds", 3_600_000]],
  ["input_audio_hours", ["audio_milliseconds", 3_600_000]],
  ["requests_kcount", ["requests", 1000]],
  ["web_searches_kcount", ["web_search", 1000]],
  ["social_searches_kcount", ["x_search", 1000]],
  ["storage_searches_kcount", ["file_search", 1000]],
  ["code_executions_kcount", ["code_execution", 1000]],
  ["rerank_searches_kcount", ["search_units", 1000]],
  ["input_document_kpages", ["pages", 1000]],
  ["input_annotated_document_kpages", ["annotated_pages", 1000]],
  ["input_mchars", ["characters", 1_000_000]],
]);

/**
 * A model's prices in our shape, oldest first. A rate of 0 is kept only for models that are sold as free by
 * their name: elsewhere it means that nobody knew. Undefined when no rate is left.
 */
export function pricesOf(provider: Provider, model: ModelInfo): readonly Price[] | undefined {
  const free = model.id.endsWith(":free");
  const source = `@pydantic/genai-prices ${CATALOGUE_VERSION}: ${provider.pricing_urls?.[0] ?? provider.id}`;
  const conditional = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
  const windows: Variant[] = [];
  const history: Price[] = [];
  for (const { constraint, prices } of conditional) {
    const { base, long } = ratesOf(prices, free);
    if (constraint?.type === "time_of_date") {
      const hours = { from: hour(constraint.start_time), until: hour(constraint.end_time) };
      windows.push({ when: { utcHours: [hours] }, rates: base });
      continue;
    }
    history.push({
      source,
      checked: RELEASED,
      ...(constraint === undefined ? {} : { from: `${constraint.start_date}T00:00:00Z` }),
      ...(free ? { free: "sold as free by the name of the model" } : {}),
      rates: base,
      ...(long.length === 0 ? {} : { variants: long }),
    });
  }
  if (history.every(({ rates }) => Object.keys(rates).length === 0)) return undefined;
  // The catalogue can't say on which dates a daily window holds: it holds on all of them.
  if (windows.length === 0) return history;
  return history.map((price) => ({ ...price, variants: [...windows, ...(price.variants ?? [])] }));
}

/** Hours of a time of day such as `16:30:00Z`; the catalogue writes all of them in UTC. */
function hour(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map((part) => Number.parseInt(part, 10));
  return hours + minutes / 60;
}

function ratesOf(
  prices: ModelPrice,
  free: boolean,
): { readonly base: Rates; readonly long: readonly Variant[] } {
  const starts = new Set<number>();
  for (const price of Object.values(prices)) {
    if (typeof price === "object") for (const { start } of price.tiers) starts.add(start);
  }
  const long = [...starts]
    .sort((a, b) => b - a)
    .map((start): Variant => {
      const when: Condition = { promptTokens: { over: start } };
      return { when, rates: ratesAt(prices, start, free) };
    });
  return { base: ratesAt(prices, -1, free), long };
}

/** The rates of a prompt that is longer than `start`. */
function ratesAt(prices: ModelPrice, start: number, free: boolean): Rates {
  const rates: Record<string, Rate> = {};
  for (const [key, price] of Object.entries(prices)) {
    const known = UNITS.get(key);
    if (price === undefined || known === undefined) continue;
    const amount =
      typeof price === "number"
        ? price
        : (price.tiers.findLast((tier) => tier.start <= start)?.price ?? price.base);
    const usd = exactDecimal(amount);
    if (usd === undefined || (amount === 0 && !free)) continue;
    const [unit, per] = known;
    rates[unit] = { usd, per };
  }
  if (free) for (const unit of ["input", "output"]) rates[unit] ??= { usd: "0", per: 1_000_000 };
  // The catalogue's write price is the one that holds for every time to live it does not tell apart.
  const write = rates["cache_write"];
  return write === undefined ? rates : { ...rates, cache_write_5m: write };
}
