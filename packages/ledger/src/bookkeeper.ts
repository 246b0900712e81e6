import type { DatabaseSync } from "node:sqlite";
import { UNATTRIBUTED } from "@keeptabs/usage/consumed";
import { Adjuster } from "./adjuster.ts";
import { type Counted, innerStays, isPosted, relation, replaces } from "./covering.ts";
import type { Dictionary } from "./dictionary.ts";
import { Entries } from "./entries.ts";
import type { BookingResult, EntryKind } from "./entry.ts";
import type { PostingRow, Postings } from "./postings.ts";
import type { Records } from "./record.ts";
import { NO_FEATURE, type NoteRow, ONLY_PERSON, type Row } from "./row.ts";
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

  constructor(database: DatabaseSync, names: Dictionary, customers: Dictionary, recorders: Recorders) {
    this.#names = names;
    this.#customers = customers;
    this.#entries = new Entries(database, recorders.entries);
    this.#adjuster = new Adjuster(database, names, customers, recorders.adjustments);
    this.#traces = new Traces(database);
  }

  get lastEntry(): number {
    return this.#entries.last;
  }

  get lastAdjustment(): number {
    return this.#adjuster.last;
  }

  /** Books rows in their order, and lets notes name the calls below them. `now` is Unix nanoseconds. */
  book(rows: Iterable<Row>, notes: Iterable<NoteRow>, now: bigint, postings: Postings): BookingResult[] {
    const news: (Row | NoteRow)[] = [];
    for (const note of notes) {
      if (this.#traces.note(this.#traces.of(note.source, note.traceId), note)) news.push(note);
    }
    const results: BookingResult[] = [];
    for (const row of rows) {
      const result = this.#bookOne(row, now, postings);
      if (result.kind === "booked") news.push(row);
      results.push(result);
    }
    for (const { source, traceId, spanId } of news) {
      const trace = this.#traces.atHand(source, traceId);
      if (trace !== undefined && trace.size > 1) this.#passDown(trace, spanId, now, postings);
    }
    return results;
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

  /** Lets a span that is new in a trace name the calls below it, and settles which of a line is charged. */
  #passDown(trace: Trace, spanId: Uint8Array, now: bigint, postings: Postings): void {
    const below = trace.entriesBelow(spanId);
    if (below.length === 0) return;
    for (const id of below) this.#reattribute(trace, id, now, postings);
    for (const outer of trace.entriesAbove(spanId)) this.#settleLine(outer, below, now, postings);
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
    const others = this.#sameCall(trace, row);
    if (others.length === 0) return this.#bookNew(trace, row, [], now, postings);
    const better = others.find((other) => !replaces(row, other));
    if (better !== undefined) {
      this.#write(trace, row, "covered", better.id, now);
      addAll(postings, this.#adjuster.lendNames(better, row, now));
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
    if (named.kind === "held") {
      this.#entries.hold(id, now);
      return BOOKED.held;
    }
    for (const other of others) {
      if (other.waiting) this.#entries.letGo(other.id);
      else postings.add(this.#adjuster.supersede(other, now));
    }
    postings.addFirst(named);
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

  /** Entries that count now and describe the same call as the row. */
  #sameCall(trace: Trace, row: Row): readonly Counted[] {
    const candidates = this.#entries.candidates(row, trace.related(row));
    if (candidates.length === 0) return candidates;
    const found = new Map<number, Counted>();
    let alike: Counted | undefined;
    for (const candidate of candidates) {
      const how = relation(row, candidate);
      if (how === "sibling" || how === "fingerprint") alike ??= candidate;
      else if (how !== undefined && !found.has(candidate.id)) found.set(candidate.id, candidate);
    }
    // These are a last resort, and one span stands for one: two parallel calls stay two.
    return found.size > 0 || alike === undefined ? [...found.values()] : [alike];
  }

  /** One call, one charge, also for entries that a span between them shows to be in one line only now. */
  #settleLine(outerId: number, below: readonly number[], now: bigint, postings: Postings): void {
    for (const innerId of below) {
      const outer = this.#entries.byId(outerId);
      const inner = this.#entries.posted(innerId);
      if (outer === undefined || inner === undefined || !(outer.waiting || isPosted(outer))) continue;
      const loser = innerStays(inner, outer) ? outer : inner;
      if (loser.waiting) this.#entries.letGo(loser.id);
      else postings.add(this.#adjuster.supersede(loser, now));
    }
  }

  /** Gives an entry to whoever is now the nearest that is named above it. */
  #reattribute(trace: Trace, id: number, now: bigint, postings: Postings): void {
    const entry = this.#entries.posted(id);
    if (entry === undefined || entry.kind === "covered") return;
    const above = trace.ancestry(entry.spanId, entry.ancestors);
    addAll(postings, this.#adjuster.reattribute(entry, above, now));
  }
}

function addAll(postings: Postings, added: readonly PostingRow[]): void {
  for (const posting of added) postings.add(posting);
}
