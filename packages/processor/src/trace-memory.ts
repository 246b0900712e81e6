import type { Booking, LedgerReader, SpanNote } from "@keeptabs/ledger";

/** Traces with calls that are remembered, and ids of spans above their calls; of older ones the ledger is asked. */
const MAX_TRACES = 100_000;
const MAX_WANTED = 500_000;
/** What is left when there are too many: forgetting is done seldom. */
const KEPT_SHARE = 0.75;
/** Spans that are above no call yet and are remembered, in case that calls come below them. */
const MAX_KEPT = 200_000;

/** A trace with calls. */
class Called {
  /** Entries up to this one may be of calls in it that are forgotten. */
  readonly forgottenUpTo: number;
  /** True when there are such, so that any span may be above one; undefined until it has to be known. */
  anyWanted: boolean | undefined;
  /** The first id that is wanted; most traces want no other, and a Set for one id is ten times its size. */
  #first: string | undefined;
  #others: Set<string> | undefined;

  constructor(forgottenUpTo: number) {
    this.forgottenUpTo = forgottenUpTo;
  }

  /** True for a span above its calls, as far up as is known, whether it came or not. */
  wants(id: string): boolean {
    return id === this.#first || this.#others?.has(id) === true;
  }

  want(id: string): void {
    if (this.#first === undefined) this.#first = id;
    else {
      this.#others ??= new Set();
      this.#others.add(id);
    }
  }

  get wantedCount(): number {
    return (this.#first === undefined ? 0 : 1) + (this.#others?.size ?? 0);
  }
}

/**
 * Decides which spans that are no calls the ledger must hear of: those that name somebody, and those that lie above a
 * call and link it to them. Most are neither. What is forgotten here costs at most an attribution, never a charge.
 */
export class TraceMemory {
  readonly #ledger: Pick<LedgerReader, "hasTrace" | "lastEntry">;
  /** Traces with calls, those that had one last at the end. */
  readonly #called = new Map<string, Called>();
  #wantedCount = 0;
  /** Calls of later entries are all remembered. */
  #forgottenUpTo: number;
  /** By trace and id the spans that are above no call yet. Those that name somebody are among them. */
  readonly #kept = new Map<string, Map<string, SpanNote>>();
  #keptCount = 0;

  constructor(ledger: Pick<LedgerReader, "hasTrace" | "lastEntry">) {
    this.#ledger = ledger;
    this.#forgottenUpTo = ledger.lastEntry();
  }

  /** The notes to pass on, of a request with these calls. Some may have been passed on before. */
  select(source: string, notes: readonly SpanNote[], bookings: readonly Booking[]): SpanNote[] {
    this.#forgetOldest();
    const selected: SpanNote[] = [];
    for (const { call, ancestors } of bookings) {
      const trace = source + call.traceId;
      const called = this.#remember(trace);
      for (const id of ancestors) this.#want(called, trace, id, selected);
    }
    let traceId = "";
    let trace = "";
    for (const note of notes) {
      // Spans of a trace often stand together.
      if (note.traceId !== traceId) {
        traceId = note.traceId;
        trace = source + traceId;
      }
      const called = this.#called.get(trace) ?? this.#forgotten(trace, note);
      if (called !== undefined && this.#isWanted(called, note)) {
        selected.push(note);
        this.#want(called, trace, note.parentSpanId, selected);
        continue;
      }
      this.#keep(trace, note);
      if (note.customer !== undefined || note.person !== undefined || note.feature !== undefined) {
        selected.push(note);
      }
    }
    return selected;
  }

  #remember(trace: string): Called {
    const known = this.#called.get(trace);
    if (known !== undefined) this.#called.delete(trace);
    const called = known ?? new Called(this.#forgottenUpTo);
    this.#called.set(trace, called);
    return called;
  }

  /** A trace that is not remembered, if the ledger has calls of it; asked once, since its spans are kept after that. */
  #forgotten(trace: string, { source, traceId }: SpanNote): Called | undefined {
    const upTo = this.#forgottenUpTo;
    if (upTo === 0 || this.#kept.has(trace) || !this.#ledger.hasTrace(source, traceId, upTo))
      return undefined;
    const called = this.#remember(trace);
    called.anyWanted = true;
    return called;
  }

  #isWanted(called: Called, { spanId, source, traceId }: SpanNote): boolean {
    if (called.wants(spanId)) return true;
    const { forgottenUpTo } = called;
    called.anyWanted ??= forgottenUpTo > 0 && this.#ledger.hasTrace(source, traceId, forgottenUpTo);
    return called.anyWanted;
  }

  /** Wants a span and all above it that are kept, which are then passed on. */
  #want(called: Called, trace: string, from: string | undefined, selected: SpanNote[]): void {
    const kept = this.#kept.get(trace);
    for (let id = from; id !== undefined && !called.wants(id); ) {
      called.want(id);
      this.#wantedCount += 1;
      const note = kept?.get(id);
      if (note === undefined) return;
      kept?.delete(id);
      this.#keptCount -= 1;
      selected.push(note);
      id = note.parentSpanId;
    }
  }

  #forgetOldest(): void {
    if (this.#called.size <= MAX_TRACES && this.#wantedCount <= MAX_WANTED) return;
    this.#forgottenUpTo = this.#ledger.lastEntry();
    for (const [trace, { wantedCount }] of this.#called) {
      if (this.#called.size <= MAX_TRACES * KEPT_SHARE && this.#wantedCount <= MAX_WANTED * KEPT_SHARE)
        return;
      this.#called.delete(trace);
      this.#wantedCount -= wantedCount;
    }
  }

  #keep(trace: string, note: SpanNote): void {
    let kept = this.#kept.get(trace);
    if (kept === undefined) {
      kept = new Map();
      this.#kept.set(trace, kept);
    }
    // Of two descriptions of a span the ledger takes the first.
    if (kept.has(note.spanId)) return;
    kept.set(note.spanId, note);
    this.#keptCount += 1;
    if (this.#keptCount <= MAX_KEPT) return;
    for (const [oldest, { size }] of this.#kept) {
      if (this.#keptCount <= MAX_KEPT) return;
      this.#kept.delete(oldest);
      this.#keptCount -= size;
    }
  }
}
