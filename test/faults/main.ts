/**
 * Kills a processor under load, again and again, and compares what is in the ledger with what was sent:
 *
 *   node test/faults/main.ts --kills 10000 --seed 7
 *   node test/faults/main.ts --seed 7 --round 12        one round again, with the same decisions
 *   node test/faults/main.ts --mutant ack-before-commit  a processor that is broken on purpose
 *   node test/faults/main.ts --cuts 5000 --seed 7        cuts the power instead, of a disk that was recorded
 */
import { parseArgs } from "node:util";
import { crashLanes } from "./lanes.ts";
import { powerCuts, recorded } from "./power/power-cut.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "500" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    lanes: { type: "string" },
    round: { type: "string" },
    mutant: { type: "string" },
    cuts: { type: "string" },
  },
});

const { seed } = values;
const found = values.cuts === undefined ? await kill(Number(values.kills)) : await cut(Number(values.cuts));
for (const difference of found) console.log(difference);
if (found.length === 0) console.log("Nothing lost, nothing doubled, every sum exact.");
else process.exitCode = 1;

async function kill(wanted: number): Promise<readonly string[]> {
  const started = performance.now();
  const { kills, killsAtStart, calls, requests, withoutAnswer, scrapes, failures } = await crashLanes({
    kills: wanted,
    seed,
    ...(values.lanes === undefined ? {} : { lanes: Number(values.lanes) }),
    ...(values.round === undefined ? {} : { onlyRound: Number(values.round) }),
    mutant: values.mutant,
    onRound: (round, result) => {
      const exact = result.differences.length === 0 ? "exact" : "WRONG";
      console.log(`round ${round}: ${result.kills} kills, ${result.calls} calls, ${exact}`);
    },
  });
  const minutes = (performance.now() - started) / 60_000;
  console.log(
    `Seed ${seed}: ${kills} kills (${killsAtStart} during the start) at ${(kills / minutes).toFixed(0)} a minute; ` +
      `${calls} calls in ${requests} answered and ${withoutAnswer} unanswered requests, ${scrapes} scrapes.`,
  );
  return failures.flatMap(({ round, folder, differences }) => [
    `Round ${round} is wrong; its ledger is in ${folder}. Again: --seed ${seed} --round ${round}`,
    ...differences.map((difference) => `  ${difference}`),
  ]);
}

async function cut(cuts: number): Promise<readonly string[]> {
  const recording = await recorded({
    seed,
    ...(values.mutant === undefined ? {} : { mutant: values.mutant }),
  });
  const { steps, journal } = recording;
  console.log(
    `Seed ${seed}: ${cuts} power cuts within ${steps.length} steps, while ${journal.acknowledged.size} calls were acknowledged.`,
  );
  return powerCuts(recording, { seed, cuts });
}
