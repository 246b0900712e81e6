import { type Counted, counts, describedBy, likeness, madeWayFor, type Relation } from "./covering.ts";
import type { Entries } from "./entries.ts";
import type { Row } from "./row.ts";
import type { Trace } from "./trace.ts";
import type { Traces } from "./traces.ts";

/** What tells of another description elsewhere; what merely looks alike does not. */
const ELSEWHERE: ReadonlySet<Relation | undefined> = new Set(["response", "sibling"]);

/** Finds, among all entries, those that describe the same call as a span. */
export class SameCall {
  readonly #entries: Entries;
  readonly #traces: Traces;

  constructor(entries: Entries, traces: Traces) {
    this.#entries = entries;
    this.#traces = traces;
  }

  /** Entries that count now and describe the same call as the row. */
  of(trace: Trace, row: Row): readonly Counted[] {
    const known = new Map<number, Counted>();
    const gone: Counted[] = [];
    let sibling: Counted | undefined;
    for (const candidate of this.#entries.candidates(row, trace.related(row))) {
      const how = likeness(row, candidate);
      if (how === undefined || how === "fingerprint") continue;
      if (!counts(candidate)) gone.push(candidate);
      else if (how === "sibling") sibling ??= candidate;
      else known.set(candidate.id, candidate);
    }
    // Siblings and lookalikes are a last resort, and one span stands for one: two parallel calls stay two.
    const isElsewhere = [...known.values()].some(({ position }) => position === "elsewhere");
    if (sibling !== undefined && !isElsewhere) known.set(sibling.id, sibling);
    if (known.size > 0) return [...known.values()];
    const instead = this.#inPlaceOf(gone, row.scope);
    if (instead.length > 0) return instead;
    return this.#entries
      .ofSameTime(row)
      .filter((entry) => counts(entry) && likeness(row, entry) !== undefined)
      .slice(0, 1);
  }

  /** Whether an entry that does not count made way for `outer` alone: nothing else that is known describes its call. */
  isOnlyOf(trace: Trace, entry: Counted, outer: Counted): boolean {
    const row = describedBy(entry);
    const others = [...this.#entries.candidates(row, trace.related(row)), ...this.#entries.ofSameTime(row)];
    return others.every((other) => {
      const how = likeness(row, { ...other, coversScope: 0 });
      if (how === undefined) return true;
      // What it made way for elsewhere may have made way in its turn.
      return !counts(other) && (how === "line" || madeWayFor(entry, outer));
    });
  }

  /**
   * What counts in the place of the first of these entries that made way: for calls below it, where the row describes
   * the same call from elsewhere, or for another description elsewhere.
   */
  #inPlaceOf(gone: readonly Counted[], scope: number): readonly Counted[] {
    for (const entry of gone) {
      const { position } = entry;
      // Two spans of one instrumentation are two calls, unless they are in one line.
      const isOther = (each: Counted): boolean =>
        each.scope !== scope && (position !== "elsewhere" || each.coversScope === 0);
      const trace = this.#traces.of(entry.source, entry.traceId);
      const elsewhere = this.#alsoDescribedBy(trace, entry);
      if (position !== "elsewhere" && elsewhere.length === 0) continue;
      const below = trace.entriesBelow(entry.spanId);
      const inner = position === "elsewhere" ? below : [];
      const outside = elsewhere.filter((id) => !below.includes(id));
      for (const [ids, where] of [[inner, "below"] as const, [outside, position] as const]) {
        const instead = ids.map((id) => this.#entries.byId(id, scope, where));
        const counting = instead.filter((each) => each !== undefined && counts(each)) as Counted[];
        if (counting.length > 0 && counting.every(isOther)) return counting;
      }
    }
    return [];
  }

  /** The entry elsewhere that an entry made way for, as far as that can be told. */
  #alsoDescribedBy(trace: Trace, entry: Counted): readonly number[] {
    if (entry.coveredBy !== undefined) return [entry.coveredBy];
    const row = describedBy(entry);
    const others = this.#entries.candidates(row, { ...trace.related(row), above: [], below: [] });
    const other = others.find((each) => counts(each) && ELSEWHERE.has(likeness(row, each)));
    return other === undefined ? [] : [other.id];
  }
}
