import { parseUsd } from "@keeptabs/pricing";
import { expect, it } from "vitest";
import { CustomerLedgerView } from "../../src/access/index.ts";
import { bookingOf, NOW, seeded } from "../operator/seed.ts";

const OCTOBER = { fromMs: Date.parse("2026-10-01T00:00:00Z"), untilMs: Date.parse("2026-11-01T00:00:00Z") };

it("a customer is shown that a call was charged anew, but not in whose words", async () => {
  const booking = bookingOf({ customer: "acme" });
  const { view, ledger, close } = await seeded([booking]);
  const id = view.reader.entry(booking.call.traceId, booking.call.spanId)?.id ?? 0;
  const charge = { ...booking.charge, net: parseUsd("0.004") };
  await ledger.reprice([{ entry: id, charge }], "as agreed with globex", BigInt(NOW) * 1_000_000n);
  expect(view.reader.adjustments(id).map(({ reason }) => reason)).toContain("as agreed with globex");
  const steps = new CustomerLedgerView(view.reader, "acme").adjustments(id);
  expect(steps.map(({ calls, net, reason }) => [calls, net, reason])).toEqual([
    [-1, -parseUsd("0.0035"), ""],
    [1, parseUsd("0.004"), ""],
  ]);
  await close();
});

it("of a call that went to another, the customer whose it was first is shown nothing more", async () => {
  const above = "7".repeat(16);
  const first = { ...bookingOf({ customer: "acme", ancestors: [above] }), onlyPerson: true };
  const { view, ledger, close } = await seeded([first]);
  const { traceId, spanId } = first.call;
  const note = { source: "default", traceId, spanId: above, parentSpanId: undefined, customer: "globex" };
  await ledger.append([], BigInt(NOW) * 1_000_000n, [{ ...note, person: undefined, feature: undefined }]);
  const entry = view.reader.entry(traceId, spanId);
  const id = entry?.id ?? 0;
  expect(entry?.customer).toBe("globex");
  expect(view.reader.adjustments(id).map(({ customer }) => customer)).toEqual(["acme", "globex"]);
  expect(new CustomerLedgerView(view.reader, "acme").adjustments(id)).toEqual([]);
  expect(new CustomerLedgerView(view.reader, "globex").adjustments(id)).toMatchObject([
    { customer: "globex" },
  ]);
  await close();
});

it("of two senders' calls with the same ids a customer is shown the own one, wherever it stands", async () => {
  const ids = { traceId: "6".repeat(32), spanId: "6".repeat(16) };
  const { view, close } = await seeded([
    { ...bookingOf({ customer: "globex", call: ids }), source: "other" },
    bookingOf({ customer: "acme", call: ids }),
  ]);
  for (const customer of ["acme", "globex"]) {
    const seen = new CustomerLedgerView(view.reader, customer);
    expect(seen.entry(ids.traceId, ids.spanId)?.customer).toBe(customer);
  }
  expect(new CustomerLedgerView(view.reader, "nobody").entry(ids.traceId, ids.spanId)).toBeUndefined();
  await close();
});

it("lists, late bookings and data quality are kept to the customer, whoever is asked for", async () => {
  const { view, ledger, close } = await seeded([
    bookingOf({ customer: "acme" }),
    bookingOf({ customer: "globex" }),
  ]);
  const [entry] = view.reader.calls({ ...OCTOBER, customer: "acme", order: "newest", limit: 1 }).calls;
  const charge = { ...bookingOf().charge, net: parseUsd("0.004") };
  await ledger.reprice(
    [{ entry: entry?.id ?? 0, charge }],
    "as agreed with globex",
    BigInt(NOW) * 1_000_000n,
  );
  const seen = new CustomerLedgerView(view.reader, "acme");
  const list = { ...OCTOBER, order: "newest", limit: 10 } as const;
  expect(seen.calls(list).calls.map(({ customer }) => customer)).toEqual(["acme"]);
  expect(seen.calls({ ...list, customer: "globex" })).toEqual({ calls: [] });
  const late = seen.lateBookings({ ...OCTOBER, bookedAfterMs: 0 });
  expect(late.bookings.map(({ customer, reason }) => [customer, reason])).toEqual([
    ["acme", undefined],
    ["acme", ""],
    ["acme", ""],
  ]);
  expect(seen.lateBookings({ ...OCTOBER, bookedAfterMs: 0, customer: "globex" }).count).toBe(0);
  expect(seen.quality(OCTOBER.fromMs, OCTOBER.untilMs).map(({ calls }) => calls)).toEqual([1]);
  expect(seen.quality(OCTOBER.fromMs, OCTOBER.untilMs, "globex")).toEqual([]);
  await close();
});
