import { COUNTS_NOW, CUSTOMER_NOW, FEATURE_NOW, STATUS_NOW } from "./call-status.ts";
import type { CallsQuery } from "./calls.ts";
import type { CallsCursor } from "./calls-cursor.ts";
import { canNarrow, hoursOfCalls, stretchesOfCalls, within } from "./hours-of-calls.ts";
import type { Parameter, Statements } from "./statements.ts";
import { HOURS } from "./time-slices.ts";
import type { Filter, Named } from "./totals-query.ts";

/** Where a call stands in a list: the values that order it. */
export interface Place {
  readonly id: bigint;
  readonly occurred_at: bigint;
  readonly nano: bigint;
  readonly atto: bigint;
}

/** A list of calls, from the cursor on. */
interface List {
  readonly query: CallsQuery;
  readonly filter: Filter;
  readonly cursor: CallsCursor | undefined;
  /** The last adjustment that the order heeds. */
  readonly pinned: bigint;
}

interface Stretch {
  readonly fromMs: number;
  readonly untilMs: number;
}

const NANOS = 1_000_000n;

/** The next places of a list, at most `most`, in its order. */
export function placesOf(statements: Statements, list: List, most: number): Place[] {
  return list.query.order === "newest" ? newest(statements, list, most) : dearest(statements, list, most);
}

function newest(statements: Statements, { query, filter, cursor }: List, most: number): Place[] {
  const [where, parameters] = wantedNow(query, filter);
  const sql = `SELECT e.id, e.occurred_at, 0 AS nano, 0 AS atto FROM full_entries e
    WHERE e.occurred_at >= ? AND e.occurred_at < ? AND ${where} ${cursor === undefined ? "" : "AND (e.occurred_at, e.id) < (?, ?)"}
    ORDER BY e.occurred_at DESC, e.id DESC LIMIT ?`;
  const after = cursor === undefined ? [] : [...cursor.at, cursor.entry];
  const find = ({ fromMs, untilMs }: Stretch, count: number): Place[] =>
    statements.all<Place>(sql, [
      BigInt(fromMs) * NANOS,
      BigInt(untilMs) * NANOS,
      ...parameters,
      ...after,
      count,
    ]);

  const seenMs = cursor === undefined ? query.untilMs : Number((cursor.at[0] ?? 0n) / NANOS) + 1;
  const period = { fromMs: query.fromMs, untilMs: Math.min(query.untilMs, seenMs) };
  if (!canNarrow(query, filter)) return find(period, most);
  const found: Place[] = [];
  // An hour may hold other calls of the customer than those that are asked for: then the next hours are looked up.
  for (let rest = period; ; ) {
    const hours = hoursOfCalls(statements, rest, query, filter, most);
    for (const hour of hours) {
      found.push(...find(within(period, hour), most - found.length));
      if (found.length >= most) return found;
    }
    const last = hours.at(-1);
    if (last === undefined || hours.length < most) return found;
    rest = { ...rest, untilMs: last * HOURS.ms };
  }
}

function dearest(statements: Statements, { query, filter, cursor, pinned }: List, most: number): Place[] {
  const [where, parameters] = wantedNow(query, filter);
  const stretches = canNarrow(query, filter) ? stretchesOfCalls(statements, query, query, filter) : [query];
  const net = (part: "nano" | "atto"): string =>
    `coalesce((SELECT a.net_${part} FROM adjustments a WHERE a.entry = e.id AND a.calls > 0 AND a.id <= ?
      ORDER BY a.id DESC LIMIT 1), e.net_${part}) AS ${part}`;
  const sql = `WITH stretches(from_at, until_at) AS MATERIALIZED (SELECT value ->> 0, value ->> 1 FROM json_each(?))
    SELECT * FROM (
      SELECT e.id, e.occurred_at, ${net("nano")}, ${net("atto")}
      FROM stretches r CROSS JOIN full_entries e WHERE e.occurred_at >= r.from_at AND e.occurred_at < r.until_at AND ${where}
    ) ${cursor === undefined ? "" : "WHERE (nano, atto, id) < (?, ?, ?)"} ORDER BY nano DESC, atto DESC, id DESC LIMIT ?`;
  const json = stretches.map(
    ({ fromMs, untilMs }) => `[${BigInt(fromMs) * NANOS},${BigInt(untilMs) * NANOS}]`,
  );
  const after = cursor === undefined ? [] : [...cursor.at, cursor.entry];
  return statements.all<Place>(sql, [`[${json.join()}]`, pinned, pinned, ...parameters, ...after, most]);
}

const NOW: Readonly<Record<Named, string>> = {
  provider: "e.provider",
  model: "e.model",
  customer: CUSTOMER_NOW,
  feature: FEATURE_NOW,
};

/** The condition on an entry `e` that a query states; what is cheap to look at comes first. */
function wantedNow(
  { outcome, status }: CallsQuery,
  filter: Filter,
): readonly [where: string, parameters: readonly Parameter[]] {
  const equal: (readonly [sql: string, value: Parameter])[] = [
    ...(outcome === undefined ? [] : [["e.outcome", outcome] as const]),
    ...(["provider", "model", "customer", "feature"] as const).flatMap((name) => {
      const id = filter.get(name);
      return id === undefined ? [] : [[NOW[name], id] as const];
    }),
    ...(status === undefined ? [] : [[STATUS_NOW, status] as const]),
  ];
  const where = [...equal.map(([sql]) => `${sql} = ?`), ...(status === undefined ? [COUNTS_NOW] : [])];
  return [where.join(" AND "), equal.map(([, value]) => value)];
}
