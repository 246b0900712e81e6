import type { PriceSheet } from "../price.ts";
import type { PriceBook } from "../price-book.ts";
import { type Catalogue, type CatalogueRate, standardRates } from "./catalogue.ts";

/** A unit of a model for which our book and a catalogue name different prices. */
export interface Disagreement {
  readonly provider: string;
  readonly model: string;
  readonly unit: string;
  /** The prompt at which they differ: 1 for the standard rates, otherwise a boundary of long context. */
  readonly promptTokens: number;
  /** As published: `2.5 per 1000000`. */
  readonly ours: string;
  readonly theirs: string;
}

/** How much of a provider our book has, and a catalogue. */
export interface Coverage {
  readonly provider: string;
  /** Models that the catalogue lists, and how many of their names our book has. */
  readonly theirModels: number;
  readonly sharedModels: number;
  /** Names that our book has, aliases included. */
  readonly ourNames: number;
  /** Units of the shared models that both price, and that one of the two does not. */
  readonly sharedUnits: number;
  readonly onlyOurUnits: number;
  readonly onlyTheirUnits: number;
  /** Models of theirs that our book does not know. */
  readonly missing: readonly string[];
}

/** Prompts around every boundary that a provider of ours publishes. */
const PROMPTS = [1, 128_000, 128_001, 200_000, 200_001, 272_000, 272_001, 900_000];

/** Names every unit on which our book and a catalogue disagree at an instant (Unix milliseconds). */
export function disagreements(book: PriceBook, catalogue: Catalogue, atMs: number): readonly Disagreement[] {
  const result: Disagreement[] = [];
  for (const sheet of book.sheets) {
    for (const model of namesOf(sheet)) {
      result.push(...disagreementsOf(book, catalogue, sheet.provider, model, atMs));
    }
  }
  return result;
}

function disagreementsOf(
  book: PriceBook,
  catalogue: Catalogue,
  provider: string,
  model: string,
  atMs: number,
): readonly Disagreement[] {
  const found = new Map<string, Disagreement>();
  for (const promptTokens of PROMPTS) {
    const ours = standardRates(book, provider, model, { atMs, promptTokens });
    const theirs = catalogue.rates(provider, model, { atMs, promptTokens });
    for (const [unit, their] of theirs ?? []) {
      const our = ours?.get(unit);
      if (!their.stated || our === undefined || sameRate(our, their) || found.has(unit)) continue;
      found.set(unit, { provider, model, unit, promptTokens, ours: shown(our), theirs: shown(their) });
    }
  }
  return [...found.values()];
}

/** True when both cost the same for any quantity. */
function sameRate(a: CatalogueRate, b: CatalogueRate): boolean {
  return a.perAmount * BigInt(b.per) === b.perAmount * BigInt(a.per);
}

function shown({ usd, per }: CatalogueRate): string {
  return `${usd} per ${per}`;
}

/** How far our book covers what a catalogue has, provider by provider, at an instant (Unix milliseconds). */
export function coverage(book: PriceBook, catalogue: Catalogue, atMs: number): readonly Coverage[] {
  return book.sheets.map((sheet) => {
    const { provider } = sheet;
    const names = namesOf(sheet);
    const ids = catalogue.models(provider);
    const shared = new Map<string, string>();
    for (const name of [...ids, ...names]) {
      const id = catalogue.idOf(provider, name);
      const known = id !== undefined && book.find(provider, name, atMs).kind === "price";
      if (known && !shared.has(id)) shared.set(id, name);
    }
    const counts = { sharedUnits: 0, onlyOurUnits: 0, onlyTheirUnits: 0 };
    for (const name of shared.values()) {
      const question = { atMs, promptTokens: 1 };
      const ours = standardRates(book, provider, name, question) ?? NO_RATES;
      const theirs = catalogue.rates(provider, name, question) ?? NO_RATES;
      for (const unit of stated(theirs)) counts[ours.has(unit) ? "sharedUnits" : "onlyTheirUnits"] += 1;
      for (const unit of stated(ours)) if (!theirs.has(unit)) counts.onlyOurUnits += 1;
    }
    return {
      provider,
      theirModels: ids.length,
      sharedModels: shared.size,
      ourNames: names.length,
      ...counts,
      missing: ids.filter((id) => !shared.has(id)),
    };
  });
}

const NO_RATES: ReadonlyMap<string, CatalogueRate> = new Map();

function stated(rates: ReadonlyMap<string, CatalogueRate>): readonly string[] {
  return [...rates].filter(([, rate]) => rate.stated).map(([unit]) => unit);
}

function namesOf({ models, aliases = [] }: PriceSheet): readonly string[] {
  return [...models.flatMap((entry) => entry.models), ...aliases.map(({ name }) => name)];
}
