import type { DatabaseSync, StatementSync } from "node:sqlite";
import { negateUsd, splitUsd } from "@keeptabs/pricing/money";
import { UNATTRIBUTED } from "@keeptabs/usage/consumed";
import { ADJUSTMENT_COLUMNS, insertInto } from "./columns.ts";
import { type Counted, quantitiesIn } from "./covering.ts";
import type { Dictionary } from "./dictionary.ts";
import { type PostingRow, quarterOf, seriesOf } from "./postings.ts";
import type { Records, Value } from "./record.ts";
import { NAMES_CUSTOMER, NAMES_FEATURE, NO_FEATURE, ONLY_PERSON, type Row } from "./row.ts";
import { decodeSum } from "./stored-charge.ts";
import type { Ancestry } from "./trace.ts";

type AdjustmentKind = "superseded" | "released" | "reattributed" | "repriced";

interface Belonging {
  readonly customer: number;
  readonly feature: number;
}

/** Writes adjustments: what becomes of an entry after it was booked. The entry itself stays as it is. */
export class Adjuster {
  readonly #names: Dictionary;
  readonly #customers: Dictionary;
  readonly #records: Records;
  readonly #insert: StatementSync;
  readonly #max: StatementSync;
  #last = 0;

  /** What is inserted is also added to `records`. */
  constructor(database: DatabaseSync, names: Dictionary, customers: Dictionary, records: Records) {
    this.#names = names;
    this.#customers = customers;
    this.#records = records;
    this.#insert = database.prepare(insertInto("adjustments", ADJUSTMENT_COLUMNS));
    this.#max = database.prepare("SELECT coalesce(max(id), 0) AS last FROM adjustments");
    this.reset();
  }

  /** The number of the latest adjustment. */
  get last(): number {
    return this.#last;
  }

  /** Reads anew what a transaction that was rolled back had moved on. */
  reset(): void {
    this.#last = (this.#max.get() as { last: number }).last;
  }

  /** Takes an entry out of the totals, because another span describes its call better. */
  supersede(entry: Counted, now: bigint): PostingRow {
    return this.#post(
      entry,
      "superseded",
      "another span describes the call better",
      nowNamed(entry),
      -1,
      now,
    );
  }

  /** Puts a held sum into the totals. */
  release(entry: Counted, now: bigint): PostingRow {
    return this.#post(entry, "released", "no call was seen below it", nowNamed(entry), 1, now);
  }

  /** Puts an entry into the totals that had given way to another one, which does not count any more. */
  reinstate(entry: Counted, now: bigint): PostingRow {
    const kind = entry.everPosted ? "superseded" : "released";
    return this.#post(entry, kind, "no other span stands for the call any more", nowNamed(entry), 1, now);
  }

  /** Moves an entry to the customer and feature that are named nearest above it, where its own span names none. */
  reattribute(entry: Counted, above: Ancestry, now: bigint): PostingRow[] {
    const is = nowNamed(entry);
    const ownCustomer = (entry.named & NAMES_CUSTOMER) !== 0;
    const ownFeature = (entry.named & NAMES_FEATURE) !== 0;
    const to = {
      customer: ownCustomer ? is.customer : (above.customer ?? personOf(entry, above) ?? is.customer),
      feature: ownFeature ? is.feature : (above.feature ?? is.feature),
    };
    return this.#move(entry, to, "named by a span above the call", now);
  }

  /** Gives an entry that nobody is named for the names of another span of the same call. */
  lendNames(entry: Counted, row: Row, now: bigint): PostingRow[] {
    // A sum that waits may never be charged; if it is, its names are looked for then.
    if (entry.waiting) return [];
    const is = nowNamed(entry);
    const to = {
      customer: this.#isNobody(is.customer) ? row.customer : is.customer,
      feature: this.#isNothing(is.feature) ? row.feature : is.feature,
    };
    return this.#move(entry, to, "named by another span of the same call", now);
  }

  /** The row with the names of an entry of the same call, where it has none of its own. */
  borrowNames(row: Row, entry: Counted): Row {
    const is = nowNamed(entry);
    return row.placed({
      customer: this.#isNobody(row.customer) ? is.customer : row.customer,
      feature: this.#isNothing(row.feature) ? is.feature : row.feature,
    });
  }

  /** Charges an entry by another price than before; nothing when it costs the same and says the same. */
  reprice(entry: Counted, charge: string, reason: string, now: bigint): PostingRow[] {
    const before = decodeSum(entry.chargeNow);
    const after = decodeSum(charge);
    if (before.net === after.net && before.list === after.list && before.status === after.status) return [];
    const whom = nowNamed(entry);
    return [
      this.#post(entry, "repriced", reason, whom, -1, now),
      this.#post({ ...entry, chargeNow: charge }, "repriced", reason, whom, 1, now, charge),
    ];
  }

  #isNobody(customer: number): boolean {
    return this.#customers.name(customer) === UNATTRIBUTED;
  }

  #isNothing(feature: number): boolean {
    return this.#names.name(feature) === NO_FEATURE;
  }

  #move(entry: Counted, to: Belonging, reason: string, now: bigint): PostingRow[] {
    const from = nowNamed(entry);
    if (from.customer === to.customer && from.feature === to.feature) return [];
    return [
      this.#post(entry, "reattributed", reason, from, -1, now),
      this.#post(entry, "reattributed", reason, to, 1, now),
    ];
  }

  #post(
    entry: Counted,
    kind: AdjustmentKind,
    reason: string,
    whom: Belonging,
    sign: 1 | -1,
    now: bigint,
    charge: string | null = null,
  ): PostingRow {
    const charged = decodeSum(entry.chargeNow);
    const { nano, atto } = splitUsd(sign === 1 ? charged.net : negateUsd(charged.net));
    const { customer, feature } = whom;
    const id = this.#last + 1;
    const values: Value[] = [
      id,
      entry.id,
      kind,
      reason,
      customer,
      feature,
      sign,
      charged.status,
      nano,
      atto,
      charge,
      now,
    ];
    this.#insert.run(...values);
    this.#records.add(values);
    this.#last = id;
    const { provider, model, outcome, occurredAt } = entry;
    const { status, reason: why = "" } = charged;
    return {
      series: seriesOf({ feature, provider, model, kind: status, reason: why, outcome }),
      customer,
      occurredAt,
      quarter: quarterOf(occurredAt),
      // What is released was never counted before; everything else was.
      first: kind === "released",
      calls: sign,
      nano,
      atto,
      tokens: quantitiesIn(entry.usage).flatMap(([unit, quantity]) => [
        this.#names.id(unit),
        sign * quantity,
      ]),
    };
  }
}

/** The person named nearest: by the call's own span, or above it. */
function personOf(entry: Counted, above: Ancestry): number | undefined {
  return (entry.named & ONLY_PERSON) === 0 ? above.person : entry.customer;
}

/** Whom an entry belongs to after its last move. */
function nowNamed({ customerNow, featureNow }: Counted): Belonging {
  return { customer: customerNow, feature: featureNow };
}
