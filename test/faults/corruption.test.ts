import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { Load } from "./load.ts";
import { ProcessorProcess } from "./processor.ts";
import { Random } from "./random.ts";

const TIMEOUT = 120_000;
const MAIN = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));

async function keeptabs(...args: readonly string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk;
    });
  }
  const [code] = await once(child, "close");
  return { code, said };
}

/** A folder with a ledger, as it lies on the disk after a kill: its last batches are in the WAL only. */
interface Evidence {
  readonly folder: string;
  /** Entries that were acknowledged. */
  readonly entries: number;
}

const LEDGER = "ledger.db";

async function killedLedger(calls: number, from?: Evidence): Promise<Evidence> {
  const folder = mkdtempSync(join(tmpdir(), "keeptabs-damage-"));
  if (from !== undefined) cpSync(from.folder, folder, { recursive: true });
  const ledger = join(folder, LEDGER);
  const processor = new ProcessorProcess({ ledger });
  const load = new Load(new Random(folder), { senders: 2 });
  load.up(await processor.up());
  while (load.journal.acknowledged.size < calls) await new Promise((resolve) => setTimeout(resolve, 20));
  await load.drain();
  await processor.kill();
  return { folder, entries: entriesIn(ledger) };
}

/** Read from a copy, since opening a ledger may change its files. */
function entriesIn(ledger: string): number {
  const folder = mkdtempSync(join(tmpdir(), "keeptabs-count-"));
  for (const file of [LEDGER, `${LEDGER}-wal`]) {
    try {
      cpSync(join(ledger, "..", file), join(folder, file));
    } catch {
      // Not every ledger has a WAL.
    }
  }
  try {
    const database = new DatabaseSync(join(folder, LEDGER));
    const { entries } = database.prepare("SELECT count(*) AS entries FROM entries").get() as {
      entries: number;
    };
    database.close();
    return entries;
  } catch {
    return -1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Damages a copy, and lets `keeptabs verify` look at it, which exits with 0 when it is whole and with 1 when not. */
async function verified(
  { folder }: Evidence,
  damage: (files: { readonly ledger: string; readonly wal: string; readonly folder: string }) => void,
): Promise<{ code: number | null; said: string; entries: number }> {
  const copy = mkdtempSync(join(tmpdir(), "keeptabs-copy-"));
  cpSync(folder, copy, { recursive: true });
  const ledger = join(copy, LEDGER);
  damage({ ledger, wal: `${ledger}-wal`, folder: copy });
  const entries = entriesIn(ledger);
  const { code, said } = await keeptabs("verify", "--ledger", ledger);
  rmSync(copy, { recursive: true });
  return { code, said, entries };
}

const WAL_HEADER = 32;
const FRAME_HEADER = 24;

/** Where in a WAL the middle of what counts lies: frames that carry the salt of its header; the rest is from before. */
function middleOf(wal: string): number {
  const bytes = readFileSync(wal);
  const frame = FRAME_HEADER + bytes.readUInt32BE(8);
  const salt = bytes.subarray(16, 24);
  let end = WAL_HEADER;
  while (end + frame <= bytes.length && salt.equals(bytes.subarray(end + 8, end + 16))) end += frame;
  return WAL_HEADER + Math.floor((end - WAL_HEADER) / frame / 2) * frame + FRAME_HEADER + 100;
}

function flipBit(file: string, at: number, bit = 0): void {
  const bytes = readFileSync(file);
  bytes[at] = bytes[at]! ^ (1 << bit);
  writeFileSync(file, bytes);
}

describe("keeptabs verify", () => {
  let evidence: Evidence;

  beforeAll(async () => {
    evidence = await killedLedger(400);
  }, TIMEOUT);

  it("finds nothing wrong with a ledger after a kill", { timeout: TIMEOUT }, async () => {
    const { code, entries } = await verified(evidence, () => undefined);
    expect([code, entries]).toEqual([0, evidence.entries]);
  });

  it("finds a bit that flipped in the WAL, which SQLite silently ends it at", {
    timeout: TIMEOUT,
  }, async () => {
    const { code, said, entries } = await verified(evidence, ({ wal }) => flipBit(wal, middleOf(wal)));
    // Else nothing was damaged.
    expect(entries).toBeLessThan(evidence.entries);
    expect([code, said]).toEqual([1, expect.stringMatching(/batch|anchor/)]);
  });

  it("finds that the end of the WAL is gone", { timeout: TIMEOUT }, async () => {
    const { code, said, entries } = await verified(evidence, ({ wal }) => truncateSync(wal, middleOf(wal)));
    expect(entries).toBeLessThan(evidence.entries);
    expect([code, said]).toEqual([1, expect.stringMatching(/batch|anchor/)]);
  });

  it("finds that the WAL is gone", { timeout: TIMEOUT }, async () => {
    const { code } = await verified(evidence, ({ wal }) => rmSync(wal));
    expect(code).toBe(1);
  });

  it("finds that an older copy of the ledger lies beside a newer anchor", { timeout: TIMEOUT }, async () => {
    const later = await killedLedger(300, evidence);
    const { code, said } = await verified(later, ({ folder }) => {
      for (const file of readdirSync(evidence.folder)) {
        if (file === LEDGER || file.startsWith(`${LEDGER}-`))
          cpSync(join(evidence.folder, file), join(folder, file));
      }
    });
    expect([code, said]).toEqual([1, expect.stringMatching(/anchor/)]);
  });

  it("finds amounts that somebody changed in the file, and names the batches that they are in, and no other", {
    timeout: TIMEOUT,
  }, async () => {
    let batches: readonly unknown[] = [];
    const { code, said } = await verified(evidence, ({ ledger }) => {
      const database = new DatabaseSync(ledger);
      const changed = "(SELECT max(id) * 1 / 3 FROM entries UNION SELECT max(id) * 2 / 3 FROM entries)";
      database.exec(
        `DROP TRIGGER entries_are_not_changed; UPDATE entries SET net_nano = net_nano + 1 WHERE id IN ${changed}`,
      );
      batches = database
        .prepare(
          `SELECT DISTINCT (SELECT min(b.seq) FROM batches b WHERE b.last_entry >= e.id) AS seq FROM entries e
           WHERE e.id IN ${changed} ORDER BY seq`,
        )
        .all()
        .map(({ seq }) => seq);
      database.close();
    });
    expect(code).toBe(1);
    const named = [...said.matchAll(/batch (\d+) \(entries \d+ to \d+\) is not as it was written/g)];
    expect(named.map(([, seq]) => Number(seq))).toEqual(batches);
    expect(batches).toHaveLength(2);
  });

  it("lets a ledger be accepted of which the end is missing; until then no processor starts on it", {
    timeout: TIMEOUT,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "keeptabs-accepted-"));
    cpSync(evidence.folder, folder, { recursive: true });
    const ledger = join(folder, LEDGER);
    truncateSync(`${ledger}-wal`, middleOf(`${ledger}-wal`));
    const left = entriesIn(ledger);
    expect(left).toBeLessThan(evidence.entries);
    for (let starts = 0; starts < 2; starts += 1) {
      const processor = new ProcessorProcess({ ledger });
      expect(await processor.ended).toEqual({ code: 1, signal: null });
      expect(processor.log).toMatch(
        /^keeptabs: [^\n]* anchor knows batch \d+: committed calls are missing\.[^\n]*\n$/,
      );
      expect(processor.log).toContain("keeptabs verify --accept");
    }
    expect((await keeptabs("verify", "--ledger", ledger)).code).toBe(1);
    expect((await keeptabs("verify", "--accept", "--ledger", ledger)).code).toBe(0);
    const processor = new ProcessorProcess({ ledger });
    await processor.up();
    expect(await processor.stop()).toBe(0);
    expect([(await keeptabs("verify", "--ledger", ledger)).code, entriesIn(ledger)]).toEqual([0, left]);
  });

  it("never says that all is well when calls are missing, whichever bit flips", {
    timeout: TIMEOUT,
  }, async () => {
    const whole = mkdtempSync(join(tmpdir(), "keeptabs-whole-"));
    cpSync(evidence.folder, whole, { recursive: true });
    // Everything out of the WAL, into the pages.
    const database = new DatabaseSync(join(whole, LEDGER));
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    database.close();
    const random = new Random("bits");
    const wrong: string[] = [];
    for (let flips = 0; flips < 16; flips += 1) {
      const inWal = flips % 2 === 0;
      const file = (name: string): string => (inWal ? `${name}-wal` : name);
      const from = inWal ? evidence : { folder: whole, entries: evidence.entries };
      const at = random.between(100, statSync(file(join(from.folder, LEDGER))).size - 1);
      const { code, entries } = await verified(from, ({ ledger }) =>
        flipBit(file(ledger), at, random.between(0, 7)),
      );
      if (code === 0 && entries !== evidence.entries)
        wrong.push(`bit ${at} of ${file(LEDGER)}: ${entries} entries, "ok"`);
      if (code !== 0 && code !== 1) wrong.push(`bit ${at} of ${file(LEDGER)}: ended with ${code}`);
    }
    expect(wrong).toEqual([]);
  });
});
