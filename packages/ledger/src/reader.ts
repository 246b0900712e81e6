import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type AttoUsd, joinUsd } from "@keeptabs/pricing";
import { type Counters, countersOf } from "./counters.ts";
import { LedgerError, openForReading } from "./database.ts";
import type { Entry } from "./entry.ts";
import { COUNTS_NOW, CUSTOMER_NOW, ENTRY_COLUMNS, type EntryRow, entryOf, KIND_NOW } from "./entry-row.ts";
import { QUALITY_GROUPS, type QualityRow, type QualityTotal } from "./quality.ts";
import { type TotalsQuery, totalsStatement } from "./totals-query.ts";

/** A sum over calls. */
export interface Total {
  /** The values of the dimensions that were asked for, in that order; an hour is a number of hours since 1970. */
  readonly key: readonly string[];
  readonly calls: number;
  readonly unpricedCalls: number;
  readonly failedCalls: number;
  readonly net: AttoUsd;
}

/** A sum of one unit. */
export interface QuantityTotal {
  readonly key: readonly string[];
  readonly unit: string;
  readonly quantity: bigint;
}

/** A later correction of an entry: what it added to, or took from, a customer and feature. */
export interface Adjustment {
  readonly kind: "superseded" | "released" | "reattributed" | "repriced";
  readonly reason: string;
  readonly customer: string;
  readonly feature: string;
  readonly calls: number;
  readonly net: AttoUsd;
  /** Unix nanoseconds. */
  readonly bookedAt: bigint;
}

type AdjustmentRow = Omit<Adjustment, "calls" | "net" | "bookedAt"> & {
  readonly calls: bigint;
  readonly net_nano: bigint;
  readonly net_atto: bigint;
  readonly booked_at: bigint;
};

/** Looks into a ledger; the writer may be at work meanwhile. */
export class LedgerReader {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Throws LedgerError when the file is missing or not a ledger of a known schema. */
  static open(path: string): LedgerReader {
    return new LedgerReader(openForReading(path));
  }

  close(): void {
    this.#database.close();
  }

  /** Sums of calls and money in `[from, until)`, grouped; from hourly totals where both ends are whole hours. */
  totals(query: TotalsQuery): Total[] {
    const { sql, parameters } = totalsStatement(query);
    return this.#all<Record<string, string | bigint>>(sql, parameters).map((row) => ({
      key: query.groupBy.map((dimension) => String(row[dimension])),
      calls: Number(row["calls"]),
      unpricedCalls: Number(row["unpriced_calls"]),
      failedCalls: Number(row["failed_calls"]),
      net: joinUsd(row["net_nano"] as bigint, row["net_atto"] as bigint),
    }));
  }

  /** Sums of units in whole hours `[from, until)`, grouped. */
  quantities(query: TotalsQuery): QuantityTotal[] {
    const { sql, parameters } = totalsStatement(query, "quantities");
    return this.#all<Record<string, string | bigint>>(sql, parameters).map((row) => ({
      key: query.groupBy.map((dimension) => String(row[dimension])),
      unit: String(row["unit"]),
      quantity: row["quantity"] as bigint,
    }));
  }

  /** Everything that was ever counted. */
  counters(): Counters {
    return countersOf(this.#database);
  }

  /** The entry of a span, from whichever source; undefined when there is none. */
  entry(traceId: string, spanId: string): Entry | undefined {
    const [row] = this.#all<EntryRow>(
      `${ENTRY_COLUMNS} WHERE e.id = (SELECT min(entry) FROM spans WHERE trace_id = ? AND span_id = ?)`,
      [Buffer.from(traceId, "hex"), Buffer.from(spanId, "hex")],
    );
    return row === undefined ? undefined : this.#entryOf(row);
  }

  /** True when a sender's trace has calls in the ledger. */
  hasTrace(source: string, traceId: string): boolean {
    const rows = this.#all<{ one: bigint }>(
      "SELECT 1 AS one FROM spans WHERE source = (SELECT id FROM names WHERE name = ?) AND trace_id = ? AND entry IS NOT NULL LIMIT 1",
      [source, Buffer.from(traceId, "hex")],
    );
    return rows.length > 0;
  }

  /** The dearest calls of a period (Unix milliseconds), of one customer or of all. */
  dearest(query: { fromMs: number; untilMs: number; customer?: string; limit: number }): Entry[] {
    const mine =
      query.customer === undefined ? "" : `AND ${CUSTOMER_NOW} = (SELECT id FROM customers WHERE name = ?)`;
    return this.#all<EntryRow>(
      `${ENTRY_COLUMNS} WHERE e.occurred_at >= ? AND e.occurred_at < ? ${mine} AND ${COUNTS_NOW}
       ORDER BY e.net_nano DESC, e.net_atto DESC LIMIT ?`,
      [
        BigInt(query.fromMs) * 1_000_000n,
        BigInt(query.untilMs) * 1_000_000n,
        ...(query.customer === undefined ? [] : [query.customer]),
        query.limit,
      ],
    ).map((row) => this.#entryOf(row));
  }

  /** How many entries of each kind there are, and how many conflicts were kept aside. */
  census(): ReadonlyMap<string, number> {
    const kinds = this.#all<{ kind: string; count: bigint }>(
      "SELECT kind, count(*) AS count FROM entries GROUP BY kind",
      [],
    );
    const [conflicts] = this.#all<{ count: bigint }>("SELECT count(*) AS count FROM conflicts", []);
    return new Map([
      ...kinds.map(({ kind, count }) => [kind, Number(count)] as const),
      ["conflict", Number(conflicts?.count ?? 0n)],
    ]);
  }

  /**
   * Entries that count, of a period (Unix milliseconds), in the order of their numbers; at most `limit` beyond
   * `after`, which is the number of the last one seen.
   */
  entries(query: { fromMs: number; untilMs: number; after: number; limit: number }): Entry[] {
    return this.#all<EntryRow>(
      `${ENTRY_COLUMNS} WHERE e.id > ? AND e.occurred_at >= ? AND e.occurred_at < ? AND ${COUNTS_NOW} ORDER BY e.id LIMIT ?`,
      [query.after, BigInt(query.fromMs) * 1_000_000n, BigInt(query.untilMs) * 1_000_000n, query.limit],
    ).map((row) => this.#entryOf(row));
  }

  /** What became of an entry after it was booked, oldest first. */
  adjustments(entry: number): Adjustment[] {
    return this.#all<AdjustmentRow>(
      `SELECT a.kind, a.reason, c.name AS customer, f.name AS feature, a.calls, a.net_nano, a.net_atto, a.booked_at
       FROM adjustments a JOIN customers c ON c.id = a.customer JOIN names f ON f.id = a.feature WHERE a.entry = ? ORDER BY a.id`,
      [entry],
    ).map(({ net_nano, net_atto, calls, booked_at, ...rest }) => ({
      ...rest,
      calls: Number(calls),
      net: joinUsd(net_nano, net_atto),
      bookedAt: booked_at,
    }));
  }

  /** Models that could not be priced in a period, with why and how often. */
  unpriced(
    fromMs: number,
    untilMs: number,
  ): { provider: string; model: string; reason: string; calls: number }[] {
    return this.#all<{ provider: string; model: string; reason: string; calls: bigint }>(
      `SELECT p.name AS provider, m.name AS model, e.reason AS reason, count(*) AS calls FROM entries e
         JOIN names p ON p.id = e.provider JOIN names m ON m.id = e.model
       WHERE ${KIND_NOW} IN ('unpriced', 'partly_unpriced') AND e.occurred_at >= ? AND e.occurred_at < ? AND ${COUNTS_NOW}
       GROUP BY 1, 2, 3 ORDER BY calls DESC, model, reason`,
      [BigInt(fromMs) * 1_000_000n, BigInt(untilMs) * 1_000_000n],
    ).map((row) => ({ ...row, calls: Number(row.calls) }));
  }

  /** The calls of a period (Unix milliseconds) by how far their figures can be trusted; reads every entry of it. */
  quality(fromMs: number, untilMs: number): QualityTotal[] {
    return this.#all<QualityRow>(QUALITY_GROUPS, [
      BigInt(fromMs) * 1_000_000n,
      BigInt(untilMs) * 1_000_000n,
    ]).map(({ kind, outcome, quality, lower_bound, cost_source, provider, model, reason, ...sums }) => ({
      kind,
      outcome,
      quality,
      lowerBound: lower_bound === 1n,
      costSource: cost_source,
      unpriced:
        provider === null || model === null || reason === null ? undefined : { provider, model, reason },
      entries: Number(sums.entries),
      calls: Number(sums.calls),
      net: joinUsd(sums.nano, sums.atto),
    }));
  }

  /** How many spans came again with other content and were kept aside, since the ledger began. */
  conflicts(): number {
    const [row] = this.#all<{ count: bigint }>("SELECT count(*) AS count FROM conflicts", []);
    return Number(row?.count ?? 0n);
  }

  /** The entry with a number, as `coveredBy` gives it; undefined when there is none. */
  entryById(id: number): Entry | undefined {
    const [row] = this.#all<EntryRow>(`${ENTRY_COLUMNS} WHERE e.id = ?`, [id]);
    return row === undefined ? undefined : this.#entryOf(row);
  }

  /** Runs reads that must agree with each other: none sees what is booked meanwhile. Not to be nested. */
  consistently<T>(reads: () => T): T {
    this.#database.exec("BEGIN");
    try {
      return reads();
    } finally {
      this.#database.exec("COMMIT");
    }
  }

  /** When the last call ended, Unix milliseconds; undefined in an empty ledger. */
  lastCallMs(): number | undefined {
    const [row] = this.#all<{ last: bigint | null }>("SELECT max(occurred_at) AS last FROM entries", []);
    return row === undefined || row.last === null ? undefined : Number(row.last / 1_000_000n);
  }

  #entryOf(row: EntryRow): Entry {
    return entryOf(row, (id) => {
      const [rate] = this.#all<{ rate: string }>("SELECT rate FROM rates WHERE id = ?", [id]);
      if (rate === undefined) throw new LedgerError(`the ledger has no rate number ${id}`);
      return rate.rate;
    });
  }

  #all<T>(sql: string, parameters: readonly (string | number | bigint | Uint8Array)[]): T[] {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      statement.setReadBigInts(true);
      this.#statements.set(sql, statement);
    }
    return statement.all(...parameters) as T[];
  }
}
