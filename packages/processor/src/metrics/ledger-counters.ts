import { type Counters, isUnpriced, type Posting, reasonCode } from "@keeptabs/ledger";
import { TOKEN_UNITS } from "@keeptabs/usage";
import { LEDGER_FAMILIES } from "./catalogue.ts";
import type { CustomerLabels } from "./customer-labels.ts";
import { COUNT, Family, USD } from "./family.ts";
import { NameIds, TripleIds } from "./series-keys.ts";

/** The counters: they start from what the ledger counted and follow first postings. */
export class LedgerCounters {
  readonly #customers: CustomerLabels;
  readonly #cost = new Family(LEDGER_FAMILIES.cost, USD);
  readonly #tokens = new Family(LEDGER_FAMILIES.tokens, COUNT);
  readonly #calls = new Family(LEDGER_FAMILIES.calls, COUNT);
  readonly #unpriced = new Family(LEDGER_FAMILIES.unpriced, COUNT);
  readonly #names = new NameIds();
  readonly #tokenUnits = new NameIds();
  readonly #models = new TripleIds();
  // The number of a triple is the number of its series: both count from 0 in the order of appearance.
  readonly #costSeries = new TripleIds();
  readonly #tokenSeries = new TripleIds();
  readonly #callSeries = new TripleIds();
  readonly #unpricedSeries = new TripleIds();

  constructor(customers: CustomerLabels) {
    this.#customers = customers;
    for (const unit of TOKEN_UNITS) this.#tokenUnits.of(unit);
  }

  get families(): readonly Family[] {
    return [this.#cost, this.#tokens, this.#calls, this.#unpriced];
  }

  /** How many series have a customer label. */
  get customerSeries(): number {
    return this.#cost.size + this.#tokens.size + this.#calls.size;
  }

  /** Sets the counters to what they were before a restart; they show their values at once. */
  restore({ cost, tokens, calls, unpriced }: Counters): void {
    // The dearest customers get the series first; what does not fit is folded, not dropped.
    for (const row of cost.toSorted((a, b) => (a.amount < b.amount ? 1 : -1))) {
      const model = this.#model(row.provider, row.model);
      this.#addCost(this.#customers.of(row.customer), this.#names.of(row.feature), model, row, row.amount);
    }
    for (const row of tokens) {
      const model = this.#model(row.provider, row.model);
      this.#addTokens(this.#customers.of(row.customer), model, row, row.unit, row.quantity);
    }
    for (const row of calls) {
      this.#addCalls(this.#customers.of(row.customer), this.#names.of(row.feature), row, row.count);
    }
    for (const row of unpriced) {
      this.#addUnpriced(this.#model(row.provider, row.model), row, row.reason, row.count);
    }
    for (const family of this.families) family.show(family.size);
  }

  /** Counts first postings of a customer, given by its number. */
  count(customer: number, posting: Posting): void {
    const calls = BigInt(posting.calls);
    const model = this.#model(posting.provider, posting.model);
    const feature = this.#names.of(posting.feature);
    this.#addCost(customer, feature, model, posting, posting.amount);
    this.#addCalls(customer, feature, posting, calls);
    for (const [unit, quantity] of posting.tokens)
      this.#addTokens(customer, model, posting, unit, BigInt(quantity));
    if (isUnpriced(posting.kind)) this.#addUnpriced(model, posting, reasonCode(posting.reason), calls);
  }

  #model(provider: string, model: string): number {
    return this.#models.of(this.#names.of(provider), this.#names.of(model), 0);
  }

  #addCost(
    customer: number,
    feature: number,
    model: number,
    names: Pick<Posting, "feature" | "provider" | "model">,
    amount: bigint,
  ): void {
    const series = this.#costSeries.of(customer, feature, model);
    if (series === this.#cost.size) {
      this.#cost.open([this.#customers.name(customer), names.feature, names.provider, names.model]);
    }
    this.#cost.add(series, amount);
  }

  #addTokens(
    customer: number,
    model: number,
    names: Pick<Posting, "provider" | "model">,
    unit: string,
    quantity: bigint,
  ): void {
    const type = this.#tokenUnits.find(unit);
    if (type === undefined) return;
    const series = this.#tokenSeries.of(customer, model, type);
    if (series === this.#tokens.size) {
      this.#tokens.open([this.#customers.name(customer), names.provider, names.model, unit]);
    }
    this.#tokens.add(series, quantity);
  }

  #addCalls(
    customer: number,
    feature: number,
    names: Pick<Posting, "feature" | "outcome">,
    count: bigint,
  ): void {
    const series = this.#callSeries.of(customer, feature, this.#names.of(names.outcome));
    if (series === this.#calls.size) {
      this.#calls.open([this.#customers.name(customer), names.feature, names.outcome]);
    }
    this.#calls.add(series, count);
  }

  #addUnpriced(
    model: number,
    names: Pick<Posting, "provider" | "model">,
    reason: string,
    count: bigint,
  ): void {
    const series = this.#unpricedSeries.of(model, this.#names.of(reason), 0);
    if (series === this.#unpriced.size) this.#unpriced.open([names.provider, names.model, reason]);
    this.#unpriced.add(series, count);
  }
}
