import type { Outcome } from "@keeptabs/usage";
import { CALL_STATUSES, type CallStatus } from "./call-status.ts";
import { CALL_ORDERS, type CallOrder, decodeCursor, encodeCursor } from "./calls-cursor.ts";
import { type Place, placesOf } from "./calls-places.ts";
import type { Entry } from "./entry.ts";
import { ENTRY_COLUMNS, type EntryRow, entryOf } from "./entry-row.ts";
import type { Statements } from "./statements.ts";
import { filterOf } from "./totals.ts";

/** Which calls are asked for. */
export interface CallsQuery {
  /** The period `[fromMs, untilMs)` in which they ended, Unix milliseconds. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Whom they belong to now. */
  readonly customer?: string;
  readonly feature?: string;
  readonly provider?: string;
  /** The model that answered, or that was asked where no answer says. */
  readonly model?: string;
  readonly outcome?: Outcome;
  /** Without it the calls that count. */
  readonly status?: CallStatus;
  readonly order: CallOrder;
  readonly limit: number;
  /** Where the page before ended. */
  readonly cursor?: string;
}

/** A part of a list of calls. */
export interface CallsPage {
  readonly calls: readonly Entry[];
  /** Asks for the next part; absent when there is none. */
  readonly cursor?: string;
}

/** A page of calls; see `LedgerReader.calls`. */
export function callsOf(statements: Statements, query: CallsQuery): CallsPage {
  requireSound(query);
  const cursor = query.cursor === undefined ? undefined : decodeCursor(query.cursor, query.order);
  return statements.consistently(() => {
    const filter = filterOf(statements, query);
    if (filter === undefined) return { calls: [] };
    const pinned = cursor?.adjustment ?? lastAdjustment(statements);
    const places = placesOf(statements, { query, filter, cursor, pinned }, query.limit + 1);
    const page = places.slice(0, query.limit);
    const last = page.at(-1);
    const calls = entriesOf(statements, page);
    if (last === undefined || places.length <= query.limit) return { calls };
    const at = query.order === "newest" ? [last.occurred_at] : [last.nano, last.atto];
    return {
      calls,
      cursor: encodeCursor({ order: query.order, at, entry: last.id, adjustment: pinned }),
    };
  });
}

/** Throws RangeError naming the field that is wrong. */
function requireSound({ fromMs, untilMs, limit, order, status }: CallsQuery): void {
  for (const [field, value] of Object.entries({ fromMs, untilMs })) {
    if (!Number.isSafeInteger(value))
      throw new RangeError(`${field} must be whole milliseconds, got ${value}`);
  }
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new RangeError(`limit must be a whole number from 1 on, got ${limit}`);
  if (!CALL_ORDERS.includes(order))
    throw new RangeError(`order: "${order}" is none of ${CALL_ORDERS.join(", ")}`);
  if (status !== undefined && !CALL_STATUSES.includes(status))
    throw new RangeError(`status: "${status}" is none of ${CALL_STATUSES.join(", ")}`);
}

function lastAdjustment(statements: Statements): bigint {
  const [row] = statements.all<{ last: bigint | null }>("SELECT max(id) AS last FROM adjustments");
  return row?.last ?? 0n;
}

/** The entries at some places, in the order of the places. */
function entriesOf(statements: Statements, places: readonly Place[]): Entry[] {
  const ids = `[${places.map(({ id }) => id).join()}]`;
  const rows = statements.all<EntryRow>(`${ENTRY_COLUMNS} WHERE e.id IN (SELECT value FROM json_each(?))`, [
    ids,
  ]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return places.flatMap(({ id }) => {
    const row = byId.get(id);
    return row === undefined ? [] : [entryOf(statements, row)];
  });
}
