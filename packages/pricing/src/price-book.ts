import { aliasHistory, type CompiledPrice, compileHistory } from "./compiled-price.ts";
import type { ModelNames } from "./names.ts";
import { nearest } from "./nearest.ts";
import type { PriceSheet } from "./price.ts";
import { providerSpelling, shortForm } from "./spelling.ts";

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
  /** What the user's configuration says about the region, data zone or SKU of this name. */
  readonly region?: string;
}

/** Something that prices can be looked up in. */
export interface PriceLayer {
  /** The price of a provider's model at an instant (Unix milliseconds). An empty provider means that none was named. */
  find(provider: string, model: string | undefined, atMs: number): PriceFound | PriceMiss;
}

/** How much a reason says about what to do; of two layers' reasons the one that says more is given. */
const TELLING: readonly PriceMissReason[] = [
  "provider_not_found",
  "model_not_found",
  "no_price_at_that_time",
  "ambiguous_provider",
  "model_missing",
];

function moreTelling(a: PriceMissReason, b: PriceMissReason): PriceMissReason {
  return TELLING.indexOf(b) > TELLING.indexOf(a) ? b : a;
}

type History = readonly PriceFound[];

/** A miss whose nearest names are looked for only when somebody reads them: a layer beneath may have the price. */
function missed(reason: PriceMissReason, names: () => readonly string[] = () => []): PriceMiss {
  return {
    kind: "miss",
    reason,
    get nearest(): readonly string[] {
      return names();
    },
  };
}

/**
 * Every price that is known, with its history. Models are found by provider and exact name, at an
 * instant; a name that is not known is a miss with the nearest known names, never a guess.
 */
export class PriceBook implements PriceLayer {
  readonly #providers = new Map<string, Map<string, History>>();
  readonly #beneath: readonly PriceLayer[];
  readonly #names: ModelNames | undefined;
  /** Every sheet's provider and models, for listing. */
  readonly sheets: readonly PriceSheet[];

  /** Throws RangeError naming provider, model and field when a sheet is not valid. */
  constructor(sheets: readonly PriceSheet[], beneath: readonly PriceLayer[] = [], names?: ModelNames) {
    this.sheets = sheets;
    this.#beneath = beneath;
    this.#names = names;
    for (const sheet of sheets) this.#add(sheet);
  }

  /**
   * A book that asks each layer in turn, the user's own first, and gives the first price that is found.
   * With `names`, calls are first translated by what the user knows about them.
   */
  static layered(layers: readonly PriceLayer[], names?: ModelNames): PriceBook {
    return new PriceBook([], layers, names);
  }

  /**
   * The price of a model at an instant (Unix milliseconds). Without a provider the model must be sold
   * by exactly one.
   */
  find(provider: string, model: string | undefined, atMs: number): PriceFound | PriceMiss {
    if (model === undefined || model === "") return missed("model_missing");
    const meaning = this.#names?.meaning(provider, model, atMs);
    if (meaning !== undefined) {
      const found = this.#findNamed(meaning.provider, meaning.model, atMs);
      const { region } = meaning;
      return found.kind === "price" && region !== undefined ? { ...found, region } : found;
    }
    return this.#findNamed(provider, model, atMs);
  }

  #findNamed(provider: string, model: string, atMs: number): PriceFound | PriceMiss {
    const misses: PriceMiss[] = [];
    if (this.#providers.size > 0 || this.#beneath.length === 0) {
      const own = this.#findOwn(provider, model, atMs);
      if (own.kind === "price") return own;
      misses.push(own);
    }
    for (const layer of this.#beneath) {
      const found = layer.find(provider, model, atMs);
      if (found.kind === "price") return found;
      misses.push(found);
    }
    const reason = misses.map((miss) => miss.reason).reduce(moreTelling);
    return missed(reason, () =>
      nearest(
        model,
        misses.flatMap((miss) => miss.nearest),
      ),
    );
  }

  #findOwn(provider: string, model: string, atMs: number): PriceFound | PriceMiss {
    const history = provider === "" ? this.#soleHistory(model) : this.#history(provider, model);
    if (history === "ambiguous") return missed("ambiguous_provider");
    if (history === undefined) return this.#unknown(provider, model);
    // Newest first: nearly every call is priced by the current price.
    for (let i = history.length - 1; i >= 0; i -= 1) {
      const found = history[i];
      if (found !== undefined && atMs >= found.price.fromMs && atMs < found.price.untilMs) return found;
    }
    return missed("no_price_at_that_time");
  }

  #history(provider: string, model: string): History | undefined {
    const exact = this.#providers.get(provider)?.get(model);
    if (exact !== undefined) return exact;
    const spelling = providerSpelling(provider);
    const models = this.#providers.get(spelling);
    const short = shortForm(spelling, model);
    return models?.get(model) ?? (short === undefined ? undefined : models?.get(short));
  }

  #unknown(provider: string, model: string): PriceMiss {
    const models = this.#providers.get(providerSpelling(provider));
    if (provider !== "" && models === undefined) {
      return missed("provider_not_found", () => nearest(provider, this.#providers.keys()));
    }
    return missed("model_not_found", () =>
      nearest(model, models?.keys() ?? [...this.#providers.values()].flatMap((known) => [...known.keys()])),
    );
  }

  /** The day (YYYY-MM-DD) on which the oldest of the prices in force at `atMs` was checked. */
  oldestCheck(atMs: number): string | undefined {
    let oldest: string | undefined;
    const older = (checked: string | undefined): void => {
      if (checked !== undefined && (oldest === undefined || checked < oldest)) oldest = checked;
    };
    for (const models of this.#providers.values()) {
      for (const history of models.values()) {
        older(
          history.findLast(({ price }) => atMs >= price.fromMs && atMs < price.untilMs)?.price.price.checked,
        );
      }
    }
    for (const layer of this.#beneath) if (layer instanceof PriceBook) older(layer.oldestCheck(atMs));
    return oldest;
  }

  #soleHistory(model: string): History | undefined | "ambiguous" {
    const found = [...this.#providers.values()].flatMap((models) => {
      const history = models.get(model);
      return history === undefined ? [] : [history];
    });
    return found.length > 1 ? "ambiguous" : found[0];
  }

  #add(sheet: PriceSheet): void {
    const { provider } = sheet;
    if (this.#providers.has(provider)) throw new RangeError(`provider ${provider} has two price sheets`);
    const tools = compileHistory(provider, "tools", sheet.tools ?? [], []);
    const models = new Map<string, readonly CompiledPrice[]>();
    const add = (name: string, history: readonly CompiledPrice[]): void => {
      if (models.has(name)) throw new RangeError(`${provider} ${name}: the model is listed twice`);
      models.set(name, history);
    };
    for (const { models: names, prices, withoutTools } of sheet.models) {
      const history = compileHistory(provider, names[0] ?? "", prices, withoutTools === true ? [] : tools);
      for (const name of names) add(name, history);
    }
    for (const alias of sheet.aliases ?? []) add(alias.name, aliasHistory(provider, alias, models));
    const found = [...models].map(([name, history]): [string, History] => [
      name,
      history.map((price) => ({ kind: "price", price })),
    ]);
    this.#providers.set(provider, new Map(found));
  }
}
