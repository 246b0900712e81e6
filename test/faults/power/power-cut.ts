import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Ledger, verifyLedger } from "@keeptabs/ledger";
import { until } from "../fault.ts";
import type { Journal } from "../journal.ts";
import { Load } from "../load.ts";
import { missing } from "../oracle.ts";
import { ProcessorProcess } from "../processor.ts";
import { Random } from "../random.ts";
import { Disk, type Files } from "./disk.ts";
import { type DiskStep, recordingOf, recordingTo } from "./recording.ts";

/** What is recorded. */
export interface RecordOptions {
  readonly seed: string;
  readonly mutant?: string;
  /** SQL of the ledger, of an older release, that the first processor finds. */
  readonly older?: string;
  /** Starts of the processor. */
  readonly starts?: number;
  /** Calls that are acknowledged after each start. */
  readonly calls?: number;
}

/** What processors under load did to their disk, and what their senders know. */
export interface Recorded {
  /** The files as they were before. */
  readonly before: Files;
  readonly steps: readonly DiskStep[];
  /** The files as they were afterwards. */
  readonly after: Files;
  readonly journal: Journal;
}

const LEDGER = "ledger.db";

/** Lets processors work under load, one after the other, and writes down what they did to their disk. */
export async function recorded(options: RecordOptions): Promise<Recorded> {
  const { seed, mutant, older, starts = 2, calls = 250 } = options;
  // Recordings name files as they are found without symbolic links.
  const place = realpathSync(mkdtempSync(join(tmpdir(), "keeptabs-power-")));
  const folder = join(place, "disk");
  const ledger = join(folder, LEDGER);
  mkdirSync(folder);
  if (older !== undefined) makeLedger(ledger, older);
  const before = filesIn(folder);
  const load = new Load(new Random(seed), { senders: 3 });
  const { journal } = load;
  const prefixes = Array.from({ length: starts }, (_, start) => join(place, `start-${start}`));
  try {
    for (const [start, prefix] of prefixes.entries()) {
      // Pages are written back from a short log often.
      const edited = ["short-log", ...(mutant === undefined ? [] : [mutant])].join();
      const processor = new ProcessorProcess({ ledger, mutant: edited, under: recordingTo(prefix) });
      try {
        load.up(await processor.up());
        const wanted = (start + 1) * calls;
        await until(`${wanted} acknowledged calls`, () => journal.acknowledged.size >= wanted);
        if (start === starts - 1) await load.drain();
        load.down();
        await processor.stop();
      } finally {
        load.down();
        await processor.kill();
      }
    }
    const steps = prefixes.flatMap((prefix) => recordingOf(prefix, folder));
    return { before, steps, after: filesIn(folder), journal };
  } finally {
    rmSync(place, { recursive: true });
  }
}

function makeLedger(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

function filesIn(folder: string): Files {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}

/**
 * Cuts the power of a recorded disk at many moments, opens the ledger that is left, and returns what is wrong with
 * any of them: that it can't be opened, is not sound, or lacks a call that a sender was told 200 for before.
 */
export async function powerCuts(
  { before, steps, journal }: Recorded,
  { seed, cuts }: { readonly seed: string; readonly cuts: number },
): Promise<readonly string[]> {
  const random = new Random(`${seed}/cuts`);
  const moments = Array.from({ length: cuts }, () => random.between(1, steps.length)).sort((a, b) => a - b);
  const disk = new Disk(before);
  let taken = 0;
  for (const [i, moment] of moments.entries()) {
    for (const step of steps.slice(taken, moment)) disk.take(step);
    taken = moment;
    const files = disk.afterPowerCut(random.fork(`cut ${i}`));
    // As late as can be: whoever was answered until then was answered before.
    const cutAt = steps[moment]?.at ?? Number.POSITIVE_INFINITY;
    const acknowledged = [...journal.acknowledged].filter(([, at]) => at <= cutAt).map(([id]) => id);
    const wrong = await afterwards(files, acknowledged);
    if (wrong.length > 0) return wrong.map((one) => `power cut ${i}, after step ${moment}: ${one}`);
  }
  return [];
}

/** Opens what is left of a ledger for writing, as a processor does when power is back, and looks into it. */
async function afterwards(files: Files, acknowledged: readonly string[]): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "keeptabs-power-"));
  const path = join(folder, LEDGER);
  try {
    for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
    const ledger = await Ledger.open(path);
    await ledger.close();
    return [...verifyLedger(path).problems, ...missing(path, acknowledged)];
  } catch (error) {
    return [String(error)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
