import type { DatabaseSync, StatementSync } from "node:sqlite";
import { TOKEN_UNITS } from "@keeptabs/usage/consumed";
import { insertInto } from "./columns.ts";
import type { Dictionary } from "./dictionary.ts";
import type { EntryKind } from "./entry.ts";
import { PairMap } from "./pair-map.ts";
import { type PostingSum, Quantities, type Series } from "./postings.ts";

/** Money and calls of postings that were added up. */
interface Sum {
  calls: number;
  unpricedCalls: number;
  failedCalls: number;
  nano: bigint;
  atto: bigint;
  readonly quantities: Quantities;
}

/** What was gathered for one row of `hourly_totals` and the rows of `hourly_quantities` beside it. */
interface HourSum extends Sum {
  readonly hour: number;
  readonly customer: number;
  readonly series: Series;
}

/** A table of sums of calls and money, with its table of quantities. */
class SumTables {
  readonly #addTotal: StatementSync;
  readonly #addQuantity: StatementSync;

  constructor(
    database: DatabaseSync,
    tables: { readonly totals: string; readonly quantities: string; readonly keys: readonly string[] },
  ) {
    const { totals, quantities, keys } = tables;
    const sums = ["calls", "unpriced_calls", "failed_calls", "net_nano", "net_atto"];
    this.#addTotal = addTo(database, totals, keys, sums);
    this.#addQuantity = addTo(database, quantities, [...keys, "unit"], ["quantity"]);
  }

  /** Adds a sum to what is there. */
  add(key: readonly number[], { calls, unpricedCalls, failedCalls, nano, atto, quantities }: Sum): void {
    this.#addTotal.run(...key, calls, unpricedCalls, failedCalls, nano, atto);
    const { units, amounts } = quantities;
    for (let i = 0; i < units.length; i += 1) this.#addQuantity.run(...key, units[i] ?? 0, amounts[i] ?? 0);
  }
}

/** The tables of hours and of days: follow every posting. Gathered here and written when there is time. */
export class PeriodTotals {
  /** By hour; then by place and customer. */
  readonly #gathered = new Map<number, PairMap<HourSum>>();
  readonly #hourly: SumTables;
  readonly #dailyCustomers: SumTables;
  readonly #dailyModels: SumTables;
  readonly #advance: StatementSync;

  constructor(database: DatabaseSync) {
    this.#hourly = new SumTables(database, HOURLY);
    this.#dailyCustomers = new SumTables(database, DAILY_CUSTOMERS);
    this.#dailyModels = new SumTables(database, DAILY_MODELS);
    this.#advance = database.prepare("UPDATE projected SET entry = ?, adjustment = ?");
  }

  /** How many rows wait to be written. */
  get waiting(): number {
    let waiting = 0;
    for (const sums of this.#gathered.values()) waiting += sums.size;
    return waiting;
  }

  add(postings: readonly PostingSum[]): void {
    for (const { series, customer, quarter, calls, nano, atto, quantities } of postings) {
      const hour = Math.trunc(quarter / QUARTERS_PER_HOUR);
      let sums = this.#gathered.get(hour);
      if (sums === undefined) {
        sums = new PairMap();
        this.#gathered.set(hour, sums);
      }
      let sum = sums.get(series.place, customer);
      if (sum === undefined) {
        sum = { hour, customer, series, ...emptySum() };
        sums.set(series.place, customer, sum);
      }
      sum.calls += calls;
      if (isUnpriced(series.kind)) sum.unpricedCalls += calls;
      if (series.outcome !== "ok") sum.failedCalls += calls;
      sum.nano += nano;
      sum.atto += atto;
      sum.quantities.addAll(quantities);
    }
  }

  /** Writes what was gathered, within a transaction, as reaching to an entry and an adjustment. */
  write(entry: number, adjustment: number): void {
    this.#writeSums();
    this.#advance.run(entry, adjustment);
  }

  #writeSums(): void {
    const customers = new PairMap<HourSum>();
    const models = new PairMap<HourSum>();
    for (const sum of this.#hours()) {
      const { hour, customer, series } = sum;
      this.#hourly.add([hour, customer, series.feature, series.provider, series.model], sum);
      addSum(customers, dayOf(hour), customer, sum);
      addSum(models, dayOf(hour), series.place, sum);
    }
    for (const sum of customers.values()) this.#dailyCustomers.add([dayOf(sum.hour), sum.customer], sum);
    for (const sum of models.values()) {
      const { feature, provider, model } = sum.series;
      this.#dailyModels.add([dayOf(sum.hour), feature, provider, model], sum);
    }
  }

  *#hours(): Iterable<HourSum> {
    for (const sums of this.#gathered.values()) yield* sums.values();
  }

  /** Forgets what was gathered: it is written and committed, or is to be gathered anew. */
  clear(): void {
    this.#gathered.clear();
  }
}

const QUARTERS_PER_HOUR = 4;

/** The day of UTC in which an hour lies, both numbered from 1970 on, and towards it where they lie before it, as SQL divides. */
function dayOf(hour: number): number {
  return Math.trunc(hour / 24);
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

function emptySum(): Sum {
  return { calls: 0, unpricedCalls: 0, failedCalls: 0, nano: 0n, atto: 0n, quantities: new Quantities() };
}

function addSum(sums: PairMap<HourSum>, day: number, key: number, added: HourSum): void {
  let sum = sums.get(day, key);
  if (sum === undefined) {
    const { hour, customer, series } = added;
    sum = { hour, customer, series, ...emptySum() };
    sums.set(day, key, sum);
  }
  sum.calls += added.calls;
  sum.unpricedCalls += added.unpricedCalls;
  sum.failedCalls += added.failedCalls;
  sum.nano += added.nano;
  sum.atto += added.atto;
  sum.quantities.addAll(added.quantities);
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
interface Raise {
  readonly customer: number;
  readonly series: Series;
  readonly outcome: number;
  /** Why the calls have no price; undefined when they have one. */
  readonly reason: number | undefined;
  calls: number;
  nano: bigint;
  atto: bigint;
  readonly quantities: Quantities;
}

/**
 * `counters`: follow first postings only, since a counter never falls. They are read only when a processor
 * starts, and are written more rarely than totals.
 */
export class CounterTotals {
  readonly #names: Dictionary;
  /** By series and customer. */
  readonly #gathered = new PairMap<Raise>();
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
    for (const { series, customer, first, calls, nano, atto, quantities } of postings) {
      if (!first) continue;
      let sum = this.#gathered.get(series.id, customer);
      if (sum === undefined) {
        // Numbered now, in the transaction of the posting: whoever only reads the tail can't.
        const outcome = this.#names.id(series.outcome);
        const reason = isUnpriced(series.kind) ? this.#names.id(reasonCode(series.reason)) : undefined;
        const none = { calls: 0, nano: 0n, atto: 0n, quantities: new Quantities() };
        sum = { customer, series, outcome, reason, ...none };
        this.#gathered.set(series.id, customer, sum);
      }
      sum.calls += calls;
      sum.nano += nano;
      sum.atto += atto;
      sum.quantities.addAll(quantities);
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
    for (const { customer, series, outcome, reason, ...sum } of this.#gathered.values()) {
      const { feature, provider, model } = series;
      const calls = BigInt(sum.calls);
      count(sum.nano, sum.atto, COUNTERS.cost, customer, feature, provider, model);
      count(calls, 0n, COUNTERS.calls, customer, feature, outcome, 0);
      if (reason !== undefined) count(calls, 0n, COUNTERS.unpriced, provider, model, reason, 0);
      const { units, amounts } = sum.quantities;
      for (const [i, unit] of units.entries()) {
        if (TOKEN_UNITS.has(this.#names.name(unit))) {
          count(BigInt(amounts[i] ?? 0), 0n, COUNTERS.tokens, customer, provider, model, unit);
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
