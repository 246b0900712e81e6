import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type AttoUsd, negateUsd, splitUsd } from "@keeptabs/pricing";
import { type Outcome, UNATTRIBUTED } from "@keeptabs/usage";
import type { Ancestry } from "./ancestry.ts";
import { type Counted, tokensOf } from "./covering.ts";
import type { Posting } from "./entry.ts";
import type { Names } from "./names.ts";
import { NO_FEATURE, ONLY_PERSON, type Row } from "./row.ts";
import { decodeCharge } from "./stored-charge.ts";

type AdjustmentKind = "superseded" | "released" | "reattributed" | "repriced";

interface Belonging {
  readonly customer: bigint;
  readonly feature: bigint;
}

/** Writes adjustments: what becomes of an entry after it was booked. The entry itself stays as it is. */
export class Adjuster {
  readonly #names: Names;
  readonly #insert: StatementSync;
  readonly #letGo: StatementSync;

  constructor(database: DatabaseSync, names: Names) {
    this.#names = names;
    this.#insert = database.prepare(
      `INSERT INTO adjustments (entry, kind, reason, customer, feature, calls, charge_kind, net_nano, net_atto, charge, booked_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#letGo = database.prepare("DELETE FROM held WHERE entry = ?");
  }

  /** Takes an entry out of the totals, because another span describes its call better. */
  supersede(entry: Counted, now: bigint): Posting[] {
    if (entry.waiting === 1n) {
      this.#letGo.run(entry.id);
      return [];
    }
    return [
      this.#post(entry, "superseded", "another span describes the call better", nowNamed(entry), -1, now),
    ];
  }

  /** Puts a held sum into the totals. */
  release(entry: Counted, now: bigint): Posting {
    this.#letGo.run(entry.id);
    return this.#post(entry, "released", "no call was seen below it", nowNamed(entry), 1, now);
  }

  /** Moves an entry to the customer and feature that are named nearest above it, where its own span names none. */
  reattribute(entry: Counted, above: Ancestry, now: bigint): Posting[] {
    const is = nowNamed(entry);
    return this.#move(
      entry,
      {
        customer:
          (entry.named & 1n) === 1n ? is.customer : (above.customer ?? personOf(entry, above) ?? is.customer),
        feature: (entry.named & 2n) === 2n ? is.feature : (above.feature ?? is.feature),
      },
      "named by a span above the call",
      now,
    );
  }

  /** Gives an entry that nobody is named for the names of another span of the same call. */
  lendNames(entry: Counted, row: Row, now: bigint): Posting[] {
    // A sum that waits may never be charged; if it is, its names are looked for then.
    if (entry.waiting === 1n) return [];
    const is = nowNamed(entry);
    const nobody = this.#names.name(is.customer) === UNATTRIBUTED && row.customer !== UNATTRIBUTED;
    const nothing = this.#names.name(is.feature) === NO_FEATURE && row.feature !== NO_FEATURE;
    return this.#move(
      entry,
      {
        customer: nobody ? BigInt(this.#names.id(row.customer)) : is.customer,
        feature: nothing ? BigInt(this.#names.id(row.feature)) : is.feature,
      },
      "named by another span of the same call",
      now,
    );
  }

  /** The row with the names of an entry of the same call, where it has none of its own. */
  borrowNames(row: Row, entry: Counted): Row {
    const is = nowNamed(entry);
    return {
      ...row,
      customer: row.customer === UNATTRIBUTED ? this.#names.name(is.customer) : row.customer,
      feature: row.feature === NO_FEATURE ? this.#names.name(is.feature) : row.feature,
    };
  }

  /** Charges an entry by another price than before; nothing when it costs the same and says the same. */
  reprice(entry: Counted, charge: string, reason: string, now: bigint): Posting[] {
    const before = decodeCharge(entry.charge_now);
    const after = decodeCharge(charge);
    if (before.net === after.net && before.list === after.list && before.status === after.status) return [];
    const whom = nowNamed(entry);
    return [
      this.#post(entry, "repriced", reason, whom, -1, now),
      this.#post({ ...entry, charge_now: charge }, "repriced", reason, whom, 1, now, charge),
    ];
  }

  #move(entry: Counted, to: Belonging, reason: string, now: bigint): Posting[] {
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
  ): Posting {
    const charged = decodeCharge(entry.charge_now);
    const amount: AttoUsd = sign === 1 ? charged.net : negateUsd(charged.net);
    const { nano, atto } = splitUsd(amount);
    const { customer, feature } = whom;
    this.#insert.run(
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
    );
    return {
      occurredAt: entry.occurred_at,
      customer: this.#names.name(customer),
      feature: this.#names.name(feature),
      provider: this.#names.name(entry.provider),
      model: this.#names.name(entry.model),
      amount,
      calls: sign,
      kind: charged.status,
      reason: charged.reason ?? "",
      outcome: entry.outcome as Outcome,
      tokens: tokensOf(entry).map(([unit, quantity]) => [unit, sign * quantity] as const),
      // A released sum was never counted before; everything else was.
      first: kind === "released",
    };
  }
}

/** The person named nearest: by the call's own span, or above it. */
function personOf(entry: Counted, above: Ancestry): bigint | undefined {
  return (entry.named & BigInt(ONLY_PERSON)) === 0n ? above.person : entry.customer;
}

/** Whom an entry belongs to after its last move. */
function nowNamed(entry: Counted): Belonging {
  return { customer: entry.moved_customer ?? entry.customer, feature: entry.moved_feature ?? entry.feature };
}
