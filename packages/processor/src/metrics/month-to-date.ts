import { monthOf, monthPeriod, type Period } from "@keeptabs/billing";
import type { LedgerReader, Posting } from "@keeptabs/ledger";
import { type AttoUsd, addUsd, ZERO_USD } from "@keeptabs/pricing";

interface MonthSums {
  readonly period: Period;
  readonly customers: Map<string, AttoUsd>;
  readonly features: Map<string, AttoUsd>;
}

/**
 * What each customer and feature cost in the calendar month so far. Read from the ledger once and then
 * carried on with every posting. The month to come is carried too, so that the turn of the month needs no reading.
 */
export class MonthToDate {
  readonly #reader: LedgerReader;
  readonly #timeZone: string;
  #months: readonly MonthSums[];

  constructor(reader: LedgerReader, timeZone: string, nowMs: number) {
    this.#reader = reader;
    this.#timeZone = timeZone;
    const current = this.#read(monthOf(nowMs, timeZone));
    this.#months = [current, this.#read(monthOf(current.period.untilMs, timeZone))];
  }

  take(postings: readonly Posting[]): void {
    for (const { occurredAt, customer, feature, amount } of postings) {
      const atMs = Number(occurredAt / 1_000_000n);
      const month = this.#months.find(({ period }) => atMs >= period.fromMs && atMs < period.untilMs);
      if (month === undefined) continue;
      month.customers.set(customer, addUsd(month.customers.get(customer) ?? ZERO_USD, amount));
      month.features.set(feature, addUsd(month.features.get(feature) ?? ZERO_USD, amount));
    }
  }

  /** The sums of the month in which `nowMs` lies. */
  at(nowMs: number): {
    readonly month: string;
    readonly customers: ReadonlyMap<string, AttoUsd>;
    readonly features: ReadonlyMap<string, AttoUsd>;
  } {
    const [first, second] = this.#months;
    if (second !== undefined && nowMs >= second.period.fromMs) {
      // Nothing of the month after next can have been booked: calls from the future are dated when received.
      const next = monthPeriod(monthOf(second.period.untilMs, this.#timeZone), this.#timeZone);
      this.#months = [second, { period: next, customers: new Map(), features: new Map() }];
      return this.at(nowMs);
    }
    return {
      month: first?.period.name ?? monthOf(nowMs, this.#timeZone),
      customers: first?.customers ?? new Map(),
      features: first?.features ?? new Map(),
    };
  }

  #read(month: string): MonthSums {
    const period = monthPeriod(month, this.#timeZone);
    const sums = (dimension: "customer" | "feature"): Map<string, AttoUsd> =>
      new Map(
        this.#reader.totals({ ...period, groupBy: [dimension] }).map(({ key, net }) => [key[0] ?? "", net]),
      );
    return { period, customers: sums("customer"), features: sums("feature") };
  }
}
