import { parseUsd } from "@keeptabs/pricing";
import { expect, it } from "vitest";
import { CustomerLedgerView } from "../../src/access/index.ts";
import { bookingOf, NOW, seeded } from "../operator/seed.ts";

it("a customer is shown that a call was charged anew, but not in whose words, and nothing of another's call", async () => {
  const booking = bookingOf({ customer: "acme" });
  const { view, ledger, close } = await seeded([booking, bookingOf({ customer: "globex" })]);
  const id = view.reader.entry(booking.call.traceId, booking.call.spanId)?.id ?? 0;
  const charge = { ...booking.charge, net: parseUsd("0.004") };
  await ledger.reprice([{ entry: id, charge }], "as agreed with globex", BigInt(NOW) * 1_000_000n);
  expect(view.reader.adjustments(id).map(({ reason }) => reason)).toContain("as agreed with globex");
  const steps = (customer: string) =>
    new CustomerLedgerView(view.reader, customer)
      .adjustments(id)
      .map(({ calls, net, reason }) => [calls, net, reason]);
  expect(steps("acme")).toEqual([
    [-1, -parseUsd("0.0035"), ""],
    [1, parseUsd("0.004"), ""],
  ]);
  expect(steps("globex")).toEqual([]);
  await close();
});
