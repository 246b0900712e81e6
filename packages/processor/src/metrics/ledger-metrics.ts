import type { Customers } from "@keeptabs/billing";
import type { LedgerReader, Posting } from "@keeptabs/ledger";
import type { PriceBook } from "@keeptabs/pricing";
import { LEDGER_FAMILIES } from "./catalogue.ts";
import { CustomerLabels } from "./customer-labels.ts";
import { Exposition, type Snapshot } from "./exposition.ts";
import { COUNT, Family, MILLISECONDS, USD } from "./family.ts";
import { LedgerCounters } from "./ledger-counters.ts";
import { MonthGauges } from "./month-gauges.ts";

/** What the metrics are made from. */
export interface LedgerMetricsOptions {
  readonly reader: LedgerReader;
  readonly customers: Customers;
  /** As it is in force when it is asked for. */
  readonly priceBook: () => PriceBook;
  readonly timeZone: string;
  /** Most series with a customer label; further customers are shown together as `__other__`. */
  readonly seriesBudget: number;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** How many appends may have been committed whose postings were not taken yet. */
  readonly untaken: () => number;
  /** Called each time that something is shown as `__other__`. */
  readonly overflow: () => void;
}

/**
 * The metrics that come from the ledger. Counters start from what the ledger counted, so that a restart
 * changes nothing, and follow first postings; gauges follow every adjustment too.
 */
export class LedgerMetrics {
  readonly #options: LedgerMetricsOptions;
  readonly #customers: CustomerLabels;
  readonly #counters: LedgerCounters;
  readonly #month: MonthGauges;
  readonly #priceBookChecked = new Family(LEDGER_FAMILIES.priceBookChecked, COUNT);
  readonly #lastCall = new Family(LEDGER_FAMILIES.lastCall, MILLISECONDS);
  readonly #exposition: Exposition;
  #lastCallMs = Number.NEGATIVE_INFINITY;

  constructor(options: LedgerMetricsOptions) {
    const { reader, customers, timeZone, seriesBudget, now, overflow } = options;
    this.#options = options;
    const size = (): number => this.#counters.customerSeries + this.#month.customerSeries;
    this.#customers = new CustomerLabels(() => size() >= seriesBudget, overflow);
    this.#counters = new LedgerCounters(this.#customers);
    this.#month = new MonthGauges({ reader, customers, timeZone, shownAs: this.#customers });
    this.#counters.restore(reader.counters());
    this.#month.restore(now());
    this.#ended(reader.lastCallMs() ?? this.#lastCallMs);
    this.#exposition = new Exposition([
      ...this.#counters.families,
      ...this.#month.families,
      ...customerFamilies(customers),
      this.#priceBookChecked,
      this.#lastCall,
    ]);
  }

  /** Takes what an append posted; a posting may be the sum of many calls. */
  take(postings: readonly Posting[]): void {
    this.#month.turn(this.#options.now());
    let lastMs = this.#lastCallMs;
    for (const posting of postings) {
      const atMs = Number(posting.occurredAt / 1_000_000n);
      if (atMs > lastMs) lastMs = atMs;
      const customer = this.#customers.of(posting.customer);
      if (posting.first) this.#counters.count(customer, posting);
      this.#month.take(customer, posting, atMs);
    }
    this.#ended(lastMs);
    this.#exposition.changed();
  }

  /** How many lines of text are still to be written for the next scrape. */
  get waitingLines(): number {
    return this.#exposition.waiting;
  }

  /** All families as they are at the instant at which it resolves. */
  async snapshot(): Promise<Snapshot> {
    const { priceBook, now, untaken } = this.#options;
    this.#month.turn(now());
    this.#month.restoreAstray(now(), untaken() === 0);
    const checked = priceBook().oldestCheck(now());
    if (checked === undefined) this.#priceBookChecked.clear();
    else setSole(this.#priceBookChecked, BigInt(Date.parse(`${checked}T00:00:00Z`) / 1000));
    return this.#exposition.snapshot();
  }

  #ended(atMs: number): void {
    if (atMs <= this.#lastCallMs) return;
    this.#lastCallMs = atMs;
    setSole(this.#lastCall, BigInt(atMs));
  }
}

/** Sets the value of a family that has one series. */
function setSole(family: Family, value: bigint): void {
  if (family.size === 0) family.open([]);
  family.set(0, value);
}

/** What is known of customers from the configuration alone. */
function customerFamilies(customers: Customers): readonly Family[] {
  const budget = new Family(LEDGER_FAMILIES.customerBudget, USD);
  const info = new Family(LEDGER_FAMILIES.customerInfo, COUNT);
  for (const customer of customers.values()) {
    if (customer.budget !== undefined) budget.set(budget.open([customer.id]), customer.budget);
    info.set(info.open([customer.id, customer.name, customer.plan ?? ""]), 1n);
  }
  return [budget, info];
}
