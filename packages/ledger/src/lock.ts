import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { LedgerError } from "./database.ts";
import { realPath } from "./real-path.ts";

/**
 * Makes sure that one process writes to a ledger. The lock is held on a small file beside it, by the
 * operating system, so that it is gone with the process, however that ends. Throws LedgerError when
 * another process holds it. Returns the function that gives it back.
 */
export function lockLedger(path: string): () => void {
  if (!existsSync(dirname(path)))
    throw new LedgerError(`cannot open the ledger ${path}: there is no folder ${dirname(path)}`);
  let lock: DatabaseSync | undefined;
  try {
    const lockPath = `${realPath(path)}.lock`;
    lock = new DatabaseSync(lockPath, { timeout: 0 });
    lock.exec("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE;");
  } catch (error) {
    lock?.close();
    const { message } = error as Error;
    throw new LedgerError(
      /locked|busy/i.test(message)
        ? `another process is writing to the ledger ${path}`
        : `cannot lock the ledger ${path}: ${message}`,
      { cause: error },
    );
  }
  const held = lock;
  return () => held.close();
}
