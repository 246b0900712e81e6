import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { underFault } from "./fault.ts";
import type { Random } from "./random.ts";
import { plainStory, type Story, someTime } from "./stories.ts";

const TIMEOUT = 240_000;
const MIB = 1024 * 1024;
const SENDERS = 64;
const CALLS_PER_REQUEST = 50;
/** Prompts, which the ledger never keeps: small on the way, large once they are decompressed. */
const PROMPTS = "a secret prompt ".repeat((6 * MIB) / 16);
/** What a processor may grow by. All senders together offer half as much again at any time, and in all many times as much. */
const MOST_GROWTH = 256 * MIB;
const OFFERED_REQUESTS = 600;

/** One parcel with many calls and long prompts: it can't be sent in parts. */
function largeStory(random: Random): Story {
  const stories = Array.from({ length: CALLS_PER_REQUEST }, () => plainStory(random, someTime));
  const [first, ...others] = stories.flatMap(({ parcels }) => parcels.flatMap(({ spans }) => spans));
  const long = {
    ...first!,
    attributes: [...first!.attributes, ["gen_ai.output.messages", PROMPTS] as const],
  };
  const entries = stories.flatMap(({ parcels }) => parcels.flatMap((parcel) => parcel.entries));
  return { parcels: [{ spans: [long, ...others], entries }], calls: stories.flatMap(({ calls }) => calls) };
}

/** Memory of a process in bytes: what it has now, or the most that it had. */
function memoryOf(pid: number, which: "VmRSS" | "VmHWM"): number {
  const [, kib] =
    new RegExp(`^${which}:\\s+(\\d+) kB$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) * 1024;
}

describe("senders that do not stop while nothing can be committed", () => {
  it("are refused with 429 or 503 and Retry-After, while memory stays bounded, and lose nothing", {
    timeout: TIMEOUT,
  }, async () => {
    const load = {
      story: largeStory,
      batch: 1,
      pool: 1,
      senders: SENDERS,
      writing: () => ({ encoding: "protobuf", gzip: true }) as const,
    };
    const found = await underFault(
      { seed: "no end", load },
      async ({ ledger, journal, processor, until }) => {
        const { pid } = processor();
        const before = memoryOf(pid, "VmRSS");
        const growth = (): number => memoryOf(pid, "VmHWM") - before;
        const answers = (): number => [...journal.answers.values()].reduce((sum, count) => sum + count, 0);
        const offered = answers();
        const foreign = new DatabaseSync(ledger, { timeout: 30_000 });
        try {
          foreign.exec("BEGIN IMMEDIATE");
          await until(
            `${OFFERED_REQUESTS} answers`,
            () => answers() - offered >= OFFERED_REQUESTS || growth() > MOST_GROWTH,
          );
        } finally {
          foreign.close();
        }
        expect
          .soft(Math.round(growth() / MIB), "MiB more than before")
          .toBeLessThanOrEqual(MOST_GROWTH / MIB);
        await until("a refusal", () => journal.answers.has(503) || journal.answers.has(429));
      },
    );
    expect(found).toEqual([]);
  });
});
