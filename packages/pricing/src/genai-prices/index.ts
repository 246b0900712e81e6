import { findProvider, type ModelInfo, type Provider } from "@pydantic/genai-prices";
import { type Catalogue, standardRates } from "../catalogues/catalogue.ts";
import { compileHistory } from "../compiled-price.ts";
import { nearest } from "../nearest.ts";
import type { PriceFound, PriceLayer, PriceMiss } from "../price-book.ts";
import { providerSpelling } from "../spelling.ts";
import { matches, withDashedDate } from "./match.ts";
import { CATALOGUE_VERSION, pricesOf } from "./price-of.ts";
import { CATALOGUE_PROVIDERS, catalogueProvider } from "./provider.ts";

export { CATALOGUE_PROVIDERS };

type History = readonly PriceFound[];

/** Names are strings from outside: what was found for them is remembered for so many of them at most. */
const MAX_REMEMBERED = 10_000;

class GenaiPricesLayer implements PriceLayer {
  /** By provider and the catalogue's own model ids, of which there are few. */
  readonly #compiled = new Map<ModelInfo, History>();
  readonly #remembered = new Map<string, History>();

  find(provider: string, model: string | undefined, atMs: number): PriceFound | PriceMiss {
    if (model === undefined || model === "") return missed("model_missing");
    const ours = providerSpelling(provider);
    const known = catalogueOf(ours);
    if (known === undefined) return missed("provider_not_found");
    const history = this.#history(ours, known, model);
    if (history === undefined) {
      const names = known.models.map(({ id }) => id);
      return { ...missed("model_not_found"), nearest: nearest(model, names) };
    }
    const found = history.findLast(({ price }) => atMs >= price.fromMs && atMs < price.untilMs);
    return found ?? missed("no_price_at_that_time");
  }

  #history(ours: string, known: Provider, name: string): History | undefined {
    const key = JSON.stringify([ours, name]);
    const remembered = this.#remembered.get(key);
    if (remembered !== undefined) return remembered;
    const model = modelOf(known, name);
    const history = model === undefined ? undefined : this.#compile(ours, known, model);
    if (history === undefined) return undefined;
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(key, history);
    return history;
  }

  #compile(ours: string, known: Provider, model: ModelInfo): History | undefined {
    const compiled = this.#compiled.get(model);
    if (compiled !== undefined) return compiled;
    const prices = pricesOf(known, model);
    if (prices === undefined) return undefined;
    const history = compileHistory(ours, model.id, prices, []).map(
      (price): PriceFound => ({
        kind: "price",
        price: { ...price, version: `genai-prices@${CATALOGUE_VERSION}:${price.version}` },
      }),
    );
    this.#compiled.set(model, history);
    return history;
  }
}

/**
 * The prices of the `@pydantic/genai-prices` catalogue, for models that no other layer has.
 *
 * Its data is read as exact decimals and its own clauses match the names; its float engine is not used.
 * Charges say the catalogue and its version as their source. What it does not tell apart (batch, tiers,
 * regions) has no price here. Loading the catalogue takes half a megabyte: import it where breadth is worth it.
 */
export function genaiPricesLayer(): PriceLayer {
  return new GenaiPricesLayer();
}

/** The catalogue for comparing our own sheets with it. */
export function genaiPricesCatalogue(): Catalogue {
  const layer = genaiPricesLayer();
  return {
    name: `@pydantic/genai-prices ${CATALOGUE_VERSION}`,
    models: (provider) =>
      (catalogueOf(provider)?.models ?? []).filter((model) => isSoldBy(provider, model)).map(({ id }) => id),
    idOf: (provider, name) => {
      const known = catalogueOf(provider);
      return known === undefined ? undefined : modelOf(known, name)?.id;
    },
    rates: (provider, model, question) => standardRates(layer, provider, model, question),
  };
}

/** The catalogue has Gemini's API and Vertex AI as one provider: Claude is sold on the latter only. */
function isSoldBy(provider: string, { id }: ModelInfo): boolean {
  return provider !== "gcp.gemini" || !id.startsWith("claude-");
}

function catalogueOf(provider: string): Provider | undefined {
  const id = catalogueProvider(provider);
  return id === undefined ? undefined : findProvider({ providerId: id });
}

function modelOf(known: Provider, name: string): ModelInfo | undefined {
  const direct = known.models.find(({ match }) => matches(match, name));
  if (direct !== undefined) return direct;
  const dashed = withDashedDate(name);
  return dashed === name ? undefined : known.models.find(({ match }) => matches(match, dashed));
}

function missed(reason: PriceMiss["reason"]): PriceMiss {
  return { kind: "miss", reason, nearest: [] };
}
