import { Ledger, LedgerReader } from "@keeptabs/ledger";
import { sumUsd } from "@keeptabs/pricing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bookingOf, NOON, newLedgerPath, OCTOBER } from "./bookings.ts";
import { type Booked, Traffic } from "./traffic.ts";

let traffic: Traffic;
let reader: LedgerReader;

beforeAll(async () => {
  const ledger = await Ledger.open(newLedgerPath());
  traffic = new Traffic(ledger, 5);
  for (let i = 0; i < 6; i += 1) await traffic.book(30);
  await traffic.release();
  await traffic.reprice(6);
  await traffic.book(30);
  reader = LedgerReader.open(ledger.path);
});

afterAll(async () => {
  reader.close();
  await traffic.ledger.close();
});

const FROM = Date.parse("2026-09-29T00:00:00Z");
const instants = fc.integer({ min: FROM, max: FROM + 36 * 86_400_000 });

describe("what was booked into a period late", () => {
  it("is the difference between its total as it was booked until then and its total now", () => {
    const bookedAt = [...new Set(traffic.postings.map(({ bookedAtMs }) => bookedAtMs))];
    const whom = fc.option(fc.constantFrom("acme", "latecomer", "__unattributed__"), { nil: undefined });
    fc.assert(
      fc.property(
        instants,
        instants,
        fc.constantFrom(...bookedAt, 0),
        whom,
        (one, other, bookedAfterMs, customer) => {
          const period = { fromMs: Math.min(one, other), untilMs: Math.max(one, other) };
          const only = customer === undefined ? {} : { customer };
          const inPeriod = traffic.postings.filter(
            ({ posting }) =>
              posting.occurredAt >= BigInt(period.fromMs) * 1_000_000n &&
              posting.occurredAt < BigInt(period.untilMs) * 1_000_000n &&
              (customer === undefined || posting.customer === customer),
          );
          const before = inPeriod.filter(({ bookedAtMs }) => bookedAtMs <= bookedAfterMs);
          const late = reader.lateBookings({ ...period, ...only, bookedAfterMs });
          const [now] = reader.totals({ ...period, ...only, groupBy: [] });
          expect(net(before) + late.net).toBe(now?.net ?? 0n);
          expect(before.reduce((sum, { posting }) => sum + posting.calls, 0) + late.calls).toBe(
            now?.calls ?? 0,
          );
          expect(late.count).toBe(inPeriod.length - before.length);
          expect(late.bookings.length).toBe(late.count);
          expect(sumUsd(late.bookings.map((booking) => booking.net))).toBe(late.net);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("tells what each booking was, whose, why, and both of its times", async () => {
    const ledger = await Ledger.open(newLedgerPath());
    const own = LedgerReader.open(ledger.path);
    const closed = NOON + 30n * 86_400_000_000_000n;
    const nobodys = bookingOf({
      customer: undefined,
      call: { traceId: "c".repeat(32), parentSpanId: "d".repeat(16) },
    });
    await ledger.append([bookingOf(), nobodys], NOON);
    const afterwards = bookingOf({ customer: "globex" });
    await ledger.append([afterwards], closed + 1n);
    const note = {
      source: "default",
      traceId: "c".repeat(32),
      spanId: "d".repeat(16),
      parentSpanId: undefined,
    };
    await ledger.append([], closed + 2n, [{ ...note, customer: "acme", feature: undefined }]);
    const late = own.lateBookings({ ...OCTOBER, bookedAfterMs: Number(closed / 1_000_000n) });
    const seen = late.bookings.map(({ kind, customer, calls, reason, occurredAt, bookedAt }) => [
      kind,
      customer,
      calls,
      reason,
      occurredAt,
      bookedAt - closed,
    ]);
    expect(seen).toEqual([
      ["booked", "globex", 1, undefined, NOON, 1n],
      ["reattributed", "__unattributed__", -1, "named by a span above the call", NOON, 2n],
      ["reattributed", "acme", 1, "named by a span above the call", NOON, 2n],
    ]);
    expect(late).toMatchObject({ count: 3, calls: 1 });
    expect(late.bookings[0]).toMatchObject({
      traceId: afterwards.call.traceId,
      spanId: afterwards.call.spanId,
    });
    const cut = own.lateBookings({ ...OCTOBER, bookedAfterMs: Number(closed / 1_000_000n), limit: 1 });
    expect(cut).toEqual({ ...late, bookings: late.bookings.slice(0, 1) });
    expect(own.adjustments({ ...OCTOBER, customer: "acme" }).map(({ kind, calls }) => [kind, calls])).toEqual(
      [["reattributed", 1]],
    );
    expect(own.adjustments(OCTOBER)).toEqual(own.adjustments(2));
    expect(own.adjustments({ ...OCTOBER, customer: "nobody" })).toEqual([]);
    expect(() => own.lateBookings({ ...OCTOBER, bookedAfterMs: 1.5 })).toThrow(/^bookedAfterMs must be/);
    own.close();
    await ledger.close();
  });
});

function net(booked: readonly Booked[]): bigint {
  return sumUsd(booked.map(({ posting }) => posting.amount));
}
