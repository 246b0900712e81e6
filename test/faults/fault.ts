import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Journal } from "./journal.ts";
import { Load, type LoadOptions } from "./load.ts";
import { differences, metricDifferences, monthDifferences } from "./oracle.ts";
import { type Addresses, ProcessorProcess, type StartOptions } from "./processor.ts";
import { Random } from "./random.ts";

/** What a fault is inflicted on. */
export interface Scene extends Addresses {
  readonly ledger: string;
  readonly journal: Journal;
  /** The one that is running now. */
  readonly processor: () => ProcessorProcess;
  /** Kills the processor and starts it again. */
  readonly restart: () => Promise<void>;
  /** Waits until something is so; throws with its name when it does not come to be. */
  readonly until: (what: string, is: () => boolean | Promise<boolean>) => Promise<void>;
  /** Waits until this many more calls were acknowledged. */
  readonly progress: (calls: number) => Promise<void>;
}

/** How the processor and the senders are set up. */
export interface FaultOptions extends Omit<StartOptions, "ledger"> {
  readonly seed: string;
  /** Where the ledger is; a folder of its own if it is left out. */
  readonly folder?: string;
  readonly load?: LoadOptions;
}

/**
 * Runs a processor under load, inflicts a fault on it, lets it recover by itself, delivers everything, and returns
 * every difference between what was sent and what is in the ledger. A processor that does not survive is one, too.
 */
export async function underFault(
  { seed, folder, load: habits = {}, ...start }: FaultOptions,
  inflict: (scene: Scene) => Promise<void>,
): Promise<readonly string[]> {
  const own = folder === undefined ? await mkdtemp(join(tmpdir(), "keeptabs-fault-")) : undefined;
  const ledger = join(folder ?? (own as string), "ledger.db");
  let processor = new ProcessorProcess({ ...start, ledger });
  const load = new Load(new Random(seed), habits);
  const { journal } = load;
  const progress = async (calls: number): Promise<void> => {
    const before = journal.acknowledged.size;
    await until(`${calls} more acknowledged calls`, () => journal.acknowledged.size >= before + calls);
  };
  const restart = async (): Promise<void> => {
    load.down();
    await processor.kill();
    processor = new ProcessorProcess({ ...start, ledger });
    load.up(await processor.up());
  };
  try {
    const addresses = await processor.up();
    load.up(addresses);
    await progress(50);
    await inflict({ ...addresses, ledger, journal, processor: () => processor, restart, until, progress });
    // It must recover without anybody's help.
    await progress(50);
    const text = await load.drain();
    const shown = [...metricDifferences(ledger, text), ...monthDifferences(ledger, text, new Date())];
    const code = await processor.stop();
    const ended = code === 0 ? [] : [`the processor ended with ${code}: ${processor.log}`];
    return [...load.falls, ...shown, ...ended, ...differences(ledger, journal)];
  } finally {
    load.down();
    await processor.kill();
    if (own !== undefined) rmSync(own, { recursive: true, force: true });
  }
}

const POLL_MS = 20;
const MOST_POLLS = 1500;

/** Waits until something is so; throws with its name when it does not come to be. */
export async function until(what: string, is: () => boolean | Promise<boolean>): Promise<void> {
  for (let polls = 0; polls < MOST_POLLS; polls += 1) {
    if (await is()) return;
    await sleep(POLL_MS);
  }
  throw new Error(`it did not come to this: ${what}`);
}
