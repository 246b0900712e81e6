import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ledgerOf } from "./bench/report/ledger-file.ts";

const folder = join(tmpdir(), "keeptabs-bench");

it("a benchmark that fills a large file says so before, fills it once, and leaves nothing else there", async () => {
  const said: string[] = [];
  const path = await ledgerOf(9_000, (text) => said.push(text));
  expect(said).toEqual([
    expect.stringMatching(/^filling a ledger of about \d+\.\d GB in .*keeptabs-bench, which stays there/),
    expect.stringMatching(/^the ledger was filled in/),
  ]);
  const files = readdirSync(folder);
  expect(files.map((name) => join(folder, name))).toContain(path);
  expect(files.filter((name) => name.startsWith(`draft-${process.pid}`))).toEqual([]);
  expect(await ledgerOf(9_000, (text) => said.push(text))).toBe(path);
  expect(said).toHaveLength(2);
});
