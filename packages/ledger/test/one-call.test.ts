import { type Booking, Ledger, LedgerReader, verifyLedger } from "@keeptabs/ledger";
import { formatUsd, sumUsd } from "@keeptabs/pricing";
import { missingUsage, usageOf } from "@keeptabs/usage";
import { describe, expect, it } from "vitest";
import { bookingOf, NOON, newLedgerPath, OCTOBER } from "./bookings.ts";

/** Books each in a request of its own, then tells what the ledger counts. */
async function after(
  ...bookings: Booking[]
): Promise<{ calls: number; net: string; charged: readonly string[] }> {
  const path = newLedgerPath();
  const ledger = await Ledger.open(path);
  for (const booking of bookings) await ledger.append([booking], NOON);
  const reader = LedgerReader.open(path);
  const totals = reader.totals({ ...OCTOBER, groupBy: [] });
  const charged = bookings
    .map(({ call }) => reader.entry(call.traceId, call.spanId))
    .flatMap((entry) => (entry?.posted === true ? [entry.spanId] : []));
  reader.close();
  await ledger.close();
  return {
    calls: totals[0]?.calls ?? 0,
    net: formatUsd(sumUsd(totals.map(({ net }) => net))),
    charged,
  };
}

async function eitherWay(a: Booking, b: Booking) {
  const forth = await after(a, b);
  const back = await after(b, a);
  expect(back).toEqual({ ...forth, charged: expect.arrayContaining([...forth.charged]) });
  return forth;
}

const TRACE = "a".repeat(32);
const OUTER = "1".repeat(16);
const INNER = "2".repeat(16);
const PARENT = "9".repeat(16);

describe("one call, one charge", () => {
  it("charges the inner of two spans of which one is above the other", async () => {
    const outer = bookingOf({ call: { traceId: TRACE, spanId: OUTER, scope: "traceloop" } });
    const inner = bookingOf({
      call: { traceId: TRACE, spanId: INNER, parentSpanId: OUTER, scope: "native" },
    });
    expect(await eitherWay(outer, inner)).toEqual({ calls: 1, net: "0.0035", charged: [INNER] });
  });

  it("charges the outer span when the inner one knows less", async () => {
    const outer = bookingOf({ call: { traceId: TRACE, spanId: OUTER, scope: "framework" } });
    const inner = bookingOf({
      call: { traceId: TRACE, spanId: INNER, parentSpanId: OUTER, scope: "http", usage: missingUsage() },
    });
    expect(await eitherWay(outer, inner)).toEqual({ calls: 1, net: "0.0035", charged: [OUTER] });
  });

  it("charges once what two instrumentations saw in two traces under one response id", async () => {
    const a = bookingOf({ call: { responseId: "chatcmpl-1", scope: "langchain" } });
    const b = bookingOf({ call: { responseId: "chatcmpl-1", scope: "openai" } });
    expect(await eitherWay(a, b)).toMatchObject({ calls: 1, net: "0.0035" });
  });

  it("knows by its response id a call that came long before the source's second instrumentation", async () => {
    const path = newLedgerPath();
    const early = ["chatcmpl-1", "chatcmpl-2", "chatcmpl-3"].map((responseId) =>
      bookingOf({ call: { responseId } }),
    );
    const first = await Ledger.open(path);
    for (const booking of early) await first.append([booking], NOON);
    const elsewhere = bookingOf({ source: "other", call: { responseId: "chatcmpl-3", scope: "second" } });
    await first.append([elsewhere], NOON);
    await first.close();

    const second = await Ledger.open(path);
    // A span that is there already, whoever claims to have made it, is no other description of a call.
    const twice = early[0] as Booking;
    await second.append([{ ...twice, call: { ...twice.call, scope: "third" } }], NOON);
    const late = ["chatcmpl-2", "chatcmpl-4"].map((responseId) =>
      bookingOf({ call: { responseId, scope: "second", usage: missingUsage() } }),
    );
    const { results } = await second.append(late, NOON);
    expect(results.map((result) => result.kind === "booked" && result.entry)).toEqual([
      "covered",
      "unpriced",
    ]);
    await second.close();
    const reader = LedgerReader.open(path);
    expect(reader.totals({ ...OCTOBER, groupBy: [] })).toMatchObject([{ calls: 5 }]);
    reader.close();
    expect(verifyLedger(path).problems).toEqual([]);
  });

  it("charges once what two instrumentations saw as siblings, one without a response id", async () => {
    const call = { traceId: TRACE, parentSpanId: PARENT };
    const a = bookingOf({ call: { ...call, spanId: OUTER, scope: "traceloop" } });
    const b = bookingOf({ call: { ...call, spanId: INNER, scope: "native", responseId: "msg_1" } });
    expect(await eitherWay(a, b)).toMatchObject({ calls: 1, net: "0.0035" });
  });

  it("charges both calls of one instrumentation that a test server gave one response id", async () => {
    const a = bookingOf({ call: { responseId: "chatcmpl-123" } });
    const b = bookingOf({ call: { responseId: "chatcmpl-123" } });
    expect(await eitherWay(a, b)).toMatchObject({ calls: 2, net: "0.007" });
  });

  it("charges both calls with one response id when they did not overlap in time", async () => {
    const later = { startedAt: NOON + 10_000_000_000n, occurredAt: NOON + 11_000_000_000n };
    const a = bookingOf({ call: { responseId: "chatcmpl-123", scope: "a" } });
    const b = bookingOf({ call: { responseId: "chatcmpl-123", scope: "b", ...later } });
    expect(await eitherWay(a, b)).toMatchObject({ calls: 2 });
  });

  it("holds an agent's sum, and never charges it when a call below it is seen", async () => {
    const agent = bookingOf({ call: { traceId: TRACE, spanId: OUTER, aggregate: true } });
    const call = bookingOf({ call: { traceId: TRACE, spanId: INNER, parentSpanId: OUTER } });
    expect(await eitherWay(agent, call)).toEqual({ calls: 1, net: "0.0035", charged: [INNER] });
    expect(await after(agent)).toEqual({ calls: 0, net: "0", charged: [] });
  });

  it("charges two parallel calls twice, each of them seen by two instrumentations as siblings", async () => {
    const span = (id: string, scope: string, responseId?: string) =>
      bookingOf({ call: { traceId: TRACE, parentSpanId: PARENT, spanId: id.repeat(16), scope, responseId } });
    const spans = [
      span("1", "traceloop"),
      span("2", "traceloop"),
      span("3", "native", "msg_1"),
      span("4", "native", "msg_2"),
    ];
    for (const order of [
      [0, 1, 2, 3],
      [2, 3, 0, 1],
      [0, 2, 1, 3],
      [2, 0, 3, 1],
    ]) {
      expect(await after(...order.map((i) => spans[i]!))).toMatchObject({ calls: 2, net: "0.007" });
    }
  });

  it("charges two parallel calls twice when only one of them was seen by the second instrumentation", async () => {
    const span = (id: string, scope: string, responseId?: string) =>
      bookingOf({ call: { traceId: TRACE, parentSpanId: PARENT, spanId: id.repeat(16), scope, responseId } });
    const spans = [span("1", "traceloop"), span("2", "traceloop"), span("3", "native", "msg_1")];
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
      [0, 2, 1],
    ]) {
      expect(await after(...order.map((i) => spans[i]!))).toMatchObject({ calls: 2, net: "0.007" });
    }
  });

  it("charges both calls below an agent whose sum came first, and not the sum", async () => {
    const agent = bookingOf({ call: { traceId: TRACE, spanId: OUTER, aggregate: true } });
    const calls = ["3", "4"].map((id) =>
      bookingOf({ call: { traceId: TRACE, spanId: id.repeat(16), parentSpanId: OUTER } }),
    );
    expect(await after(agent, ...calls)).toMatchObject({ calls: 2, net: "0.007" });
    expect(await after(calls[0]!, agent, calls[1]!)).toMatchObject({ calls: 2, net: "0.007" });
  });

  it("charges once what a framework and the client below it each saw in a trace of its own, without a response id", async () => {
    const at = (from: bigint, until: bigint) => ({ startedAt: NOON + from, occurredAt: NOON + until });
    const framework = { scope: "openinference-langchain", ...at(-2_000_000_000n, 50_000_000n) };
    const client = { scope: "openinference-openai", ...at(-1_900_000_000n, 0n) };
    const split = usageOf([
      ["input", 400],
      ["cache_read", 600],
      ["output", 100],
    ]);
    const alike = await eitherWay(
      bookingOf({ call: framework }),
      bookingOf({ call: { ...client, usage: split } }),
    );
    expect(alike).toMatchObject({ calls: 1 });
    const unknown = bookingOf({ call: { ...client, usage: missingUsage() } });
    expect(await eitherWay(bookingOf({ call: framework }), unknown)).toMatchObject({
      calls: 1,
      net: "0.0035",
    });
    const other = bookingOf({ call: { ...client, usage: usageOf([["input", 7]]) } });
    expect(await eitherWay(bookingOf({ call: framework }), other)).toMatchObject({ calls: 2 });
    const later = bookingOf({ call: { ...client, ...at(-1_900_000_000n, 9_000_000_000n) } });
    expect(await eitherWay(bookingOf({ call: framework }), later)).toMatchObject({ calls: 2 });
  });

  it("takes no other client's call for a framework's when the one below it is known", async () => {
    const framework = bookingOf({
      call: {
        traceId: TRACE,
        spanId: OUTER,
        scope: "openinference-langchain",
        startedAt: NOON - 2_000_000_000n,
      },
    });
    const own = bookingOf({
      call: { traceId: TRACE, spanId: INNER, parentSpanId: OUTER, scope: "openinference-openai" },
    });
    const another = bookingOf({ call: { scope: "openinference-openai" } });
    const charged = expect.arrayContaining([INNER, another.call.spanId]);
    expect(await after(own, another, framework)).toEqual({ calls: 2, net: "0.007", charged });
    expect(await after(another, own, framework)).toEqual({ calls: 2, net: "0.007", charged });
  });

  it("takes the first description out of the totals to the last unit when a better one comes", async () => {
    const outer = bookingOf({
      call: {
        traceId: TRACE,
        spanId: OUTER,
        scope: "traceloop",
        usage: usageOf([["input", 7]], { quality: "estimated" }),
      },
    });
    const inner = bookingOf({
      call: { traceId: TRACE, spanId: INNER, parentSpanId: OUTER, scope: "native" },
    });
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    await ledger.append([outer], NOON);
    await ledger.append([inner], NOON);
    const reader = LedgerReader.open(path);
    expect(reader.quantities({ ...OCTOBER, groupBy: [] })).toEqual([
      { key: [], unit: "input", quantity: 1000n },
      { key: [], unit: "output", quantity: 100n },
    ]);
    expect(
      reader.calls({ ...OCTOBER, order: "dearest", limit: 5 }).calls.map(({ spanId }) => spanId),
    ).toEqual([INNER]);
    const byEntries = reader.totals({ fromMs: OCTOBER.fromMs + 1, untilMs: OCTOBER.untilMs, groupBy: [] });
    expect(byEntries).toEqual(reader.totals({ ...OCTOBER, groupBy: [] }));
    reader.close();
    await ledger.close();
  });

  it("tells what counts after all as charged or unpriced, wherever it is told", async () => {
    const at = { traceId: TRACE, usage: usageOf([["input", 1000]], { quality: "partial" }) };
    const outer = bookingOf({ call: { traceId: TRACE, spanId: OUTER } });
    const attempt = bookingOf({
      call: { ...at, spanId: "3".repeat(16), parentSpanId: OUTER },
      customer: "globex",
    });
    const next = bookingOf({ call: { traceId: TRACE, spanId: INNER, parentSpanId: OUTER } });
    const sum = bookingOf({ call: { traceId: "b".repeat(32), aggregate: true }, model: "no-such-model" });
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    const reader = LedgerReader.open(path);
    const told = () => {
      const entry = reader.entry(TRACE, attempt.call.spanId);
      return [entry?.kind, entry?.status, entry?.coveredBy !== undefined, entry?.customer];
    };
    await ledger.append([outer, attempt], NOON);
    expect(told()).toEqual(["covered", "covered", true, "globex"]);
    await ledger.append([next, sum], NOON + 1n);
    expect(told()).toEqual(["charged", "charged", false, "globex"]);
    expect(reader.entry(sum.call.traceId, sum.call.spanId)).toMatchObject({ kind: "held", status: "held" });
    await ledger.release(NOON + 2n, NOON + 3n);
    expect(reader.entry(sum.call.traceId, sum.call.spanId)).toMatchObject({
      kind: "unpriced",
      status: "unpriced",
    });
    const kinds = reader
      .quality(OCTOBER.fromMs, OCTOBER.untilMs)
      .filter(({ entries, calls }) => entries !== 0 || calls !== 0);
    expect(kinds.map(({ kind, quality, entries, calls }) => [kind, quality, entries, calls])).toEqual(
      expect.arrayContaining([
        ["charged", "reported", 2, 1],
        ["charged", "partial", 1, 1],
        ["unpriced", "reported", 1, 1],
      ]),
    );
    expect(kinds).toHaveLength(3);
    expect(reader.counters().calls.map(({ customer, count }) => [customer, count])).toEqual(
      expect.arrayContaining([
        ["acme", 3n],
        ["globex", 1n],
      ]),
    );
    reader.close();
    await ledger.close();
    expect(verifyLedger(path).problems).toEqual([]);
  });

  it("gives an attempt that counts after all to whoever is named above it later", async () => {
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    const partial = usageOf([["input", 1000]], { quality: "partial" });
    const unnamed = { customer: undefined, feature: undefined };
    const below = { traceId: TRACE, parentSpanId: OUTER };
    await ledger.append(
      [
        bookingOf({ call: { traceId: TRACE, spanId: OUTER, parentSpanId: PARENT }, ...unnamed }),
        bookingOf({ call: { ...below, spanId: "3".repeat(16), usage: partial }, ...unnamed }),
        bookingOf({ call: { ...below, spanId: INNER }, ...unnamed }),
      ],
      NOON,
    );
    const root = { source: "default", traceId: TRACE, spanId: PARENT, parentSpanId: undefined };
    await ledger.append([], NOON, [{ ...root, customer: "acme", feature: "chat" }]);
    const reader = LedgerReader.open(path);
    const totals = reader.totals({ ...OCTOBER, groupBy: ["customer", "feature"] });
    expect(totals.filter(({ calls }) => calls > 0)).toMatchObject([{ key: ["acme", "chat"], calls: 2 }]);
    reader.close();
    await ledger.close();
  });

  it("counts once on the counters what made way and counts again, and never a sum that a call below it came for", async () => {
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    const below = (spanId: string, parentSpanId: string, call: object = {}) =>
      bookingOf({ call: { traceId: TRACE, spanId: spanId.repeat(16), parentSpanId, ...call } });
    const partial = usageOf([["input", 1000]], { quality: "partial" });
    const outer = bookingOf({ call: { traceId: TRACE, spanId: OUTER } });
    const sum = below("4", OUTER, { aggregate: true });
    for (const booking of [
      below("3", OUTER, { usage: partial }),
      outer,
      sum,
      below("2", OUTER),
      below("5", sum.call.spanId),
    ]) {
      await ledger.append([booking], NOON);
    }
    await ledger.release(NOON + 1n, NOON + 2n);
    const reader = LedgerReader.open(path);
    // The attempt, the outer span, the next attempt, and the call below the sum.
    expect(reader.counters().calls).toMatchObject([{ customer: "acme", count: 4n }]);
    expect(reader.totals({ ...OCTOBER, groupBy: [] })).toMatchObject([{ calls: 3 }]);
    reader.close();
    await ledger.close();
  });
});
