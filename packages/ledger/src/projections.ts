import type { DatabaseSync, StatementSync } from "node:sqlite";
import { TOKEN_UNITS } from "@keeptabs/usage/consumed";
import { insertInto } from "./columns.ts";
import type { Dictionary } from "./dictionary.ts";
import type { EntryKind } from "./entry.ts";
import type { PostingSum } from "./postings.ts";

const NANOS_PER_HOUR = 3_600_000_000_000n;

/** What was gathered for one row of `hourly_totals` and the rows of `hourly_quantities` beside it. */
interface HourSum {
  readonly key: readonly [hour: number, customer: number, feature: number, provider: number, model: number];
  calls: number;
  unpricedCalls: number;
  failedCalls: number;
  nano: bigint;
  atto: bigint;
  readonly quantities: Map<number, number>;
}

/** A table of sums of calls and money, with its table of quantities, and by which parts of an hour's key it sums. */
class SumTables {
  readonly #keyOf: (key: HourSum["key"]) => readonly number[];
  readonly #addTotal: StatementSync;
  readonly #addQuantity: StatementSync;

  constructor(
    database: DatabaseSync,
    tables: { readonly totals: string; readonly quantities: string; readonly keys: readonly string[] },
    keyOf: (key: HourSum["key"]) => readonly number[],
  ) {
    const { totals, quantities, keys } = tables;
    const sums = ["calls", "unpriced_calls", "failed_calls", "net_nano", "net_atto"];
    this.#keyOf = keyOf;
    this.#addTotal = addTo(database, totals, keys, sums);
    this.#addQuantity = addTo(database, quantities, [...keys, "unit"], ["quantity"]);
  }

  /** Adds what was gathered to what is there, rows of one key put together first. */
  add(gathered: Iterable<HourSum>): void {
    const together = new Map<
      string,
      { readonly key: readonly number[]; readonly sum: Omit<HourSum, "key"> }
    >();
    for (const hour of gathered) {
      const key = this.#keyOf(hour.key);
      const name = key.join();
      let known = together.get(name);
      if (known === undefined) {
        known = { key, sum: emptySum() };
        together.set(name, known);
      }
      addSum(known.sum, hour);
    }
    for (const { key, sum } of together.values()) {
      const { calls, unpricedCalls, failedCalls, nano, atto, quantities } = sum;
      this.#addTotal.run(...key, calls, unpricedCalls, failedCalls, nano, atto);
      for (const [unit, quantity] of quantities) this.#addQuantity.run(...key, unit, quantity);
    }
  }
}

/** The tables of hours and of days: follow every posting. Gathered here and written when there is time. */
export class PeriodTotals {
  readonly #gathered = new Map<string, HourSum>();
  readonly #tables: readonly SumTables[];
  readonly #advance: StatementSync;

  constructor(database: DatabaseSync) {
    this.#tables = [
      new SumTables(database, HOURLY, (key) => key),
      new SumTables(database, DAILY_CUSTOMERS, ([hour, customer]) => [dayOf(hour), customer]),
      new SumTables(database, DAILY_MODELS, ([hour, , feature, provider, model]) => [
        dayOf(hour),
        feature,
        provider,
        model,
      ]),
    ];
    this.#advance = database.prepare("UPDATE projected SET entry = ?, adjustment = ?");
  }

  /** How many rows wait to be written. */
  get waiting(): number {
    return this.#gathered.size;
  }

  add(postings: readonly PostingSum[]): void {
    for (const posting of postings) {
      const { customer, feature, provider, model, calls, nano, atto } = posting;
      const hour = Number(posting.occurredAt / NANOS_PER_HOUR);
      const name = `${hour} ${customer} ${feature} ${provider} ${model}`;
      let sum = this.#gathered.get(name);
      if (sum === undefined) {
        sum = { key: [hour, customer, feature, provider, model], ...emptySum() };
        this.#gathered.set(name, sum);
      }
      addSum(sum, {
        calls,
        unpricedCalls: isUnpriced(posting.kind) ? calls : 0,
        failedCalls: posting.outcome === "ok" ? 0 : calls,
        nano,
        atto,
        quantities: posting.tokens,
      });
    }
  }

  /** Writes what was gathered, within a transaction, as reaching to an entry and an adjustment. */
  write(entry: number, adjustment: number): void {
    for (const table of this.#tables) table.add(this.#gathered.values());
    this.#advance.run(entry, adjustment);
  }

  /** Forgets what was gathered: it is written and committed, or is to be gathered anew. */
  clear(): void {
    this.#gathered.clear();
  }
}

const HOURLY = {
  totals: "hourly_totals",
  quantities: "hourly_quantities",
  keys: ["hour", "customer", "feature", "provider", "model"],
};
const DAILY_CUSTOMERS = {
  totals: "daily_customers",
  quantities: "daily_customer_quantities",
  keys: ["day", "customer"],
};
const DAILY_MODELS = {
  totals: "daily_models",
  quantities: "daily_model_quantities",
  keys: ["day", "feature", "provider", "model"],
};

/** The day of UTC in which an hour lies, both numbered from 1970 on. */
function dayOf(hour: number): number {
  return Math.floor(hour / 24);
}

function emptySum(): Omit<HourSum, "key"> {
  return { calls: 0, unpricedCalls: 0, failedCalls: 0, nano: 0n, atto: 0n, quantities: new Map() };
}

function addSum(
  to: Omit<HourSum, "key">,
  added: Omit<HourSum, "key" | "quantities"> & { readonly quantities: ReadonlyMap<number, number> },
): void {
  to.calls += added.calls;
  to.unpricedCalls += added.unpricedCalls;
  to.failedCalls += added.failedCalls;
  to.nano += added.nano;
  to.atto += added.atto;
  for (const [unit, quantity] of added.quantities) {
    to.quantities.set(unit, (to.quantities.get(unit) ?? 0) + quantity);
  }
}

/** Which counter a row of `counters` belongs to. Numbers are part of the file format. */
export const COUNTERS = { cost: 1, tokens: 2, calls: 3, unpriced: 4 } as const;

/** What a row of `counters` is raised by. */
export interface Count {
  readonly key: readonly [metric: number, a: number, b: number, c: number, d: number];
  whole: bigint;
  atto: bigint;
}

/** First postings that raise the same counters, added up. */
interface Raise extends Pick<PostingSum, "customer" | "feature" | "provider" | "model"> {
  readonly outcome: number;
  /** Why the calls have no price; undefined when they have one. */
  readonly reason: number | undefined;
  calls: number;
  nano: bigint;
  atto: bigint;
  readonly tokens: Map<number, number>;
}

/**
 * `counters`: follow first postings only, since a counter never falls. They are read only when a processor
 * starts, and are written more rarely than totals.
 */
export class CounterTotals {
  readonly #names: Dictionary;
  readonly #gathered = new Map<string, Raise>();
  readonly #add: StatementSync;
  readonly #advance: StatementSync;

  constructor(database: DatabaseSync, names: Dictionary) {
    this.#names = names;
    this.#add = addTo(database, "counters", ["metric", "a", "b", "c", "d"], ["whole", "atto"]);
    this.#advance = database.prepare("UPDATE projected SET counted_entry = ?, counted_adjustment = ?");
  }

  /** How many sums wait to be written. */
  get waiting(): number {
    return this.#gathered.size;
  }

  add(postings: readonly PostingSum[]): void {
    for (const posting of postings) {
      if (!posting.first) continue;
      const { customer, feature, provider, model } = posting;
      const unpriced = isUnpriced(posting.kind) ? reasonCode(posting.reason) : undefined;
      const name = `${customer} ${feature} ${provider} ${model} ${posting.outcome} ${unpriced}`;
      let sum = this.#gathered.get(name);
      if (sum === undefined) {
        // Numbered now, in the transaction of the posting: whoever only reads the tail can't.
        const outcome = this.#names.id(posting.outcome);
        const reason = unpriced === undefined ? undefined : this.#names.id(unpriced);
        const same = { customer, feature, provider, model, outcome, reason };
        sum = { ...same, calls: 0, nano: 0n, atto: 0n, tokens: new Map() };
        this.#gathered.set(name, sum);
      }
      sum.calls += posting.calls;
      sum.nano += posting.nano;
      sum.atto += posting.atto;
      for (const [unit, quantity] of posting.tokens) {
        sum.tokens.set(unit, (sum.tokens.get(unit) ?? 0) + quantity);
      }
    }
  }

  /** What was gathered, by row of `counters`. */
  counts(): Iterable<Count> {
    const counts = new Map<string, Count>();
    const count = (whole: bigint, atto: bigint, ...key: Count["key"]): void => {
      const name = key.join();
      const known = counts.get(name);
      if (known === undefined) counts.set(name, { key, whole, atto });
      else {
        known.whole += whole;
        known.atto += atto;
      }
    };
    for (const { customer, feature, provider, model, outcome, reason, ...sum } of this.#gathered.values()) {
      const calls = BigInt(sum.calls);
      count(sum.nano, sum.atto, COUNTERS.cost, customer, feature, provider, model);
      count(calls, 0n, COUNTERS.calls, customer, feature, outcome, 0);
      if (reason !== undefined) count(calls, 0n, COUNTERS.unpriced, provider, model, reason, 0);
      for (const [unit, quantity] of sum.tokens) {
        if (TOKEN_UNITS.has(this.#names.name(unit))) {
          count(BigInt(quantity), 0n, COUNTERS.tokens, customer, provider, model, unit);
        }
      }
    }
    return counts.values();
  }

  /** Writes what was gathered, within a transaction, as reaching to an entry and an adjustment. */
  write(entry: number, adjustment: number): void {
    for (const { key, whole, atto } of this.counts()) this.#add.run(...key, whole, atto);
    this.#advance.run(entry, adjustment);
  }

  /** Forgets what was gathered: it is written and committed, or is to be gathered anew. */
  clear(): void {
    this.#gathered.clear();
  }
}

/** Adds to a row of sums, which is made where there is none. */
function addTo(
  database: DatabaseSync,
  table: string,
  keys: readonly string[],
  sums: readonly string[],
): StatementSync {
  const added = sums.map((sum) => `${sum} = ${sum} + excluded.${sum}`).join(", ");
  return database.prepare(
    `${insertInto(table, [...keys, ...sums])} ON CONFLICT (${keys.join(", ")}) DO UPDATE SET ${added}`,
  );
}

/** True for a call of which at least a part has no price. */
export function isUnpriced(kind: EntryKind): boolean {
  return kind === "unpriced" || kind === "partly_unpriced";
}

/** The bounded part of a reason: `unit_not_priced:web_search` is counted as `unit_not_priced`. */
export function reasonCode(reason: string): string {
  return reason.split(/[: ]/, 1)[0] ?? reason;
}
