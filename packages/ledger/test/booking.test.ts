import { type Booking, Ledger, LedgerReader, verifyLedger } from "@keeptabs/ledger";
import { type AttoUsd, formatUsd, sumUsd } from "@keeptabs/pricing";
import { missingUsage, UNATTRIBUTED, usageOf } from "@keeptabs/usage";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bookingOf, NOON, newLedgerPath, OCTOBER } from "./bookings.ts";

let path: string;
let ledger: Ledger;
let reader: LedgerReader;

beforeEach(async () => {
  path = newLedgerPath();
  ledger = await Ledger.open(path);
  reader = LedgerReader.open(path);
});

afterEach(async () => {
  reader.close();
  await ledger.close();
});

async function book(...bookings: Booking[]) {
  const { results } = await ledger.append(bookings, NOON);
  return results.map((result) => (result.kind === "booked" ? result.entry : result.kind));
}

function total(): string {
  return formatUsd(sumUsd(reader.totals({ ...OCTOBER, groupBy: [] }).map(({ net }) => net)));
}

describe("booking", () => {
  it("puts a call into the ledger with its charge, line by line", async () => {
    const booking = bookingOf();
    expect(await book(booking)).toEqual(["charged"]);
    const entry = reader.entry(booking.call.traceId, booking.call.spanId);
    expect(entry).toMatchObject({
      customer: "acme",
      feature: "assistant",
      responseModel: "gpt-4o",
      posted: true,
      net: booking.charge.net,
      occurredAt: NOON,
    });
    expect(entry?.lines).toEqual(booking.charge.lines);
    expect(entry?.quantities).toEqual([
      ["input", 1000],
      ["output", 100],
    ]);
  });

  it("books a batch that is sent ten times once", async () => {
    const batch = Array.from({ length: 50 }, () => bookingOf());
    expect(new Set(await book(...batch))).toEqual(new Set(["charged"]));
    for (let i = 0; i < 9; i += 1) expect(new Set(await book(...batch))).toEqual(new Set(["duplicate"]));
    expect(total()).toBe("0.175");
  });

  it("knows a call again by the times that were sent, however we date it", async () => {
    const sentTimes = { startedAt: 0n, occurredAt: NOON * 2n };
    const { call, ...rest } = bookingOf();
    const dated = (at: bigint) => ({ ...rest, call: { ...call, startedAt: at, occurredAt: at }, sentTimes });
    expect(await book(dated(NOON))).toEqual(["charged"]);
    expect(await book(dated(NOON + 1n))).toEqual(["duplicate"]);
    expect(await book({ ...dated(NOON), sentTimes: { ...sentTimes, occurredAt: 1n } })).toEqual(["conflict"]);
    expect(reader.entry(call.traceId, call.spanId)?.occurredAt).toBe(NOON);
  });

  it("books a span once that stands twice in one batch", async () => {
    const booking = bookingOf();
    expect(await book(booking, booking)).toEqual(["charged", "duplicate"]);
    expect(total()).toBe("0.0035");
  });

  it("keeps a span with other content aside and changes nothing", async () => {
    const booking = bookingOf();
    const other = { ...booking, call: { ...booking.call, usage: usageOf([["input", 5]]) } };
    expect(await book(booking, other)).toEqual(["charged", "conflict"]);
    expect(total()).toBe("0.0035");
    expect(reader.conflicts()).toBe(1);
  });

  it("does not take two senders' equal span ids for one call", async () => {
    const booking = bookingOf();
    expect(await book(booking, { ...booking, source: "other" })).toEqual(["charged", "charged"]);
  });

  it("keeps an unpriced call with its reason, and counts it", async () => {
    const booking = bookingOf({ model: "acme-llm-9" });
    expect(await book(booking)).toEqual(["unpriced"]);
    expect(reader.unpriced(OCTOBER.fromMs, OCTOBER.untilMs)).toEqual([
      { provider: "openai", model: "acme-llm-9", reason: "model_not_found", calls: 1 },
    ]);
    expect(reader.counters().unpriced).toEqual([
      { provider: "openai", model: "acme-llm-9", reason: "model_not_found", count: 1n },
    ]);
  });

  it("refuses an amount that it can't hold, rather than to cut it off", async () => {
    const booking = bookingOf();
    const net = (2n ** 64n * 10n ** 9n + 5n) as AttoUsd;
    const huge = { ...booking, charge: { ...booking.charge, net } };
    await expect(book(huge)).rejects.toThrow(/^a net amount must be less than 2\^63 nano-USD/);
    expect(total()).toBe("0");
  });

  it("posts a call without a customer to the unattributed", async () => {
    await book(bookingOf({ customer: undefined, feature: undefined }));
    expect(reader.totals({ ...OCTOBER, groupBy: ["customer", "feature"] })[0]?.key).toEqual([
      UNATTRIBUTED,
      "",
    ]);
  });

  it("counts an aborted call without usage as failed and unpriced", async () => {
    const usage = missingUsage({ lowerBound: true });
    await book(bookingOf({ call: { usage, outcome: "aborted" } }));
    expect(reader.totals({ ...OCTOBER, groupBy: [] })).toMatchObject([
      { calls: 1, unpricedCalls: 1, failedCalls: 1 },
    ]);
    expect(reader.counters().calls).toEqual([
      { customer: "acme", feature: "assistant", outcome: "aborted", count: 1n },
    ]);
  });

  it("gives the same totals whatever the batches and their order, with every batch sent twice", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...Array(20).keys()], { minLength: 20 }),
        fc.integer({ min: 1, max: 7 }),
        async (order, size) => {
          const one = newLedgerPath();
          const scratch = await Ledger.open(one);
          const batch = Array.from({ length: 20 }, (_, i) => bookingOf({ customer: `c${i % 3}` }));
          const shuffled = order.map((i) => batch[i]!);
          for (let at = 0; at < shuffled.length; at += size) {
            await Promise.all([
              scratch.append(shuffled.slice(at, at + size), NOON),
              scratch.append(shuffled.slice(at, at + size), NOON),
            ]);
          }
          const view = LedgerReader.open(one);
          const totals = view
            .totals({ ...OCTOBER, groupBy: ["customer"] })
            .map(({ key, net }) => [...key, formatUsd(net)]);
          expect(totals.toSorted()).toEqual([
            ["c0", "0.0245"],
            ["c1", "0.0245"],
            ["c2", "0.021"],
          ]);
          view.close();
          await scratch.close();
        },
      ),
      { numRuns: 8 },
    );
  });

  it("refuses an id that is not hex with an error that names it, and books nothing of the batch", async () => {
    const bad = bookingOf({ call: { spanId: "xyz" } });
    await expect(ledger.append([bookingOf(), bad], NOON)).rejects.toThrow(
      /span id must be 8 bytes of hex, got "xyz"/,
    );
    expect(reader.lastCallMs()).toBeUndefined();
  });
});

describe("totals", () => {
  it("are the sum of the entries, from hours and from entries alike", async () => {
    const hours = [0n, 1n, 25n, 700n];
    await book(...hours.map((h) => bookingOf({ call: { occurredAt: NOON - h * 3_600_000_000_000n } })));
    const byHours = reader.totals({ ...OCTOBER, groupBy: ["customer"] });
    const byEntries = reader.totals({
      fromMs: OCTOBER.fromMs + 1,
      untilMs: OCTOBER.untilMs - 1,
      groupBy: ["customer"],
    });
    expect(byHours).toEqual(byEntries);
    expect(byHours[0]).toMatchObject({ calls: 3 });
  });

  it("can be filtered by customer, feature, provider and model", async () => {
    await book(bookingOf(), bookingOf({ customer: "globex" }), bookingOf({ feature: "search" }));
    const only = (filter: object) => reader.totals({ ...OCTOBER, groupBy: [], ...filter })[0]?.calls ?? 0;
    expect(only({ customer: "acme" })).toBe(2);
    expect(only({ feature: "search" })).toBe(1);
    expect(only({ provider: "openai", model: "gpt-4o" })).toBe(3);
    expect(only({ customer: "nobody" })).toBe(0);
  });

  it("sum units apart", async () => {
    await book(bookingOf(), bookingOf());
    expect(reader.quantities({ ...OCTOBER, groupBy: ["customer"] })).toEqual([
      { key: ["acme"], unit: "input", quantity: 2000n },
      { key: ["acme"], unit: "output", quantity: 200n },
    ]);
  });

  it("of before 1970 stand in the hours and days in which verify looks for them", async () => {
    const minute = 60_000_000_000n;
    for (const minutes of [1n, 30n, 61n, 25n * 60n]) {
      await book(bookingOf({ call: { startedAt: -minutes * minute, occurredAt: -minutes * minute } }));
    }
    await ledger.close();
    expect(verifyLedger(path).problems).toEqual([]);
  });
});
