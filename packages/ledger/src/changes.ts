import { type AttoUsd, joinUsd, ZERO_USD } from "@keeptabs/pricing";
import type { EntryKind } from "./entry.ts";
import type { Parameter, Statements } from "./statements.ts";
import { filterOf } from "./totals.ts";

/** What was posted to a customer and feature, and when; negative when taken back. */
interface Change {
  /** The entry's number. */
  readonly entry: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly customer: string;
  readonly feature: string;
  readonly provider: string;
  readonly model: string;
  readonly calls: number;
  readonly net: AttoUsd;
  /** When the call ended, Unix nanoseconds: the period that it belongs to. */
  readonly occurredAt: bigint;
  /** When this was written down, Unix nanoseconds. */
  readonly bookedAt: bigint;
}

/** A later correction of an entry: what it added to, or took from, a customer and feature. */
export interface Adjustment extends Change {
  readonly kind: "superseded" | "released" | "reattributed" | "repriced";
  readonly reason: string;
}

/** What came into a period late: an entry, or an adjustment of one. */
export interface LateBooking extends Change {
  readonly kind: "booked" | Adjustment["kind"];
  /** Why; of an entry only where it is zero or has no price. */
  readonly reason: string | undefined;
  /** What the call counted as: of an adjustment what was put or taken back. */
  readonly chargeKind: EntryKind;
}

/** Everything that changed a period after an instant. */
export interface LateBookings {
  /** In the order in which they were booked, at most as many as were asked for. */
  readonly bookings: readonly LateBooking[];
  /** How many there are in all. */
  readonly count: number;
  /** What they changed, all of them. */
  readonly calls: number;
  readonly net: AttoUsd;
}

/** Which late bookings are asked for: of calls that ended in `[fromMs, untilMs)`, booked later than `bookedAfterMs`. */
export interface LateBookingsQuery {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly bookedAfterMs: number;
  /** Whom they were posted to. */
  readonly customer?: string;
  readonly feature?: string;
  readonly provider?: string;
  readonly model?: string;
  /** Lists no more than these; count and sums are of all. */
  readonly limit?: number;
}

/** Which adjustments are asked for: those of an entry, or of the calls that ended in a period. */
export type AdjustmentsQuery =
  | { readonly entry: number }
  | { readonly fromMs: number; readonly untilMs: number; readonly customer?: string };

interface ChangeRow {
  readonly entry: bigint;
  readonly trace_id: Uint8Array;
  readonly span_id: Uint8Array;
  readonly kind: LateBooking["kind"];
  readonly reason: string | null;
  readonly charge_kind: EntryKind;
  readonly customer: string;
  readonly feature: string;
  readonly provider: string;
  readonly model: string;
  readonly calls: bigint;
  readonly net_nano: bigint;
  readonly net_atto: bigint;
  readonly occurred_at: bigint;
  readonly booked_at: bigint;
}

const NANOS = 1_000_000n;
const COLUMNS = "e.trace_id, e.span_id, e.provider, e.model, e.occurred_at";
const FIRST_POSTINGS = `SELECT 0 AS adjustment, e.id AS entry, ${COLUMNS}, 'booked' AS kind, e.reason, e.kind AS charge_kind,
  e.customer, e.feature, 1 AS calls, e.net_nano, e.net_atto, e.booked_at FROM full_entries e`;
const ADJUSTMENTS = `SELECT a.id AS adjustment, a.entry, ${COLUMNS}, a.kind, a.reason, a.charge_kind,
  a.customer, a.feature, a.calls, a.net_nano, a.net_atto, a.booked_at FROM adjustments a CROSS JOIN full_entries e ON e.id = a.entry`;
const IN_PERIOD = "e.occurred_at >= ? AND e.occurred_at < ?";

/** Changes in an order, with names in place of numbers. */
const listed = (changes: string, order: string): string => `
  SELECT x.entry, x.trace_id, x.span_id, x.kind, x.reason, x.charge_kind, c.name AS customer, f.name AS feature,
    p.name AS provider, m.name AS model, x.calls, x.net_nano, x.net_atto, x.occurred_at, x.booked_at
  FROM (SELECT * FROM (${changes}) ORDER BY ${order} LIMIT ?) x
    JOIN customers c ON c.id = x.customer JOIN names f ON f.id = x.feature
    JOIN names p ON p.id = x.provider JOIN names m ON m.id = x.model ORDER BY ${order}`;

/** What changed a period late; see `LedgerReader.lateBookings`. */
export function lateBookingsOf(statements: Statements, query: LateBookingsQuery): LateBookings {
  const { fromMs, untilMs, bookedAfterMs, limit } = query;
  requireWhole({ fromMs, untilMs, bookedAfterMs });
  if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 0))
    throw new RangeError(`limit must be a whole number from 0 on, got ${limit}`);
  const filter = filterOf(statements, query);
  if (filter === undefined) return { bookings: [], count: 0, calls: 0, net: ZERO_USD };
  const changes = `SELECT * FROM (
    ${FIRST_POSTINGS} WHERE ${IN_PERIOD} AND e.booked_at > ? AND e.kind NOT IN ('covered', 'held')
    UNION ALL
    ${ADJUSTMENTS} WHERE ${IN_PERIOD} AND a.booked_at > ?
  ) WHERE ${["true", ...[...filter.keys()].map((name) => `${name} = ?`)].join(" AND ")}`;
  const one = [...nanosOf(fromMs, untilMs), BigInt(bookedAfterMs) * NANOS];
  const parameters = [...one, ...one, ...filter.values()];
  return statements.consistently(() => {
    const [sum] = statements.all<{ count: bigint; calls: bigint; nano: bigint; atto: bigint }>(
      `SELECT count(*) AS count, coalesce(sum(calls), 0) AS calls, coalesce(sum(net_nano), 0) AS nano,
         coalesce(sum(net_atto), 0) AS atto FROM (${changes})`,
      parameters,
    );
    const rows = statements.all<ChangeRow>(listed(changes, "booked_at, entry, adjustment"), [
      ...parameters,
      limit ?? -1,
    ]);
    return {
      bookings: rows.map(changeOf),
      count: Number(sum?.count ?? 0n),
      calls: Number(sum?.calls ?? 0n),
      net: joinUsd(sum?.nano ?? 0n, sum?.atto ?? 0n),
    };
  });
}

/** Adjustments, the oldest first; see `LedgerReader.adjustments`. */
export function adjustmentsOf(statements: Statements, query: AdjustmentsQuery): Adjustment[] {
  const [where, parameters] = whichAdjustments(statements, query);
  const rows = statements.all<ChangeRow>(listed(`${ADJUSTMENTS} WHERE ${where}`, "adjustment"), [
    ...parameters,
    -1,
  ]);
  return rows.map((row) => {
    const { chargeKind: _, ...change } = changeOf(row);
    return { ...change, kind: row.kind as Adjustment["kind"], reason: row.reason ?? "" };
  });
}

function whichAdjustments(
  statements: Statements,
  query: AdjustmentsQuery,
): readonly [where: string, parameters: readonly Parameter[]] {
  if ("entry" in query) return ["a.entry = ?", [query.entry]];
  const { fromMs, untilMs, customer } = query;
  requireWhole({ fromMs, untilMs });
  if (customer === undefined) return [IN_PERIOD, nanosOf(fromMs, untilMs)];
  return [
    `${IN_PERIOD} AND a.customer = ?`,
    [...nanosOf(fromMs, untilMs), statements.idOf(customer, "customers") ?? -1n],
  ];
}

function requireWhole(fields: Readonly<Record<string, number>>): void {
  for (const [field, value] of Object.entries(fields)) {
    if (!Number.isSafeInteger(value))
      throw new RangeError(`${field} must be whole milliseconds, got ${value}`);
  }
}

function nanosOf(...instants: readonly number[]): bigint[] {
  return instants.map((ms) => BigInt(ms) * NANOS);
}

const changeOf = ({ charge_kind, reason, ...row }: ChangeRow): LateBooking => ({
  entry: Number(row.entry),
  traceId: Buffer.from(row.trace_id).toString("hex"),
  spanId: Buffer.from(row.span_id).toString("hex"),
  kind: row.kind,
  reason: reason ?? undefined,
  chargeKind: charge_kind,
  customer: row.customer,
  feature: row.feature,
  provider: row.provider,
  model: row.model,
  calls: Number(row.calls),
  net: joinUsd(row.net_nano, row.net_atto),
  occurredAt: row.occurred_at,
  bookedAt: row.booked_at,
});
