import type { DatabaseSync, StatementSync } from "node:sqlite";
import { FLAGS } from "./columns.ts";
import { NAMES_CUSTOMER, NAMES_FEATURE, type NoteRow, ONLY_PERSON, type Row } from "./row.ts";

/** What a call's own span names; what it inherited is found where it came from. */
const OWN_NAMES = `
  iif(s.entry IS NULL, n.customer, iif(NAMED & ${NAMES_CUSTOMER}, e.customer, NULL)) AS customer,
  iif(s.entry IS NULL, n.person, iif(NAMED & ${ONLY_PERSON}, e.customer, NULL)) AS person,
  iif(s.entry IS NULL, n.feature, iif(NAMED & ${NAMES_FEATURE}, e.feature, NULL)) AS feature`.replaceAll(
  "NAMED",
  `(e.flags >> ${FLAGS.named.shift})`,
);

/** Deeper traces than this are not followed further up. */
const MAX_STEPS = 128;

/** A span that the ledger knows: a call, or a span above calls. */
export interface KnownSpan {
  /** The entry's number; undefined for a span that is no call. */
  readonly entry: number | undefined;
  readonly contentHash: Uint8Array | undefined;
  /** Ids further up, nearest first, 8 bytes each; empty at the root and where knowledge ends. */
  readonly ancestors: Uint8Array;
  /** What the span itself names. */
  readonly customer: number | null;
  readonly person: number | null;
  readonly feature: number | null;
  /** Instrumentation, start and end of a call. */
  readonly scope: number;
  readonly startedAt: bigint;
  readonly occurredAt: bigint;
}

/** What lies above a span: its ancestors as far as they are known, and the nearest names on them. */
export interface Ancestry {
  readonly ancestors: Uint8Array;
  readonly customer: number | undefined;
  readonly person: number | undefined;
  readonly feature: number | undefined;
}

/** Entries of a trace that may describe the same call as a row. */
export interface Related {
  readonly above: readonly number[];
  readonly below: readonly number[];
  /** Under the same parent, of another instrumentation, at the same time. */
  readonly beside: readonly number[];
}

/** The spans of one sender's trace, as a tree that may have gaps. */
export class Trace {
  /** Spans that no question has made it necessary to index: nearly every trace has one, and is asked nothing. */
  readonly #unindexed: (readonly [spanId: Uint8Array, span: KnownSpan])[] = [];
  #index: Map<string, KnownSpan> | undefined;
  /** Spans by each of the ids that are above them. */
  #belowIndex: Map<string, string[]> | undefined;

  add(spanId: Uint8Array, span: KnownSpan): void {
    this.#unindexed.push([spanId, span]);
  }

  /** How many spans are known. */
  get size(): number {
    return this.#unindexed.length + (this.#index?.size ?? 0);
  }

  get(spanId: Uint8Array): KnownSpan | undefined {
    return this.size === 0 ? undefined : this.#spans.get(keyOf(spanId));
  }

  get #spans(): Map<string, KnownSpan> {
    return this.#indexed().spans;
  }

  get #below(): Map<string, string[]> {
    return this.#indexed().below;
  }

  #indexed(): { readonly spans: Map<string, KnownSpan>; readonly below: Map<string, string[]> } {
    this.#index ??= new Map();
    this.#belowIndex ??= new Map();
    for (const [spanId, span] of this.#unindexed.splice(0)) {
      const id = keyOf(spanId);
      this.#index.set(id, span);
      for (let at = 0; at < span.ancestors.length; at += 8) {
        const above = keyOf(span.ancestors.subarray(at, at + 8));
        const below = this.#belowIndex.get(above);
        if (below === undefined) this.#belowIndex.set(above, [id]);
        else below.push(id);
      }
    }
    return { spans: this.#index, below: this.#belowIndex };
  }

  /** Follows a span's parents as far as they are known; `known` are the ones its sender told. */
  ancestry(spanId: Uint8Array, known: Uint8Array): Ancestry {
    if (this.size === 0) return { ancestors: known, ...NOBODY };
    const found: Uint8Array[] = [];
    const seen = new Set([keyOf(spanId)]);
    let customer: number | undefined;
    let person: number | undefined;
    let feature: number | undefined;
    let next = known;
    while (next.length > 0 && found.length < MAX_STEPS) {
      const id = next.subarray(0, 8);
      const key = keyOf(id);
      // A forged trace may go in circles.
      if (seen.has(key)) break;
      seen.add(key);
      found.push(id);
      const above = this.#spans.get(key);
      customer ??= above?.customer ?? undefined;
      person ??= above?.person ?? undefined;
      feature ??= above?.feature ?? undefined;
      next = next.length > 8 ? next.subarray(8) : (above?.ancestors ?? next.subarray(8));
    }
    return { ancestors: Buffer.concat(found), customer, person, feature };
  }

  /** Entries of the trace that may describe the same call as a row. */
  related(row: Row): Related {
    if (this.size === 0) return NOTHING_RELATED;
    const above: number[] = [];
    for (let at = 0; at < row.ancestors.length; at += 8) {
      const entry = this.#spans.get(keyOf(row.ancestors.subarray(at, at + 8)))?.entry;
      if (entry !== undefined) above.push(entry);
    }
    return { above, below: this.entriesBelow(row.spanId), beside: this.#beside(row) };
  }

  /** Entries above a span, through spans that are no calls as well. */
  entriesAbove(spanId: Uint8Array): number[] {
    const { ancestors } = this.ancestry(spanId, this.get(spanId)?.ancestors ?? spanId.subarray(0, 0));
    const found: number[] = [];
    for (let at = 0; at < ancestors.length; at += 8) {
      const entry = this.#spans.get(keyOf(ancestors.subarray(at, at + 8)))?.entry;
      if (entry !== undefined) found.push(entry);
    }
    return found;
  }

  /** Entries below a span, through spans that are no calls as well. */
  entriesBelow(spanId: Uint8Array): number[] {
    const found: number[] = [];
    const seen = new Set<string>();
    const open = [...(this.#below.get(keyOf(spanId)) ?? [])];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      const entry = this.#spans.get(id)?.entry;
      if (entry !== undefined) found.push(entry);
      open.push(...(this.#below.get(id) ?? []));
    }
    return found;
  }

  #beside(row: Row): number[] {
    if (row.ancestors.length === 0) return [];
    const parent = keyOf(row.ancestors.subarray(0, 8));
    return (this.#below.get(parent) ?? []).flatMap((id) => {
      const span = this.#spans.get(id);
      if (span?.entry === undefined || span.scope === row.scope) return [];
      const apart = span.startedAt > row.occurredAt || span.occurredAt < row.startedAt;
      return apart || keyOf(span.ancestors.subarray(0, 8)) !== parent ? [] : [span.entry];
    });
  }
}

const NOTHING_RELATED: Related = { above: [], below: [], beside: [] };
const NOBODY = { customer: undefined, person: undefined, feature: undefined } as const;

/** The index of spans: identities of calls, and what lies above them. One transaction's traces are kept at hand. */
export class Traces {
  readonly #traces = new Map<string, Trace>();
  readonly #isKnown: StatementSync;
  readonly #read: StatementSync;
  readonly #insert: StatementSync;
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
    this.#note = database.prepare(
      "INSERT INTO notes (ancestors, customer, person, feature) VALUES (?, ?, ?, ?)",
    );
    this.#becomeCall = database.prepare(
      "UPDATE spans SET entry = ?, note = NULL WHERE trace_id = ? AND span_id = ? AND source = ?",
    );
  }

  of(source: number, traceId: Uint8Array): Trace {
    const key = `${source} ${keyOf(traceId)}`;
    const known = this.#traces.get(key);
    if (known !== undefined) return known;
    const trace = new Trace();
    if (this.#isKnown.get(traceId) !== undefined) {
      const rows = this.#read.all(traceId, source) as unknown as SpanRow[];
      for (const row of rows) trace.add(row.span_id, spanOf(row));
    }
    this.#traces.set(key, trace);
    return trace;
  }

  /** Remembers a span above calls; true when it was not known. */
  note(note: NoteRow): boolean {
    const { source, traceId, spanId, ancestors } = note;
    const trace = this.of(source, traceId);
    if (trace.get(spanId) !== undefined) return false;
    const { customer, person, feature } = note;
    const { lastInsertRowid } = this.#note.run(ancestors, customer, person, feature);
    this.#insert.run(traceId, spanId, source, null, lastInsertRowid);
    trace.add(spanId, { ...NO_CALL, ancestors, customer, person, feature });
    return true;
  }

  /** Claims the identity of a call for an entry. `names` are what the call's own span names. */
  call(row: Row, entry: number, names: Pick<KnownSpan, "customer" | "person" | "feature">): void {
    const { source, traceId, spanId, contentHash, ancestors } = row;
    const trace = this.of(source, traceId);
    if (trace.get(spanId) === undefined) this.#insert.run(traceId, spanId, source, entry, null);
    // A span that was seen before without anything of a call on it.
    else this.#becomeCall.run(entry, traceId, spanId, source);
    const { scope, startedAt, occurredAt } = row;
    trace.add(spanId, { entry, contentHash, ancestors, ...names, scope, startedAt, occurredAt });
  }

  /** Forgets the traces at hand: at the end of a transaction, however it ended. */
  clear(): void {
    this.#traces.clear();
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

function keyOf(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString("latin1");
}
