import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runCli } from "@keeptabs/cli";
import { Ledger } from "@keeptabs/ledger";
import { hashOfToken, mintToken, parseConfig, startProcessor } from "@keeptabs/processor";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { totalsOf } from "./ledgers.ts";
import { fileWith, ledgerWith, NOON, priceFileFor, run } from "./running.ts";

const TOKEN = mintToken();

/** The files beside a ledger that hold a text. */
function holding(path: string, text: string): string[] {
  return readdirSync(dirname(path), { recursive: true, encoding: "utf8" })
    .map((name) => join(dirname(path), name))
    .filter((file) => statSync(file).isFile() && readFileSync(file).includes(text));
}

/** Runs a command where a person sits and answers. */
async function runAsking(answer: string, ...args: readonly string[]) {
  const asked: string[] = [];
  let err = "";
  const code = await runCli(args, {
    out: () => {},
    err: (text) => {
      err += text;
    },
    isTerminal: true,
    ask: async (question) => {
      asked.push(question);
      return answer;
    },
    now: () => NOON,
  });
  return { code, asked, err };
}

async function serving(path: string, yaml = "") {
  const text = `tokens:\n  - { name: ops, role: admin, sha256: "${hashOfToken(TOKEN)}" }\n${yaml}`;
  const config = { ...parseConfig(text, "test.yaml"), ledgerPath: path };
  return startProcessor({
    config: { ...config, ingest: { ...config.ingest, port: 0 }, operator: { ...config.operator, port: 0 } },
    log: pino({ level: "silent" }),
    now: () => NOON,
  });
}

describe("keeptabs forget", () => {
  it("leaves the id in no file beside the ledger, all sums as they were, and the ledger intact", async () => {
    const { path } = await ledgerWith("gpt-4o", "gpt-4o-mini");
    mkdirSync(`${path}.quarantine`);
    writeFileSync(`${path}.quarantine/2026-a.json`, '{"customer":"acme"');
    writeFileSync(`${path}.quarantine/2026-b.json`, '{"customer":"globex"');
    writeFileSync(`${path}.import-0123456789abcdef.json`, '{"file":"/imports/acme.csv"}');
    const config = fileWith("keeptabs.yaml", "customers:\n  - id: acme\n");
    const before = totalsOf(path);
    expect(holding(path, "acme").length).toBeGreaterThanOrEqual(3);

    const { code, out } = await run("forget", "acme", "--yes", "--ledger", path, "--config", config);
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/Forgotten\..*\n2 files .*\n.*keeptabs\.yaml:\n {2}customers\nBackups/),
    ]);
    expect(holding(path, "acme")).toEqual([]);
    expect(holding(path, "globex")).toHaveLength(1);
    const after = totalsOf(path).map((line) => line.replace(/^forgotten-[0-9a-f]{12}\|/, "acme|"));
    expect(after).toEqual(before);
    expect((await run("verify", "--ledger", path)).code).toBe(0);
    const again = await run("forget", "acme", "--yes", "--ledger", path);
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('nobody knows a customer "acme"')]);
  });

  it("finds what lies beside the ledger by whatever name that is opened", async () => {
    const { path } = await ledgerWith("gpt-4o");
    mkdirSync(`${path}.quarantine`);
    writeFileSync(`${path}.quarantine/2026-a.json`, '{"customer":"acme"');
    writeFileSync(`${path}.import-0123456789abcdef.json`, '{"file":"/imports/acme.csv"}');
    const link = fileWith("link", "");
    rmSync(link);
    symlinkSync(path, link);
    const { code, out } = await run("forget", "acme", "--yes", "--ledger", link, "--json");
    expect([code, JSON.parse(out).files_removed]).toEqual([0, 2]);
    expect(holding(path, "acme")).toEqual([]);
  });

  it("asks a person, and does nothing where there is none or the answer is another", async () => {
    const { path } = await ledgerWith("gpt-4o");
    const unasked = await run("forget", "acme", "--ledger", path);
    expect([unasked.code, unasked.err]).toEqual([2, expect.stringMatching(/--yes: needed/)]);
    const other = await runAsking("yes", "forget", "acme", "--ledger", path);
    expect([other.code, other.err, other.asked]).toEqual([
      2,
      expect.stringMatching(/nothing was changed/),
      [expect.stringContaining('Forget "acme" for ever?')],
    ]);
    expect(totalsOf(path)).toMatchObject([expect.stringMatching(/^acme\|/)]);
    expect((await runAsking("acme", "forget", "acme", "--ledger", path)).code).toBe(0);
    expect(totalsOf(path)).toMatchObject([expect.stringMatching(/^forgotten-/)]);
  });

  it("refuses what is no customer, and a ledger that is not there", async () => {
    const { path } = await ledgerWith("gpt-4o");
    expect(await run("forget", "__unattributed__", "--yes", "--ledger", path)).toMatchObject({ code: 2 });
    expect(await run("forget", "acme", "--yes", "--ledger", `${path}.not`)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/there is no ledger/),
    });
  });

  it("does not take an address that leads elsewhere for a processor that knows no such customer", async () => {
    const { path } = await ledgerWith("gpt-4o");
    const processor = await serving(path);
    try {
      for (const address of [processor.ingestUrl, `${processor.operatorUrl}/elsewhere`]) {
        const { code, err } = await run("forget", "acme", "--yes", "--processor", address, "--token", TOKEN);
        expect([code, err]).toEqual([
          1,
          expect.stringMatching(/answered 404.*--processor is the address of/),
        ]);
        expect(err).not.toMatch(/nobody knows|no such customer/);
      }
      expect(totalsOf(path)).toMatchObject([expect.stringMatching(/^acme\|/)]);
    } finally {
      await processor.stop();
    }
  });

  it("says how to go by a processor that holds the ledger, and goes by it", async () => {
    const { path } = await ledgerWith("gpt-4o");
    const processor = await serving(path);
    try {
      const locked = await run("forget", "acme", "--yes", "--ledger", path);
      expect([locked.code, locked.err]).toEqual([
        1,
        expect.stringMatching(/--processor .*token of role admin/),
      ]);
      const at = ["--processor", processor.operatorUrl, "--ledger", path];
      const refused = await run("forget", "acme", "--yes", ...at, "--token", "kt_wrong");
      expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/answered 401.*KEEPTABS_TOKEN/)]);
      expect(await run("forget", "nobody", "--yes", ...at, "--token", TOKEN)).toMatchObject({
        code: 1,
        err: expect.stringMatching(/answered 404: there is no such customer\n$/),
      });
      const { code, out } = await run("forget", "acme", "--yes", "--json", ...at, "--token", TOKEN);
      expect([code, JSON.parse(out)]).toEqual([
        0,
        { in_ledger: true, files_removed: 0, named_in_configuration: [] },
      ]);
      expect(holding(path, "acme")).toEqual([]);
    } finally {
      await processor.stop();
    }
    expect(await run("forget", "x", "--yes", "--processor", processor.operatorUrl)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/does not answer/),
    });
    expect(await run("forget", "x", "--yes", "--processor", "nowhere")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--processor: "nowhere"/),
    });
  });
});

describe("keeptabs reprice --processor", () => {
  it("tells and books the same by the processor's prices as directly on the file", async () => {
    const period = ["--from", "2026-10-01", "--to", "2026-11-01"];
    const prices = `prices:\n  files: [${priceFileFor("acme-llm-9")}]\n`;
    const [direct, served] = [
      await ledgerWith("gpt-4o", "acme-llm-9"),
      await ledgerWith("gpt-4o", "acme-llm-9"),
    ];
    const config = fileWith("keeptabs.yaml", prices);
    const processor = await serving(served.path, prices);
    const at = ["--processor", processor.operatorUrl, "--token", TOKEN];
    try {
      const locked = await run("reprice", ...period, "--ledger", served.path, "--config", config);
      expect([locked.code, locked.err]).toEqual([1, expect.stringMatching(/--processor/)]);
      for (const form of [["--dry-run", "--json"], ["--dry-run"], []]) {
        const there = await run("reprice", ...period, ...form, ...at);
        const here = await run("reprice", ...period, ...form, "--ledger", direct.path, "--config", config);
        expect([form, there]).toEqual([form, here]);
        expect(there.out).toContain("0.0012");
      }
    } finally {
      await processor.stop();
    }
    expect(totalsOf(served.path)).toEqual(totalsOf(direct.path));
    const ledger = await Ledger.open(served.path);
    await ledger.close();
  });
});
