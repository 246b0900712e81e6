import type { SpanNote } from "@keeptabs/ledger";

/** Traces with calls that are remembered; older ones are asked of the ledger. */
const MAX_TRACES = 100_000;
/** Spans of traces without calls that are remembered, in case that calls come below them. */
const MAX_LINKS = 200_000;

/**
 * Decides which spans that are no calls the ledger must hear of. Those that name somebody always; others
 * only link a call to what is above it, and matter only in a trace that has calls: most traces have none.
 * What is forgotten here costs at most an attribution, never a charge.
 */
export class TraceMemory {
  readonly #isInLedger: (source: string, traceId: string) => boolean;
  readonly #traces = new Set<string>();
  readonly #links = new Map<string, SpanNote[]>();
  #linkCount = 0;

  constructor(isInLedger: (source: string, traceId: string) => boolean) {
    this.#isInLedger = isInLedger;
  }

  /** The notes to pass on, of a request whose calls belong to `callTraces` (trace ids). */
  select(source: string, notes: readonly SpanNote[], callTraces: ReadonlySet<string>): SpanNote[] {
    const selected: SpanNote[] = [];
    for (const traceId of callTraces) {
      const trace = source + traceId;
      this.#remember(trace);
      selected.push(...this.#takeLinks(trace));
    }
    for (const note of notes) {
      const trace = source + note.traceId;
      const named = note.customer !== undefined || note.person !== undefined || note.feature !== undefined;
      if (named || this.#hasCalls(trace, source, note.traceId)) selected.push(note);
      else this.#keepLink(trace, note);
    }
    return selected;
  }

  #hasCalls(trace: string, source: string, traceId: string): boolean {
    if (this.#traces.has(trace)) return true;
    // A trace that is kept among the links was asked for before.
    if (this.#links.has(trace) || !this.#isInLedger(source, traceId)) return false;
    this.#remember(trace);
    return true;
  }

  #remember(trace: string): void {
    this.#traces.delete(trace);
    this.#traces.add(trace);
    if (this.#traces.size <= MAX_TRACES) return;
    const [oldest] = this.#traces;
    if (oldest !== undefined) this.#traces.delete(oldest);
  }

  #keepLink(trace: string, note: SpanNote): void {
    const known = this.#links.get(trace);
    if (known === undefined) this.#links.set(trace, [note]);
    else known.push(note);
    this.#linkCount += 1;
    while (this.#linkCount > MAX_LINKS) {
      const [oldest] = this.#links.keys();
      if (oldest === undefined) break;
      this.#takeLinks(oldest);
    }
  }

  #takeLinks(trace: string): readonly SpanNote[] {
    const links = this.#links.get(trace) ?? [];
    this.#links.delete(trace);
    this.#linkCount -= links.length;
    return links;
  }
}
