import type { DatabaseSync } from "node:sqlite";
import { from1To2 } from "./from-1-to-2.ts";
import { SCHEMA_2 } from "./schema-2.ts";

/** The schema of this release, kept in the file as `PRAGMA user_version`. */
export const SCHEMA_VERSION = 2;

/** `PRAGMA application_id`: "KTAB". Tells a ledger from any other SQLite file. */
export const APPLICATION_ID = 0x4b544142;

/** What leads from each schema to the next: the first one from schema 1 to 2. */
const MIGRATIONS: readonly ((database: DatabaseSync) => void)[] = [from1To2];

/** Brings a file of an older schema, or an empty one, to this release's. Within one transaction. */
export function migrate(database: DatabaseSync, from: number): void {
  if (from === 0) database.exec(SCHEMA_2);
  else for (const step of MIGRATIONS.slice(from - 1)) step(database);
}
