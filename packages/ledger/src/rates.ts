import { hash } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { ChargeLine } from "@keeptabs/pricing";

/** What all lines at one rate have in common: everything but quantity and amounts. */
export type SharedLine = Omit<ChargeLine, "quantity" | "billed" | "amount" | "agreement"> & {
  readonly agreement?: Omit<NonNullable<ChargeLine["agreement"]>, "net">;
};

/** A rate's text and its number, which is made from the text: whoever needs a rate numbers it alike. */
export interface RateText {
  readonly id: number;
  readonly text: string;
}

/** More rates than this in one process start the cache anew. */
const CACHE_LIMIT = 50_000;

const known = new Map<string, RateText>();

/** Lines of one unit at one price are nearly always of one of a few rates, which are looked through; not more than these. */
const NEAR_LIMIT = 16;
/** More pairs of a unit and a price than this start the lists anew. */
const NEAR_LISTS = 10_000;

interface Near {
  readonly line: ChargeLine;
  readonly rate: RateText;
}

/** By unit and price. Without agreements, which may be as many as customers. */
const near = new Map<string, Map<string, Near[]>>();
let nearLists = 0;

/** The rate of a line. */
export function rateOf(line: ChargeLine): RateText {
  if (line.agreement !== undefined) return rateByAll(line);
  const list = nearOf(line);
  for (const { line: other, rate } of list) if (isAtSameRate(line, other)) return rate;
  const rate = rateByAll(line);
  if (list.length >= NEAR_LIMIT) list.length = 0;
  list.push({ line, rate });
  return rate;
}

function nearOf({ unit, rate }: ChargeLine): Near[] {
  const known = near.get(unit)?.get(rate);
  if (known !== undefined) return known;
  if (nearLists >= NEAR_LISTS) {
    near.clear();
    nearLists = 0;
  }
  const made: Near[] = [];
  const lists = near.get(unit) ?? new Map<string, Near[]>();
  near.set(unit, lists.set(rate, made));
  nearLists += 1;
  return made;
}

/** Whether two lines of the same unit and price, without agreements, have everything in common but the amounts. */
function isAtSameRate(line: ChargeLine, other: ChargeLine): boolean {
  return (
    line.source === other.source &&
    line.priceVersion === other.priceVersion &&
    line.model === other.model &&
    line.per === other.per &&
    line.rounded === other.rounded &&
    line.assumption === other.assumption &&
    line.checked === other.checked &&
    (line.factors === other.factors || areAlike(line.factors, other.factors))
  );
}

function areAlike(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((text, i) => text === others[i]);
}

/** The rate of a line by everything that tells it from others. */
function rateByAll(line: ChargeLine): RateText {
  const { unit, model, rate, per, factors, rounded, assumption, priceVersion, source, checked, agreement } =
    line;
  const shared: SharedLine = {
    unit,
    ...(model === undefined ? {} : { model }),
    rate,
    per,
    factors,
    rounded,
    ...(assumption === undefined ? {} : { assumption }),
    priceVersion,
    source,
    checked,
    ...(agreement === undefined
      ? {}
      : { agreement: { name: agreement.name, terms: agreement.terms, zero: agreement.zero } }),
  };
  const text = JSON.stringify(shared);
  const found = known.get(text);
  if (found !== undefined) return found;
  const made = { id: rateId(text), text };
  if (known.size >= CACHE_LIMIT) known.clear();
  known.set(text, made);
  return made;
}

/** The first 53 bits of the text's SHA-256: a whole number in JSON and in JavaScript. */
export function rateId(text: string): number {
  const bytes = hash("sha256", text, "buffer");
  return bytes.readUIntBE(0, 6) * 32 + ((bytes[6] ?? 0) >> 3);
}

/** The rates that a ledger has, as the writer adds to them. */
export class Rates {
  readonly #known = new Set<number>();
  readonly #insert: StatementSync;
  readonly #read: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare("INSERT INTO rates (id, rate) VALUES (?, ?) ON CONFLICT DO NOTHING");
    this.#read = database.prepare("SELECT rate FROM rates WHERE id = ?");
  }

  /** Keeps a rate. Throws when another one has its number already. */
  keep({ id, text }: RateText): void {
    if (this.#known.has(id)) return;
    this.#insert.run(id, text);
    const kept = this.text(id);
    if (kept !== text) throw new RangeError(`two rates have the number ${id}: ${kept} and ${text}`);
    this.#known.add(id);
  }

  /** The text of a rate of this ledger. */
  text(id: number): string {
    const row = this.#read.get(id) as { rate: string } | undefined;
    if (row === undefined) throw new RangeError(`the ledger has no rate number ${id}`);
    return row.rate;
  }

  /** Forgets which rates are kept, after a transaction was rolled back. */
  reset(): void {
    this.#known.clear();
  }
}
