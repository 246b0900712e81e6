import fc from "fast-check";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { RateLimiter, Refusals } from "../../src/access/index.ts";

describe("a rate limit", () => {
  const limits = fc.record({
    perSecond: fc.double({ min: 0.01, max: 1000, noNaN: true }),
    burst: fc.integer({ min: 1, max: 50 }),
  });

  it("lets through a burst, and then never more than its rate", () => {
    fc.assert(
      fc.property(limits, fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 300 }), (limit, gaps) => {
        let now = 1e6;
        const limiter = new RateLimiter(limit, () => now);
        const passed: number[] = [];
        for (const gap of gaps) {
          now += gap;
          if (limiter.delay("a") === 0) passed.push(now);
        }
        for (const [i, from] of passed.entries()) {
          for (const [more, until] of passed.slice(i).entries()) {
            const most = limit.burst + (limit.perSecond * (until - from)) / 1000;
            expect(more + 1).toBeLessThanOrEqual(most + 1e-6);
          }
        }
      }),
    );
  });

  it("lets a whole burst through at once, and says when the next will pass", () => {
    fc.assert(
      fc.property(limits, (limit) => {
        let now = 5;
        const limiter = new RateLimiter(limit, () => now);
        for (let i = 0; i < limit.burst; i += 1) expect(limiter.delay("a")).toBe(0);
        const seconds = limiter.delay("a");
        expect(seconds).toBeGreaterThanOrEqual(1);
        expect(Number.isInteger(seconds)).toBe(true);
        // One principal's haste is not another's.
        expect(limiter.delay("b")).toBe(0);
        now += seconds * 1000;
        expect(limiter.delay("a")).toBe(0);
      }),
    );
  });

  it("that is not set holds nobody up", () => {
    const limiter = new RateLimiter(undefined);
    for (let i = 0; i < 1000; i += 1) expect(limiter.delay("a")).toBe(0);
  });
});

describe("refusals", () => {
  it("are counted each, and logged once in ten seconds by reason, with how many were left out", () => {
    const lines: Record<string, unknown>[] = [];
    const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) });
    const counted: string[] = [];
    let now = 0;
    const refusals = new Refusals(
      "ingest",
      log,
      (port, reason) => counted.push(`${port} ${reason}`),
      () => now,
    );
    for (; now < 25_000; now += 1000) {
      refusals.note("rate_limit");
      if (now === 3000) refusals.note("internal", { problem: "disk\nfull" });
    }
    expect(counted.filter((one) => one === "ingest rate_limit")).toHaveLength(25);
    const logged = lines.map(({ reason, since_last_line, problem }) => [reason, since_last_line, problem]);
    expect(logged).toEqual([
      ["rate_limit", undefined, undefined],
      ["internal", undefined, "disk\nfull"],
      ["rate_limit", 9, undefined],
      ["rate_limit", 9, undefined],
    ]);
  });
});
