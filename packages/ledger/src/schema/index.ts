import type { DatabaseSync } from "node:sqlite";
import { from1 } from "./from-1.ts";
import { from2 } from "./from-2.ts";
import { SCHEMA_3 } from "./schema-3.ts";

/** The schema of this release, kept in the file as `PRAGMA user_version`. */
export const SCHEMA_VERSION = 3;

/** `PRAGMA application_id`: "KTAB". Tells a ledger from any other SQLite file. */
export const APPLICATION_ID = 0x4b544142;

/** What leads from each older schema, the first one first, to this release's. */
const MIGRATIONS: readonly ((database: DatabaseSync) => void)[] = [from1, from2];

/** Brings a file of an older schema, or an empty one, to this release's. Within one transaction. */
export function migrate(database: DatabaseSync, from: number): void {
  if (from === 0) database.exec(SCHEMA_3);
  else MIGRATIONS[from - 1]?.(database);
}
