import { readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { ledgerWith, run } from "./running.ts";

const PAGE = 4096;

/** Takes a cent off an entry behind the ledger's back. */
function tamper(path: string): void {
  const database = new DatabaseSync(path);
  database.exec(
    "DROP TRIGGER entries_are_not_changed; UPDATE entries SET net_nano = net_nano - 1 WHERE id = 1",
  );
  database.close();
}

/** Spoils the first page of every table and index. */
function damage(path: string): void {
  const database = new DatabaseSync(path);
  const roots = database.prepare("SELECT rootpage FROM sqlite_schema WHERE rootpage > 0").all();
  database.close();
  const pages = readFileSync(path);
  for (const { rootpage } of roots) pages.fill(0xff, (Number(rootpage) - 1) * PAGE, Number(rootpage) * PAGE);
  writeFileSync(path, pages);
}

describe("keeptabs verify", () => {
  it("says that a ledger is intact, how much it holds, and what it hashes to", async () => {
    const { path } = await ledgerWith("gpt-4o", "gpt-4o-mini");
    const { code, out } = await run("verify", "--ledger", path);
    expect(code).toBe(0);
    expect(out).toMatch(
      /is intact: 1 batch, 2 entries, 0 adjustments\.\nEverything up to its last batch hashes to [0-9a-f]{64}/,
    );
  });

  it("exits with 1 and names the batch that was changed", async () => {
    const { path } = await ledgerWith("gpt-4o");
    tamper(path);
    const { code, out } = await run("verify", "--ledger", path);
    expect(code).toBe(1);
    expect(out).toMatch(/• batch 1 \(entries 1 to 1\) is not as it was written/);
    const json = JSON.parse((await run("verify", "--ledger", path, "--json")).out) as { intact: boolean };
    expect(json.intact).toBe(false);
  });

  it("accepts a ledger as it is, and answers machines with one piece of JSON", async () => {
    const { path } = await ledgerWith("gpt-4o");
    tamper(path);
    const { code, out } = await run("verify", "--ledger", path, "--accept");
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(
        /is not as it was written \(1 batch, 1 entry, 0 adjustments\)[\s\S]*accepted.*batch 1/,
      ),
    ]);
    const json = await run("verify", "--ledger", path, "--accept", "--json");
    expect([json.code, JSON.parse(json.out)]).toEqual([
      0,
      expect.objectContaining({ intact: false, accepted_batch: 1 }),
    ]);
  });

  it("says where it looked when there is no ledger", async () => {
    const { code, err } = await run("verify", "--ledger", "nowhere.db");
    expect([code, err]).toEqual([2, expect.stringMatching(/there is no ledger at nowhere\.db/)]);
  });
});

describe("keeptabs backup", () => {
  it("copies and verifies a ledger, and does not write over a file", async () => {
    const { path } = await ledgerWith("gpt-4o");
    const target = `${path}.backup`;
    const { code, out } = await run("backup", target, "--ledger", path);
    expect([code, out]).toEqual([0, expect.stringMatching(/holds 1 entry in 1 batch and is intact/)]);
    expect((await run("verify", "--ledger", target)).code).toBe(0);
    const again = await run("backup", target, "--ledger", path);
    expect([again.code, again.err]).toEqual([1, expect.stringMatching(/the file exists already/)]);
  });

  it("does not call the copy of a damaged ledger a backup", async () => {
    const { path } = await ledgerWith("gpt-4o");
    tamper(path);
    const { code, err } = await run("backup", `${path}.backup`, "--ledger", path);
    expect([code, err]).toEqual([1, expect.stringMatching(/is not intact:\n• batch 1/)]);
  });
});

describe("a ledger of which pages are damaged", () => {
  it("is told of in one sentence by whoever reads them", async () => {
    const { path, calls } = await ledgerWith("gpt-4o");
    damage(path);
    for (const command of [["report"], ["export"], ["explain", calls[0]!.traceId, calls[0]!.spanId]]) {
      const { code, err } = await run(...command, "--ledger", path);
      expect([code, err]).toEqual([
        1,
        expect.stringMatching(
          /^keeptabs: the ledger can't be read: .*malformed; `keeptabs verify` tells .*\n$/,
        ),
      ]);
    }
  });
});
