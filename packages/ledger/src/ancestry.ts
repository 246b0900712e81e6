import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Names } from "./names.ts";
import type { NoteRow } from "./row.ts";

/** Deeper traces than this are not followed further up. */
const MAX_STEPS = 128;

/** A span above others, as far as the ledger knows it: an earlier note, or an entry. */
interface Above {
  /** Ids further up, nearest first, 8 bytes each; empty at the root and where knowledge ends. */
  readonly up: Uint8Array;
  readonly customer: bigint | null;
  readonly person: bigint | null;
  readonly feature: bigint | null;
}

/** What lies above a span: its ancestors as far as they are known, and the nearest names on them. */
export interface Ancestry {
  readonly ancestors: Uint8Array;
  readonly customer: bigint | undefined;
  readonly person: bigint | undefined;
  readonly feature: bigint | undefined;
}

/** Traces as trees: remembers spans above calls and follows parents upwards. */
export class Ancestors {
  readonly #names: Names;
  readonly #note: StatementSync;
  readonly #noted: StatementSync;
  readonly #entry: StatementSync;

  constructor(database: DatabaseSync, names: Names) {
    this.#names = names;
    this.#note = database.prepare(
      `INSERT INTO spans (source, trace_id, span_id, parent_span_id, customer, person, feature, seen_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    );
    this.#noted = database.prepare(
      "SELECT parent_span_id, customer, person, feature FROM spans WHERE source = ? AND trace_id = ? AND span_id = ?",
    );
    // Only what an entry's own span names is passed on; what it inherited is found where it came from.
    this.#entry = database.prepare(
      `SELECT ancestors, iif(named & 1, customer, NULL) AS customer, iif(named & 4, customer, NULL) AS person, iif(named & 2, feature, NULL) AS feature
       FROM entries WHERE source = ? AND trace_id = ? AND span_id = ?`,
    );
    this.#noted.setReadBigInts(true);
    this.#entry.setReadBigInts(true);
  }

  /** Remembers a span; true when it was not known. `now` is Unix nanoseconds. */
  note(note: NoteRow, now: bigint): boolean {
    const id = (name: string | null): number | null => (name === null ? null : this.#names.id(name));
    const { changes } = this.#note.run(
      this.#names.id(note.source),
      note.traceId,
      note.spanId,
      note.parentSpanId,
      id(note.customer),
      id(note.person),
      id(note.feature),
      now,
    );
    return changes > 0;
  }

  /** Follows a span's parents as far as they are known; `known` are the ones its sender told. */
  of(source: number, traceId: Uint8Array, spanId: Uint8Array, known: Uint8Array): Ancestry {
    const found: Uint8Array[] = [];
    const seen = new Set([hex(spanId)]);
    let customer: bigint | undefined;
    let person: bigint | undefined;
    let feature: bigint | undefined;
    let next = known;
    while (next.length > 0 && found.length < MAX_STEPS) {
      const id = next.subarray(0, 8);
      const name = hex(id);
      // A forged trace may go in circles.
      if (seen.has(name)) break;
      seen.add(name);
      found.push(id);
      const above = this.#above(source, traceId, id);
      customer ??= above?.customer ?? undefined;
      person ??= above?.person ?? undefined;
      feature ??= above?.feature ?? undefined;
      next = next.length > 8 ? next.subarray(8) : (above?.up ?? next.subarray(8));
    }
    return { ancestors: Buffer.concat(found), customer, person, feature };
  }

  #above(source: number, traceId: Uint8Array, spanId: Uint8Array): Above | undefined {
    const noted = this.#noted.get(source, traceId, spanId) as
      | (Omit<Above, "up"> & { parent_span_id: Uint8Array | null })
      | undefined;
    if (noted !== undefined) {
      const { parent_span_id, ...names } = noted;
      return { up: parent_span_id ?? new Uint8Array(), ...names };
    }
    const entry = this.#entry.get(source, traceId, spanId) as
      | (Omit<Above, "up"> & { ancestors: Uint8Array })
      | undefined;
    if (entry === undefined) return undefined;
    const { ancestors, ...names } = entry;
    return { up: ancestors, ...names };
  }
}

function hex(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString("hex");
}
