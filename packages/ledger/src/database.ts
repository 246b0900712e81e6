import { closeSync, openSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { APPLICATION_ID, migrate, SCHEMA_VERSION } from "./schema/index.ts";

/** The ledger can't be opened or written; the message says what is wrong and with which file. */
export class LedgerError extends Error {
  override readonly name = "LedgerError";
}

/** First SQLite release without the bug that lets a checkpoint skip committed transactions (3.7.0 to 3.51.2). */
const OLDEST_SQLITE = [3, 51, 3] as const;

/**
 * What was committed survives a power cut (WAL with FULL). References are checked by `verify`, not with
 * every row: all of them come from the ledger's own dictionaries. The cache holds the inner pages of the
 * indexes of tens of millions of calls, and the log is long enough for a page to be written back once for many commits.
 */
const SETTINGS = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF;
  PRAGMA cache_size = -131072; PRAGMA wal_autocheckpoint = 40000;`;

/** Opens the file for the one writer, creating and migrating it where needed. Throws LedgerError. */
export function openForWriting(path: string): DatabaseSync {
  return opened(path, () => {
    // What customers cost is nobody else's business: SQLite gives the log the same rights.
    closeSync(openSync(path, "a", 0o600));
    const database = new DatabaseSync(path, { timeout: 5_000 });
    try {
      requireVersion(database);
      // Whether the file is ours is checked before anything is written to it.
      requireOurs(database, path);
      database.exec(SETTINGS);
      bringUpToDate(database, path);
      return database;
    } catch (error) {
      database.close();
      throw namingDamage(error, path);
    }
  });
}

/** Opens the file for looking into it; a writer may be at work meanwhile. Throws LedgerError. */
export function openForReading(path: string): DatabaseSync {
  return opened(path, () => {
    const database = databaseToRead(path);
    requireVersion(database);
    requireOurs(database, path);
    const version = pragma(database, "user_version");
    if (version === 0) throw new LedgerError(`${path} is not a Keeptabs ledger`);
    requireKnown(version, path);
    if (version < SCHEMA_VERSION) {
      throw new LedgerError(
        `the ledger ${path} has schema ${version} of an older release: \`keeptabs serve\` brings it to schema ${SCHEMA_VERSION}`,
      );
    }
    return database;
  });
}

function databaseToRead(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  try {
    database.prepare("SELECT count(*) FROM sqlite_schema").get();
    return database;
  } catch (error) {
    database.close();
    const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
    if (!isCantOpen(error) || (log !== undefined && log.size > 0)) throw error;
    // SQLite wants to lay the index of its log beside the file. Where that can't be, and where no log is, as on a
    // read-only file system, nobody writes either.
    const url = pathToFileURL(path);
    url.searchParams.set("immutable", "1");
    return new DatabaseSync(url, { readOnly: true });
  }
}

function opened(path: string, open: () => DatabaseSync): DatabaseSync {
  try {
    return open();
  } catch (error) {
    if (error instanceof LedgerError) throw error;
    throw new LedgerError(`cannot open the ledger ${path}: ${(error as Error).message}`, { cause: error });
  }
}

const CORRUPT = 11;

/** An error of SQLite's as one that names the damaged file and says what to do; any other as it is. */
export function namingDamage(error: unknown, path: string): Error {
  const { errcode, message } = error as Error & { readonly errcode?: unknown };
  if (typeof errcode !== "number" || (errcode & 0xff) !== CORRUPT) return error as Error;
  const remedy = "Restore it from a backup; `keeptabs verify` says more";
  return new LedgerError(`the ledger ${path} is damaged: ${message}. ${remedy}`, { cause: error });
}

function requireVersion(database: DatabaseSync): void {
  const { version } = database.prepare("SELECT sqlite_version() AS version").get() as { version: string };
  const parts = version.split(".").map(Number);
  for (const [i, oldest] of OLDEST_SQLITE.entries()) {
    const part = parts[i] ?? 0;
    if (part > oldest) return;
    if (part < oldest) {
      throw new LedgerError(
        `SQLite ${version} can lose committed data; ${OLDEST_SQLITE.join(".")} or newer is needed: use Node 24.21 or newer`,
      );
    }
  }
}

function requireOurs(database: DatabaseSync, path: string): void {
  const tables = database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get() as { tables: number };
  if (tables.tables > 0 && pragma(database, "application_id") !== APPLICATION_ID) {
    throw new LedgerError(`${path} is a SQLite file, but not a Keeptabs ledger`);
  }
}

function requireKnown(version: number, path: string): void {
  if (version > SCHEMA_VERSION) {
    throw new LedgerError(
      `the ledger ${path} has schema ${version}, this release knows ${SCHEMA_VERSION}: use a newer release`,
    );
  }
}

function bringUpToDate(database: DatabaseSync, path: string): void {
  const version = pragma(database, "user_version");
  requireKnown(version, path);
  if (version === SCHEMA_VERSION) return;
  database.exec("BEGIN IMMEDIATE");
  try {
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    migrate(database, version);
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function pragma(database: DatabaseSync, name: "application_id" | "user_version"): number {
  const row = database.prepare(`PRAGMA ${name}`).get() as Record<string, number> | undefined;
  return row?.[name] ?? 0;
}

const CANT_OPEN = 14;

function isCantOpen(error: unknown): boolean {
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === "number" && (errcode & 0xff) === CANT_OPEN;
}

/** SQLite's primary result codes for trouble that lies below it: what memory says may not be on the disk. */
const DISK_CODES: ReadonlySet<number> = new Set([8, 10, 11, 13, 14, 26]);
/** Those for a file that somebody else is at. */
const LOCK_CODES: ReadonlySet<number> = new Set([5, 6]);

/**
 * What an error is trouble with. After one of the `disk` (full, failing, read-only or damaged) a ledger is to
 * be opened anew; a `lock` is held by another process, whoever asks; what is left comes from the `request`.
 */
export function troubleWith(error: unknown): "disk" | "lock" | "request" {
  if (error instanceof LedgerError) return "disk";
  const { errcode, syscall } = error as { errcode?: unknown; syscall?: unknown };
  if (typeof errcode !== "number") return syscall === undefined ? "request" : "disk";
  if (LOCK_CODES.has(errcode & 0xff)) return "lock";
  return DISK_CODES.has(errcode & 0xff) ? "disk" : "request";
}
