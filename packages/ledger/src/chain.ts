import { createHash } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { Records } from "./record.ts";

/** The latest batch: its number and what everything up to it hashes to. */
export interface Link {
  readonly seq: number;
  readonly hash: Uint8Array;
}

/** How far a batch reaches in each table. */
export interface Reach {
  readonly name: number;
  readonly customer: number;
  readonly entry: number;
  readonly adjustment: number;
}

export const START: Link = { seq: 0, hash: new Uint8Array(32) };
const NOTHING: Reach = { name: 0, customer: 0, entry: 0, adjustment: 0 };

/** Rows that a batch appended, as records, in the order of their numbers. */
export interface BatchRecords {
  readonly names: Uint8Array;
  readonly customers: Uint8Array;
  readonly entries: Uint8Array;
  readonly adjustments: Uint8Array;
}

/** The hash of a batch: of the batch before it, of how far it reaches, and of what it appended. */
export function linkHash(
  before: Uint8Array,
  reach: Reach,
  bookedAt: bigint,
  appended: BatchRecords,
): Uint8Array {
  const head = new Records();
  const { names, customers, entries, adjustments } = appended;
  head.add([before, reach.name, reach.customer, reach.entry, reach.adjustment, bookedAt]);
  head.add([names.length, customers.length, entries.length, adjustments.length]);
  const hash = createHash("sha256").update(head.bytes);
  for (const part of [names, customers, entries, adjustments]) hash.update(part);
  return hash.digest();
}

/** SQL for the rows that a batch appended, which have numbers above the first and up to the second parameter. */
export const NAMES_OF_BATCH = "SELECT id, name FROM names WHERE id > ? AND id <= ? ORDER BY id";
/** A customer is covered by its digest, so that it can be forgotten. */
export const CUSTOMERS_OF_BATCH = "SELECT id, digest FROM customers WHERE id > ? AND id <= ? ORDER BY id";

/** Seals what each transaction appended. Runs inside it. */
export class Chain {
  /** Entries and adjustments of the transaction at hand, in the order of their numbers. */
  readonly entries: Records = new Records();
  readonly adjustments: Records = new Records();
  readonly #newNames: StatementSync;
  readonly #newCustomers: StatementSync;
  readonly #insert: StatementSync;
  readonly #read: StatementSync;
  #head: Link = START;
  #reach: Reach = NOTHING;

  constructor(database: DatabaseSync) {
    const arrays = (sql: string): StatementSync => {
      const statement = database.prepare(sql);
      statement.setReturnArrays(true);
      return statement;
    };
    this.#newNames = arrays(NAMES_OF_BATCH);
    this.#newCustomers = arrays(CUSTOMERS_OF_BATCH);
    this.#insert = database.prepare(
      `INSERT INTO batches (seq, last_name, last_customer, last_entry, last_adjustment, booked_at, hash)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#read = database.prepare(
      "SELECT seq, last_name, last_customer, last_entry, last_adjustment, hash FROM batches ORDER BY seq DESC LIMIT 1",
    );
    this.reset();
  }

  /** The latest batch. */
  get head(): Link {
    return this.#head;
  }

  /** Writes a batch for what was appended since the last one; nothing when nothing was. `now` is Unix nanoseconds. */
  seal(reach: Reach, now: bigint): void {
    const before = this.#reach;
    if (
      reach.name === before.name &&
      reach.customer === before.customer &&
      reach.entry === before.entry &&
      reach.adjustment === before.adjustment
    ) {
      return;
    }
    const hash = linkHash(this.#head.hash, reach, now, {
      names: recordsOf(this.#newNames, before.name, reach.name),
      customers: recordsOf(this.#newCustomers, before.customer, reach.customer),
      entries: this.entries.bytes,
      adjustments: this.adjustments.bytes,
    });
    const seq = this.#head.seq + 1;
    this.#insert.run(seq, reach.name, reach.customer, reach.entry, reach.adjustment, now, hash);
    this.#head = { seq, hash };
    this.#reach = reach;
  }

  /** Forgets the records of a transaction that ended well. */
  clear(): void {
    this.entries.clear();
    this.adjustments.clear();
  }

  /** Goes back to what the file says. */
  reset(): void {
    this.clear();
    const row = this.#read.get() as Record<string, number> | undefined;
    this.#head =
      row === undefined ? START : { seq: row["seq"] ?? 0, hash: row["hash"] as unknown as Uint8Array };
    this.#reach = row === undefined ? NOTHING : reachOf(row);
  }
}

/** How far the batch in a row of `batches` reaches. */
export function reachOf(row: Readonly<Record<string, unknown>>): Reach {
  return {
    name: Number(row["last_name"]),
    customer: Number(row["last_customer"]),
    entry: Number(row["last_entry"]),
    adjustment: Number(row["last_adjustment"]),
  };
}

const NO_BYTES = new Uint8Array();

function recordsOf(statement: StatementSync, after: number, until: number): Uint8Array {
  if (until === after) return NO_BYTES;
  const records = new Records();
  for (const row of statement.all(after, until) as unknown as (string | number | Uint8Array)[][])
    records.add(row);
  return records.bytes;
}
