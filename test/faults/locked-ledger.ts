import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { underFault } from "./fault.ts";

/**
 * Another process writes into the ledger for longer than the processor waits: until the senders were told so, or,
 * with a processor that does not tell, until calls were acknowledged that can't be there.
 */
export function lockedLedger({
  seed,
  mutant,
}: {
  readonly seed: string;
  readonly mutant?: string;
}): Promise<readonly string[]> {
  return underFault({ seed, mutant }, async ({ ledger, journal, until }) => {
    const foreign = new DatabaseSync(ledger, { timeout: 5000 });
    try {
      foreign.exec("BEGIN IMMEDIATE");
      // Answers that were under way arrive; from then on nothing can be committed.
      let before: number;
      do {
        before = journal.acknowledged.size;
        await sleep(1000);
      } while (journal.acknowledged.size > before);
      const refusals = (): number =>
        [...journal.answers].reduce((sum, [status, n]) => sum + (status === 200 ? 0 : n), 0);
      const refused = refusals();
      await until(
        "an answer while the ledger is locked",
        () => refusals() > refused || journal.acknowledged.size > before,
      );
    } finally {
      foreign.close();
    }
  });
}
