import type { Described } from "./covering.ts";

/** Deeper traces than this are not followed further up. */
const MAX_STEPS = 128;

/** A span that the ledger knows: a call, or a span above calls. */
export interface KnownSpan {
  readonly spanId: Uint8Array;
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

/** Entries of a trace that may describe the same call as a row, from the nearest up, else from the first. */
export interface Related {
  readonly above: readonly number[];
  readonly below: readonly number[];
  /** Under the same parent, of another instrumentation, at the same time. */
  readonly beside: readonly number[];
}

/** The spans of one sender's trace, as a tree that may have gaps. */
export class Trace {
  /** Spans that no question has made it necessary to index: nearly every trace has one, and is asked nothing. */
  #unindexed: KnownSpan[] = [];
  #index: Map<string, KnownSpan> | undefined;
  /** Spans by each of the ids that are above them. */
  #belowIndex: Map<string, string[]> | undefined;

  add(span: KnownSpan): void {
    this.#unindexed.push(span);
  }

  /** How many spans are known. */
  get size(): number {
    return this.#unindexed.length + (this.#index?.size ?? 0);
  }

  get(spanId: Uint8Array): KnownSpan | undefined {
    return this.size === 0 ? undefined : this.#spans.get(idKey(spanId));
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
    for (const span of this.#unindexed) {
      const id = idKey(span.spanId);
      this.#index.set(id, span);
      for (let at = 0; at < span.ancestors.length; at += 8) {
        const above = idKey(span.ancestors.subarray(at, at + 8));
        const below = this.#belowIndex.get(above);
        if (below === undefined) this.#belowIndex.set(above, [id]);
        else below.push(id);
      }
    }
    this.#unindexed = [];
    return { spans: this.#index, below: this.#belowIndex };
  }

  /** Follows a span's parents as far as they are known; `known` are the ones its sender told. */
  ancestry(spanId: Uint8Array, known: Uint8Array): Ancestry {
    if (this.size === 0) return { ancestors: known, ...NOBODY };
    const found: Uint8Array[] = [];
    const seen = new Set([idKey(spanId)]);
    let customer: number | undefined;
    let person: number | undefined;
    let feature: number | undefined;
    let next = known;
    while (next.length > 0 && found.length < MAX_STEPS) {
      const id = next.subarray(0, 8);
      const key = idKey(id);
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
  related(row: Described): Related {
    if (this.size === 0) return NOTHING_RELATED;
    const above: number[] = [];
    for (let at = 0; at < row.ancestors.length; at += 8) {
      const entry = this.#spans.get(idKey(row.ancestors.subarray(at, at + 8)))?.entry;
      if (entry !== undefined) above.push(entry);
    }
    return { above, below: this.entriesBelow(row.spanId), beside: this.#beside(row) };
  }

  /** Entries above a span, through spans that are no calls as well. */
  entriesAbove(spanId: Uint8Array): number[] {
    const { ancestors } = this.ancestry(spanId, this.get(spanId)?.ancestors ?? spanId.subarray(0, 0));
    const found: number[] = [];
    for (let at = 0; at < ancestors.length; at += 8) {
      const entry = this.#spans.get(idKey(ancestors.subarray(at, at + 8)))?.entry;
      if (entry !== undefined) found.push(entry);
    }
    return found;
  }

  /** Entries below a span, through spans that are no calls as well, from the first. */
  entriesBelow(spanId: Uint8Array): number[] {
    const found: number[] = [];
    const seen = new Set<string>();
    const open = [...(this.#below.get(idKey(spanId)) ?? [])];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      const entry = this.#spans.get(id)?.entry;
      if (entry !== undefined) found.push(entry);
      open.push(...(this.#below.get(id) ?? []));
    }
    return found.toSorted(byNumber);
  }

  #beside(row: Described): number[] {
    if (row.ancestors.length === 0) return [];
    const parent = idKey(row.ancestors.subarray(0, 8));
    const beside = (this.#below.get(parent) ?? []).flatMap((id) => {
      const span = this.#spans.get(id);
      if (span?.entry === undefined || span.scope === row.scope) return [];
      const apart = span.startedAt > row.occurredAt || span.occurredAt < row.startedAt;
      return apart || idKey(span.ancestors.subarray(0, 8)) !== parent ? [] : [span.entry];
    });
    return beside.toSorted(byNumber);
  }
}

/** Which of several is taken must not depend on how the trace was read. */
function byNumber(a: number, b: number): number {
  return a - b;
}

const NOTHING_RELATED: Related = { above: [], below: [], beside: [] };
const NOBODY = { customer: undefined, person: undefined, feature: undefined } as const;

/** An id as text to be looked up by. */
export function idKey(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString("latin1");
}
