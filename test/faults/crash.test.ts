import { describe, expect, it } from "vitest";
import { crashLanes } from "./lanes.ts";

/** Few when developing, many where everything is asked for; any number with `pnpm faults --kills`. */
const KILLS = Number(
  process.env["KEEPTABS_KILLS"] ?? (process.env["KEEPTABS_REQUIRE"] === undefined ? 25 : 500),
);

describe("a processor that is killed again and again under load", () => {
  it(`has after ${KILLS} kills every acknowledged call once, every sum exact, and counters that never fell`, {
    timeout: 60_000 + KILLS * 3000,
  }, async () => {
    const seed = process.env["KEEPTABS_SEED"] ?? String(Date.now() % 1_000_000);
    const summary = await crashLanes({
      seed,
      kills: KILLS,
      killsPerRound: Math.min(25, Math.ceil(KILLS / 3)),
    });
    expect({ seed, failures: summary.failures }).toEqual({ seed, failures: [] });
    expect(summary.kills).toBe(KILLS);
    // Otherwise nothing was at stake.
    expect(summary.withoutAnswer).toBeGreaterThan(0);
    expect(summary.calls).toBeGreaterThan(KILLS * 10);
  });
});
