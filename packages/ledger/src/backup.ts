import { closeSync, existsSync, fsyncSync, openSync } from "node:fs";
import { Anchor } from "./anchor.ts";
import { type Link, START } from "./chain.ts";
import { LedgerError, openForReading } from "./database.ts";

/**
 * Copies a ledger as it is at one instant into a new file, with an anchor of its own, while a processor may
 * go on writing. Returns the last batch of the copy. Throws LedgerError when the target exists or can't be written.
 */
export function backupLedger(path: string, target: string): Link {
  if (existsSync(target)) throw new LedgerError(`cannot write the backup ${target}: the file exists already`);
  const database = openForReading(path);
  try {
    database.prepare("VACUUM INTO ?").run(target);
  } catch (error) {
    throw new LedgerError(`cannot write the backup ${target}: ${(error as Error).message}`, { cause: error });
  } finally {
    database.close();
  }
  const file = openSync(target, "r");
  fsyncSync(file);
  closeSync(file);
  const copy = openForReading(target);
  try {
    const row = copy.prepare("SELECT seq, hash FROM batches ORDER BY seq DESC LIMIT 1").get();
    const head: Link =
      row === undefined ? START : { seq: Number(row["seq"]), hash: row["hash"] as unknown as Uint8Array };
    const anchor = new Anchor(target);
    anchor.replace(head);
    anchor.close();
    return head;
  } finally {
    copy.close();
  }
}
