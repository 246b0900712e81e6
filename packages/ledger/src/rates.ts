import { createHash } from "node:crypto";
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

/** The rate of a line. */
export function rateOf(line: ChargeLine): RateText {
  const { unit, model, rate, per, factors, rounded, assumption, priceVersion, source, checked, agreement } =
    line;
  const key = [
    unit,
    model,
    rate,
    per,
    factors.join(),
    rounded,
    assumption,
    priceVersion,
    source,
    checked,
    agreement?.name,
    agreement?.terms,
    agreement?.zero,
  ].join("\u001f");
  const found = known.get(key);
  if (found !== undefined) return found;
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
  const made = { id: rateId(text), text };
  if (known.size >= CACHE_LIMIT) known.clear();
  known.set(key, made);
  return made;
}

/** The first 53 bits of the text's SHA-256: a whole number in JSON and in JavaScript. */
export function rateId(text: string): number {
  const hash = createHash("sha256").update(text).digest();
  return hash.readUIntBE(0, 6) * 32 + ((hash[6] ?? 0) >> 3);
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
