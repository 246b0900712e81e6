import { type Appended, isUnpriced } from "@keeptabs/ledger";
import { type AttoUsd, addUsd, ZERO_USD } from "@keeptabs/pricing";

/** What an import did so far. */
export class Tally {
  records = 0;
  rejected = 0;
  /** Records and spans that are no calls. */
  others = 0;
  /** Calls that are in the totals now and were not before. */
  booked = 0;
  /** Booked before, with the same content. */
  duplicates = 0;
  /** Descriptions of calls that another span already stands for. */
  covered = 0;
  /** Booked before with other content; kept aside. */
  conflicts = 0;
  /** Spans that a processor took. */
  sent = 0;
  unpriced = 0;
  cost: AttoUsd = ZERO_USD;
  readonly customers: Map<string, { calls: number; cost: AttoUsd }> = new Map();

  /** Adds what an append did: every posting, since one call may take another's place. */
  add({ results, postings }: Appended): void {
    for (const result of results) {
      if (result.kind === "duplicate") this.duplicates += 1;
      if (result.kind === "conflict") this.conflicts += 1;
      if (result.kind === "booked" && result.entry === "covered") this.covered += 1;
    }
    for (const { customer, calls, amount, kind } of postings) {
      this.booked += calls;
      if (isUnpriced(kind)) this.unpriced += calls;
      this.cost = addUsd(this.cost, amount);
      const sum = this.customers.get(customer) ?? { calls: 0, cost: ZERO_USD };
      this.customers.set(customer, { calls: sum.calls + calls, cost: addUsd(sum.cost, amount) });
    }
  }

  /** The customers that cost the most. */
  dearest(count: number): readonly (readonly [customer: string, calls: number, cost: AttoUsd])[] {
    return [...this.customers]
      .map(([customer, { calls, cost }]) => [customer, calls, cost] as const)
      .filter(([, calls, cost]) => calls !== 0 || cost !== 0n)
      .toSorted(([a, , x], [b, , y]) => (x === y ? (a < b ? -1 : 1) : x > y ? -1 : 1))
      .slice(0, count);
  }
}
