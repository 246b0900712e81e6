import type { DatabaseSync } from "node:sqlite";
import { UNATTRIBUTED } from "@keeptabs/usage";
import { Adjuster } from "./adjuster.ts";
import { Ancestors } from "./ancestry.ts";
import { type Counted, isPosted, type Newcomer, relation, replaces } from "./covering.ts";
import { Entries } from "./entries.ts";
import type { BookingResult, EntryKind, Posting } from "./entry.ts";
import { Names } from "./names.ts";
import { Projections } from "./projections.ts";
import { NO_FEATURE, type NoteRow, ONLY_PERSON, type Row } from "./row.ts";

/** What one transaction did. */
export interface Booked {
  readonly results: readonly BookingResult[];
  readonly postings: readonly Posting[];
}

/** A repricing as it crosses to the writer's thread: the charge is JSON. */
export interface RepricingRow {
  readonly entry: number;
  readonly charge: string;
}

/** Books rows: the rules of identity, of one call one charge, and of inheritance. Runs inside the writer's transaction. */
export class Bookkeeper {
  readonly #names: Names;
  readonly #projections: Projections;
  readonly #entries: Entries;
  readonly #adjuster: Adjuster;
  readonly #ancestors: Ancestors;

  constructor(database: DatabaseSync) {
    this.#names = new Names(database);
    this.#projections = new Projections(database, this.#names);
    this.#entries = new Entries(database, this.#names);
    this.#adjuster = new Adjuster(database, this.#names);
    this.#ancestors = new Ancestors(database, this.#names);
  }

  /** Books rows in their order, and lets notes name the calls below them. `now` is Unix nanoseconds. */
  book(rows: readonly Row[], notes: readonly NoteRow[], now: bigint): Booked {
    const postings: Posting[] = [];
    const changed = new Map<string, Row | NoteRow>();
    const touch = (span: Row | NoteRow): void => {
      changed.set(span.source + Buffer.from(span.traceId).toString("hex"), span);
    };
    for (const note of notes) if (this.#ancestors.note(note, now)) touch(note);
    const results = rows.map((row) => {
      const result = this.#bookOne(row, now, postings);
      if (result.kind === "booked") touch(row);
      return result;
    });
    for (const { source, traceId } of changed.values()) {
      this.#reattribute(this.#names.id(source), traceId, now, postings);
    }
    this.#projections.add(postings);
    return { results, postings };
  }

  /** Charges sums that were held since before an instant and that no call was seen below. */
  release(heldBefore: bigint, now: bigint): readonly Posting[] {
    const postings: Posting[] = [];
    for (const entry of this.#entries.heldBefore(heldBefore)) {
      postings.push(this.#adjuster.release(entry, now));
      this.#reattribute(Number(entry.source), entry.trace_id, now, postings);
    }
    this.#projections.add(postings);
    return postings;
  }

  /** Charges entries anew; those that are not in the totals, or cost the same, stay as they are. */
  reprice(repricings: readonly RepricingRow[], reason: string, now: bigint): readonly Posting[] {
    const postings: Posting[] = [];
    for (const { entry: id, charge } of repricings) {
      const entry = this.#entries.byId(id);
      if (entry !== undefined && isPosted(entry))
        postings.push(...this.#adjuster.reprice(entry, charge, reason, now));
    }
    this.#projections.add(postings);
    return postings;
  }

  /** Writes what the projections gathered; called once per transaction, before it commits. */
  flush(): void {
    this.#projections.flush();
  }

  /** Forgets what was gathered in a transaction that was rolled back. */
  reset(): void {
    this.#projections.reset();
    this.#names.reset();
  }

  #bookOne(sent: Row, now: bigint, postings: Posting[]): BookingResult {
    const source = this.#names.id(sent.source);
    const known = this.#entries.contentHash(source, sent);
    if (known !== undefined) {
      if (Buffer.compare(known, sent.contentHash) === 0) return { kind: "duplicate" };
      this.#entries.setAside(source, sent, now);
      return { kind: "conflict" };
    }

    const row = this.#withAncestry(source, sent);
    const others = this.#sameCall(source, row);
    const better = others.find((other) => !replaces(row, other));
    if (better !== undefined) {
      this.#entries.insert(source, row, "covered", Number(better.id), now);
      postings.push(...this.#adjuster.lendNames(better, row, now));
      return { kind: "booked", entry: "covered" };
    }
    const named = others.reduce((mine, other) => this.#adjuster.borrowNames(mine, other), row);
    const id = this.#entries.insert(source, named, named.kind, null, now);
    if (named.kind === "held") {
      this.#entries.hold(id, now);
      return { kind: "booked", entry: "held" };
    }
    for (const other of others) postings.push(...this.#adjuster.supersede(other, now));
    postings.push(firstPosting(named, named.kind));
    return { kind: "booked", entry: named.kind };
  }

  /** The row with everything that is known to lie above it, also from earlier requests. */
  #withAncestry(source: number, row: Row): Row {
    if (row.ancestors.length === 0) return row;
    const { ancestors, customer, person, feature } = this.#ancestors.of(
      source,
      row.traceId,
      row.spanId,
      row.ancestors,
    );
    const onlyPerson = (row.named & ONLY_PERSON) !== 0;
    const isOpen = row.customer === UNATTRIBUTED || onlyPerson;
    const found =
      isOpen && customer !== undefined ? customer : row.customer === UNATTRIBUTED ? person : undefined;
    const named = isOpen && customer !== undefined ? row.named & ~ONLY_PERSON : row.named;
    return {
      ...row,
      ancestors,
      named: found !== undefined && found === person && customer === undefined ? named | ONLY_PERSON : named,
      customer: found === undefined ? row.customer : this.#names.name(found),
      feature: row.feature === NO_FEATURE && feature !== undefined ? this.#names.name(feature) : row.feature,
    };
  }

  /** Entries that count now and describe the same call as the row. */
  #sameCall(source: number, row: Row): readonly Counted[] {
    const scope = BigInt(this.#names.id(row.scope));
    const candidates = this.#entries.candidates(source, row, scope);
    if (candidates.length === 0) return [];
    const models = [row.model, ...(row.requestModel === null ? [] : [row.requestModel])];
    const newcomer: Newcomer = { row, scope, models: models.map((model) => BigInt(this.#names.id(model))) };
    const found = new Map<bigint, Counted>();
    let alike: Counted | undefined;
    for (const candidate of candidates) {
      const how = relation(newcomer, candidate);
      if (how === "sibling" || how === "fingerprint") alike ??= candidate;
      else if (how !== undefined) found.set(candidate.id, candidate);
    }
    // These are a last resort, and one span stands for one: two parallel calls stay two.
    return found.size > 0 || alike === undefined ? [...found.values()] : [alike];
  }

  /** Gives the entries of a trace to whoever is now the nearest that is named above them. */
  #reattribute(source: number, traceId: Uint8Array, now: bigint, postings: Posting[]): void {
    for (const entry of this.#entries.inheriting(source, traceId)) {
      const above = this.#ancestors.of(source, traceId, entry.span_id, entry.ancestors);
      postings.push(...this.#adjuster.reattribute(entry, above, now));
    }
  }
}

function firstPosting(row: Row, kind: EntryKind): Posting {
  return {
    occurredAt: row.occurredAt,
    customer: row.customer,
    feature: row.feature,
    provider: row.provider,
    model: row.model,
    amount: row.net,
    calls: 1,
    kind,
    reason: row.reason ?? "",
    outcome: row.outcome,
    tokens: row.tokens,
    first: true,
  };
}
