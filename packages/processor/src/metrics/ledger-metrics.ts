import { type Customers, revenueIn } from "@keeptabs/billing";
import { isUnpriced, type LedgerReader, type Posting, reasonCode } from "@keeptabs/ledger";
import { type AttoUsd, formatUsd, type PriceBook, subtractUsd, ZERO_USD } from "@keeptabs/pricing";
import { OTHER, TOKEN_UNITS } from "@keeptabs/usage";
import { LEDGER_FAMILIES } from "./catalogue.ts";
import { MonthToDate } from "./month-to-date.ts";
import { CounterSeries, gaugeText } from "./series.ts";

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
  /** Called each time that something is shown as `__other__`. */
  readonly overflow: () => void;
}

/**
 * The metrics that come from the ledger. Counters start from what the ledger counted, so that a restart
 * changes nothing, and follow first postings; gauges follow every adjustment too.
 */
export class LedgerMetrics {
  readonly #options: LedgerMetricsOptions;
  readonly #cost = new CounterSeries(LEDGER_FAMILIES.cost, (value) => formatUsd(value as AttoUsd));
  readonly #tokens = new CounterSeries(LEDGER_FAMILIES.tokens, String);
  readonly #calls = new CounterSeries(LEDGER_FAMILIES.calls, String);
  readonly #unpriced = new CounterSeries(LEDGER_FAMILIES.unpriced, String);
  readonly #monthToDate: MonthToDate;
  /** Customers that have series of their own. */
  readonly #shown = new Set<string>();
  #lastCallMs: number | undefined;

  constructor(options: LedgerMetricsOptions) {
    this.#options = options;
    this.#monthToDate = new MonthToDate(options.reader, options.timeZone, options.now());
    this.#lastCallMs = options.reader.lastCallMs();
    this.#restore();
  }

  /** Takes what an append posted. */
  take(postings: readonly Posting[]): void {
    this.#monthToDate.take(postings);
    for (const posting of postings) {
      const atMs = Number(posting.occurredAt / 1_000_000n);
      if (this.#lastCallMs === undefined || atMs > this.#lastCallMs) this.#lastCallMs = atMs;
      if (posting.first) this.#count(posting);
    }
  }

  /** The text of all families, and what to call when it has been sent. */
  render(): { readonly text: string; readonly delivered: () => void } {
    const counters = [this.#cost, this.#tokens, this.#calls, this.#unpriced].map((family) => family.render());
    return {
      text: counters.map(({ text }) => text).join("") + this.#gauges(),
      delivered: () => {
        for (const { delivered } of counters) delivered();
      },
    };
  }

  #restore(): void {
    const { cost, tokens, calls, unpriced } = this.#options.reader.counters();
    // The dearest customers get the series first; what does not fit is folded, not dropped.
    for (const row of cost.toSorted((a, b) => (a.amount < b.amount ? 1 : -1))) {
      this.#cost.restore([this.#label(row.customer), row.feature, row.provider, row.model], row.amount);
    }
    for (const row of tokens) {
      this.#tokens.restore([this.#label(row.customer), row.provider, row.model, row.unit], row.quantity);
    }
    for (const row of calls)
      this.#calls.restore([this.#label(row.customer), row.feature, row.outcome], row.count);
    for (const row of unpriced) this.#unpriced.restore([row.provider, row.model, row.reason], row.count);
  }

  #count(posting: Posting): void {
    const { provider, model, feature } = posting;
    const customer = this.#label(posting.customer);
    this.#cost.add([customer, feature, provider, model], posting.amount);
    this.#calls.add([customer, feature, posting.outcome], BigInt(posting.calls));
    for (const [unit, quantity] of posting.tokens) {
      if (TOKEN_UNITS.has(unit)) this.#tokens.add([customer, provider, model, unit], BigInt(quantity));
    }
    if (isUnpriced(posting.kind))
      this.#unpriced.add([provider, model, reasonCode(posting.reason)], BigInt(posting.calls));
  }

  /** The customer as a label: itself while the budget lasts, then `__other__`; once shown, always shown. */
  #label(customer: string): string {
    if (this.#shown.has(customer)) return customer;
    if (this.#cost.size + this.#tokens.size + this.#calls.size >= this.#options.seriesBudget) {
      this.#options.overflow();
      return OTHER;
    }
    this.#shown.add(customer);
    return customer;
  }

  #gauges(): string {
    const { customers, priceBook, now } = this.#options;
    const { month, customers: costs, features } = this.#monthToDate.at(now());
    const folded = new Map<string, AttoUsd>();
    for (const [customer, amount] of costs) {
      const label = this.#shown.has(customer) ? customer : OTHER;
      folded.set(label, ((folded.get(label) ?? ZERO_USD) + amount) as AttoUsd);
    }
    const known = [...customers.values()];
    const revenues = known.flatMap(({ id }) => {
      const revenue = revenueIn(customers.get(id), month);
      return revenue === undefined ? [] : [{ id, revenue }];
    });
    const checked = priceBook().oldestCheck(now());
    const one = (id: string, amount: AttoUsd): [string[], string] => [[id], formatUsd(amount)];
    return [
      gaugeText(
        LEDGER_FAMILIES.customerCost,
        [...folded].map(([id, amount]) => one(id, amount)),
      ),
      gaugeText(
        LEDGER_FAMILIES.featureCost,
        [...features].map(([id, amount]) => one(id, amount)),
      ),
      gaugeText(
        LEDGER_FAMILIES.customerRevenue,
        revenues.map(({ id, revenue }) => one(id, revenue)),
      ),
      gaugeText(
        LEDGER_FAMILIES.customerMargin,
        revenues.map(({ id, revenue }) => one(id, subtractUsd(revenue, costs.get(id) ?? ZERO_USD))),
      ),
      gaugeText(
        LEDGER_FAMILIES.customerBudget,
        known.flatMap(({ id, budget }) => (budget === undefined ? [] : [one(id, budget)])),
      ),
      gaugeText(
        LEDGER_FAMILIES.customerInfo,
        known.map(({ id, name, plan }) => [[id, name, plan ?? ""], "1"] as const),
      ),
      gaugeText(
        LEDGER_FAMILIES.priceBookChecked,
        checked === undefined ? [] : [[[], String(Date.parse(`${checked}T00:00:00Z`) / 1000)]],
      ),
      gaugeText(
        LEDGER_FAMILIES.lastCall,
        this.#lastCallMs === undefined ? [] : [[[], String(this.#lastCallMs / 1000)]],
      ),
    ].join("");
  }
}
