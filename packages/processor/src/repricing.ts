import type { Entry, LedgerReader, Repricing } from "@keeptabs/ledger";
import {
  type AttoUsd,
  addUsd,
  type Charge,
  charge,
  type Overrides,
  type PriceBook,
  ZERO_USD,
} from "@keeptabs/pricing";

/** Calls of a customer that cost something else by other prices. */
export interface RepricedCalls {
  readonly customer: string;
  /** Version of the price that they were charged by, and of the one that holds now; undefined for none. */
  readonly priceBefore: string | undefined;
  readonly priceNow: string | undefined;
  readonly calls: number;
  readonly before: AttoUsd;
  readonly after: AttoUsd;
}

/** What is charged anew, and by which prices. */
export interface RepricingQuery {
  /** The period `[fromMs, untilMs)` in which the calls ended, Unix milliseconds. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly priceBook: PriceBook;
  readonly overrides: Overrides;
}

/** Calls that are looked at together, and booked in one transaction: few enough for others to get their turn. */
const BATCH = 1_000;

/**
 * Charges the calls of a period by the prices in force now and tells what differs. `book` is given the new charges, a
 * batch at a time; without it nothing is booked. When it rejects, what it booked before stays booked, and the
 * same may be asked for again.
 */
export async function repriceCalls(
  reader: Pick<LedgerReader, "entries">,
  { fromMs, untilMs, priceBook, overrides }: RepricingQuery,
  book: ((repricings: readonly Repricing[]) => Promise<unknown>) | undefined,
): Promise<readonly RepricedCalls[]> {
  const differences = new Map<string, RepricedCalls>();
  for (let after = 0; ; ) {
    const entries = reader.entries({ fromMs, untilMs, after, limit: BATCH });
    const repricings: Repricing[] = [];
    for (const entry of entries) {
      const now = chargeNow(entry, priceBook, overrides);
      if (isSame(entry, now)) continue;
      repricings.push({ entry: entry.id, charge: now });
      add(differences, entry, now);
    }
    if (repricings.length > 0) await book?.(repricings);
    const last = entries.at(-1);
    if (last === undefined) return [...differences.values()];
    after = last.id;
  }
}

function chargeNow(entry: Entry, priceBook: PriceBook, overrides: Overrides): Charge {
  const call = {
    provider: entry.provider,
    model: entry.responseModel ?? entry.requestModel,
    usage: entry.usage,
    atMs: Number(entry.occurredAt / 1_000_000n),
    customer: entry.customer,
  };
  return charge(call, priceBook, overrides);
}

function isSame(entry: Entry, now: Charge): boolean {
  return entry.net === now.net && entry.list === now.list && entry.kind === now.status;
}

function add(
  differences: Map<string, RepricedCalls>,
  { customer, priceVersion, net }: Entry,
  now: Charge,
): void {
  const key = JSON.stringify([customer, priceVersion ?? null, now.priceVersion ?? null]);
  const sum = differences.get(key);
  differences.set(key, {
    customer,
    priceBefore: priceVersion,
    priceNow: now.priceVersion,
    calls: (sum?.calls ?? 0) + 1,
    before: addUsd(sum?.before ?? ZERO_USD, net),
    after: addUsd(sum?.after ?? ZERO_USD, now.net),
  });
}
