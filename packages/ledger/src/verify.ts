import type { DatabaseSync, StatementSync } from "node:sqlite";
import { Anchor, readAnchor } from "./anchor.ts";
import { CUSTOMERS_OF_BATCH, type Link, linkHash, NAMES_OF_BATCH, reachOf, START } from "./chain.ts";
import { ADJUSTMENT_COLUMNS, ENTRY_COLUMNS } from "./columns.ts";
import { LedgerError, openForReading } from "./database.ts";
import { customerDigest } from "./dictionary.ts";
import { lockLedger } from "./lock.ts";
import { rateId } from "./rates.ts";
import { Records, type Value } from "./record.ts";

/** What an examination of a ledger found. */
export interface Verification {
  readonly batches: number;
  readonly entries: number;
  readonly adjustments: number;
  /** Customers whose identity was replaced for good. */
  readonly forgotten: number;
  /** The hash that everything up to the last batch gives, in hex: to be compared with one that was noted elsewhere. */
  readonly head: string;
  /** What is wrong, each in a sentence; empty for a ledger that is as it was written. */
  readonly problems: readonly string[];
}

/** How far an examination has come. */
export type VerifyProgress = (batch: number, of: number) => void;

/** More than this of one kind is counted, not listed. */
const MAX_LISTED = 5;

/**
 * Examines a ledger: the pages of the file, the chain of batches over every entry and adjustment and its
 * anchor, the identities, and whether totals and counters are the sums of what they sum. It may be run while
 * a processor writes. Throws LedgerError when there is no ledger to examine.
 */
export function verifyLedger(path: string, progress: VerifyProgress = () => undefined): Verification {
  // Read before the ledger, which may go on meanwhile, but not back.
  const anchor = readAnchor(path);
  const database = openForReading(path);
  try {
    database.exec("BEGIN");
    return new Examination(database).run(anchor, progress);
  } finally {
    database.close();
  }
}

/**
 * Writes a new anchor for a ledger as it is, so that a processor takes it. For a ledger that was restored
 * from a backup, or whose damage is known and accepted. Throws LedgerError when a processor writes to it.
 */
export function acceptLedger(path: string): Link {
  const unlock = lockLedger(path);
  try {
    const database = openForReading(path);
    try {
      const row = database.prepare("SELECT seq, hash FROM batches ORDER BY seq DESC LIMIT 1").get();
      const head = row === undefined ? START : linkOf(row);
      const file = new Anchor(path);
      file.replace(head);
      file.close();
      return head;
    } finally {
      database.close();
    }
  } finally {
    unlock();
  }
}

class Examination {
  readonly #database: DatabaseSync;
  readonly #problems: string[] = [];

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  run(anchor: Link | undefined, progress: VerifyProgress): Verification {
    this.#guarded("the file", () => this.#pages());
    const head = this.#guarded("the chain of batches", () => this.#chain(anchor, progress)) ?? START;
    this.#guarded("customers", () => this.#customers());
    this.#guarded("rates", () => this.#rates());
    this.#guarded("references", () => this.#references());
    this.#guarded("totals", () => this.#projections());
    const count = (table: string, where = ""): number =>
      this.#guarded(table, () => this.#number(`SELECT count(*) AS n FROM ${table} ${where}`)) ?? 0;
    return {
      batches: head.seq,
      entries: count("entries"),
      adjustments: count("adjustments"),
      forgotten: count("customers", "WHERE salt IS NULL"),
      head: Buffer.from(head.hash).toString("hex"),
      problems: this.#problems,
    };
  }

  #pages(): void {
    const found = this.#database.prepare("PRAGMA integrity_check(20)").all();
    for (const row of found) {
      const said = String(row["integrity_check"]);
      if (said !== "ok") this.#problems.push(`SQLite finds the file damaged: ${said}`);
    }
  }

  #chain(anchor: Link | undefined, progress: VerifyProgress): Link {
    const sections = {
      names: this.#section(NAMES_OF_BATCH),
      customers: this.#section(CUSTOMERS_OF_BATCH),
      entries: this.#section(rowsOf("entries", ENTRY_COLUMNS)),
      adjustments: this.#section(rowsOf("adjustments", ADJUSTMENT_COLUMNS)),
    };
    const all = this.#number("SELECT count(*) AS n FROM batches");
    let before = START;
    let reached = { name: 0, customer: 0, entry: 0, adjustment: 0 };
    let wrong = 0;
    const statement = this.#database.prepare("SELECT * FROM batches ORDER BY seq");
    statement.setReadBigInts(true);
    for (const row of statement.iterate()) {
      const link = linkOf(row);
      const reach = reachOf(row);
      const hash = linkHash(before.hash, reach, row["booked_at"] as bigint, {
        names: sections.names(reached.name, reach.name),
        customers: sections.customers(reached.customer, reach.customer),
        entries: sections.entries(reached.entry, reach.entry),
        adjustments: sections.adjustments(reached.adjustment, reach.adjustment),
      });
      const entries = `entries ${reached.entry + 1} to ${reach.entry}`;
      if (link.seq !== before.seq + 1) {
        this.#problems.push(
          `the chain goes from batch ${before.seq} to batch ${link.seq}: what lies between is missing`,
        );
      } else if (Buffer.compare(hash, link.hash) !== 0) {
        wrong += 1;
        if (wrong <= MAX_LISTED) {
          this.#problems.push(
            `batch ${link.seq} (${entries}) is not as it was written: its hash does not match`,
          );
        }
      }
      // Going on from what is written names each batch that was changed, not all after the first.
      before = link;
      reached = reach;
      if (link.seq % 1000 === 0) progress(link.seq, all);
    }
    if (wrong > MAX_LISTED)
      this.#problems.push(`${wrong - MAX_LISTED} more batches are not as they were written`);
    progress(all, all);
    this.#beyond(reached);
    this.#anchored(anchor, before);
    return before;
  }

  #beyond(reached: { readonly entry: number; readonly adjustment: number }): void {
    for (const [table, last] of [
      ["entries", reached.entry],
      ["adjustments", reached.adjustment],
    ] as const) {
      const beyond = this.#number(`SELECT count(*) AS n FROM ${table} WHERE id > ${last}`);
      if (beyond > 0)
        this.#problems.push(`${beyond} ${table} belong to no batch: they were not written by a processor`);
    }
  }

  #anchored(anchor: Link | undefined, head: Link): void {
    if (anchor === undefined) {
      if (head.seq > 0)
        this.#problems.push("there is no anchor beside the ledger: whether its end is missing can't be told");
      return;
    }
    if (anchor.seq === 0) return;
    const row = this.#database.prepare("SELECT hash FROM batches WHERE seq = ?").get(anchor.seq);
    if (row === undefined) {
      this.#problems.push(
        `the ledger ends with batch ${head.seq}, but its anchor knows batch ${anchor.seq}: committed calls are missing`,
      );
    } else if (Buffer.compare(row["hash"] as unknown as Uint8Array, anchor.hash) !== 0) {
      this.#problems.push(`batch ${anchor.seq} is not the one that the anchor knows`);
    }
  }

  #customers(): void {
    let wrong = 0;
    for (const { name, salt, digest } of this.#database
      .prepare("SELECT name, salt, digest FROM customers")
      .iterate()) {
      if (salt === null) continue;
      const made = customerDigest(salt as unknown as Uint8Array, String(name));
      if (Buffer.compare(made, digest as unknown as Uint8Array) !== 0) wrong += 1;
    }
    if (wrong > 0) this.#problems.push(`${wrong} customers do not have the names that they were given`);
  }

  #rates(): void {
    let wrong = 0;
    for (const { id, rate } of this.#database.prepare("SELECT id, rate FROM rates").iterate()) {
      if (rateId(String(rate)) !== Number(id)) wrong += 1;
    }
    if (wrong > 0) this.#problems.push(`${wrong} rates are not as they were written`);
  }

  #references(): void {
    const broken = this.#database.prepare("PRAGMA foreign_key_check").all();
    if (broken.length > 0) {
      const [first] = broken;
      this.#problems.push(
        `${broken.length} rows refer to something that is not there, the first in ${first?.["table"]}`,
      );
    }
    const unindexed = this.#number(
      `SELECT count(*) AS n FROM entries e LEFT JOIN spans s
         ON s.trace_id = e.trace_id AND s.span_id = e.span_id AND s.source = e.source WHERE s.entry IS NOT e.id`,
    );
    const calls = this.#number("SELECT count(*) AS n FROM spans WHERE entry IS NOT NULL");
    const entries = this.#number("SELECT count(*) AS n FROM entries");
    if (unindexed > 0 || calls !== entries) {
      this.#problems.push(
        `${Math.max(unindexed, Math.abs(calls - entries))} entries do not have the identity they were booked under`,
      );
    }
    const unheard = this.#number(
      "SELECT count(*) AS n FROM (SELECT DISTINCT source, scope FROM entries EXCEPT SELECT source, scope FROM instrumentations)",
    );
    if (unheard > 0) this.#problems.push(`${unheard} instrumentations of the entries are not known`);
  }

  /** Totals and counters are compared with the entries and adjustments as far as they reach. */
  #projections(): void {
    const compare = (what: string, projection: string, sums: string): void => {
      const different = this.#number(
        `WITH made AS (${sums}), kept AS (SELECT * FROM ${projection})
         SELECT (SELECT count(*) FROM (SELECT * FROM made EXCEPT SELECT * FROM kept))
           + (SELECT count(*) FROM (SELECT * FROM kept EXCEPT SELECT * FROM made)) AS n`,
      );
      if (different > 0)
        this.#problems.push(`${what} are not the sums of the entries: ${different} rows differ`);
    };
    compare("hourly totals", "hourly_totals", TOTALS_MADE);
    compare("hourly quantities", "hourly_quantities", QUANTITIES_MADE);
    for (const [table, made] of DAILY_MADE) compare(`sums of ${table}`, table, made);
    compare(
      "cost counters",
      "(SELECT a, b, c, d, whole, atto FROM counters WHERE metric = 1)",
      COSTS_COUNTED,
    );
  }

  #section(sql: string): (after: number, until: number) => Uint8Array {
    const records = new Records();
    const statement: StatementSync = this.#database.prepare(sql);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    return (after, until) => {
      records.clear();
      if (until > after) {
        for (const row of statement.iterate(after, until) as Iterable<unknown> as Iterable<Value[]>)
          records.add(row);
      }
      return records.bytes;
    };
  }

  #number(sql: string): number {
    return Number(this.#database.prepare(sql).get()?.["n"]);
  }

  /** What SQLite can't read is a finding like any other. */
  #guarded<T>(what: string, examine: () => T): T | undefined {
    try {
      return examine();
    } catch (error) {
      if (error instanceof LedgerError) throw error;
      this.#problems.push(`${what} can't be read: ${(error as Error).message}`);
      return undefined;
    }
  }
}

function rowsOf(table: string, columns: readonly string[]): string {
  return `SELECT ${columns.join(", ")} FROM ${table} WHERE id > ? AND id <= ? ORDER BY id`;
}

function linkOf(row: Readonly<Record<string, unknown>>): Link {
  return { seq: Number(row["seq"]), hash: row["hash"] as Uint8Array };
}

const posted = (entry: string, adjustment: string): string => `
  SELECT e.occurred_at / 3600000000000 AS hour, e.customer, e.feature, e.provider, e.model, e.kind, e.outcome, 1 AS calls,
    1 AS first, e.net_nano, e.net_atto, e.usage
  FROM full_entries e WHERE e.id <= (SELECT ${entry} FROM projected) AND e.kind NOT IN ('covered', 'held')
  UNION ALL
  SELECT e.occurred_at / 3600000000000, a.customer, a.feature, e.provider, e.model, a.charge_kind, e.outcome, a.calls,
    a.kind = 'released', a.net_nano, a.net_atto, e.usage
  FROM adjustments a JOIN full_entries e ON e.id = a.entry WHERE a.id <= (SELECT ${adjustment} FROM projected)`;

const TOTALS_MADE = `
  SELECT hour, customer, feature, provider, model, sum(calls), sum(calls * (kind IN ('unpriced', 'partly_unpriced'))),
    sum(calls * (outcome <> 'ok')), sum(net_nano), sum(net_atto)
  FROM (${posted("entry", "adjustment")}) GROUP BY 1, 2, 3, 4, 5`;

const QUANTITIES_MADE = `
  WITH posted AS (${posted("entry", "adjustment")}), used AS (
    SELECT p.*, q.key AS name, q.value AS quantity FROM posted p, json_each(p.usage, '$.quantities') q
    UNION ALL
    SELECT p.*, q.key, q.value
    FROM posted p, json_each(p.usage, '$.otherModels') m, json_each(m.value, '$.quantities') q)
  SELECT hour, customer, feature, provider, model, u.id, sum(calls * quantity)
  FROM used JOIN names u ON u.name = used.name GROUP BY 1, 2, 3, 4, 5, 6`;

const SUMS = "sum(calls), sum(unpriced_calls), sum(failed_calls), sum(net_nano), sum(net_atto)";
/** Sums of days are compared with those of hours, which are compared with the entries. */
const DAILY_MADE: readonly (readonly [table: string, made: string])[] = [
  ["daily_customers", `SELECT hour / 24, customer, ${SUMS} FROM hourly_totals GROUP BY 1, 2`],
  [
    "daily_models",
    `SELECT hour / 24, feature, provider, model, ${SUMS} FROM hourly_totals GROUP BY 1, 2, 3, 4`,
  ],
  [
    "daily_customer_quantities",
    "SELECT hour / 24, customer, unit, sum(quantity) FROM hourly_quantities GROUP BY 1, 2, 3",
  ],
  [
    "daily_model_quantities",
    "SELECT hour / 24, feature, provider, model, unit, sum(quantity) FROM hourly_quantities GROUP BY 1, 2, 3, 4, 5",
  ],
];

/** Whole nano-USD and the rest, as they were added up: each part by itself. */
const COSTS_COUNTED = `
  SELECT customer, feature, provider, model, sum(net_nano), sum(net_atto)
  FROM (${posted("counted_entry", "counted_adjustment")}) WHERE first GROUP BY 1, 2, 3, 4`;
