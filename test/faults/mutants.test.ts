import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { failingDisk } from "./failing-disk.ts";
import { crashLanes } from "./lanes.ts";
import { lockedLedger } from "./locked-ledger.ts";
import { MUTANTS, type Mutant } from "./mutants.ts";
import { powerCuts, recorded } from "./power/power-cut.ts";
import { straceOrSkip } from "./require.ts";

/** No mutant may live longer than this. */
const MOST_KILLS = 80;
const MOST_CUTS = 100;
const STRACE = straceOrSkip();

/** What the harness finds when a fault is inflicted on a mutant. */
const FAULTS: { readonly [fault in Mutant["fault"]]: (mutant: string) => Promise<readonly string[]> } = {
  kills: killed,
  lock: (mutant) => lockedLedger({ mutant, seed: "mutants" }),
  disk: (mutant) => failingDisk({ mutant, seed: "mutants" }),
  power: async (mutant) =>
    powerCuts(await recorded({ mutant, seed: "mutants" }), { seed: "mutants", cuts: MOST_CUTS }),
};

describe("the crash harness", () => {
  for (const [name, { fault, finding, edits }] of Object.entries(MUTANTS)) {
    it.skipIf((fault === "disk" || fault === "power") && !STRACE)(
      `finds the mutant ${name}`,
      { timeout: 300_000 },
      async () => {
        const found = await FAULTS[fault](name).catch((error: unknown) => [String(error)]);
        expect(found).toContainEqual(expect.stringMatching(finding));
      },
    );

    it(`would notice that the source moved away from the mutant ${name}`, () => {
      for (const { file, text } of edits) {
        const source = readFileSync(new URL(`../../packages/${file}`, import.meta.url), "utf8");
        expect([file, source.split(text).length - 1]).toEqual([file, 1]);
      }
    });
  }
});

async function killed(mutant: string): Promise<readonly string[]> {
  const { failures, kills } = await crashLanes({
    seed: "mutants",
    kills: MOST_KILLS,
    killsPerRound: 4,
    lanes: 2,
    mutant,
  });
  console.log(`${mutant} was found after ${kills} kills.`);
  return failures.flatMap(({ differences }) => differences);
}
