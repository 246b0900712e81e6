import { closeSync, fsyncSync, openSync, rmSync } from "node:fs";
import { Anchor, anchorPath } from "./anchor.ts";
import { type Link, START } from "./chain.ts";
import { LedgerError, openForReading } from "./database.ts";

/**
 * Copies a ledger as it is at one instant into a new file, with an anchor of its own, while a processor may
 * go on writing. Returns the last batch of the copy. Throws LedgerError when the target exists or can't be written;
 * then nothing is left of it.
 */
export function backupLedger(path: string, target: string): Link {
  const database = openForReading(path);
  try {
    reserve(target);
    try {
      database.prepare("VACUUM INTO ?").run(target);
      sync(target);
      return anchored(target);
    } catch (error) {
      for (const file of [target, anchorPath(target)]) rmSync(file, { force: true });
      throw cannotWrite(target, error as Error);
    }
  } finally {
    database.close();
  }
}

/** SQLite would let everybody read what it makes; into an empty file of its owner's it writes as well. */
function reserve(target: string): void {
  try {
    closeSync(openSync(target, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      throw new LedgerError(`cannot write the backup ${target}: the file exists already`, { cause: error });
    throw cannotWrite(target, error as Error);
  }
}

function sync(target: string): void {
  const file = openSync(target, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Writes the anchor of a copy and returns what it says. */
function anchored(target: string): Link {
  const copy = openForReading(target);
  try {
    const row = copy.prepare("SELECT seq, hash FROM batches ORDER BY seq DESC LIMIT 1").get();
    const head: Link =
      row === undefined ? START : { seq: Number(row["seq"]), hash: row["hash"] as unknown as Uint8Array };
    const anchor = new Anchor(target);
    try {
      anchor.replace(head);
    } finally {
      anchor.close();
    }
    return head;
  } finally {
    copy.close();
  }
}

function cannotWrite(target: string, error: Error): LedgerError {
  return new LedgerError(`cannot write the backup ${target}: ${error.message}`, { cause: error });
}
