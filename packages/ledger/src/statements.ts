import type { DatabaseSync, StatementSync } from "node:sqlite";
import { LedgerError } from "./database.ts";

/** What a statement can be given. */
export type Parameter = string | number | bigint | Uint8Array;

/** Reads of one database, each prepared once; integers come as bigint. */
export class Statements {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** All rows of a query. */
  all<T>(sql: string, parameters: readonly Parameter[] = []): T[] {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      statement.setReadBigInts(true);
      this.#prepared.set(sql, statement);
    }
    return statement.all(...parameters) as T[];
  }

  /** Runs reads that must agree with each other: none sees what is booked meanwhile. */
  consistently<T>(reads: () => T): T {
    if (this.#database.isTransaction) return reads();
    this.#database.exec("BEGIN");
    try {
      return reads();
    } finally {
      this.#database.exec("COMMIT");
    }
  }

  /** The number of a customer, or of another name; undefined when the ledger has never seen it. */
  idOf(name: string, table: "customers" | "names"): bigint | undefined {
    return this.all<{ id: bigint }>(`SELECT id FROM ${table} WHERE name = ?`, [name])[0]?.id;
  }

  /** The text of a rate of this ledger. */
  rateText(id: number): string {
    const [row] = this.all<{ rate: string }>("SELECT rate FROM rates WHERE id = ?", [id]);
    if (row === undefined) throw new LedgerError(`the ledger has no rate number ${id}`);
    return row.rate;
  }
}
