import type { DatabaseSync, StatementSync } from "node:sqlite";

/**
 * The instrumentations (scopes) whose spans each source sent as calls; all are the ledger's numbers.
 *
 * Response ids tell that spans of two instrumentations describe one call. As long as a source has only one, nobody
 * asks for them, and an index of them would take a good part of the time of booking: it is made when the second one
 * shows up.
 */
export class Instrumentations {
  readonly #database: DatabaseSync;
  readonly #scopes = new Map<number, Set<number>>();
  readonly #insert: StatementSync;
  readonly #read: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#insert = database.prepare("INSERT INTO instrumentations (source, scope) VALUES (?, ?)");
    this.#read = database.prepare("SELECT source, scope FROM instrumentations");
    this.reset();
  }

  /** Reads anew what a transaction that was rolled back had moved on. */
  reset(): void {
    this.#scopes.clear();
    for (const { source, scope } of this.#read.all()) this.#of(Number(source)).add(Number(scope));
  }

  /** Keeps that a source sends calls of an instrumentation. True when it is not the source's only one. */
  admit(source: number, scope: number): boolean {
    const scopes = this.#of(source);
    if (!scopes.has(scope)) {
      this.#insert.run(source, scope);
      scopes.add(scope);
      if (scopes.size === 2) this.#database.exec(responseIndex(source));
    }
    return scopes.size > 1;
  }

  #of(source: number): Set<number> {
    let scopes = this.#scopes.get(source);
    if (scopes === undefined) {
      scopes = new Set();
      this.#scopes.set(source, scopes);
    }
    return scopes;
  }
}

/** Makes the index of response ids for all sources that need one. */
export function indexResponses(database: DatabaseSync): void {
  const several = database
    .prepare("SELECT source FROM instrumentations GROUP BY source HAVING count(*) > 1")
    .all();
  for (const { source } of several) database.exec(responseIndex(Number(source)));
}

/** SQL for a source's index of response ids, which is taken for conditions that begin with `ofSource`. */
function responseIndex(source: number): string {
  return `CREATE INDEX entries_by_response_of_${source} ON entries (response_key)
    WHERE ${ofSource(source)} AND response_key IS NOT NULL`;
}

/** SQL for entries of a source, in the words of its index. */
export function ofSource(source: number): string {
  return `source = ${source}`;
}
