import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Scene, underFault } from "./fault.ts";
import { failCalls, smallDisk } from "./inject.ts";
import { ProcessorProcess } from "./processor.ts";
import { mountOrSkip, straceOrSkip } from "./require.ts";

const TIMEOUT = 120_000;
/** pino's levels. */
const INFO = 30;

describe.skipIf(!mountOrSkip())("a ledger on a disk of which the size is known", () => {
  it("refuses while the disk is full, says so once, and recovers when there is space again", {
    timeout: TIMEOUT,
  }, async () => {
    const disk = smallDisk("48m")!;
    try {
      const found = await underFault({ seed: "full disk", folder: disk.folder }, async (scene) => {
        const filler = join(disk.folder, "filler");
        fill(filler);
        await refused(scene, /full/);
        rmSync(filler);
      });
      expect(found).toEqual([]);
    } finally {
      disk.remove();
    }
  });

  for (const [where, before] of [
    ["where there is no ledger yet", false],
    ["where there is a ledger", true],
  ] as const) {
    it(`does not start on a read-only file system ${where}, and says what is wrong`, {
      timeout: TIMEOUT,
    }, async () => {
      const disk = smallDisk("48m")!;
      try {
        const ledger = join(disk.folder, "ledger.db");
        if (before) {
          const processor = new ProcessorProcess({ ledger });
          await processor.up();
          expect(await processor.stop()).toBe(0);
        }
        disk.remount("ro");
        const processor = new ProcessorProcess({ ledger });
        expect(await processor.ended).toEqual({ code: 1, signal: null });
        expect(processor.log).toMatch(/^keeptabs: [^\n]*\n$/);
        expect(processor.log).toContain(ledger);
        expect(processor.log).toMatch(/read-?only|permission|unable to open/i);
        expect(existsSync(ledger)).toBe(before);
      } finally {
        disk.remove();
      }
    });
  }
});

describe.skipIf(!straceOrSkip())("a ledger whose disk fails for a while", () => {
  for (const [what, calls, error, reason] of [
    ["can't be synced (EIO)", ["fsync", "fdatasync"], "EIO", /I\/O/],
    ["can't be written (EIO)", ["pwrite64"], "EIO", /I\/O/],
    ["became read-only (EROFS)", ["pwrite64", "ftruncate"], "EROFS", /./],
    ["is full (ENOSPC)", ["pwrite64"], "ENOSPC", /full/],
  ] as const) {
    it(`refuses, says so once and recovers when the disk ${what}`, { timeout: TIMEOUT }, async () => {
      const found = await underFault({ seed: what }, async (scene) => {
        const failing = await failCalls(scene.processor().pid, scene.ledger, calls, error);
        try {
          await refused(scene, reason);
        } finally {
          await failing.end();
        }
      });
      expect(found).toEqual([]);
    });
  }

  it("has lost nothing when it is killed while the disk fails", { timeout: TIMEOUT }, async () => {
    const found = await underFault({ seed: "killed while failing" }, async (scene) => {
      const failing = await failCalls(scene.processor().pid, scene.ledger, ["fsync", "fdatasync"], "EIO");
      try {
        await scene.until("a refusal", () => scene.journal.answers.has(503));
        await scene.restart();
      } finally {
        await failing.end();
      }
    });
    expect(found).toEqual([]);
  });
});

/** Takes all space, in ever smaller pieces. */
function fill(path: string): void {
  for (let size = 1024 * 1024; size >= 512; ) {
    try {
      writeFileSync(path, Buffer.alloc(size), { flag: "a" });
    } catch {
      size /= 2;
    }
  }
}

/** Waits until senders are refused, and looks at how the processor speaks of it, inside and outside. */
async function refused({ journal, processor, operatorUrl, until }: Scene, reason: RegExp): Promise<void> {
  const complaints = (): number => processor().logLines.filter(({ level }) => Number(level) > INFO).length;
  const refusals = (): number => journal.answers.get(503) ?? 0;
  const before = { complaints: complaints(), refusals: refusals() };
  await until("thirty refusals", () => refusals() >= before.refusals + 30);
  const response = await fetch(`${operatorUrl}/readyz`);
  expect(response.status).toBe(503);
  expect(await response.text()).toMatch(reason);
  // Soft, so that what follows is looked at too: whether anything is lost.
  expect.soft(complaints() - before.complaints, "log lines for one change of state").toBe(1);
}
