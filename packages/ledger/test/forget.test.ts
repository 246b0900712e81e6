import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Ledger, LedgerReader, verifyLedger } from "@keeptabs/ledger";
import { UNATTRIBUTED } from "@keeptabs/usage";
import { describe, expect, it } from "vitest";
import { bookingOf, NOON, newLedgerPath, OCTOBER } from "./bookings.ts";

const NAME = "Maria-Magdalena-Mustermann@example.com";

/** The files of a ledger's folder that hold a text. */
function holding(path: string, text: string): string[] {
  return readdirSync(dirname(path)).filter((file) => readFileSync(join(dirname(path), file)).includes(text));
}

describe("forgetting a customer", () => {
  it("wipes the identity from every byte of the files and keeps the money", async () => {
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    await ledger.append([bookingOf({ customer: NAME }), bookingOf({ customer: NAME }), bookingOf()], NOON);
    const reader = LedgerReader.open(path);
    const [before] = reader.totals({ ...OCTOBER, groupBy: [] });
    expect(holding(path, NAME)).not.toEqual([]);

    expect(await ledger.forget(NAME, NOON)).toBe(true);

    expect(reader.totals({ ...OCTOBER, groupBy: [] })).toEqual([before]);
    const customers = reader
      .totals({ ...OCTOBER, groupBy: ["customer"] })
      .map(({ key, calls }) => [key[0], calls]);
    expect(customers).toEqual(
      expect.arrayContaining([
        ["acme", 1],
        [expect.stringMatching(/^forgotten-[0-9a-f]{12}$/), 2],
      ]),
    );
    reader.close();
    expect(holding(path, NAME)).toEqual([]);
    await ledger.close();
    expect(holding(path, NAME)).toEqual([]);
    expect(verifyLedger(path)).toMatchObject({ forgotten: 1, problems: [] });
  });

  it("does not touch a feature or a model of the same name", async () => {
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    await ledger.append([bookingOf({ customer: "gpt-4o", feature: "gpt-4o" })], NOON);
    await ledger.forget("gpt-4o", NOON);
    const reader = LedgerReader.open(path);
    const [{ key } = { key: [] }] = reader.totals({ ...OCTOBER, groupBy: ["feature", "model"] });
    expect(key).toEqual(["gpt-4o", "gpt-4o"]);
    reader.close();
    await ledger.close();
  });

  it("starts anew with a customer who comes again", async () => {
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    await ledger.append([bookingOf({ customer: NAME })], NOON);
    await ledger.forget(NAME, NOON);
    const { postings } = await ledger.append([bookingOf({ customer: NAME })], NOON);
    expect(postings).toMatchObject([{ customer: NAME, calls: 1 }]);
    const reader = LedgerReader.open(path);
    expect(reader.totals({ ...OCTOBER, groupBy: ["customer"] })).toHaveLength(2);
    reader.close();
    await ledger.close();
  });

  it("keeps apart what was before and after, also for a request that waited behind, and by the name of a span above", async () => {
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    const trace = "e".repeat(32);
    const [above, below] = ["1".repeat(16), "2".repeat(16)];
    const note = { source: "default", traceId: trace, spanId: above, parentSpanId: undefined };
    const nobodys = bookingOf({
      customer: undefined,
      call: { traceId: trace, spanId: below, parentSpanId: above },
    });
    await ledger.append([bookingOf({ customer: NAME }), bookingOf({ customer: NAME }), nobodys], NOON);
    await Promise.all([
      ledger.forget(NAME, NOON),
      ledger.append([bookingOf({ customer: NAME })], NOON, [{ ...note, customer: NAME, feature: undefined }]),
    ]);
    const { cost } = LedgerReader.open(path).counters();
    expect(cost.map(({ customer }) => customer).toSorted()).toEqual([
      NAME,
      UNATTRIBUTED,
      expect.stringMatching(/^forgotten-/),
    ]);
    await ledger.close();
    const reader = LedgerReader.open(path);
    const totals = reader.totals({ ...OCTOBER, groupBy: ["customer"] });
    expect(
      totals.flatMap(({ key, calls }) => (calls > 0 ? [[key[0] === NAME, calls]] : [])).toSorted(),
    ).toEqual([
      [false, 2],
      [true, 2],
    ]);
    reader.close();
    expect(verifyLedger(path)).toMatchObject({ forgotten: 1, problems: [] });
  });

  it("does not bring the identity back with a span that is sent once more", async () => {
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    const booking = bookingOf({ customer: NAME });
    const note = {
      source: "default",
      traceId: "f".repeat(32),
      spanId: "f".repeat(16),
      parentSpanId: undefined,
      customer: NAME,
      feature: undefined,
    };
    await ledger.append([booking], NOON, [note]);
    await ledger.forget(NAME, NOON);
    expect((await ledger.append([booking], NOON, [note])).results).toEqual([{ kind: "duplicate" }]);
    expect(holding(path, NAME)).toEqual([]);
    await ledger.close();
    expect(holding(path, NAME)).toEqual([]);
  });

  it("says when there is nobody to forget", async () => {
    const ledger = await Ledger.open(newLedgerPath());
    expect(await ledger.forget("nobody", NOON)).toBe(false);
    await ledger.close();
  });
});
