import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { underFault } from "./fault.ts";
import { lockedLedger } from "./locked-ledger.ts";
import { ProcessorProcess } from "./processor.ts";
import { metricsOf } from "./scraper.ts";

const TIMEOUT = 120_000;

describe("a ledger that somebody else is at", () => {
  it("has one writer: a second processor ends, names the ledger, and leaves the first alone", {
    timeout: TIMEOUT,
  }, async () => {
    const found = await underFault({ seed: "two processors" }, async ({ ledger, progress }) => {
      const second = new ProcessorProcess({ ledger });
      expect(await second.ended).toEqual({ code: 1, signal: null });
      expect(second.log).toBe(`keeptabs: another process is writing to the ledger ${ledger}\n`);
      await progress(200);
    });
    expect(found).toEqual([]);
  });

  it("lets a second processor in at once when the first was killed", { timeout: TIMEOUT }, async () => {
    const found = await underFault({ seed: "after a kill" }, async ({ restart, progress }) => {
      for (let kills = 0; kills < 3; kills += 1) {
        await restart();
        await progress(50);
      }
    });
    expect(found).toEqual([]);
  });

  it("is written to again when another process has let go of it", { timeout: TIMEOUT }, async () => {
    expect(await lockedLedger({ seed: "locked" })).toEqual([]);
  });

  it("is asked by one probe at a time whether it can be written again, however long it can't", {
    timeout: TIMEOUT,
  }, async () => {
    const load = { senders: 1, repeats: false };
    const found = await underFault(
      { seed: "probes", load },
      async ({ ledger, journal, operatorUrl, until }) => {
        const foreign = new DatabaseSync(ledger, { timeout: 30_000 });
        try {
          foreign.exec("BEGIN IMMEDIATE");
          const refusals = (): number => journal.answers.get(503) ?? 0;
          await until("two refusals", () => refusals() >= 2);
          // One request of the sender, one probe, and the release of what is held.
          const waiting = /^keeptabs_ledger_waiting_appends (\d+)$/m.exec(
            (await metricsOf(operatorUrl)) ?? "",
          );
          expect(Number(waiting?.[1])).toBeLessThanOrEqual(3);
        } finally {
          foreign.close();
        }
      },
    );
    expect(found).toEqual([]);
  });

  it("is written to while somebody reads it for long, as a backup does", { timeout: TIMEOUT }, async () => {
    const found = await underFault({ seed: "long reader" }, async ({ ledger, progress, journal }) => {
      const reader = new DatabaseSync(ledger, { readOnly: true });
      try {
        reader.exec("BEGIN");
        const count = (): unknown => reader.prepare("SELECT count(*) AS entries FROM entries").get();
        const before = count();
        await progress(1500);
        expect(count()).toEqual(before);
      } finally {
        reader.close();
      }
      await sleep(50);
      expect([...journal.answers.keys()]).toEqual([200]);
    });
    expect(found).toEqual([]);
  });
});
