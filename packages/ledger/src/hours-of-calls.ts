import type { CallStatus } from "./call-status.ts";
import type { Statements } from "./statements.ts";
import { HOURS } from "./time-slices.ts";
import type { Filter } from "./totals-query.ts";

/**
 * Where to look for calls: the hourly totals tell in which hours there are calls of a customer, a feature, a model, or
 * without a price, so that a list of a few calls among millions need not look at all of them.
 */

interface Wanted {
  readonly outcome?: string;
  readonly status?: CallStatus;
}

interface Stretch {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** True when hourly totals can tell where to look: for calls that count, and of which something is known. */
export function canNarrow(wanted: Wanted, filter: Filter): boolean {
  if (wanted.status === "covered" || wanted.status === "held" || wanted.status === "superseded") return false;
  return filter.size > 0 || sumThatTells(wanted) !== "calls";
}

/** The hours (of 1970) of a period in which there are calls as wanted, the last one first; at most `most`. */
export function hoursOfCalls(
  statements: Statements,
  { fromMs, untilMs }: Stretch,
  wanted: Wanted,
  filter: Filter,
  most: number,
): number[] {
  const known = knownHours(statements);
  if (known === undefined) return [];
  const first = Math.max(Math.floor(fromMs / HOURS.ms), known.first);
  const last = Math.min(Math.ceil(untilMs / HOURS.ms) - 1, known.last);
  if (first > last) return [];
  const where = [
    ...[...filter.keys()].map((column) => `t.${column} = ?`),
    `t.${sumThatTells(wanted)} > 0`,
  ].join(" AND ");
  // The table is ordered by hour and customer: with a customer each hour is looked up, without one all rows are read.
  const sql = filter.has("customer")
    ? `WITH RECURSIVE each_hour(at) AS (SELECT ? UNION ALL SELECT at - 1 FROM each_hour WHERE at > ?)
       SELECT at AS hour FROM each_hour WHERE EXISTS (SELECT 1 FROM hourly_totals t WHERE t.hour = at AND ${where}) LIMIT ?`
    : `SELECT t.hour FROM hourly_totals t WHERE t.hour <= ? AND t.hour >= ? AND ${where} GROUP BY t.hour ORDER BY t.hour DESC LIMIT ?`;
  const written = statements.all<{ hour: bigint }>(sql, [last, first, ...filter.values(), most]);
  const tail = statements.all<{ hour: bigint }>(
    `SELECT DISTINCT ${HOUR_OF_TAIL} AS hour FROM tail t
     WHERE ${[`${HOUR_OF_TAIL} <= ?`, `${HOUR_OF_TAIL} >= ?`, ...[...filter.keys()].map((column) => `t.${column} = ?`)].join(" AND ")}`,
    [last, first, ...filter.values()],
  );
  const hours = new Set([...written, ...tail].map(({ hour }) => Number(hour)));
  const sorted = [...hours].sort((a, b) => b - a);
  return most < 0 ? sorted : sorted.slice(0, most);
}

/** The first and the last hour of which the ledger has calls, as it stands now; undefined in an empty one. */
export function knownHours(
  statements: Statements,
): { readonly first: number; readonly last: number } | undefined {
  const [known] = statements.all<{ first: bigint | null; last: bigint | null }>(
    `SELECT min(first) AS first, max(last) AS last FROM (
       SELECT (SELECT min(hour) FROM hourly_totals) AS first, (SELECT max(hour) FROM hourly_totals) AS last
       UNION ALL SELECT min(${HOUR_OF_TAIL}), max(${HOUR_OF_TAIL}) FROM tail t)`,
  );
  if (known === undefined || known.first === null || known.last === null) return undefined;
  return { first: Number(known.first), last: Number(known.last) };
}

const HOUR_OF_TAIL = "t.occurred_at / 3600000000000";

/** The same hours, put together where one follows on the other. */
export function stretchesOfCalls(
  statements: Statements,
  period: Stretch,
  wanted: Wanted,
  filter: Filter,
): readonly Stretch[] {
  const stretches: Stretch[] = [];
  for (const hour of hoursOfCalls(statements, period, wanted, filter, -1)) {
    const next = within(period, hour);
    const known = stretches.at(-1);
    if (known?.fromMs === next.untilMs) stretches[stretches.length - 1] = { ...known, fromMs: next.fromMs };
    else stretches.push(next);
  }
  return stretches;
}

/** The part of an hour that lies in a period. */
export function within({ fromMs, untilMs }: Stretch, hour: number): Stretch {
  return {
    fromMs: Math.max(fromMs, hour * HOURS.ms),
    untilMs: Math.min(untilMs, (hour + 1) * HOURS.ms),
  };
}

function sumThatTells({ outcome, status }: Wanted): "calls" | "unpriced_calls" | "failed_calls" {
  if (status === "unpriced" || status === "partly_unpriced") return "unpriced_calls";
  return outcome === undefined || outcome === "ok" ? "calls" : "failed_calls";
}
