import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { underFault } from "./fault.ts";
import { type OtlpRequest, otlpRequest, type SentSpan } from "./otlp.ts";
import type { Random } from "./random.ts";
import { plainStory, type Story, someTime } from "./stories.ts";

const TIMEOUT = 240_000;
const MIB = 1024 * 1024;
const SENDERS = 64;
const CALLS_PER_REQUEST = 50;
/**
 * A span with long prompts, which the ledger never keeps: small on the way, large once it is decompressed. Members of
 * gzip may follow each other, and so may parts of a protobuf message: it is made once and put behind each request.
 */
const PROMPTS = otlpRequest(
  [
    {
      traceId: "0".repeat(31).concat("1"),
      spanId: "0".repeat(15).concat("1"),
      parentSpanId: undefined,
      scope: "assistant-api",
      name: "prompts",
      startedAt: Date.UTC(2026, 9, 1),
      endedAt: Date.UTC(2026, 9, 1),
      failed: false,
      attributes: [["prompt", "a secret prompt ".repeat((6 * MIB) / 16)]],
    },
  ],
  { encoding: "protobuf", gzip: true },
).body;
/** What a processor may grow by. All senders together offer half as much again at any time, and in all many times as much. */
const MOST_GROWTH = 256 * MIB;
const OFFERED_REQUESTS = 600;

/** One parcel with many calls. */
function largeStory(random: Random): Story {
  const stories = Array.from({ length: CALLS_PER_REQUEST }, () => plainStory(random, someTime));
  const parcels = stories.flatMap((story) => story.parcels);
  return {
    parcels: [
      { spans: parcels.flatMap(({ spans }) => spans), entries: parcels.flatMap(({ entries }) => entries) },
    ],
    calls: stories.flatMap(({ calls }) => calls),
  };
}

function withPrompts(spans: readonly SentSpan[]): OtlpRequest {
  const { body, headers } = otlpRequest(spans, { encoding: "protobuf", gzip: true });
  return { body: Buffer.concat([body, PROMPTS]), headers };
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
      repeats: false,
      senders: SENDERS,
      request: withPrompts,
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
        expect
          .soft(
            [503, 429].some((status) => journal.answers.has(status)),
            "refused",
          )
          .toBe(true);
      },
    );
    expect(found).toEqual([]);
  });
});
