import type { DatabaseSync, StatementSync } from "node:sqlite";
import { ENTRY_COLUMNS, IDENTITY_COLUMNS, IS_FRAMEWORK, insertInto } from "./columns.ts";
import { type Counted, countedOf, type Described, isPosted, type Position } from "./covering.ts";
import type { EntryKind } from "./entry.ts";
import { Instrumentations, ofSource } from "./instrumentations.ts";
import type { Records } from "./record.ts";
import type { Row } from "./row.ts";
import type { Related } from "./trace.ts";

const COUNTED = `
  SELECT e.id, e.source, e.trace_id, e.span_id, e.ancestors, e.kind, e.customer, e.feature, e.provider, e.model, e.scope,
    e.response_id, e.outcome, e.quality, e.aggregate, e.framework, e.request_model, e.named, e.started_at, e.occurred_at, e.usage,
    coalesce((SELECT a.charge FROM adjustments a WHERE a.entry = e.id AND a.charge IS NOT NULL ORDER BY a.id DESC LIMIT 1), e.charge) AS charge_now,
    coalesce((SELECT sum(a.calls) FROM adjustments a WHERE a.entry = e.id), 0) AS adjusted_calls,
    (SELECT a.customer FROM adjustments a WHERE a.entry = e.id AND a.calls > 0 ORDER BY a.id DESC LIMIT 1) AS moved_customer,
    (SELECT a.feature FROM adjustments a WHERE a.entry = e.id AND a.calls > 0 ORDER BY a.id DESC LIMIT 1) AS moved_feature,
    EXISTS (SELECT 1 FROM held h WHERE h.entry = e.id) AS waiting, e.covered_by, e.booked_at,
    (SELECT a.booked_at FROM adjustments a WHERE a.entry = e.id AND a.kind = 'superseded' AND a.calls < 0
      ORDER BY a.id DESC LIMIT 1) AS superseded_at,
    (SELECT count(*) FROM entries x WHERE x.covered_by = e.id AND x.scope = ?1) AS covers_scope
  FROM full_entries e`;

/** A framework's span ends this long after its client's at the latest. */
const FRAMEWORK_TAIL_NANOS = 5_000_000_000n;
/** More entries with one response id than this are a test server's, not one call's. */
const MAX_SAME_RESPONSE = 16;
/** Of no instrumentation. */
const NO_SCOPE = 0;

/** The table of entries, as the bookkeeper reads and writes it. */
export class Entries {
  readonly #database: DatabaseSync;
  readonly #records: Records;
  readonly #instrumentations: Instrumentations;
  readonly #insert: StatementSync;
  /** By source, since each has an index of its own. */
  readonly #sameResponse = new Map<number, StatementSync>();
  readonly #inside: StatementSync;
  readonly #around: StatementSync;
  readonly #byId: StatementSync;
  readonly #setAside: StatementSync;
  readonly #hold: StatementSync;
  readonly #letGo: StatementSync;
  readonly #heldBefore: StatementSync;
  readonly #ends: StatementSync;
  #last = 0;
  /** When the latest framework's span ended; what ended after it needs no look at them. */
  #latestFramework = 0n;

  /** What is inserted is also added to `records`. */
  constructor(database: DatabaseSync, records: Records) {
    const prepare = (sql: string): StatementSync => {
      const statement = database.prepare(sql);
      statement.setReadBigInts(true);
      return statement;
    };
    this.#database = database;
    this.#records = records;
    this.#instrumentations = new Instrumentations(database);
    this.#insert = prepare(insertInto("entries", [...ENTRY_COLUMNS, ...IDENTITY_COLUMNS]));
    const near = "e.source = ?2 AND e.occurred_at BETWEEN ?3 AND ?4 ORDER BY +e.id LIMIT 200";
    this.#inside = prepare(`${COUNTED} WHERE e.framework = 0 AND ${near}`);
    this.#around = prepare(`${COUNTED} WHERE ${IS_FRAMEWORK} AND ${near}`);
    this.#byId = prepare(`${COUNTED} WHERE e.id = ?2`);
    this.#setAside = prepare(
      `INSERT INTO conflicts (source, trace_id, span_id, content_hash, seen_at, detail) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    );
    this.#hold = prepare("INSERT INTO held (entry, held_since) VALUES (?, ?)");
    this.#letGo = prepare("DELETE FROM held WHERE entry = ?");
    this.#heldBefore = prepare("SELECT entry FROM held WHERE held_since < ? LIMIT 10000");
    this.#ends = prepare(
      `SELECT coalesce((SELECT max(id) FROM entries), 0) AS last,
         coalesce((SELECT max(occurred_at) FROM entries WHERE ${IS_FRAMEWORK}), 0) AS framework`,
    );
    this.reset();
  }

  /** The number of the latest entry. */
  get last(): number {
    return this.#last;
  }

  /** Reads anew what a transaction that was rolled back had moved on. */
  reset(): void {
    this.#instrumentations.reset();
    const { last, framework } = this.#ends.get() as unknown as { last: bigint; framework: bigint };
    this.#last = Number(last);
    this.#latestFramework = framework;
  }

  /** Entries that may describe the same call as a row: `related` ones of its trace, and those with its response id. */
  candidates(row: Described, { above, below, beside }: Related): Counted[] {
    const found: Counted[] = [];
    for (const id of above) found.push(...this.#counted(row.scope, id, "above"));
    for (const id of below) found.push(...this.#counted(row.scope, id, "below"));
    for (const id of beside) found.push(...this.#counted(row.scope, id, "elsewhere"));
    // Only another instrumentation's span can describe the same call from elsewhere.
    if (!this.#instrumentations.admit(row.source, row.scope) || row.responseId === null) return found;
    const same = this.#ofSameResponse(row.source).all(row.responseKey, row.responseId);
    for (const { id } of same) found.push(...this.#counted(row.scope, Number(id), "elsewhere"));
    return found;
  }

  /** Of a framework the clients, and of a client the frameworks around it, whose entries are of the same time. */
  ofSameTime(row: Described): Counted[] {
    if (!this.#instrumentations.admit(row.source, row.scope)) return [];
    if (row.framework === 1) {
      return countedOf(this.#inside.all(row.scope, row.source, row.startedAt, row.occurredAt));
    }
    if (row.occurredAt > this.#latestFramework) return [];
    const until = row.occurredAt + FRAMEWORK_TAIL_NANOS;
    return countedOf(this.#around.all(row.scope, row.source, row.occurredAt, until));
  }

  /** The entry with a number; for a newcomer, of its instrumentation, where the entry stands to it. */
  byId(id: number, scope: number = NO_SCOPE, position: Position = "elsewhere"): Counted | undefined {
    return this.#counted(scope, id, position)[0];
  }

  /** The entry with a number, if it is in the totals. */
  posted(id: number): Counted | undefined {
    const entry = this.byId(id);
    return entry !== undefined && isPosted(entry) ? entry : undefined;
  }

  /** Numbers of sums that have been held since before an instant, Unix nanoseconds. */
  heldBefore(instant: bigint): number[] {
    return (this.#heldBefore.all(instant) as unknown as { entry: bigint }[]).map(({ entry }) =>
      Number(entry),
    );
  }

  /** Remembers that an entry is held. */
  hold(entry: number, now: bigint): void {
    this.#hold.run(entry, now);
  }

  /** The entry is held no longer. */
  letGo(entry: number): void {
    this.#letGo.run(entry);
  }

  /** Keeps a row aside whose identity is taken by other content. */
  setAside(row: Row, now: bigint): void {
    this.#setAside.run(row.source, row.traceId, row.spanId, row.contentHash, now, row.usage);
  }

  /** Writes an entry and returns its number. */
  insert(row: Row, kind: EntryKind, coveredBy: number | null, now: bigint): number {
    const id = this.#last + 1;
    const {
      profile,
      traceId,
      spanId,
      customer,
      responseId,
      startedAt,
      occurredAt,
      netNano,
      netAtto,
      detail,
    } = row;
    const { source, feature, provider, model, scope, framework } = profile.traits;
    const flags = profile.flags(kind);
    const responseKey = responseId === null ? null : row.responseKey;
    // In the order of ENTRY_COLUMNS, both.
    const records = this.#records;
    records.integer(id);
    records.blob(traceId);
    records.blob(spanId);
    records.integer(source);
    records.integer(flags);
    records.integer(customer);
    records.integer(feature);
    records.integer(provider);
    records.integer(model);
    records.integer(scope);
    records.textOrNull(responseId);
    records.integerOrNull(responseKey);
    records.bigint(startedAt);
    records.bigint(occurredAt);
    records.bigint(now);
    records.bigint(netNano);
    records.bigint(netAtto);
    records.text(detail);
    records.integerOrNull(coveredBy);
    this.#insert.run(
      id,
      traceId,
      spanId,
      source,
      flags,
      customer,
      feature,
      provider,
      model,
      scope,
      responseId,
      responseKey,
      startedAt,
      occurredAt,
      now,
      netNano,
      netAtto,
      detail,
      coveredBy,
      row.contentHash,
      row.ancestors,
    );
    this.#last = id;
    if (framework === 1 && occurredAt > this.#latestFramework) this.#latestFramework = occurredAt;
    return id;
  }

  /** Nearly always there is none: so the question is a small one, and the rest is read when it was answered. */
  #ofSameResponse(source: number): StatementSync {
    let statement = this.#sameResponse.get(source);
    if (statement === undefined) {
      statement = this.#database.prepare(
        `SELECT id FROM entries WHERE ${ofSource(source)} AND response_key = ? AND response_id = ? LIMIT ${MAX_SAME_RESPONSE}`,
      );
      this.#sameResponse.set(source, statement);
    }
    return statement;
  }

  #counted(scope: number, id: number, position: Position): Counted[] {
    return countedOf(this.#byId.all(scope, id), position);
  }
}
