import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type Counted, isPosted } from "./covering.ts";
import type { EntryKind } from "./entry.ts";
import type { Names } from "./names.ts";
import type { Row } from "./row.ts";

const COUNTED = `
  SELECT e.id, e.source, e.trace_id, e.span_id, e.ancestors, e.kind, e.reason, e.customer, e.feature, e.provider, e.model, e.scope,
    e.response_id, e.outcome, e.quality, e.aggregate, e.framework, e.request_model, e.named, e.started_at, e.occurred_at, e.usage,
    coalesce((SELECT a.charge FROM adjustments a WHERE a.entry = e.id AND a.charge IS NOT NULL ORDER BY a.id DESC LIMIT 1), e.charge) AS charge_now,
    coalesce((SELECT sum(a.calls) FROM adjustments a WHERE a.entry = e.id), 0) AS adjusted_calls,
    (SELECT a.customer FROM adjustments a WHERE a.entry = e.id AND a.calls > 0 ORDER BY a.id DESC LIMIT 1) AS moved_customer,
    (SELECT a.feature FROM adjustments a WHERE a.entry = e.id AND a.calls > 0 ORDER BY a.id DESC LIMIT 1) AS moved_feature,
    EXISTS (SELECT 1 FROM held h WHERE h.entry = e.id) AS waiting`;

/** A framework's span ends this long after its client's at the latest. */
const FRAMEWORK_TAIL_NANOS = 5_000_000_000n;
/** More entries with one response id than this are a test server's, not one call's. */
const MAX_SAME_RESPONSE = 16;

/** The table of entries, as the bookkeeper reads and writes it. */
export class Entries {
  readonly #names: Names;
  readonly #insert: StatementSync;
  readonly #contentHash: StatementSync;
  readonly #sameTrace: StatementSync;
  readonly #sameResponse: StatementSync;
  readonly #inside: StatementSync;
  readonly #around: StatementSync;
  readonly #inheriting: StatementSync;
  readonly #setAside: StatementSync;
  readonly #hold: StatementSync;
  readonly #heldBefore: StatementSync;
  readonly #byId: StatementSync;

  constructor(database: DatabaseSync, names: Names) {
    const prepare = (sql: string): StatementSync => {
      const statement = database.prepare(sql);
      statement.setReadBigInts(true);
      return statement;
    };
    this.#names = names;
    this.#insert = prepare(
      `INSERT INTO entries (source, trace_id, span_id, content_hash, ancestors, kind, reason, customer, feature,
         provider, model, request_model, response_model, operation, dialect, scope, response_id, outcome, quality,
         lower_bound, aggregate, framework, named, started_at, occurred_at, booked_at, list_nano, list_atto, net_nano, net_atto,
         cost_source, price_version, usage, charge, covered_by)
       VALUES (${Array(35).fill("?").join(", ")})`,
    );
    this.#contentHash = prepare(
      "SELECT content_hash FROM entries WHERE source = ? AND trace_id = ? AND span_id = ?",
    );
    const candidate = `${COUNTED}, (SELECT count(*) FROM entries x WHERE x.covered_by = e.id AND x.scope = ?) AS covers_scope
      FROM entries e`;
    this.#sameTrace = prepare(`${candidate} WHERE e.source = ? AND e.trace_id = ?`);
    this.#sameResponse = prepare(
      `${candidate} WHERE e.response_id = ? AND e.source = ? LIMIT ${MAX_SAME_RESPONSE}`,
    );
    // The unary plus keeps SQLite off the index by source, which nearly every entry shares: by time there are few.
    const near = "+e.source = ? AND e.occurred_at BETWEEN ? AND ? ORDER BY +e.id LIMIT 200";
    this.#inside = prepare(`${candidate} WHERE e.framework = 0 AND ${near}`);
    this.#around = prepare(`${candidate} WHERE e.framework = 1 AND ${near}`);
    this.#inheriting = prepare(
      `${COUNTED}, 0 AS covers_scope FROM entries e
       WHERE e.source = ? AND e.trace_id = ? AND (e.named & 3) <> 3 AND length(e.ancestors) > 0 AND e.kind <> 'covered'`,
    );
    this.#setAside = prepare(
      `INSERT INTO conflicts (source, trace_id, span_id, content_hash, seen_at, detail) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    );
    this.#byId = prepare(`${COUNTED}, 0 AS covers_scope FROM entries e WHERE e.id = ?`);
    this.#hold = prepare("INSERT INTO held (entry, held_since) VALUES (?, ?)");
    this.#heldBefore = prepare(
      `${COUNTED}, 0 AS covers_scope FROM entries e JOIN held ON held.entry = e.id WHERE held.held_since < ? LIMIT 10000`,
    );
  }

  /** The content hash of the entry with the row's identity, if there is one. */
  contentHash(source: number, row: Row): Uint8Array | undefined {
    const known = this.#contentHash.get(source, row.traceId, row.spanId) as
      | { content_hash: Uint8Array }
      | undefined;
    return known?.content_hash;
  }

  /**
   * Entries that may describe the same call: those of its trace, those with its response id, and, of a
   * framework and the clients that it wraps, those at the same time.
   */
  candidates(source: number, row: Row, scope: bigint): Counted[] {
    const found = this.#sameTrace.all(scope, source, row.traceId) as unknown as Counted[];
    if (row.responseId !== null) {
      found.push(...(this.#sameResponse.all(scope, row.responseId, source) as unknown as Counted[]));
    }
    const near =
      row.framework === 1
        ? this.#inside.all(scope, source, row.startedAt, row.occurredAt)
        : this.#around.all(scope, source, row.occurredAt, row.occurredAt + FRAMEWORK_TAIL_NANOS);
    found.push(...(near as unknown as Counted[]));
    return found;
  }

  /** Entries of a trace that count or may, and whose own span does not name both customer and feature. */
  inheriting(source: number, traceId: Uint8Array): Counted[] {
    const entries = this.#inheriting.all(source, traceId) as unknown as Counted[];
    return entries.filter(isPosted);
  }

  /** The entry with a number. */
  byId(id: number): Counted | undefined {
    return this.#byId.get(id) as unknown as Counted | undefined;
  }

  /** Sums that have been held since before an instant, Unix nanoseconds. */
  heldBefore(instant: bigint): Counted[] {
    return this.#heldBefore.all(instant) as unknown as Counted[];
  }

  /** Remembers that an entry is held. */
  hold(entry: number, now: bigint): void {
    this.#hold.run(entry, now);
  }

  /** Keeps a row aside whose identity is taken by other content. */
  setAside(source: number, row: Row, now: bigint): void {
    this.#setAside.run(source, row.traceId, row.spanId, row.contentHash, now, row.usage);
  }

  /** Writes an entry and returns its number. */
  insert(source: number, row: Row, kind: EntryKind, coveredBy: number | null, now: bigint): number {
    const id = (name: string): number => this.#names.id(name);
    const optional = (name: string | null): number | null => (name === null ? null : id(name));
    const { lastInsertRowid } = this.#insert.run(
      source,
      row.traceId,
      row.spanId,
      row.contentHash,
      row.ancestors,
      kind,
      row.reason,
      id(row.customer),
      id(row.feature),
      id(row.provider),
      id(row.model),
      optional(row.requestModel),
      optional(row.responseModel),
      id(row.operation),
      id(row.dialect),
      id(row.scope),
      row.responseId,
      row.outcome,
      row.quality,
      row.lowerBound,
      row.aggregate,
      row.framework,
      row.named,
      row.startedAt,
      row.occurredAt,
      now,
      row.listNano,
      row.listAtto,
      row.netNano,
      row.netAtto,
      row.costSource,
      row.priceVersion,
      row.usage,
      row.charge,
      coveredBy,
    );
    return Number(lastInsertRowid);
  }
}
