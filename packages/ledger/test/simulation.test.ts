import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { LedgerReader, verifyLedger } from "@keeptabs/ledger";
import { afterEach, describe, expect, it } from "vitest";
import { newLedgerPath } from "./bookings.ts";
import { deliver } from "./simulation/delivery.ts";
import { Random } from "./simulation/random.ts";
import { worldOf } from "./simulation/world.ts";

/** How many seeds are run, and from which on: `KEEPTABS_SEEDS=100000 KEEPTABS_SEED=7` for a night. */
const SEEDS = Number(
  process.env["KEEPTABS_SEEDS"] ?? (process.env["KEEPTABS_REQUIRE"] === undefined ? 60 : 600),
);
const FIRST = Number(process.env["KEEPTABS_SEED"] ?? 1);
const ALL_TIME = { fromMs: Date.parse("2020-01-01T00:00:00Z"), untilMs: Date.parse("2030-01-01T00:00:00Z") };

const paths: string[] = [];
afterEach(() => {
  for (const path of paths.splice(0)) rmSync(dirname(path), { recursive: true, force: true });
});

/** What the ledger says each customer and feature cost. */
function said(path: string, periods: readonly { fromMs: number; untilMs: number }[]): Map<string, unknown> {
  const reader = LedgerReader.open(path);
  const sums = new Map<string, { calls: number; net: bigint }>();
  for (const period of periods) {
    for (const { key, calls, net } of reader.totals({ ...period, groupBy: ["customer", "feature"] })) {
      const sum = sums.get(JSON.stringify(key)) ?? { calls: 0, net: 0n };
      sums.set(JSON.stringify(key), { calls: sum.calls + calls, net: sum.net + net });
    }
  }
  reader.close();
  return new Map([...sums].filter(([, { calls, net }]) => calls !== 0 || net !== 0n));
}

describe("a ledger whose senders, disk and clock misbehave", () => {
  it(`owes what was owed, once, whatever happened (seeds ${FIRST} to ${FIRST + SEEDS - 1})`, {
    timeout: 1e9,
  }, () => {
    let kills = 0;
    let duplicates = 0;
    for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
      const random = new Random(seed);
      const world = worldOf(random, 1 + random.below(8));
      const path = newLedgerPath();
      paths.push(path);
      const delivered = deliver(world, path, random);
      kills += delivered.kills;
      duplicates += delivered.duplicates;
      const context = `seed ${seed}`;
      expect({ context, said: said(delivered.path, [ALL_TIME]) }).toEqual({ context, said: world.owed });
      // The same from parts that cut hours: those are read from the entries.
      const cut = Date.parse("2026-10-31T23:59:58.750Z");
      const parts = [
        { ...ALL_TIME, untilMs: cut },
        { ...ALL_TIME, fromMs: cut },
      ];
      expect({ context, said: said(delivered.path, parts) }).toEqual({ context, said: world.owed });
      expect({ context, problems: verifyLedger(delivered.path).problems }).toEqual({ context, problems: [] });
      expect(delivered.booked).toBe(world.spans.filter(({ kind }) => kind === "call").length);
      rmSync(dirname(path), { recursive: true, force: true });
    }
    expect(kills).toBeGreaterThan(SEEDS / 20);
    expect(duplicates).toBeGreaterThan(SEEDS);
  });
});
