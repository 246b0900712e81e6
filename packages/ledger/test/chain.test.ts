import {
  copyFileSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { acceptLedger, backupLedger, Ledger, LedgerReader, verifyLedger } from "@keeptabs/ledger";
import { describe, expect, it } from "vitest";
import { bookingOf, NOON, newLedgerPath, OCTOBER } from "./bookings.ts";

/** A page of the file and its head, in the write-ahead log. */
const FRAME = 4096 + 24;
const LATER = NOON + 1_000_000_000n;

/** A closed ledger of three batches, with an adjustment. */
async function ledgerOfThree(): Promise<string> {
  const path = newLedgerPath();
  const ledger = await Ledger.open(path);
  await ledger.append([bookingOf(), bookingOf({ customer: "globex" })], NOON);
  const trace = "e".repeat(32);
  const unnamed = { customer: undefined, feature: undefined, ancestors: ["1".repeat(16)] };
  await ledger.append([bookingOf({ ...unnamed, call: { traceId: trace } })], LATER);
  const note = { source: "default", traceId: trace, spanId: "1".repeat(16), parentSpanId: undefined };
  await ledger.append([], LATER, [{ ...note, customer: "initech", feature: "search" }]);
  await ledger.close();
  return path;
}

/** Changes a ledger behind its back, as somebody with the file and SQLite could. */
function tamper(path: string, sql: string): void {
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  const triggers = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all();
  for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`);
  database.exec(sql);
  database.close();
}

describe("a ledger that nobody touched", () => {
  it("is verified: every batch, every identity, every sum", async () => {
    const path = await ledgerOfThree();
    expect(verifyLedger(path)).toMatchObject({ batches: 3, entries: 3, adjustments: 2, problems: [] });
  });

  it("can be verified while it is written to", async () => {
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    const writing = (async () => {
      for (let i = 0; i < 20; i += 1) await ledger.append([bookingOf(), bookingOf()], NOON);
    })();
    for (let i = 0; i < 5; i += 1) {
      expect(verifyLedger(path).problems).toEqual([]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await writing;
    await ledger.close();
    expect(verifyLedger(path)).toMatchObject({ entries: 40, problems: [] });
  });

  it("goes on with its chain after a restart", async () => {
    const path = await ledgerOfThree();
    const before = verifyLedger(path);
    const ledger = await Ledger.open(path);
    await ledger.append([bookingOf()], LATER);
    await ledger.close();
    const after = verifyLedger(path);
    expect(after).toMatchObject({ batches: 4, problems: [] });
    expect(after.head).not.toBe(before.head);
  });
});

describe("a change behind the ledger's back is found and named:", () => {
  it.each([
    [
      "an amount",
      "UPDATE entries SET net_nano = net_nano - 1 WHERE id = 3",
      /batch 2 \(entries 3 to 3\) is not as it was written/,
    ],
    [
      "whose a call is",
      "UPDATE entries SET customer = (SELECT id FROM customers WHERE name = 'globex') WHERE id = 1",
      /batch 1 \(entries 1 to 2\)/,
    ],
    ["when it was", "UPDATE entries SET occurred_at = occurred_at + 1 WHERE id = 2", /batch 1 /],
    ["how it was priced", "UPDATE entries SET detail = replace(detail, '0', '1') WHERE id = 2", /batch 1 /],
    ["a rate", "UPDATE rates SET rate = replace(rate, '2.5', '1.5')", /1 rates are not as they were written/],
    ["an adjustment", "UPDATE adjustments SET net_atto = 1 WHERE id = 2", /batch 3 /],
    [
      "a customer's name",
      "UPDATE customers SET name = 'acme2' WHERE name = 'acme'",
      /1 customers do not have the names/,
    ],
    ["a feature's name", "UPDATE names SET name = 'assistent' WHERE name = 'assistant'", /batch 1 /],
    ["an entry taken out", "DELETE FROM entries WHERE id = 2", /batch 1 /],
    [
      "an entry put in",
      "INSERT INTO entries SELECT 99, zeroblob(16), zeroblob(8), source, flags, customer, feature, provider, model, scope, response_id, response_key, started_at, occurred_at, booked_at, net_nano, net_atto, detail, covered_by, content_hash, ancestors FROM entries WHERE id = 1",
      /1 entries belong to no batch/,
    ],
    ["a batch taken out", "DELETE FROM batches WHERE seq = 2", /from batch 1 to batch 3/],
    [
      "the last batch taken out",
      "DELETE FROM batches WHERE seq = 3",
      /ends with batch 2, but its anchor knows batch 3/,
    ],
    ["an identity", "DELETE FROM spans WHERE entry = 1", /1 entries do not have the identity/],
    ["an instrumentation", "DELETE FROM instrumentations", /1 instrumentations of the entries are not known/],
    ["a total", "UPDATE hourly_totals SET calls = calls + 1", /hourly totals are not the sums/],
    ["a quantity", "UPDATE hourly_quantities SET quantity = 1", /hourly quantities are not the sums/],
    [
      "a day's total",
      "UPDATE daily_customers SET calls = calls + 1",
      /sums of daily_customers are not the sums/,
    ],
    ["a counter", "UPDATE counters SET whole = whole + 1 WHERE metric = 1", /cost counters are not the sums/],
  ])("%s", async (_, sql, expected) => {
    const path = await ledgerOfThree();
    tamper(path, sql);
    const { problems } = verifyLedger(path);
    expect(problems.join("\n")).toMatch(expected);
  });
});

describe("a ledger whose end was lost", () => {
  it("is not written to any more until somebody accepts it or restores a backup", async () => {
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    await ledger.append([bookingOf()], NOON);
    await ledger.append([bookingOf()], LATER);
    // The log holds all of it: a damaged one is what SQLite drops without a word.
    const copy = newLedgerPath();
    for (const ending of ["", "-wal", ".anchor"]) copyFileSync(path + ending, copy + ending);
    await ledger.close();
    // The last frame is the one that says that the last transaction was committed.
    truncateSync(`${copy}-wal`, statSync(`${copy}-wal`).size - FRAME);

    expect(verifyLedger(copy).problems.join()).toMatch(/anchor knows batch 2: committed calls are missing/);
    await expect(Ledger.open(copy)).rejects.toThrow(/committed calls are missing.*keeptabs verify --accept/);
    const reader = LedgerReader.open(copy);
    expect(reader.totals({ ...OCTOBER, groupBy: [] })).toMatchObject([{ calls: 1 }]);
    reader.close();

    expect(acceptLedger(copy)).toMatchObject({ seq: 1 });
    await (await Ledger.open(copy)).close();
    expect(verifyLedger(copy).problems).toEqual([]);
  });

  it("is noticed also when one bit of the log flipped", async () => {
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    for (let i = 0; i < 5; i += 1) await ledger.append([bookingOf()], NOON);
    const copy = newLedgerPath();
    for (const ending of ["", "-wal", ".anchor"]) copyFileSync(path + ending, copy + ending);
    await ledger.close();
    const log = readFileSync(`${copy}-wal`);
    const at = Math.floor(log.length * 0.7);
    log[at] = (log[at] ?? 0) ^ 1;
    writeFileSync(`${copy}-wal`, log);
    expect(verifyLedger(copy).problems.join()).toMatch(/committed calls are missing/);
    await expect(Ledger.open(copy)).rejects.toThrow(/committed calls are missing/);
  });

  it("can't be told without an anchor, and that is said", async () => {
    const path = await ledgerOfThree();
    rmSync(`${path}.anchor`);
    expect(verifyLedger(path).problems.join()).toMatch(/there is no anchor beside the ledger/);
  });
});

describe("a backup", () => {
  it("is a whole ledger with an anchor of its own, taken while calls are booked", async () => {
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    await ledger.append([bookingOf()], NOON);
    const target = `${newLedgerPath()}.backup`;
    const during = Promise.all(Array.from({ length: 10 }, () => ledger.append([bookingOf()], NOON)));
    const { seq } = backupLedger(path, target);
    await during;
    await ledger.append([bookingOf()], NOON);
    await ledger.close();
    expect(verifyLedger(target)).toMatchObject({ batches: seq, problems: [] });
    expect(existsSync(`${target}.anchor`)).toBe(true);
  });

  it("takes what came after it once more without doubling what it has", async () => {
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    const [before, after] = [bookingOf(), bookingOf()];
    await ledger.append([before], NOON);
    const target = newLedgerPath();
    backupLedger(path, target);
    await ledger.append([after], NOON);
    await ledger.close();
    const restored = await Ledger.open(target);
    expect((await restored.append([before, after], NOON)).results.map(({ kind }) => kind)).toEqual([
      "duplicate",
      "booked",
    ]);
    await restored.close();
    expect(verifyLedger(target).problems).toEqual([]);
  });

  it("can be read by its owner only, as the ledger", async () => {
    const path = await ledgerOfThree();
    const target = newLedgerPath();
    backupLedger(path, target);
    for (const file of [target, `${target}.anchor`]) expect(statSync(file).mode & 0o077).toBe(0);
  });

  it("does not write over a file", async () => {
    const path = await ledgerOfThree();
    expect(() => backupLedger(path, path)).toThrow(/the file exists already/);
  });
});
