import type { Adjustment, Entry } from "@keeptabs/ledger";
import type { AttoUsd } from "@keeptabs/pricing";
import type { Customers } from "../customer.ts";
import { monthOf, monthPeriod, type Period } from "../period.ts";
import type { FocusRow } from "./columns.ts";
import { type BelongingPart, partsOf } from "./parts.ts";
import { focusRow } from "./row.ts";

/** What a FOCUS export is made with. */
export interface FocusOptions {
  /** IANA name: billing periods and days are taken in it. */
  readonly timeZone: string;
  readonly customers: Customers;
  /** Identifies whose data it is, where several exports come together. */
  readonly billingAccount: string;
  /** Only what belongs to this customer. */
  readonly customer?: string;
}

/** Charges of one day that are alike in all but quantity. */
export interface ChargeGroup {
  readonly part: BelongingPart;
  readonly entry: Entry;
  readonly day: Period;
  /** The month that the charge is reported in: its own, or that of a correction's booking. */
  readonly billing: Period;
  quantity: bigint;
  /** The quantity that is billed, where a provider's minimum makes it larger. */
  billed: bigint;
  list: AttoUsd | undefined;
  net: AttoUsd | undefined;
}

/**
 * The calls of one day as rows of FOCUS: one for all that is alike in customer, feature, provider, model, unit and price.
 * The sum of their EffectiveCost is what the ledger says of the day, to the last digit. It holds the groups of the
 * day, however many calls they have.
 */
export class FocusDay {
  readonly #day: Period;
  readonly #month: Period;
  readonly #options: FocusOptions;
  readonly #groups = new Map<string, ChargeGroup>();

  constructor(day: Period, options: FocusOptions) {
    this.#day = day;
    this.#month = monthPeriod(monthOf(day.fromMs, options.timeZone), options.timeZone);
    this.#options = options;
  }

  /** Adds an entry that ended on the day, with what became of it since. */
  add(entry: Entry, adjustments: readonly Adjustment[]): void {
    for (const part of partsOf(entry, adjustments, this.#closedMs(entry, adjustments))) {
      const { customer } = this.#options;
      if (customer === undefined || part.customer === customer) this.#addPart(entry, part);
    }
  }

  rows(): FocusRow[] {
    return [...this.#groups.values()].map((group) => focusRow(group, this.#options));
  }

  /** The end of the month in which an entry was first reported: that of its call, or of a later booking of it. */
  #closedMs({ bookedAt }: Entry, adjustments: readonly Adjustment[]): number {
    if (adjustments.length === 0) return Number.POSITIVE_INFINITY;
    const bookedMs = Number(bookedAt / 1_000_000n);
    return bookedMs < this.#month.untilMs ? this.#month.untilMs : this.#monthAt(bookedMs).untilMs;
  }

  #monthAt(atMs: number): Period {
    return monthPeriod(monthOf(atMs, this.#options.timeZone), this.#options.timeZone);
  }

  #addPart(entry: Entry, part: BelongingPart): void {
    const billing = part.correctedAtMs === undefined ? this.#month : this.#monthAt(part.correctedAtMs);
    const key = groupKey(entry, part, billing);
    const { quantity, line, list, net } = part;
    const group = this.#groups.get(key);
    if (group === undefined) {
      const billed = BigInt(line?.billed ?? quantity);
      this.#groups.set(key, {
        part,
        entry,
        day: this.#day,
        billing,
        quantity: BigInt(quantity),
        billed,
        list,
        net,
      });
      return;
    }
    group.quantity += BigInt(quantity);
    group.billed += BigInt(line?.billed ?? quantity);
    group.list = plus(group.list, list);
    group.net = plus(group.net, net);
  }
}

/** All that a row says beside sums. Whether there is an amount is part of it: the unknown is not added to the known. */
function groupKey(entry: Entry, part: BelongingPart, billing: Period): string {
  const { line } = part;
  return JSON.stringify([
    billing.name,
    part.correctedAtMs === undefined,
    part.customer,
    part.feature,
    entry.provider,
    part.model,
    part.unit ?? null,
    part.net === undefined,
    part.reason ?? null,
    entry.costSource,
    entry.usage.circumstances.region ?? null,
    line?.priceVersion ?? null,
    line?.rate ?? null,
    line?.per ?? null,
    line?.factors ?? null,
    line?.agreement?.name ?? null,
    line?.agreement?.terms ?? null,
  ]);
}

function plus(a: AttoUsd | undefined, b: AttoUsd | undefined): AttoUsd | undefined {
  return a === undefined || b === undefined ? undefined : ((a + b) as AttoUsd);
}
