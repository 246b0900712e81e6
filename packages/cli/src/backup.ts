import { backupLedger, verifyLedger } from "@keeptabs/ledger";
import { counted } from "./counted.ts";
import { type CommonOptions, configFor, requireLedger } from "./settings.ts";
import { EXIT_DONE, EXIT_FOUND, type Terminal } from "./terminal.ts";

/** Copies the ledger into a new file while a processor may write to it, and verifies the copy. */
export function backup(target: string, options: CommonOptions, terminal: Terminal): number {
  const { ledgerPath } = configFor(options);
  requireLedger(ledgerPath);
  backupLedger(ledgerPath, target);
  const { batches, entries, head, problems } = verifyLedger(target);
  if (problems.length > 0) {
    terminal.err(`keeptabs: the backup ${target} was written but is not intact:\n`);
    for (const problem of problems) terminal.err(`• ${problem}\n`);
    return EXIT_FOUND;
  }
  const size = `${counted(entries, "entry", "entries")} in ${counted(batches, "batch", "batches")}`;
  terminal.out(`${target} holds ${size} and is intact: ${head}\n`);
  return EXIT_DONE;
}
