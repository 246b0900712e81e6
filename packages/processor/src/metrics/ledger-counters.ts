import { type Counters, isUnpriced, type Posting, reasonCode } from "@keeptabs/ledger";
import { TOKEN_UNITS } from "@keeptabs/usage";
import { LEDGER_FAMILIES } from "./catalogue.ts";
import type { CustomerLabels } from "./customer-labels.ts";
import { COUNT, Family, USD } from "./family.ts";
import { NameIds, PairIds } from "./series-keys.ts";

/** The counters: they start from what the ledger counted and follow first postings. */
export class LedgerCounters {
  readonly #customers: CustomerLabels;
  readonly #cost = new Family(LEDGER_FAMILIES.cost, USD);
  readonly #tokens = new Family(LEDGER_FAMILIES.tokens, COUNT);
  readonly #calls = new Family(LEDGER_FAMILIES.calls, COUNT);
  readonly #unpriced = new Family(LEDGER_FAMILIES.unpriced, COUNT);
  readonly #names = new NameIds();
  readonly #models = new PairIds();
  readonly #customerFeatures = new PairIds();
  readonly #customerModels = new PairIds();
  // The number of a pair is the number of its series: both count from 0 in the order of appearance.
  readonly #costSeries = new PairIds();
  readonly #tokenSeries = new PairIds();
  readonly #callSeries = new PairIds();
  readonly #unpricedSeries = new PairIds();

  constructor(customers: CustomerLabels) {
    this.#customers = customers;
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
      const customer = this.#customers.of(row.customer);
      const where = this.#customerFeatures.of(customer, this.#names.of(row.feature));
      this.#addCost(where, this.#model(row.provider, row.model), customer, row, row.amount);
    }
    for (const row of tokens) {
      const customer = this.#customers.of(row.customer);
      const where = this.#customerModels.of(customer, this.#model(row.provider, row.model));
      this.#addTokens(where, customer, row, row.unit, row.quantity);
    }
    for (const row of calls) {
      const customer = this.#customers.of(row.customer);
      const where = this.#customerFeatures.of(customer, this.#names.of(row.feature));
      this.#addCalls(where, customer, row, row.count);
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
    const customerFeature = this.#customerFeatures.of(customer, this.#names.of(posting.feature));
    this.#addCost(customerFeature, model, customer, posting, posting.amount);
    this.#addCalls(customerFeature, customer, posting, calls);
    if (posting.tokens.length > 0) {
      const customerModel = this.#customerModels.of(customer, model);
      for (const [unit, quantity] of posting.tokens) {
        if (TOKEN_UNITS.has(unit)) this.#addTokens(customerModel, customer, posting, unit, BigInt(quantity));
      }
    }
    if (isUnpriced(posting.kind)) this.#addUnpriced(model, posting, reasonCode(posting.reason), calls);
  }

  #model(provider: string, model: string): number {
    return this.#models.of(this.#names.of(provider), this.#names.of(model));
  }

  #addCost(
    customerFeature: number,
    pricedModel: number,
    customer: number,
    { feature, provider, model }: Pick<Posting, "feature" | "provider" | "model">,
    amount: bigint,
  ): void {
    const series = this.#costSeries.of(customerFeature, pricedModel);
    if (series === this.#cost.size)
      this.#cost.open([this.#customers.name(customer), feature, provider, model]);
    this.#cost.add(series, amount);
  }

  #addTokens(
    customerModel: number,
    customer: number,
    { provider, model }: Pick<Posting, "provider" | "model">,
    unit: string,
    quantity: bigint,
  ): void {
    const series = this.#tokenSeries.of(customerModel, this.#names.of(unit));
    if (series === this.#tokens.size)
      this.#tokens.open([this.#customers.name(customer), provider, model, unit]);
    this.#tokens.add(series, quantity);
  }

  #addCalls(
    customerFeature: number,
    customer: number,
    { feature, outcome }: Pick<Posting, "feature" | "outcome">,
    count: bigint,
  ): void {
    const series = this.#callSeries.of(customerFeature, this.#names.of(outcome));
    if (series === this.#calls.size) this.#calls.open([this.#customers.name(customer), feature, outcome]);
    this.#calls.add(series, count);
  }

  #addUnpriced(
    unpricedModel: number,
    { provider, model }: Pick<Posting, "provider" | "model">,
    reason: string,
    count: bigint,
  ): void {
    const series = this.#unpricedSeries.of(unpricedModel, this.#names.of(reason));
    if (series === this.#unpriced.size) this.#unpriced.open([provider, model, reason]);
    this.#unpriced.add(series, count);
  }
}
