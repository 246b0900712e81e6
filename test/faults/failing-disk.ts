import { underFault } from "./fault.ts";
import { databaseFiles, failCalls } from "./inject.ts";

/** The ledger can't be written or forced to the disk until senders were refused, and then it can again. */
export function failingDisk({
  seed,
  mutant,
}: {
  readonly seed: string;
  readonly mutant?: string;
}): Promise<readonly string[]> {
  return underFault({ seed, mutant }, async ({ ledger, journal, processor, until }) => {
    const refusals = (): number => journal.answers.get(503) ?? 0;
    for (const calls of [["fsync", "fdatasync"], ["pwrite64"]]) {
      const before = refusals();
      const failing = await failCalls(processor().pid, databaseFiles(ledger), calls, "EIO");
      try {
        await until("ten refusals", () => refusals() >= before + 10);
      } finally {
        await failing.end();
      }
      await until("answers again", () => (journal.answers.get(200) ?? 0) > 0);
    }
  });
}
