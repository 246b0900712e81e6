import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Load } from "./load.ts";
import {
  anchoredBatch,
  differences,
  lostAcknowledged,
  metricDifferences,
  monthDifferences,
} from "./oracle.ts";
import { ProcessorProcess } from "./processor.ts";
import { Random } from "./random.ts";

/** Which kills, and of what. A round has a ledger of its own; all its decisions come from seed and round. */
export interface RoundOptions {
  readonly seed: string;
  readonly round: number;
  readonly kills: number;
  readonly mutant?: string | undefined;
}

/** What a round came to. */
export interface RoundResult {
  readonly kills: number;
  /** Kills of a processor that did not listen yet. */
  readonly killsAtStart: number;
  readonly calls: number;
  readonly requests: number;
  readonly withoutAnswer: number;
  readonly scrapes: number;
  /** What is wrong; empty when everything is as it must be. */
  readonly differences: readonly string[];
  /** Where the ledger was kept, if something is wrong. */
  readonly folder: string | undefined;
}

/**
 * One round: senders and a scraper at work while the processor is killed and started again and again; then it
 * is left alone, everything is delivered, and the ledger and the metrics are compared with what was sent.
 */
export async function crashRound({ seed, round, kills, mutant }: RoundOptions): Promise<RoundResult> {
  const folder = await mkdtemp(join(tmpdir(), "keeptabs-crash-"));
  const ledger = join(folder, "ledger.db");
  const random = new Random(`${seed}/round ${round}`);
  const moments = random.fork("kills");
  const load = new Load(random);
  const { journal } = load;
  let killed = 0;
  let anchored = 0;
  let killsAtStart = 0;

  const start = (): ProcessorProcess => new ProcessorProcess({ ledger, mutant });
  const found = async (): Promise<readonly string[]> => {
    while (killed < kills) {
      const processor = start();
      let lost: readonly string[] = [];
      try {
        if (moments.chance(0.25)) {
          await Promise.race([sleep(moments.between(0, 600)), processor.listening]);
          killsAtStart += 1;
        } else {
          load.up(await processor.up());
          lost = [...lostAcknowledged(ledger, journal, anchored), ...load.falls];
          if (lost.length === 0) await momentUnderLoad(moments, load);
        }
      } finally {
        load.down();
        await processor.kill();
        killed += 1;
        anchored = anchoredBatch(ledger);
      }
      const { code, signal } = await processor.ended;
      if (signal !== "SIGKILL")
        lost = [`the processor ended by itself with ${code ?? signal}: ${processor.log}`];
      if (lost.length > 0) return lost;
    }
    const processor = start();
    try {
      load.up(await processor.up());
      const text = await load.drain();
      const shown = [...metricDifferences(ledger, text), ...monthDifferences(ledger, text, new Date())];
      const code = await processor.stop();
      const ended = code === 0 ? [] : [`the processor ended with ${code}: ${processor.log}`];
      return [...load.falls, ...shown, ...ended, ...differences(ledger, journal)];
    } finally {
      await processor.kill();
    }
  };

  const wrong = await found().catch((error: unknown) => [String(error)]);
  if (wrong.length === 0) rmSync(folder, { recursive: true, force: true });
  return {
    kills: killed,
    killsAtStart,
    calls: journal.emitted.size,
    requests: [...journal.answers.values()].reduce((sum, count) => sum + count, 0),
    withoutAnswer: journal.withoutAnswer,
    scrapes: load.scrapes,
    differences: wrong,
    folder: wrong.length === 0 ? undefined : folder,
  };
}

/** Waits for the moment of a kill: some time after the start, or right after a commit. */
async function momentUnderLoad(moments: Random, { journal }: Load): Promise<void> {
  const acknowledgements = moments.chance(0.6) ? moments.between(1, 300) : 0;
  const longest = moments.between(1, 120);
  const before = journal.acknowledged.size;
  if (acknowledgements === 0) {
    await sleep(longest);
    return;
  }
  // On a slow machine too, every start gets something done.
  for (let waits = 0; waits < 1000 && journal.acknowledged.size - before < acknowledgements; waits += 1)
    await sleep(2);
}
