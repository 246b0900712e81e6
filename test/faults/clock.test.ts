import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LedgerReader } from "@keeptabs/ledger";
import { describe, expect, it } from "vitest";
import { underFault } from "./fault.ts";
import { otlpRequest } from "./otlp.ts";
import { ProcessorProcess } from "./processor.ts";
import { Random } from "./random.ts";
import { faketimeOrSkip } from "./require.ts";
import { metricsOf } from "./scraper.ts";
import { post } from "./sender.ts";
import { nextStory, plainStory, type Story, someTime, type When } from "./stories.ts";

const TIMEOUT = 120_000;
const DAY = 86_400_000;
const LIBRARY = faketimeOrSkip();
const OCTOBER = Date.UTC(2026, 9, 1);

/** Whole days ago, so that no clock of the test calls it the future. */
const longAgo: When = (random) => OCTOBER + random.between(0, 20 * 24 * 60 * 60 * 1000);

/** A clock that a process is shown, and that can be set while it runs. Its timers go on as before. */
class FakeClock {
  readonly #file = join(mkdtempSync(join(tmpdir(), "keeptabs-clock-")), "clock");

  constructor() {
    this.set("+0");
  }

  /** `+40d`, `-1d`: against the true time, as faketime writes it. */
  set(offset: string): void {
    writeFileSync(this.#file, `${offset}\n`);
  }

  get env(): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: LIBRARY ?? "",
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: "1",
      // Node's timers would stand still else.
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    };
  }
}

describe.skipIf(LIBRARY === undefined)("a processor whose clock jumps under load", () => {
  for (const [what, jump] of [
    ["back by a day", "-1d"],
    ["ahead by 40 days", "+40d"],
    ["ahead over the year 2038", "+4500d"],
  ] as const) {
    it(`books every call once and exactly when the clock goes ${what} and returns`, {
      timeout: TIMEOUT,
    }, async () => {
      const clock = new FakeClock();
      const story = (random: Random): Story => nextStory(random, longAgo);
      const found = await underFault(
        { seed: what, env: clock.env, load: { story } },
        async ({ progress }) => {
          for (const offset of [jump, "+0", jump, "+0"]) {
            clock.set(offset);
            await progress(150);
          }
        },
      );
      expect(found).toEqual([]);
    });
  }

  it("shows the cost of this month again when the clock was ahead for a while", {
    timeout: TIMEOUT,
  }, async () => {
    const clock = new FakeClock();
    const story = (random: Random): Story => nextStory(random, someTime);
    const found = await underFault({ seed: "months", env: clock.env, load: { story } }, async (scene) => {
      clock.set("+40d");
      await scene.progress(100);
      expect(await metricsOf(scene.operatorUrl)).toBeDefined();
      clock.set("+0");
      await scene.progress(100);
    });
    expect(found).toEqual([]);
  });
});

describe("spans from the future", () => {
  it("are dated when they are first received, and are one call however often they are sent", {
    timeout: TIMEOUT,
  }, async () => {
    const ledger = join(mkdtempSync(join(tmpdir(), "keeptabs-clock-")), "ledger.db");
    const processor = new ProcessorProcess({ ledger });
    const from = Date.now();
    const story = plainStory(new Random("future"), () => from + 2 * DAY);
    const request = otlpRequest(
      story.parcels.flatMap(({ spans }) => spans),
      { encoding: "protobuf", gzip: false },
    );
    try {
      const { ingestUrl } = await processor.up();
      for (let times = 0; times < 3; times += 1) expect((await post(ingestUrl, request))?.status).toBe(200);
      const reader = LedgerReader.open(ledger);
      const entries = reader.entries({ fromMs: 0, untilMs: from + 10 * DAY, after: 0, limit: 10 });
      expect(entries).toHaveLength(1);
      expect(entries[0]!.occurredAt).toBeGreaterThanOrEqual(BigInt(from) * 1_000_000n);
      expect(entries[0]!.occurredAt).toBeLessThanOrEqual(BigInt(Date.now()) * 1_000_000n);
      expect(reader.conflicts()).toBe(0);
      reader.close();
    } finally {
      await processor.kill();
    }
  });
});
