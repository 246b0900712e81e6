import { Ledger, LedgerReader } from "@keeptabs/ledger";
import { charge, formatUsd, PriceBook } from "@keeptabs/pricing";
import { describe, expect, it } from "vitest";
import { bookingOf, NOON, newLedgerPath, OCTOBER } from "./bookings.ts";

const LATER = NOON + 1_000_000_000n;

/** A book in which the model costs a dollar per million tokens of input and two of output. */
const BOOK = new PriceBook([
  {
    provider: "openai",
    models: [
      {
        models: ["acme-llm-9", "gpt-4o"],
        prices: [{ source: "s", checked: "2026-11-24", rates: { input: "1", output: "2" } }],
      },
    ],
  },
]);

async function opened() {
  const path = newLedgerPath();
  const ledger = await Ledger.open(path);
  const reader = LedgerReader.open(path);
  const reprice = async () => {
    const repricings = reader.entries({ ...OCTOBER, after: 0, limit: 100 }).map((entry) => ({
      entry: entry.id,
      charge: charge(
        {
          provider: entry.provider,
          model: entry.responseModel,
          usage: entry.usage,
          atMs: Number(NOON / 1_000_000n),
        },
        BOOK,
      ),
    }));
    return ledger.reprice(repricings, "a price came late", LATER);
  };
  const close = async () => {
    reader.close();
    await ledger.close();
  };
  return { ledger, reader, reprice, close };
}

describe("repricing", () => {
  it("gives an unpriced call its price by an adjustment, and takes it out of the unpriced", async () => {
    const { ledger, reader, reprice, close } = await opened();
    const booking = bookingOf({ model: "acme-llm-9" });
    await ledger.append([booking], NOON);
    expect(reader.totals({ ...OCTOBER, groupBy: [] })).toMatchObject([
      { calls: 1, unpricedCalls: 1, net: 0n },
    ]);
    await reprice();
    const [total] = reader.totals({ ...OCTOBER, groupBy: [] });
    expect([total?.calls, total?.unpricedCalls, formatUsd(total!.net)]).toEqual([1, 0, "0.0012"]);
    expect(reader.unpriced(OCTOBER.fromMs, OCTOBER.untilMs)).toEqual([]);
    const entry = reader.entry(booking.call.traceId, booking.call.spanId);
    expect(entry).toMatchObject({
      kind: "charged",
      reason: undefined,
      priceVersion: "openai/acme-llm-9@release",
    });
    expect(
      reader.adjustments(entry!.id).map(({ kind, calls, net }) => [kind, calls, formatUsd(net)]),
    ).toEqual([
      ["repriced", -1, "0"],
      ["repriced", 1, "0.0012"],
    ]);
    await close();
  });

  it("books the difference of a wrong price once, however often it is done", async () => {
    const { ledger, reader, reprice, close } = await opened();
    await ledger.append([bookingOf(), bookingOf({ customer: "globex" })], NOON);
    expect((await reprice()).postings).toHaveLength(2);
    expect((await reprice()).postings).toHaveLength(0);
    const totals = reader.totals({ ...OCTOBER, groupBy: ["customer"] });
    expect(totals.map(({ key, net }) => [...key, formatUsd(net)]).toSorted()).toEqual([
      ["acme", "0.0012"],
      ["globex", "0.0012"],
    ]);
    expect(reader.totals({ fromMs: OCTOBER.fromMs + 1, untilMs: OCTOBER.untilMs, groupBy: [] })).toEqual(
      reader.totals({ ...OCTOBER, groupBy: [] }),
    );
    await close();
  });

  it("leaves what is covered alone, and what is taken back later goes at its newest price", async () => {
    const { ledger, reader, reprice, close } = await opened();
    const trace = { traceId: "a".repeat(32) };
    const outer = bookingOf({ call: { ...trace, spanId: "1".repeat(16), scope: "outer" } });
    await ledger.append([outer], NOON);
    await reprice();
    const inner = bookingOf({
      call: { ...trace, spanId: "2".repeat(16), parentSpanId: "1".repeat(16), scope: "inner" },
    });
    await ledger.append([inner], LATER);
    const [total] = reader.totals({ fromMs: OCTOBER.fromMs, untilMs: OCTOBER.untilMs, groupBy: [] });
    expect([total?.calls, formatUsd(total!.net)]).toEqual([1, "0.0035"]);
    await close();
  });
});
