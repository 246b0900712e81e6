import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backupLedger, Ledger, LedgerReader, verifyLedger } from "@keeptabs/ledger";
import { describe, expect, it } from "vitest";
import { type Scene, underFault } from "./fault.ts";
import { databaseFiles, failCalls, smallDisk } from "./inject.ts";
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

  it("refuses for good what can't be decoded also while the disk is full, and keeps no piece of it aside", {
    timeout: TIMEOUT,
  }, async () => {
    const disk = smallDisk("48m")!;
    try {
      const ledger = join(disk.folder, "ledger.db");
      const processor = new ProcessorProcess({ ledger });
      const { ingestUrl } = await processor.up();
      const body = "nonsense ".repeat(10_000);
      const kept = (): readonly number[] =>
        readdirSync(`${ledger}.quarantine`).map((file) => statSync(join(`${ledger}.quarantine`, file)).size);
      const post = async (): Promise<number> => {
        const headers = { "content-type": "application/json" };
        return (await fetch(`${ingestUrl}/v1/traces`, { method: "POST", headers, body })).status;
      };
      const filler = join(disk.folder, "filler");
      fill(filler);
      expect([await post(), await post(), kept()]).toEqual([400, 400, []]);
      rmSync(filler);
      expect([await post(), kept()]).toEqual([400, [body.length]]);
      expect(await processor.stop()).toBe(0);
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

describe.skipIf(!mountOrSkip())("a ledger on a read-only file system, such as a backup that is kept", () => {
  it("is looked into, verified and copied as any other", { timeout: TIMEOUT }, async () => {
    const disk = smallDisk("48m")!;
    try {
      const ledger = join(disk.folder, "ledger.db");
      const writing = await Ledger.open(ledger);
      await writing.append([], 1n);
      await writing.close();
      const before = verifyLedger(ledger);
      for (const end of ["-wal", "-shm"]) rmSync(ledger + end, { force: true });
      disk.remount("ro");
      expect(verifyLedger(ledger)).toEqual(before);
      const reader = LedgerReader.open(ledger);
      expect(reader.totals({ fromMs: 0, untilMs: 1, groupBy: [] })).toEqual([]);
      reader.close();
      const copy = join(mkdtempSync(join(tmpdir(), "keeptabs-copy-")), "copy.db");
      backupLedger(ledger, copy);
      expect(verifyLedger(copy)).toEqual(before);
    } finally {
      disk.remove();
    }
  });
});

describe.skipIf(!mountOrSkip())("a backup to a disk that is too small", () => {
  it("says so, and leaves nothing that the next attempt would stumble over", {
    timeout: TIMEOUT,
  }, async () => {
    const disk = smallDisk("64k")!;
    try {
      const ledger = join(mkdtempSync(join(tmpdir(), "keeptabs-copy-")), "ledger.db");
      await (await Ledger.open(ledger)).close();
      const target = join(disk.folder, "copy.db");
      for (const _attempt of [1, 2]) {
        expect(() => backupLedger(ledger, target)).toThrow(/cannot write the backup .*full/);
        expect(readdirSync(disk.folder)).toEqual([]);
      }
    } finally {
      disk.remove();
    }
  });
});

describe.skipIf(!straceOrSkip())("a ledger whose disk fails for a while", () => {
  for (const [what, filesOf, calls, error, reason] of [
    ["the ledger can't be synced (EIO)", databaseFiles, ["fsync", "fdatasync"], "EIO", /I\/O/],
    ["the ledger can't be written (EIO)", databaseFiles, ["pwrite64"], "EIO", /I\/O/],
    ["the ledger became read-only (EROFS)", databaseFiles, ["pwrite64", "ftruncate"], "EROFS", /./],
    ["there is no space for the ledger (ENOSPC)", databaseFiles, ["pwrite64"], "ENOSPC", /full/],
    ["the anchor can't be synced (EIO)", anchorFile, ["fdatasync"], "EIO", /i\/o/],
    ["the anchor can't be written (ENOSPC)", anchorFile, ["pwrite64"], "ENOSPC", /no space/],
  ] as const) {
    it(`refuses, says so once and recovers when ${what}`, { timeout: TIMEOUT }, async () => {
      const found = await underFault({ seed: what }, async (scene) => {
        const { pid } = scene.processor();
        const open = openFiles(pid, scene.ledger);
        const failing = await failCalls(pid, filesOf(scene.ledger), calls, error);
        try {
          await refused(scene, reason);
        } finally {
          await failing.end();
        }
        await scene.progress(50);
        // Each attempt opened them anew, and gave back what it had.
        expect(openFiles(pid, scene.ledger)).toEqual(open);
      });
      expect(found).toEqual([]);
    });
  }

  it("has lost nothing when it is killed while the disk fails", { timeout: TIMEOUT }, async () => {
    const found = await underFault({ seed: "killed while failing" }, async (scene) => {
      const failing = await failCalls(
        scene.processor().pid,
        databaseFiles(scene.ledger),
        ["fsync", "fdatasync"],
        "EIO",
      );
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

function anchorFile(ledger: string): readonly string[] {
  return [`${ledger}.anchor`];
}

/** The names of a ledger's files that a process has open, once for each time that it has. */
function openFiles(pid: number, ledger: string): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder)
    .flatMap((descriptor) => {
      try {
        return [readlinkSync(join(folder, descriptor))];
      } catch {
        // Closed meanwhile.
        return [];
      }
    })
    .filter((file) => file.startsWith(ledger))
    .sort();
}

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
async function refused(
  { journal, processor, ingestUrl, operatorUrl, until }: Scene,
  reason: RegExp,
): Promise<void> {
  // Refusals have lines of their own, one for each reason in ten seconds.
  const complaints = (): readonly unknown[] =>
    processor()
      .logLines.filter(({ level, reason }) => Number(level) > INFO && reason === undefined)
      .map(({ msg }) => msg);
  const refusals = (): number => journal.answers.get(503) ?? 0;
  const before = refusals();
  await until("thirty refusals", () => refusals() >= before + 30);
  // What needs no room is taken, and does not pass for a sign that there is room again.
  const headers = { "content-type": "application/json" };
  const empty = await fetch(`${ingestUrl}/v1/traces`, { method: "POST", headers, body: "{}" });
  expect(empty.status).toBe(200);
  const response = await fetch(`${operatorUrl}/readyz`);
  expect(response.status).toBe(503);
  expect(await response.text()).toMatch(reason);
  // Soft, so that what follows is looked at too: whether anything is lost. All that was ever complained of: the first
  // refusal may have come before this was called.
  expect.soft(complaints()).toEqual(["the ledger can't commit; senders are asked to come again"]);
}
