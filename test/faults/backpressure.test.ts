import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { underFault } from "./fault.ts";
import { type OtlpRequest, otlpRequest, type SentSpan } from "./otlp.ts";
import { ProcessorProcess, type StartOptions } from "./processor.ts";
import type { Random } from "./random.ts";
import { plainStory, type Story, someTime } from "./stories.ts";

const TIMEOUT = 240_000;
const MIB = 1024 * 1024;
const SENDERS = 96;
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
/** What is configured for all bodies; the senders together offer 18 times as much at any time. */
const IN_FLIGHT = 32 * MIB;
/**
 * What a processor may grow by: the bodies, all that is made of them, what is not yet collected, and what any load takes.
 * Mostly it is half of this, and more than twice this when bodies are not bounded.
 */
const MOST_GROWTH = 8 * IN_FLIGHT;
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

/** Memory of a processor that nobody sends anything to, in bytes. */
async function idleMemory(start: StartOptions): Promise<number> {
  const processor = new ProcessorProcess(start);
  try {
    await processor.up();
    return memoryOf(processor.pid, "VmRSS");
  } finally {
    await processor.kill();
  }
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
    const folder = mkdtempSync(join(tmpdir(), "keeptabs-pressure-"));
    const config = join(folder, "keeptabs.yaml");
    writeFileSync(config, `ingest: { max_in_flight_bytes: ${IN_FLIGHT} }\n`);
    const idle = await idleMemory({ ledger: join(folder, "idle.db"), config });
    const found = await underFault(
      { seed: "no end", load, config },
      async ({ ledger, journal, processor, until }) => {
        const { pid } = processor();
        const growth = (): number => memoryOf(pid, "VmHWM") - idle;
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
          .soft(Math.round(growth() / MIB), "MiB more than one that does nothing")
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
