import { createHash, randomBytes } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Enough for every name of a large installation; beyond it the cache starts anew. */
const CACHE_LIMIT = 500_000;

type Insert = (name: string) => readonly (string | Uint8Array)[];

/** Names and their numbers in one table of the ledger, cached in both directions. */
export class Dictionary {
  readonly #ids = new Map<string, number>();
  readonly #names = new Map<number, string>();
  readonly #insert: StatementSync;
  readonly #find: StatementSync;
  readonly #read: StatementSync;
  readonly #max: StatementSync;
  readonly #columnsOf: Insert;
  #last: number;

  private constructor(database: DatabaseSync, table: string, columns: readonly string[], columnsOf: Insert) {
    this.#columnsOf = columnsOf;
    this.#insert = database.prepare(
      `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
    );
    this.#find = database.prepare(`SELECT id FROM ${table} WHERE name = ?`);
    this.#read = database.prepare(`SELECT name FROM ${table} WHERE id = ?`);
    this.#max = database.prepare(`SELECT coalesce(max(id), 0) AS last FROM ${table}`);
    this.#last = this.#readLast();
  }

  /** Features, models and everything else that is no customer. */
  static names(database: DatabaseSync): Dictionary {
    return new Dictionary(database, "names", ["name"], (name) => [name]);
  }

  /** Customers, and persons that stand for one. */
  static customers(database: DatabaseSync): Dictionary {
    return new Dictionary(database, "customers", ["name", "salt", "digest"], customerColumns);
  }

  /** The highest number given so far. */
  get last(): number {
    return this.#last;
  }

  /** The number of a name, given to it now if it has none. */
  id(name: string): number {
    const cached = this.#ids.get(name);
    if (cached !== undefined) return cached;
    const found = this.#find.get(name) as { id: number } | undefined;
    const id = found?.id ?? Number(this.#insert.run(...this.#columnsOf(name)).lastInsertRowid);
    if (id > this.#last) this.#last = id;
    this.#remember(id, name);
    return id;
  }

  /** The name behind a number of this ledger. */
  name(id: number): string {
    const cached = this.#names.get(id);
    if (cached !== undefined) return cached;
    const row = this.#read.get(id) as { name: string } | undefined;
    if (row === undefined) throw new RangeError(`the ledger has no name number ${id}`);
    this.#remember(id, row.name);
    return row.name;
  }

  /** Forgets the cache: numbers given in a transaction that was rolled back do not exist. */
  reset(): void {
    this.#ids.clear();
    this.#names.clear();
    this.#last = this.#readLast();
  }

  #readLast(): number {
    return (this.#max.get() as { last: number }).last;
  }

  #remember(id: number, name: string): void {
    if (this.#ids.size >= CACHE_LIMIT) {
      this.#ids.clear();
      this.#names.clear();
    }
    this.#ids.set(name, id);
    this.#names.set(id, name);
  }
}

/**
 * A customer's row. The chain of batches covers the digest, which can't be guessed from once name and
 * salt are gone: a customer can be forgotten without breaking the chain.
 */
export function customerColumns(name: string): [string, Uint8Array, Uint8Array] {
  const salt = randomBytes(16);
  return [name, salt, customerDigest(salt, name)];
}

export function customerDigest(salt: Uint8Array, name: string): Uint8Array {
  return createHash("sha256").update(salt).update(name).digest();
}
