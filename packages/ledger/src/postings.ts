import type { EntryKind } from "./entry.ts";
import type { UnitQuantity } from "./row.ts";

/** What an entry or an adjustment adds to the totals; names are the ledger's numbers. */
export interface PostingRow {
  /** Unix nanoseconds. */
  readonly occurredAt: bigint;
  readonly customer: number;
  readonly feature: number;
  readonly provider: number;
  readonly model: number;
  readonly kind: EntryKind;
  readonly reason: string;
  readonly outcome: string;
  readonly first: boolean;
  readonly calls: number;
  readonly nano: bigint;
  readonly atto: bigint;
  readonly tokens: readonly UnitQuantity[];
}

/** Postings that were added up. */
export interface PostingSum extends Omit<PostingRow, "tokens"> {
  readonly tokens: ReadonlyMap<number, number>;
}

interface Sum extends Omit<PostingRow, "calls" | "nano" | "atto" | "tokens" | "occurredAt"> {
  occurredAt: bigint;
  calls: number;
  nano: bigint;
  atto: bigint;
  readonly tokens: Map<number, number>;
}

/** Days and months of every time zone begin at a quarter of an hour: what lies within one is in the same. */
const NANOS_PER_QUARTER = 900_000_000_000n;

/** Postings, those that differ in nothing but their amounts added up. */
export class Postings {
  readonly #sums = new Map<string, Sum>();

  add(posting: PostingRow): void {
    const { occurredAt, customer, feature, provider, model, kind, reason, outcome, first } = posting;
    const quarter = occurredAt / NANOS_PER_QUARTER;
    const key = `${quarter} ${customer} ${feature} ${provider} ${model} ${first} ${kind} ${outcome} ${reason}`;
    let sum = this.#sums.get(key);
    if (sum === undefined) {
      const same = { occurredAt, customer, feature, provider, model, kind, reason, outcome, first };
      sum = { ...same, calls: 0, nano: 0n, atto: 0n, tokens: new Map() };
      this.#sums.set(key, sum);
    }
    if (occurredAt > sum.occurredAt) sum.occurredAt = occurredAt;
    sum.calls += posting.calls;
    sum.nano += posting.nano;
    sum.atto += posting.atto;
    for (const [unit, quantity] of posting.tokens) {
      sum.tokens.set(unit, (sum.tokens.get(unit) ?? 0) + quantity);
    }
  }

  sums(): PostingSum[] {
    return [...this.#sums.values()];
  }
}
