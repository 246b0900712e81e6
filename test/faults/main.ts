/**
 * Kills a processor under load, again and again, and compares what is in the ledger with what was sent:
 *
 *   node test/faults/main.ts --kills 10000 --seed 7
 *   node test/faults/main.ts --seed 7 --round 12        one round again, with the same decisions
 *   node test/faults/main.ts --mutant ack-before-commit  a processor that is broken on purpose
 */
import { parseArgs } from "node:util";
import { crashLanes } from "./lanes.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "500" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    lanes: { type: "string" },
    round: { type: "string" },
    mutant: { type: "string" },
  },
});

const started = performance.now();
const summary = await crashLanes({
  kills: Number(values.kills),
  seed: values.seed,
  ...(values.lanes === undefined ? {} : { lanes: Number(values.lanes) }),
  ...(values.round === undefined ? {} : { onlyRound: Number(values.round) }),
  mutant: values.mutant,
  onRound: (round, { kills, calls, differences }) =>
    console.log(
      `round ${round}: ${kills} kills, ${calls} calls, ${differences.length === 0 ? "exact" : "WRONG"}`,
    ),
});
const minutes = (performance.now() - started) / 60_000;
const { kills, killsAtStart, calls, requests, withoutAnswer, scrapes, failures } = summary;
console.log(
  `Seed ${values.seed}: ${kills} kills (${killsAtStart} during the start) at ${(kills / minutes).toFixed(0)} a minute; ` +
    `${calls} calls in ${requests} answered and ${withoutAnswer} unanswered requests, ${scrapes} scrapes.`,
);
for (const { round, folder, differences } of failures) {
  console.log(
    `Round ${round} is wrong; its ledger is in ${folder}. Again: --seed ${values.seed} --round ${round}`,
  );
  for (const difference of differences) console.log(`  ${difference}`);
}
if (failures.length === 0) console.log("Nothing lost, nothing doubled, every sum exact.");
else process.exitCode = 1;
