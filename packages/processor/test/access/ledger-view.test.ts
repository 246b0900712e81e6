import { parseUsd } from "@keeptabs/pricing";
import { expect, it } from "vitest";
import { CustomerLedgerView } from "../../src/access/index.ts";
import { bookingOf, NOW, seeded } from "../operator/seed.ts";

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
