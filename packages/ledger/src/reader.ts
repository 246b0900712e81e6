import type { DatabaseSync } from "node:sqlite";
import { COUNTS_NOW, KIND_NOW } from "./call-status.ts";
import { type CallsPage, type CallsQuery, callsOf } from "./calls.ts";
import {
  type Adjustment,
  type AdjustmentsQuery,
  adjustmentsOf,
  type LateBookings,
  type LateBookingsQuery,
  lateBookingsOf,
} from "./changes.ts";
import { type Counters, countersOf } from "./counters.ts";
import { openForReading } from "./database.ts";
import type { Entry } from "./entry.ts";
import { ENTRY_COLUMNS, type EntryRow, entryOf } from "./entry-row.ts";
import { type QualityTotal, qualityOf } from "./quality.ts";
import { Statements } from "./statements.ts";
import { type QuantityTotal, quantitiesOf, type Total, totalsOf } from "./totals.ts";
import type { TotalsQuery } from "./totals-query.ts";

/** Looks into a ledger; the writer may be at work meanwhile. */
export class LedgerReader {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;

  private constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = new Statements(database);
  }

  /** Throws LedgerError when the file is missing or not a ledger of a known schema. */
  static open(path: string): LedgerReader {
    return new LedgerReader(openForReading(path));
  }

  close(): void {
    this.#database.close();
  }

  /**
   * Sums of calls and money in `[fromMs, untilMs)`, grouped; days and months are those of `timeZone`. From sums of
   * hours, and only at ends that are no whole hours from entries. Without `top` in no particular order; with it the
   * dearest first, and all others as one. Groups without calls are absent. Throws RangeError naming the field that
   * is wrong.
   */
  totals(query: TotalsQuery): Total[] {
    return totalsOf(this.#statements, query);
  }

  /** Sums of units in `[fromMs, untilMs)`, grouped in the same way. Throws RangeError naming the field that is wrong. */
  quantities(query: Omit<TotalsQuery, "top">): QuantityTotal[] {
    return quantitiesOf(this.#statements, query);
  }

  /**
   * Calls of a period, the newest or the dearest first, a page at a time: `cursor` of one page asks for the next. No
   * call is listed twice, and none that was there at first and is still wanted is left out, whatever is booked,
   * repriced or moved meanwhile. Throws RangeError naming the field that is wrong, also for a bad cursor.
   */
  calls(query: CallsQuery): CallsPage {
    return callsOf(this.#statements, query);
  }

  /**
   * What changed a period after an instant: entries that came late, and adjustments. The total of the period as it
   * was booked until then and the sum of these are its total now.
   */
  lateBookings(query: LateBookingsQuery): LateBookings {
    return lateBookingsOf(this.#statements, query);
  }

  /** Everything that was ever counted. */
  counters(): Counters {
    return this.consistently(() => countersOf(this.#database));
  }

  /**
   * The entry of a span; undefined when there is none. Of two senders' spans with the same ids the first booked, or
   * the one that belongs to the customer who is asked for.
   */
  entry(traceId: string, spanId: string, customer?: string): Entry | undefined {
    const entries = this.#statements
      .all<EntryRow>(
        `${ENTRY_COLUMNS} WHERE e.id IN (SELECT entry FROM spans WHERE trace_id = ? AND span_id = ?) ORDER BY e.id`,
        [Buffer.from(traceId, "hex"), Buffer.from(spanId, "hex")],
      )
      .map((row) => entryOf(this.#statements, row));
    return customer === undefined ? entries[0] : entries.find((entry) => entry.customer === customer);
  }

  /** True when a sender's trace has calls in the ledger, or with `upTo` when it has some among the entries up to that one. */
  hasTrace(source: string, traceId: string, upTo: number = Number.MAX_SAFE_INTEGER): boolean {
    const rows = this.#statements.all<{ one: bigint }>(
      "SELECT 1 AS one FROM spans WHERE source = (SELECT id FROM names WHERE name = ?) AND trace_id = ? AND entry <= ? LIMIT 1",
      [source, Buffer.from(traceId, "hex"), upTo],
    );
    return rows.length > 0;
  }

  /** The number of the last entry; 0 when there is none. */
  lastEntry(): number {
    const [row] = this.#statements.all<{ last: bigint }>(
      "SELECT coalesce(max(id), 0) AS last FROM entries",
      [],
    );
    return Number(row?.last ?? 0n);
  }

  /**
   * Entries that count, of a period (Unix milliseconds), in the order of their numbers; at most `limit` beyond
   * `after`, which is the number of the last one seen.
   */
  entries(query: { fromMs: number; untilMs: number; after: number; limit: number }): Entry[] {
    return this.#statements
      .all<EntryRow>(
        `${ENTRY_COLUMNS} WHERE e.id > ? AND e.occurred_at >= ? AND e.occurred_at < ? AND ${COUNTS_NOW} ORDER BY e.id LIMIT ?`,
        [query.after, BigInt(query.fromMs) * 1_000_000n, BigInt(query.untilMs) * 1_000_000n, query.limit],
      )
      .map((row) => entryOf(this.#statements, row));
  }

  /** What became of an entry, given by its number, or of the calls of a period after they were booked; the oldest first. */
  adjustments(which: number | AdjustmentsQuery): Adjustment[] {
    return adjustmentsOf(this.#statements, typeof which === "number" ? { entry: which } : which);
  }

  /** Models that could not be priced in a period, with why and how often. */
  unpriced(
    fromMs: number,
    untilMs: number,
  ): { provider: string; model: string; reason: string; calls: number }[] {
    return this.#statements
      .all<{ provider: string; model: string; reason: string; calls: bigint }>(
        `SELECT p.name AS provider, m.name AS model, e.reason AS reason, count(*) AS calls FROM full_entries e
         JOIN names p ON p.id = e.provider JOIN names m ON m.id = e.model
       WHERE ${KIND_NOW} IN ('unpriced', 'partly_unpriced') AND e.occurred_at >= ? AND e.occurred_at < ? AND ${COUNTS_NOW}
       GROUP BY 1, 2, 3 ORDER BY calls DESC, model, reason`,
        [BigInt(fromMs) * 1_000_000n, BigInt(untilMs) * 1_000_000n],
      )
      .map((row) => ({ ...row, calls: Number(row.calls) }));
  }

  /**
   * The calls of a period (Unix milliseconds), of one customer or of all, by how far their figures can be trusted;
   * reads every entry of it.
   */
  quality(fromMs: number, untilMs: number, customer?: string): QualityTotal[] {
    return qualityOf(this.#statements, { fromMs, untilMs, ...(customer === undefined ? {} : { customer }) });
  }

  /** How many spans came again with other content and were kept aside, since the ledger began. */
  conflicts(): number {
    const [row] = this.#statements.all<{ count: bigint }>("SELECT count(*) AS count FROM conflicts");
    return Number(row?.count ?? 0n);
  }

  /** The entry with a number, as `coveredBy` gives it; undefined when there is none. */
  entryById(id: number): Entry | undefined {
    const [row] = this.#statements.all<EntryRow>(`${ENTRY_COLUMNS} WHERE e.id = ?`, [id]);
    return row === undefined ? undefined : entryOf(this.#statements, row);
  }

  /** Runs reads that must agree with each other: none sees what is booked meanwhile. */
  consistently<T>(reads: () => T): T {
    return this.#statements.consistently(reads);
  }

  /** When the last call ended, Unix milliseconds; undefined in an empty ledger. */
  lastCallMs(): number | undefined {
    const [row] = this.#statements.all<{ last: bigint | null }>(
      "SELECT max(occurred_at) AS last FROM entries",
    );
    return row === undefined || row.last === null ? undefined : Number(row.last / 1_000_000n);
  }
}
