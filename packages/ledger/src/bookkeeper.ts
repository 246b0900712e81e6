import type { DatabaseSync, StatementSync } from "node:sqlite";
import { joinUsd, negateUsd } from "@keeptabs/pricing";
import type { Outcome } from "@keeptabs/usage";
import { type Covering, type Newcomer, relation, replaces } from "./covering.ts";
import type { BookingResult, EntryKind, Posting } from "./entry.ts";
import { Names } from "./names.ts";
import { Projections } from "./projections.ts";
import { decodeDetail, type Row } from "./row.ts";

const NANOS_PER_HOUR = 3_600_000_000_000n;

/** What one transaction did. */
export interface Booked {
  readonly results: readonly BookingResult[];
  readonly postings: readonly Posting[];
}

/** Books rows: the rules of identity and of one call, one charge. Runs inside the writer's transaction. */
export class Bookkeeper {
  readonly #names: Names;
  readonly #projections: Projections;
  readonly #insert: StatementSync;
  readonly #hashOf: StatementSync;
  readonly #sameTrace: StatementSync;
  readonly #sameResponse: StatementSync;
  readonly #conflict: StatementSync;
  readonly #adjust: StatementSync;

  constructor(database: DatabaseSync) {
    const prepare = (sql: string): StatementSync => {
      const statement = database.prepare(sql);
      statement.setReadBigInts(true);
      return statement;
    };
    this.#names = new Names(database);
    this.#projections = new Projections(database, this.#names);
    this.#insert = prepare(
      `INSERT INTO entries (source, trace_id, span_id, content_hash, ancestors, kind, reason, customer, feature,
         provider, model, request_model, response_model, operation, dialect, scope, response_id, outcome, quality,
         lower_bound, aggregate, started_at, occurred_at, booked_at, list_nano, list_atto, net_nano, net_atto,
         cost_source, price_version, detail, covered_by)
       VALUES (${Array(32).fill("?").join(", ")}) ON CONFLICT (source, trace_id, span_id) DO NOTHING`,
    );
    this.#hashOf = prepare(
      "SELECT content_hash FROM entries WHERE source = ? AND trace_id = ? AND span_id = ?",
    );
    const candidate = `SELECT e.id, e.trace_id, e.span_id, e.ancestors, e.kind, e.reason, e.customer, e.feature, e.provider,
        e.model, e.scope, e.response_id, e.outcome, e.quality, e.aggregate, e.started_at, e.occurred_at, e.net_nano,
        e.net_atto, e.detail,
        coalesce((SELECT sum(a.calls) FROM adjustments a WHERE a.entry = e.id), 0) AS adjusted_calls,
        (SELECT count(*) FROM entries x WHERE x.covered_by = e.id AND x.scope = ?) AS covers_scope
      FROM entries e`;
    this.#sameTrace = prepare(`${candidate} WHERE e.source = ? AND e.trace_id = ?`);
    this.#sameResponse = prepare(`${candidate} WHERE e.response_id = ? AND e.source = ? LIMIT 16`);
    this.#conflict = prepare(
      `INSERT INTO conflicts (source, trace_id, span_id, content_hash, seen_at, detail) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    );
    this.#adjust = prepare(
      `INSERT INTO adjustments (entry, kind, reason, customer, feature, calls, net_nano, net_atto, booked_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  }

  /** Books rows in their order. `now` is Unix nanoseconds. */
  book(rows: readonly Row[], now: bigint): Booked {
    const postings: Posting[] = [];
    const results = rows.map((row) => this.#bookOne(row, now, postings));
    this.#projections.add(postings);
    return { results, postings };
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

  #bookOne(row: Row, now: bigint, postings: Posting[]): BookingResult {
    const source = this.#names.id(row.source);
    const known = this.#hashOf.get(source, row.traceId, row.spanId) as
      | { content_hash: Uint8Array }
      | undefined;
    if (known !== undefined) {
      if (Buffer.compare(known.content_hash, row.contentHash) === 0) return { kind: "duplicate" };
      this.#conflict.run(source, row.traceId, row.spanId, row.contentHash, now, row.detail);
      return { kind: "conflict" };
    }

    const others = this.#sameCall(source, row);
    const better = others.find((other) => !replaces(row, other));
    const kind: EntryKind = better === undefined ? row.kind : "covered";
    this.#insertRow(source, row, kind, better === undefined ? null : Number(better.id), now);
    if (kind === "covered" || kind === "held") return { kind: "booked", entry: kind };
    for (const other of others) this.#takeBack(other, now, postings);
    postings.push(postingOf(row, kind));
    return { kind: "booked", entry: kind };
  }

  /** Entries that count now and describe the same call as the row. */
  #sameCall(source: number, row: Row): readonly Covering[] {
    const scope = BigInt(this.#names.id(row.scope));
    const candidates = this.#sameTrace.all(scope, source, row.traceId) as unknown as Covering[];
    if (row.responseId !== null) {
      candidates.push(...(this.#sameResponse.all(scope, row.responseId, source) as unknown as Covering[]));
    }
    if (candidates.length === 0) return [];
    const newcomer: Newcomer = { row, scope, model: BigInt(this.#names.id(row.model)) };
    const found = new Map<bigint, Covering>();
    let sibling: Covering | undefined;
    for (const candidate of candidates) {
      const how = relation(newcomer, candidate);
      if (how === "sibling") sibling ??= candidate;
      else if (how !== undefined) found.set(candidate.id, candidate);
    }
    // Siblings are a last resort, and one span stands for one: two parallel calls stay two.
    return found.size > 0 || sibling === undefined ? [...found.values()] : [sibling];
  }

  #insertRow(source: number, row: Row, kind: EntryKind, coveredBy: number | null, now: bigint): void {
    const id = (name: string): number => this.#names.id(name);
    const optional = (name: string | null): number | null => (name === null ? null : id(name));
    this.#insert.run(
      source,
      row.traceId,
      row.spanId,
      row.contentHash,
      row.ancestors,
      kind,
      row.reason,
      id(row.customer),
      id(row.feature),
      id(row.provider),
      id(row.model),
      optional(row.requestModel),
      optional(row.responseModel),
      id(row.operation),
      id(row.dialect),
      id(row.scope),
      row.responseId,
      row.outcome,
      row.quality,
      row.lowerBound,
      row.aggregate,
      row.startedAt,
      row.occurredAt,
      now,
      row.listNano,
      row.listAtto,
      row.netNano,
      row.netAtto,
      row.costSource,
      row.priceVersion,
      row.detail,
      coveredBy,
    );
  }

  /** Takes an entry out of the totals, because a better description of its call has come. */
  #takeBack(entry: Covering, now: bigint, postings: Posting[]): void {
    if (entry.kind === "held") return;
    const amount = negateUsd(joinUsd(entry.net_nano, entry.net_atto));
    const nano = -entry.net_nano - (entry.net_atto > 0n ? 1n : 0n);
    const atto = entry.net_atto > 0n ? 1_000_000_000n - entry.net_atto : 0n;
    this.#adjust.run(
      entry.id,
      "superseded",
      "described better by another span of the same call",
      entry.customer,
      entry.feature,
      -1,
      nano,
      atto,
      now,
    );
    postings.push({
      hour: Number(entry.occurred_at / NANOS_PER_HOUR),
      customer: this.#names.name(entry.customer),
      feature: this.#names.name(entry.feature),
      provider: this.#names.name(entry.provider),
      model: this.#names.name(entry.model),
      amount,
      calls: -1,
      kind: entry.kind as EntryKind,
      reason: entry.reason ?? "",
      outcome: entry.outcome as Outcome,
      tokens: decodeDetail(entry.detail).quantities.map(([unit, quantity]) => [unit, -quantity] as const),
      first: false,
    });
  }
}

function postingOf(row: Row, kind: EntryKind): Posting {
  return {
    hour: Number(row.occurredAt / NANOS_PER_HOUR),
    customer: row.customer,
    feature: row.feature,
    provider: row.provider,
    model: row.model,
    amount: joinUsd(row.netNano, row.netAtto),
    calls: 1,
    kind,
    reason: row.reason ?? "",
    outcome: row.outcome,
    tokens: row.tokens,
    first: true,
  };
}
