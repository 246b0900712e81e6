import type { DatabaseSync, StatementSync } from "node:sqlite";

/** The instrumentations (scopes) whose spans each source sent as calls; all are the ledger's numbers. */
export class Instrumentations {
  readonly #scopes = new Map<number, Set<number>>();
  readonly #insert: StatementSync;
  readonly #read: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare("INSERT INTO instrumentations (source, scope) VALUES (?, ?)");
    this.#read = database.prepare("SELECT source, scope FROM instrumentations");
    this.reset();
  }

  /** Reads anew what a transaction that was rolled back had moved on. */
  reset(): void {
    this.#scopes.clear();
    for (const { source, scope } of this.#read.all()) this.#remember(Number(source), Number(scope));
  }

  /** Whether a source sent calls of another instrumentation than this one. */
  hasOther(source: number, scope: number): boolean {
    const scopes = this.#scopes.get(source);
    return scopes !== undefined && (scopes.size > 1 || !scopes.has(scope));
  }

  /** Keeps that a source sent calls of an instrumentation. */
  add(source: number, scope: number): void {
    if (this.#scopes.get(source)?.has(scope) === true) return;
    this.#insert.run(source, scope);
    this.#remember(source, scope);
  }

  #remember(source: number, scope: number): void {
    const scopes = this.#scopes.get(source);
    if (scopes === undefined) this.#scopes.set(source, new Set([scope]));
    else scopes.add(scope);
  }
}
