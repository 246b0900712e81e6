import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Enough for every name of a large installation; beyond it the cache starts anew. */
const CACHE_LIMIT = 500_000;

/** Names and their numbers, cached in both directions. */
export class Names {
  readonly #ids = new Map<string, number>();
  readonly #names = new Map<number, string>();
  readonly #insert: StatementSync;
  readonly #find: StatementSync;
  readonly #read: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare("INSERT INTO names (name) VALUES (?) ON CONFLICT (name) DO NOTHING");
    this.#find = database.prepare("SELECT id FROM names WHERE name = ?");
    this.#read = database.prepare("SELECT name FROM names WHERE id = ?");
  }

  /** The number of a name, given to it now if it has none. */
  id(name: string): number {
    const cached = this.#ids.get(name);
    if (cached !== undefined) return cached;
    this.#insert.run(name);
    const { id } = this.#find.get(name) as { id: number };
    this.#remember(id, name);
    return id;
  }

  /** The name behind a number of this ledger. */
  name(id: number | bigint): string {
    const key = Number(id);
    const cached = this.#names.get(key);
    if (cached !== undefined) return cached;
    const row = this.#read.get(key) as { name: string } | undefined;
    if (row === undefined) throw new RangeError(`the ledger has no name number ${key}`);
    this.#remember(key, row.name);
    return row.name;
  }

  /** Forgets the cache: numbers given in a transaction that was rolled back do not exist. */
  reset(): void {
    this.#ids.clear();
    this.#names.clear();
  }

  #remember(id: number, name: string): void {
    if (this.#ids.size >= CACHE_LIMIT) this.reset();
    this.#ids.set(name, id);
    this.#names.set(id, name);
  }
}
