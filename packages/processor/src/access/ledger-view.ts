import type {
  Adjustment,
  Entry,
  LedgerReader,
  QualityTotal,
  QuantityTotal,
  Total,
  TotalsQuery,
} from "@keeptabs/ledger";

/** What pages and API may read of a ledger. A read that is not listed here is one that nobody has thought a scope for. */
export type LedgerView = Pick<
  LedgerReader,
  | "totals"
  | "quantities"
  | "entry"
  | "entryById"
  | "adjustments"
  | "dearest"
  | "quality"
  | "conflicts"
  | "lastCallMs"
  | "consistently"
>;

/** A read that would show more than one customer. That it was tried is a fault of ours. */
export class OutOfScope extends Error {
  override readonly name = "OutOfScope";

  constructor(read: string) {
    super(`${read} can't be kept to one customer`);
  }
}

/** The ledger as if one customer were the only one: others' entries and sums are not there. */
export class CustomerLedgerView implements LedgerView {
  readonly #ledger: LedgerView;
  readonly #customer: string;

  constructor(ledger: LedgerView, customer: string) {
    this.#ledger = ledger;
    this.#customer = customer;
  }

  totals(query: TotalsQuery): Total[] {
    return this.#isMine(query) ? this.#ledger.totals({ ...query, customer: this.#customer }) : [];
  }

  quantities(query: TotalsQuery): QuantityTotal[] {
    return this.#isMine(query) ? this.#ledger.quantities({ ...query, customer: this.#customer }) : [];
  }

  entry(traceId: string, spanId: string): Entry | undefined {
    return this.#mine(this.#ledger.entry(traceId, spanId));
  }

  entryById(id: number): Entry | undefined {
    return this.#mine(this.#ledger.entryById(id));
  }

  /**
   * Only what was added to or taken from the customer: of whom a call was taken, or to whom it went, is theirs.
   * Why the team charged it anew is in their own words, which may name others.
   */
  adjustments(entry: number): Adjustment[] {
    if (this.entryById(entry) === undefined) return [];
    return this.#ledger
      .adjustments(entry)
      .filter(({ customer }) => customer === this.#customer)
      .map((adjustment) => (adjustment.kind === "repriced" ? { ...adjustment, reason: "" } : adjustment));
  }

  dearest(query: Parameters<LedgerView["dearest"]>[0]): Entry[] {
    return this.#isMine(query) ? this.#ledger.dearest({ ...query, customer: this.#customer }) : [];
  }

  quality(): QualityTotal[] {
    throw new OutOfScope("quality");
  }

  conflicts(): number {
    throw new OutOfScope("conflicts");
  }

  /** Not known: the ledger tells it of all customers together. */
  lastCallMs(): undefined {
    return undefined;
  }

  consistently<T>(reads: () => T): T {
    return this.#ledger.consistently(reads);
  }

  #isMine({ customer }: { readonly customer?: string }): boolean {
    return customer === undefined || customer === this.#customer;
  }

  #mine(entry: Entry | undefined): Entry | undefined {
    return entry?.customer === this.#customer ? entry : undefined;
  }
}
