import { type Customer, type Customers, monthOf, type Period, revenueIn } from "@keeptabs/billing";
import type { LedgerReader, Posting } from "@keeptabs/ledger";
import type { AttoUsd } from "@keeptabs/pricing";
import { LEDGER_FAMILIES } from "./catalogue.ts";
import type { CustomerLabels } from "./customer-labels.ts";
import { Family, USD } from "./family.ts";
import { addTo, type MonthSums, monthAfter, readMonth } from "./month-sums.ts";

/** What the month's gauges are made with. */
export interface MonthGaugesOptions {
  readonly reader: LedgerReader;
  readonly customers: Customers;
  readonly timeZone: string;
  readonly shownAs: CustomerLabels;
}

/**
 * What each customer and feature cost in the calendar month so far, and what that leaves of the revenue. Read from
 * the ledger once and then carried on with every posting, adjustments too. The month to come is carried
 * beside it, so that the turn of the month needs no reading. A clock that jumps, back to a month that is over
 * or over a whole month, makes it read anew.
 */
export class MonthGauges {
  readonly #options: MonthGaugesOptions;
  readonly #cost = new Family(LEDGER_FAMILIES.customerCost, USD);
  readonly #feature = new Family(LEDGER_FAMILIES.featureCost, USD);
  readonly #revenue = new Family(LEDGER_FAMILIES.customerRevenue, USD);
  readonly #margin = new Family(LEDGER_FAMILIES.customerMargin, USD);
  /** By the number of a customer as it is shown. */
  readonly #costSeries: (number | undefined)[] = [];
  readonly #featureSeries = new Map<string, number>();
  /** Customers whose revenue is known, also where they are folded; the number of both revenue and margin. */
  readonly #paying = new Map<string, number>();
  #current: Period | undefined;
  #next: MonthSums | undefined;
  /** The clock has left the two months that are carried on. */
  #isAstray = false;

  constructor(options: MonthGaugesOptions) {
    this.#options = options;
  }

  get families(): readonly Family[] {
    return [this.#cost, this.#feature, this.#revenue, this.#margin];
  }

  /** How many series have a customer label. */
  get customerSeries(): number {
    return this.#cost.size;
  }

  /** Reads the month in which `nowMs` (Unix milliseconds) lies, and the next. */
  restore(nowMs: number): void {
    const { reader, timeZone } = this.#options;
    const current = readMonth(reader, monthOf(nowMs, timeZone), timeZone);
    this.#next = readMonth(reader, monthAfter(current.period, timeZone), timeZone);
    this.#begin(current);
  }

  /**
   * Reads the months anew when the clock (`nowMs`, Unix milliseconds) has jumped. What is committed and not
   * taken yet is in what is read: unless `allTaken`, it must be read again before the next look.
   */
  restoreAstray(nowMs: number, allTaken: boolean): void {
    if (!this.#isAstray) return;
    this.restore(nowMs);
    this.#isAstray = !allTaken;
  }

  /** Takes a posting of a customer, given by its number, into the month in which the call ended. */
  take(shown: number, { customer, feature, amount }: Posting, atMs: number): void {
    if (within(this.#current, atMs)) {
      this.#addCustomer(shown, customer, amount);
      this.#addFeature(feature, amount);
    } else if (this.#next !== undefined && within(this.#next.period, atMs)) {
      addTo(this.#next.customers, customer, amount);
      addTo(this.#next.features, feature, amount);
    }
  }

  /** Turns to the month in which `nowMs` (Unix milliseconds) lies, when it has begun. */
  turn(nowMs: number): void {
    if (within(this.#current, nowMs)) return;
    const begun = this.#next;
    if (begun === undefined || !within(begun.period, nowMs)) {
      this.#isAstray = true;
      return;
    }
    const { reader, timeZone } = this.#options;
    // Calls from the future are dated when received: of the month after there is something only if our own clock was ahead once.
    this.#next = readMonth(reader, monthAfter(begun.period, timeZone), timeZone);
    this.#begin(begun);
  }

  #begin({ customers, features, period }: MonthSums): void {
    this.#current = period;
    this.#cost.clear();
    this.#costSeries.length = 0;
    this.#feature.clear();
    this.#featureSeries.clear();
    for (const customer of this.#options.customers.values()) {
      const revenue = revenueIn(customer, period.name);
      if (revenue !== undefined) this.#pay(customer, revenue);
    }
    for (const [customer, amount] of [...customers].sort(([, a], [, b]) => (a < b ? 1 : -1))) {
      this.#addCustomer(this.#options.shownAs.of(customer), customer, amount);
    }
    for (const [feature, amount] of features) this.#addFeature(feature, amount);
  }

  #pay({ id }: Customer, revenue: AttoUsd): void {
    let series = this.#paying.get(id);
    if (series === undefined) {
      series = this.#revenue.open([id]);
      this.#margin.open([id]);
      this.#paying.set(id, series);
    }
    this.#revenue.set(series, revenue);
    this.#margin.set(series, revenue);
  }

  #addCustomer(shown: number, customer: string, amount: AttoUsd): void {
    let series = this.#costSeries[shown];
    if (series === undefined) {
      series = this.#cost.open([this.#options.shownAs.name(shown)]);
      this.#costSeries[shown] = series;
    }
    this.#cost.add(series, amount);
    const paying = this.#paying.get(customer);
    if (paying !== undefined) this.#margin.add(paying, -amount);
  }

  #addFeature(feature: string, amount: AttoUsd): void {
    let series = this.#featureSeries.get(feature);
    if (series === undefined) {
      series = this.#feature.open([feature]);
      this.#featureSeries.set(feature, series);
    }
    this.#feature.add(series, amount);
  }
}

function within(period: Period | undefined, atMs: number): boolean {
  return period !== undefined && atMs >= period.fromMs && atMs < period.untilMs;
}
