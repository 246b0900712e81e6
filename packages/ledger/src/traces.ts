import type { DatabaseSync, StatementSync } from "node:sqlite";
import { FLAGS } from "./columns.ts";
import { NAMES_CUSTOMER, NAMES_FEATURE, type NoteRow, ONLY_PERSON, type Row } from "./row.ts";
import { idKey, type KnownSpan, Trace } from "./trace.ts";

/** What a call's own span names; what it inherited is found where it came from. */
const OWN_NAMES = `
  iif(s.entry IS NULL, n.customer, iif(NAMED & ${NAMES_CUSTOMER}, e.customer, NULL)) AS customer,
  iif(s.entry IS NULL, n.person, iif(NAMED & ${ONLY_PERSON}, e.customer, NULL)) AS person,
  iif(s.entry IS NULL, n.feature, iif(NAMED & ${NAMES_FEATURE}, e.feature, NULL)) AS feature`.replaceAll(
  "NAMED",
  `(e.flags >> ${FLAGS.named.shift})`,
);

/** A trace of which nothing was known. Nothing is added to it. */
const NO_TRACE: Trace = new Trace();

/** The index of spans: identities of calls, and what lies above them. One transaction's traces are kept at hand. */
export class Traces {
  readonly #traces = new Map<string, Trace>();
  readonly #isKnown: StatementSync;
  readonly #read: StatementSync;
  readonly #insert: StatementSync;
  readonly #claimFirst: StatementSync;
  readonly #note: StatementSync;
  readonly #becomeCall: StatementSync;

  constructor(database: DatabaseSync) {
    this.#isKnown = database.prepare("SELECT 1 FROM spans WHERE trace_id = ? LIMIT 1");
    this.#read = database.prepare(
      `SELECT s.span_id, s.entry, e.content_hash, coalesce(e.ancestors, n.ancestors) AS ancestors,
         ${OWN_NAMES}, e.scope, e.started_at, e.occurred_at
       FROM spans s LEFT JOIN entries e ON e.id = s.entry LEFT JOIN notes n ON n.id = s.note
       WHERE s.trace_id = ? AND s.source = ?`,
    );
    this.#read.setReadBigInts(true);
    this.#insert = database.prepare(
      "INSERT INTO spans (trace_id, span_id, source, entry, note) VALUES (?, ?, ?, ?, ?)",
    );
    // A row without entry and note is against the rules of the table, and is left out.
    this.#claimFirst = database.prepare(
      `INSERT OR IGNORE INTO spans (trace_id, span_id, source, entry)
       VALUES (?1, ?2, ?3, iif(EXISTS (SELECT 1 FROM spans WHERE trace_id = ?1), NULL, ?4))`,
    );
    this.#note = database.prepare(
      "INSERT INTO notes (ancestors, customer, person, feature) VALUES (?, ?, ?, ?)",
    );
    this.#becomeCall = database.prepare(
      "UPDATE spans SET entry = ?, note = NULL WHERE trace_id = ? AND span_id = ? AND source = ?",
    );
  }

  /** The trace with a sender's id: `NO_TRACE` when none of its spans is known. */
  of(source: number, traceId: Uint8Array): Trace {
    const known = this.atHand(source, traceId);
    if (known !== undefined) return known;
    // Nearly every trace is asked for once and has one span: it is kept at hand only when it is asked for again.
    if (this.#isKnown.get(traceId) === undefined) return NO_TRACE;
    const trace = new Trace();
    for (const row of this.#read.all(traceId, source) as unknown as SpanRow[]) trace.add(spanOf(row));
    this.#traces.set(keyOf(source, traceId), trace);
    return trace;
  }

  /**
   * Claims the identity of a call for an entry when nothing is known of its trace yet, which is so with nearly every
   * call: that takes one step through the index. Undefined when something is known.
   */
  claimFirst(row: Row, entry: number): Trace | undefined {
    const { source, traceId, spanId } = row;
    if (this.atHand(source, traceId) !== undefined) return undefined;
    return this.#claimFirst.run(traceId, spanId, source, entry).changes === 1 ? NO_TRACE : undefined;
  }

  /** The same, of those that were asked for and known in this transaction. */
  atHand(source: number, traceId: Uint8Array): Trace | undefined {
    return this.#traces.size === 0 ? undefined : this.#traces.get(keyOf(source, traceId));
  }

  /** Remembers a span above calls in its trace; true when it was not known. */
  note(trace: Trace, note: NoteRow): boolean {
    const { source, traceId, spanId, ancestors } = note;
    if (trace.get(spanId) !== undefined) return false;
    const { customer, person, feature } = note;
    const { lastInsertRowid } = this.#note.run(ancestors, customer, person, feature);
    this.#insert.run(traceId, spanId, source, null, lastInsertRowid);
    this.#begun(trace, source, traceId).add({ ...NO_CALL, spanId, ancestors, customer, person, feature });
    return true;
  }

  /** The trace, kept at hand from now on: a note is sent because of the calls below it. */
  #begun(trace: Trace, source: number, traceId: Uint8Array): Trace {
    if (trace !== NO_TRACE) return trace;
    const begun = new Trace();
    this.#traces.set(keyOf(source, traceId), begun);
    return begun;
  }

  /** Claims the identity of a call in its trace for an entry, unless it was the first one. */
  call(trace: Trace, row: Row, entry: number): void {
    if (trace === NO_TRACE) return;
    const { source, traceId, spanId } = row;
    if (trace.get(spanId) === undefined) this.#insert.run(traceId, spanId, source, entry, null);
    // A span that was seen before without anything of a call on it.
    else this.#becomeCall.run(entry, traceId, spanId, source);
    trace.add(new BookedSpan(row, entry));
  }

  /** Forgets the traces at hand: at the end of a transaction, however it ended. */
  clear(): void {
    this.#traces.clear();
  }
}

/** A call that was booked just now. */
class BookedSpan implements KnownSpan {
  readonly spanId: Uint8Array;
  readonly entry: number;
  readonly #row: Row;

  constructor(row: Row, entry: number) {
    this.spanId = row.spanId;
    this.entry = entry;
    this.#row = row;
  }

  get contentHash(): Uint8Array {
    return this.#row.contentHash;
  }
  get ancestors(): Uint8Array {
    return this.#row.ancestors;
  }
  get customer(): number | null {
    return (this.#row.named & NAMES_CUSTOMER) === 0 ? null : this.#row.customer;
  }
  get person(): number | null {
    return (this.#row.named & ONLY_PERSON) === 0 ? null : this.#row.customer;
  }
  get feature(): number | null {
    return (this.#row.named & NAMES_FEATURE) === 0 ? null : this.#row.feature;
  }
  get scope(): number {
    return this.#row.scope;
  }
  get startedAt(): bigint {
    return this.#row.startedAt;
  }
  get occurredAt(): bigint {
    return this.#row.occurredAt;
  }
}

interface SpanRow {
  readonly span_id: Uint8Array;
  readonly entry: bigint | null;
  readonly content_hash: Uint8Array | null;
  readonly ancestors: Uint8Array;
  readonly customer: bigint | null;
  readonly person: bigint | null;
  readonly feature: bigint | null;
  readonly scope: bigint | null;
  readonly started_at: bigint | null;
  readonly occurred_at: bigint | null;
}

const NO_CALL = {
  entry: undefined,
  contentHash: undefined,
  scope: 0,
  startedAt: 0n,
  occurredAt: 0n,
} as const;

function spanOf(row: SpanRow): KnownSpan {
  const number = (value: bigint | null): number | null => (value === null ? null : Number(value));
  return {
    spanId: row.span_id,
    entry: row.entry === null ? undefined : Number(row.entry),
    contentHash: row.content_hash ?? undefined,
    ancestors: row.ancestors,
    customer: number(row.customer),
    person: number(row.person),
    feature: number(row.feature),
    scope: Number(row.scope ?? 0n),
    startedAt: row.started_at ?? 0n,
    occurredAt: row.occurred_at ?? 0n,
  };
}

function keyOf(source: number, traceId: Uint8Array): string {
  return `${source} ${idKey(traceId)}`;
}
