import type { DatabaseSync } from "node:sqlite";
import { UNATTRIBUTED } from "@keeptabs/usage/consumed";
import { Adjuster } from "./adjuster.ts";
import {
  betterFirst,
  type Counted,
  counts,
  innerStays,
  isPosted,
  type Position,
  replaces,
} from "./covering.ts";
import type { Dictionary } from "./dictionary.ts";
import { Entries } from "./entries.ts";
import type { BookingResult, EntryKind } from "./entry.ts";
import type { PostingRow, Postings } from "./postings.ts";
import type { Records } from "./record.ts";
import { NO_FEATURE, type NoteRow, ONLY_PERSON, type Row } from "./row.ts";
import { SameCall } from "./same-call.ts";
import type { Trace } from "./trace.ts";
import { Traces } from "./traces.ts";

/** A repricing as it crosses to the writer's thread: the charge is JSON. */
export interface RepricingRow {
  readonly entry: number;
  readonly charge: string;
}

/** Where what is appended is recorded for the chain of batches. */
export interface Recorders {
  readonly entries: Records;
  readonly adjustments: Records;
}

/** Where entries stand to a span, from the outside in: what describes its call elsewhere stands where it does itself. */
const FROM_OUTSIDE: readonly Position[] = ["above", "elsewhere", "below"];

const DUPLICATE: BookingResult = { kind: "duplicate" };
const CONFLICT: BookingResult = { kind: "conflict" };
const BOOKED: Readonly<Record<EntryKind, BookingResult>> = {
  charged: { kind: "booked", entry: "charged" },
  zero: { kind: "booked", entry: "zero" },
  unpriced: { kind: "booked", entry: "unpriced" },
  partly_unpriced: { kind: "booked", entry: "partly_unpriced" },
  covered: { kind: "booked", entry: "covered" },
  held: { kind: "booked", entry: "held" },
};

/** Books rows: the rules of identity, of one call one charge, and of inheritance. Runs inside the writer's transaction. */
export class Bookkeeper {
  readonly #names: Dictionary;
  readonly #customers: Dictionary;
  readonly #entries: Entries;
  readonly #adjuster: Adjuster;
  readonly #traces: Traces;
  readonly #sameCall: SameCall;

  constructor(database: DatabaseSync, names: Dictionary, customers: Dictionary, recorders: Recorders) {
    this.#names = names;
    this.#customers = customers;
    this.#entries = new Entries(database, recorders.entries);
    this.#adjuster = new Adjuster(database, names, customers, recorders.adjustments);
    this.#traces = new Traces(database);
    this.#sameCall = new SameCall(this.#entries, this.#traces);
  }

  get lastEntry(): number {
    return this.#entries.last;
  }

  get lastAdjustment(): number {
    return this.#adjuster.last;
  }

  /** Books rows in their order, and lets notes name the calls below them. `now` is Unix nanoseconds. */
  book(rows: Iterable<Row>, notes: Iterable<NoteRow>, now: bigint, postings: Postings): BookingResult[] {
    const news: NoteRow[] = [];
    for (const note of notes) {
      if (this.#traces.note(this.#traces.of(note.source, note.traceId), note)) news.push(note);
    }
    // Not before all of them are known, so that nothing is moved twice.
    for (const note of news) this.#passDown(note, now, postings);
    return Array.from(rows, (row) => {
      const result = this.#bookOne(row, now, postings);
      if (result.kind === "booked") this.#passDown(row, now, postings);
      return result;
    });
  }

  /** Charges sums that were held since before an instant and that no call was seen below. */
  release(heldBefore: bigint, now: bigint, postings: Postings): void {
    for (const id of this.#entries.heldBefore(heldBefore)) {
      const entry = this.#entries.byId(id);
      this.#entries.letGo(id);
      if (entry === undefined) continue;
      postings.add(this.#adjuster.release(entry, now));
      this.#reattribute(this.#traces.of(entry.source, entry.traceId), id, now, postings);
    }
  }

  /** Charges entries anew; those that are not in the totals, or cost the same, stay as they are. */
  reprice(repricings: readonly RepricingRow[], reason: string, now: bigint, postings: Postings): void {
    for (const { entry: id, charge } of repricings) {
      const entry = this.#entries.byId(id);
      if (entry !== undefined && isPosted(entry)) {
        addAll(postings, this.#adjuster.reprice(entry, charge, reason, now));
      }
    }
  }

  /** To be called when a transaction has ended; `rolledBack` when it left nothing behind. */
  end(rolledBack: boolean): void {
    this.#traces.clear();
    if (!rolledBack) return;
    this.#entries.reset();
    this.#adjuster.reset();
  }

  /** Lets a span that is new in its trace name the calls below it, and settles which of a line is charged. */
  #passDown({ source, traceId, spanId }: Row | NoteRow, now: bigint, postings: Postings): void {
    const trace = this.#traces.atHand(source, traceId);
    if (trace === undefined || trace.size === 1) return;
    const below = trace.entriesBelow(spanId);
    if (below.length === 0) return;
    for (const id of below) this.#reattribute(trace, id, now, postings);
    for (const outer of trace.entriesAbove(spanId)) this.#settleLine(trace, outer, below, now, postings);
  }

  #bookOne(sent: Row, now: bigint, postings: Postings): BookingResult {
    const first = this.#traces.claimFirst(sent, this.#entries.last + 1);
    const trace = first ?? this.#traces.of(sent.source, sent.traceId);
    const known = trace.get(sent.spanId)?.contentHash;
    if (known !== undefined) {
      if (Buffer.compare(known, sent.contentHash) === 0) return DUPLICATE;
      this.#entries.setAside(sent, now);
      return CONFLICT;
    }

    const row = this.#withAncestry(trace, sent);
    const others = this.#sameCall.of(trace, row);
    if (others.length === 0) return this.#bookNew(trace, row, [], now, postings);
    const better = others.find((other) => !replaces(row, other));
    if (better !== undefined) {
      this.#write(trace, row, "covered", better.id, now);
      addAll(postings, this.#adjuster.lendNames(better, row, now));
      this.#settleAround(better, others, now, postings);
      return BOOKED.covered;
    }
    const named = others.reduce((mine, other) => this.#adjuster.borrowNames(mine, other), row);
    return this.#bookNew(trace, named, others, now, postings);
  }

  /** Books a row as it is, in the place of others that describe the same call worse. */
  #bookNew(
    trace: Trace,
    named: Row,
    others: readonly Counted[],
    now: bigint,
    postings: Postings,
  ): BookingResult {
    const id = this.#write(trace, named, named.kind, null, now);
    for (const other of others) this.#supersede(other, now, postings);
    if (named.kind === "held") this.#entries.hold(id, now);
    else postings.addFirst(named);
    for (const other of others) {
      if (other.position === "above") this.#reinstateBelow(trace, other, now, postings);
    }
    return BOOKED[named.kind];
  }

  #write(trace: Trace, row: Row, kind: EntryKind, coveredBy: number | null, now: bigint): number {
    const id = this.#entries.insert(row, kind, coveredBy, now);
    this.#traces.call(trace, row, id);
    return id;
  }

  /** The row with everything that is known to lie above it, also from earlier requests. */
  #withAncestry(trace: Trace, row: Row): Row {
    if (row.ancestors.length === 0 || trace.size === 0) return row;
    const { ancestors, customer, person, feature } = trace.ancestry(row.spanId, row.ancestors);
    const nobody = this.#customers.name(row.customer) === UNATTRIBUTED;
    const isOpen = nobody || (row.named & ONLY_PERSON) !== 0;
    const found = isOpen && customer !== undefined ? customer : nobody ? person : undefined;
    const named = isOpen && customer !== undefined ? row.named & ~ONLY_PERSON : row.named;
    const isPerson = found !== undefined && found === person && customer === undefined;
    const noFeature = feature !== undefined && this.#names.name(row.feature) === NO_FEATURE;
    return row.placed({
      ancestors,
      named: isPerson ? named | ONLY_PERSON : named,
      customer: found ?? row.customer,
      feature: noFeature ? feature : row.feature,
    });
  }

  /** One call, one charge, also for entries that a span between them shows to be in one line only now. */
  #settleLine(
    trace: Trace,
    outerId: number,
    below: readonly number[],
    now: bigint,
    postings: Postings,
  ): void {
    for (const innerId of below) {
      const outer = this.#entries.byId(outerId);
      const inner = this.#entries.byId(innerId);
      if (outer === undefined || inner === undefined || !counts(outer) || !counts(inner)) continue;
      const staysInner = innerStays(inner, outer);
      this.#supersede(staysInner ? outer : inner, now, postings);
      if (staysInner) this.#reinstateBelow(trace, outer, now, postings);
    }
  }

  /**
   * Where a new span shows that the entry that stands for it and others describe one call, leaves one of them. What
   * stands where the other does is another call, or made way for it before.
   */
  #settleAround(entry: Counted, others: readonly Counted[], now: bigint, postings: Postings): void {
    const place = FROM_OUTSIDE.indexOf(entry.position);
    for (const other of others) {
      const otherPlace = FROM_OUTSIDE.indexOf(other.position);
      // Two spans of one instrumentation are two calls, unless they are in one line.
      if (otherPlace === place || other.scope === entry.scope) continue;
      const [outer, inner] = otherPlace < place ? [other, entry] : [entry, other];
      const loser = innerStays(inner, outer) ? outer : inner;
      this.#supersede(loser, now, postings);
      if (loser === entry) return;
    }
  }

  /** Takes an entry out that another span describes better. */
  #supersede(entry: Counted, now: bigint, postings: Postings): void {
    if (entry.waiting) this.#entries.letGo(entry.id);
    else postings.add(this.#adjuster.supersede(entry, now));
  }

  /**
   * What made way for an entry that was superseded now by one below it may be beside that one: an attempt before it,
   * say. Where no other span stands for such a call, it counts after all.
   */
  #reinstateBelow(trace: Trace, outer: Counted, now: bigint, postings: Postings): void {
    const below = trace.entriesBelow(outer.spanId).flatMap((id) => {
      const entry = this.#entries.byId(id);
      if (entry === undefined || counts(entry)) return [];
      return [{ ...entry, ancestors: trace.ancestry(entry.spanId, entry.ancestors).ancestors }];
    });
    // Of those in one line the first stands for the others.
    for (const entry of below.toSorted(betterFirst)) {
      if (!this.#sameCall.isOnlyOf(trace, entry, outer)) continue;
      if (entry.aggregate && !entry.everPosted) this.#entries.hold(entry.id, now);
      else postings.add(this.#adjuster.reinstate(entry, now));
      this.#reattribute(trace, entry.id, now, postings);
    }
  }

  /** Gives an entry to whoever is now the nearest that is named above it. */
  #reattribute(trace: Trace, id: number, now: bigint, postings: Postings): void {
    const entry = this.#entries.posted(id);
    if (entry === undefined) return;
    const above = trace.ancestry(entry.spanId, entry.ancestors);
    addAll(postings, this.#adjuster.reattribute(entry, above, now));
  }
}

function addAll(postings: Postings, added: readonly PostingRow[]): void {
  for (const posting of added) postings.add(posting);
}
