import { existsSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { Ledger, LedgerError, LedgerReader, verifyLedger } from "@keeptabs/ledger";
import { describe, expect, it } from "vitest";
import { bookingOf, NOON, newLedgerPath } from "./bookings.ts";

describe("the ledger's file", () => {
  it("keeps everything over a restart", async () => {
    const path = newLedgerPath();
    const first = await Ledger.open(path);
    const booking = bookingOf();
    await first.append([booking], NOON);
    await first.close();
    const second = await Ledger.open(path);
    expect((await second.append([booking], NOON)).results).toEqual([{ kind: "duplicate" }]);
    await second.close();
    const reader = LedgerReader.open(path);
    expect(reader.counters().cost).toMatchObject([{ customer: "acme", amount: booking.charge.net }]);
    reader.close();
  });

  it("has one writer: a second one is refused in one sentence, and let in after the first has closed", async () => {
    const path = newLedgerPath();
    const first = await Ledger.open(path);
    await expect(Ledger.open(path)).rejects.toThrow(`another process is writing to the ledger ${path}`);
    await first.close();
    await (await Ledger.open(path)).close();
  });

  it("has one writer, by whatever name it is opened", async () => {
    const path = newLedgerPath();
    const [link, folder] = [`${newLedgerPath()}.link`, `${newLedgerPath()}.folder`];
    symlinkSync(path, link);
    symlinkSync(dirname(path), folder);
    // The first one makes the file.
    for (const name of [link, path, join(folder, basename(path))]) {
      const first = await Ledger.open(name);
      await first.append([bookingOf()], NOON);
      for (const other of [path, link, join(folder, basename(path))])
        await expect(Ledger.open(other)).rejects.toThrow(`another process is writing to the ledger ${other}`);
      await first.close();
    }
    expect(verifyLedger(link)).toMatchObject({ entries: 3, problems: [] });
    expect(existsSync(`${link}.anchor`)).toBe(false);
  });

  it("refuses those together that wait together while another process holds it", {
    timeout: 60_000,
  }, async () => {
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    const foreign = new DatabaseSync(path);
    foreign.exec("BEGIN IMMEDIATE");
    const before = ledger.append([bookingOf()], NOON);
    before.catch(() => undefined);
    // The next come while the writer waits for the lock, and so share one transaction.
    await sleep(500);
    const together = Array.from({ length: 6 }, () => ledger.append([bookingOf()], NOON));
    await expect(before).rejects.toThrow(/could not commit: database is locked/);
    const outcomes = Promise.allSettled(together);
    // Whoever were tried alone after this would be booked.
    await together[0]?.catch(() => foreign.exec("ROLLBACK"));
    expect((await outcomes).map(({ status }) => status)).toEqual(together.map(() => "rejected"));
    expect((await ledger.append([bookingOf()], NOON)).results).toEqual([
      { kind: "booked", entry: "charged" },
    ]);
    foreign.close();
    await ledger.close();
  });

  it("is refused when it belongs to somebody else, and left as it is", async () => {
    const path = newLedgerPath();
    const other = new DatabaseSync(path);
    other.exec("CREATE TABLE theirs (x)");
    other.close();
    await expect(Ledger.open(path)).rejects.toThrow(/is a SQLite file, but not a Keeptabs ledger/);
    writeFileSync(`${path}.txt`, "no database at all, but long enough to have a header of its own");
    await expect(Ledger.open(`${path}.txt`)).rejects.toThrow(LedgerError);
  });

  it("is refused when a newer release wrote it", async () => {
    const path = newLedgerPath();
    await (await Ledger.open(path)).close();
    const newer = new DatabaseSync(path);
    newer.exec("PRAGMA user_version = 99");
    newer.close();
    await expect(Ledger.open(path)).rejects.toThrow(/schema 99, this release knows 3: use a newer release/);
    expect(() => LedgerReader.open(path)).toThrow(/use a newer release/);
  });

  it("says which path it cannot write", async () => {
    await expect(Ledger.open("/nowhere/at/all/ledger.db")).rejects.toThrow(
      "cannot open the ledger /nowhere/at/all/ledger.db: there is no folder /nowhere/at/all",
    );
  });

  it("can be read by its owner only, and so can all that lies beside it", async () => {
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    await ledger.append([bookingOf()], NOON);
    for (const ending of ["", "-wal", ".anchor"]) expect(statSync(path + ending).mode & 0o077).toBe(0);
    await ledger.close();
  });

  it("is not made by looking for it", () => {
    const path = newLedgerPath();
    expect(() => LedgerReader.open(path)).toThrow(LedgerError);
    expect(existsSync(path)).toBe(false);
  });

  it("does not let entries be changed or deleted", async () => {
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    await ledger.append([bookingOf()], NOON);
    await ledger.close();
    const database = new DatabaseSync(path);
    expect(() => database.exec("UPDATE entries SET net_nano = 0")).toThrow(/append-only/);
    expect(() => database.exec("DELETE FROM entries")).toThrow(/append-only/);
    database.close();
  });
});
