import type {
  Adjustment,
  CallsPage,
  CallsQuery,
  Entry,
  LateBookings,
  LateBookingsQuery,
  LedgerReader,
  QualityTotal,
  QuantityTotal,
  Total,
  TotalsQuery,
} from "@keeptabs/ledger";
import { ZERO_USD } from "@keeptabs/pricing";

/** What pages and API may read of a ledger. A read that is not listed here is one that nobody has thought a scope for. */
export type LedgerView = Pick<
  LedgerReader,
  | "totals"
  | "quantities"
  | "entry"
  | "entryById"
  | "adjustments"
  | "calls"
  | "lateBookings"
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
    return this.#mine(this.#ledger.entry(traceId, spanId, this.#customer));
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
      .map(withoutWords);
  }

  calls(query: CallsQuery): CallsPage {
    return this.#isMine(query) ? this.#ledger.calls({ ...query, customer: this.#customer }) : { calls: [] };
  }

  /** What was added to or taken from the customer, without the team's own words, as for `adjustments`. */
  lateBookings(query: LateBookingsQuery): LateBookings {
    if (!this.#isMine(query)) return { bookings: [], count: 0, calls: 0, net: ZERO_USD };
    const late = this.#ledger.lateBookings({ ...query, customer: this.#customer });
    return { ...late, bookings: late.bookings.map(withoutWords) };
  }

  quality(fromMs: number, untilMs: number, customer?: string): QualityTotal[] {
    return this.#isMine({ customer }) ? this.#ledger.quality(fromMs, untilMs, this.#customer) : [];
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

  #isMine({ customer }: { readonly customer?: string | undefined }): boolean {
    return customer === undefined || customer === this.#customer;
  }

  #mine(entry: Entry | undefined): Entry | undefined {
    return entry?.customer === this.#customer ? entry : undefined;
  }
}

/** A booking without the reason that the team gave for charging a call anew. */
function withoutWords<T extends { readonly kind: string; readonly reason: string | undefined }>(
  booking: T,
): T {
  return booking.kind === "repriced" ? { ...booking, reason: "" } : booking;
}
