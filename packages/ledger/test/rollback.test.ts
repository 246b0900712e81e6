import { type Booking, Ledger, LedgerReader, verifyLedger } from "@keeptabs/ledger";
import { type AttoUsd, charge, defaultPriceBook, formatUsd } from "@keeptabs/pricing";
import { usageOf } from "@keeptabs/usage";
import { describe, expect, it } from "vitest";
import { bookingOf, NOON, newLedgerPath, OCTOBER } from "./bookings.ts";

/** A booking that no ledger takes: nothing costs less than nothing. */
function impossible(): Booking {
  const booking = bookingOf();
  return { ...booking, charge: { ...booking.charge, net: -1n as AttoUsd } };
}

/** A call whose customer, feature, model, rates and instrumentation no other test's call has. */
function novelty(responseId: string): Booking {
  const usage = usageOf([
    ["input", 1000],
    ["cache_read", 500],
    ["output", 100],
  ]);
  return bookingOf({
    customer: "newcomer",
    feature: "novelty",
    model: "gpt-4.1-mini",
    call: { scope: "a-second-instrumentation", responseId, usage },
  });
}

describe("a request that fails", () => {
  it("leaves nothing of its new names, rates and instrumentations, and is booked in full when it comes again", async () => {
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    const seen = bookingOf({ call: { responseId: "chatcmpl-1", startedAt: NOON - 1n } });
    await ledger.append([seen], NOON);
    const news = [novelty("chatcmpl-1"), novelty("chatcmpl-2")];
    await expect(ledger.append([...news, impossible()], NOON)).rejects.toThrow("could not commit");
    // Others take the numbers that were given to names in the transaction that failed.
    await ledger.append([bookingOf({ customer: "other", feature: "other", model: "no-such-model" })], NOON);
    const { results } = await ledger.append(news, NOON);
    expect(results).toEqual([
      { kind: "booked", entry: "charged" },
      { kind: "booked", entry: "charged" },
    ]);
    await ledger.close();

    const reader = LedgerReader.open(path);
    const totals = reader.totals({ ...OCTOBER, groupBy: ["customer", "feature", "model"] });
    expect(totals.map(({ key, calls }) => [...key, calls])).toEqual(
      expect.arrayContaining([
        ["newcomer", "novelty", "gpt-4.1-mini", 2],
        ["other", "other", "no-such-model", 1],
      ]),
    );
    // The first of them describes the call that was seen before, and knows more of it.
    expect(totals.filter(({ calls }) => calls > 0)).toHaveLength(2);
    const [{ call }] = news as [Booking];
    const price = charge(
      { provider: "openai", model: "gpt-4.1-mini", usage: call.usage, atMs: Number(NOON / 1_000_000n) },
      defaultPriceBook(),
    );
    expect(reader.entry(call.traceId, call.spanId)?.lines).toEqual(price.lines);
    expect(totals.find(({ key }) => key[0] === "newcomer")?.net).toBe(2n * price.net);
    reader.close();
    expect(verifyLedger(path).problems).toEqual([]);
  });

  it("for an id that is none keeps nothing from the next one, which has its names and rates", async () => {
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    const [first, second] = [novelty("chatcmpl-1"), novelty("chatcmpl-2")];
    const broken = { ...first, call: { ...first.call, spanId: "no hex" } };
    await expect(ledger.append([broken, second], NOON)).rejects.toThrow("span id must be 8 bytes of hex");
    expect((await ledger.append([second], NOON)).postings).toMatchObject([
      { customer: "newcomer", feature: "novelty", model: "gpt-4.1-mini", calls: 1 },
    ]);
    await ledger.close();
    const reader = LedgerReader.open(path);
    expect(reader.entry(second.call.traceId, second.call.spanId)?.lines).toEqual(second.charge.lines);
    reader.close();
    expect(verifyLedger(path).problems).toEqual([]);
  });

  it("does not fail those that share its transaction", async () => {
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    const asked = [
      ledger.append([bookingOf({ customer: "before" })], NOON),
      ledger.append([bookingOf({ customer: "with" }), impossible()], NOON),
      ledger.append([bookingOf({ customer: "after" })], NOON),
    ];
    const answers = await Promise.allSettled(asked);
    expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    await ledger.close();
    const reader = LedgerReader.open(path);
    const totals = reader.totals({ ...OCTOBER, groupBy: ["customer"] });
    expect(totals.map(({ key, net }) => [key[0], formatUsd(net)]).toSorted()).toEqual([
      ["after", "0.0035"],
      ["before", "0.0035"],
    ]);
    reader.close();
    expect(verifyLedger(path).problems).toEqual([]);
  });
});
