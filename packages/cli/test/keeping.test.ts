import { readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { fileWith, ledgerWith, run } from "./running.ts";

const PAGE = 4096;

/** Takes a cent off an entry behind the ledger's back. */
function tamper(path: string): void {
  const database = new DatabaseSync(path);
  database.exec(
    "DROP TRIGGER entries_are_not_changed; UPDATE entries SET net_nano = net_nano - 1 WHERE id = 1",
  );
  database.close();
}

/** Spoils the first page of every table and index, or of one. */
function damage(path: string, only = "%"): void {
  const database = new DatabaseSync(path);
  const roots = database
    .prepare("SELECT rootpage FROM sqlite_schema WHERE rootpage > 0 AND name LIKE ?")
    .all(only);
  database.close();
  const pages = readFileSync(path);
  for (const { rootpage } of roots) pages.fill(0xff, (Number(rootpage) - 1) * PAGE, Number(rootpage) * PAGE);
  writeFileSync(path, pages);
}

/** One sentence that names a ledger's file and what to do with it. */
function namedDamage(path: string): RegExp {
  return new RegExp(
    `^keeptabs: .*the ledger ${path} is damaged: .*malformed\\. Restore it from a backup; \`keeptabs verify\` .*\n$`,
  );
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

  for (const [when, table] of [
    ["when they are met as it is opened", "%"],
    ["when they are met only as a call is booked", "spans"],
  ] as const) {
    it(`is named to whoever would import into it, with what to do, ${when}`, async () => {
      const { path } = await ledgerWith("gpt-4o");
      damage(path, table);
      const calls = fileWith("calls.jsonl", {
        trace_id: "ab".repeat(16),
        span_id: "cd".repeat(8),
        occurred_at: "2026-10-15T12:00:00Z",
        provider: "openai",
        model: "gpt-4o",
        customer: "globex",
        quantities: [{ unit: "input", quantity: 10 }],
      });
      const { code, err } = await run("import", calls, "--format", "keeptabs", "--ledger", path);
      expect([code, err]).toEqual([1, expect.stringMatching(namedDamage(path))]);
    });
  }

  it("is named to whoever would write to a ledger of which the end is gone", async () => {
    const { path } = await ledgerWith("gpt-4o");
    const pages = readFileSync(path);
    writeFileSync(path, pages.subarray(0, 3 * PAGE));
    const { code, err } = await run("forget", "acme", "--yes", "--ledger", path);
    expect([code, err]).toEqual([1, expect.stringMatching(namedDamage(path))]);
  });

  for (const [when, table] of [
    ["when they are met as it is opened", "%"],
    ["when they are met only as the name is looked for", "sqlite_autoindex_customers_1"],
  ] as const) {
    it(`is named to whoever would forget a customer in it, with what to do, ${when}`, async () => {
      const { path } = await ledgerWith("gpt-4o");
      damage(path, table);
      const { code, err } = await run("forget", "acme", "--yes", "--ledger", path);
      expect([code, err]).toEqual([1, expect.stringMatching(namedDamage(path))]);
    });
  }
});
