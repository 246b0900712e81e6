import type { Situation } from "../condition.ts";
import type { PriceLayer } from "../price-book.ts";
import type { CompiledRate } from "../rate.ts";
import { ratesFor } from "../rates-for.ts";

/** What a catalogue says a unit costs: USD for `per` units. */
export interface CatalogueRate extends Pick<CompiledRate, "usd" | "per" | "perAmount"> {
  /** False when the catalogue names no rate for the unit and another's is meant. */
  readonly stated: boolean;
}

/** When and for which size of prompt a catalogue is asked. */
export interface CatalogueQuestion {
  /** Unix milliseconds. */
  readonly atMs: number;
  readonly promptTokens: number;
}

/** Somebody else's list of prices, to compare our own with. */
export interface Catalogue {
  readonly name: string;
  /** The ids of a provider's models, as the catalogue writes them. */
  models(provider: string): readonly string[];
  /** The id that the catalogue has a name under. */
  idOf(provider: string, name: string): string | undefined;
  /** What a model costs on standard terms, by unit; undefined when the catalogue does not have it. */
  rates(
    provider: string,
    model: string,
    question: CatalogueQuestion,
  ): ReadonlyMap<string, CatalogueRate> | undefined;
}

/** The rates of a price layer on standard terms. */
export function standardRates(
  layer: PriceLayer,
  provider: string,
  model: string,
  { atMs, promptTokens }: CatalogueQuestion,
): ReadonlyMap<string, CompiledRate> | undefined {
  const found = layer.find(provider, model, atMs);
  if (found.kind === "miss") return undefined;
  const standard: Situation = {
    serviceTier: undefined,
    batch: false,
    speed: undefined,
    region: undefined,
    imageSize: undefined,
    promptTokens,
    atMs,
  };
  const rates = ratesFor(found.price, standard);
  if (typeof rates === "string") return undefined;
  const tools = found.price.tools.findLast(({ fromMs, untilMs }) => atMs >= fromMs && atMs < untilMs);
  return tools === undefined ? rates : new Map([...tools.rates, ...rates]);
}
