import { type Booking, Ledger, LedgerReader, type SpanNote } from "@keeptabs/ledger";
import { formatUsd } from "@keeptabs/pricing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bookingOf, NOON, newLedgerPath, OCTOBER } from "./bookings.ts";

const TRACE = "a".repeat(32);
const id = (digit: string): string => digit.repeat(16);

type Step = { readonly call: Booking } | { readonly note: SpanNote };

const note = (spanId: string, parentSpanId: string | undefined, names: Partial<SpanNote> = {}): Step => ({
  note: {
    source: "default",
    traceId: TRACE,
    spanId,
    parentSpanId,
    customer: undefined,
    feature: undefined,
    ...names,
  },
});

const callBelow = (spanId: string, parentSpanId: string, own: { customer?: string } = {}): Step => ({
  call: bookingOf({
    call: { traceId: TRACE, spanId, parentSpanId, attribution: own },
    customer: own.customer,
    feature: undefined,
  }),
});

/** Takes each step in a request of its own, opening the ledger anew for each, and tells whose the calls are. */
async function after(
  steps: readonly Step[],
  release = false,
): Promise<(readonly [string, string, number, string])[]> {
  const path = newLedgerPath();
  for (const step of steps) {
    const ledger = await Ledger.open(path);
    await ("call" in step ? ledger.append([step.call], NOON) : ledger.append([], NOON, [step.note]));
    await ledger.close();
  }
  if (release) {
    const ledger = await Ledger.open(path);
    await ledger.release(NOON + 1n, NOON + 2n);
    expect((await ledger.release(NOON + 1n, NOON + 2n)).postings).toEqual([]);
    await ledger.close();
  }
  const reader = LedgerReader.open(path);
  const totals = reader.totals({ ...OCTOBER, groupBy: ["customer", "feature"] });
  reader.close();
  return totals
    .filter(({ calls, net }) => calls !== 0 || net !== 0n)
    .map(({ key, calls, net }) => [key[0] ?? "", key[1] ?? "", calls, formatUsd(net)] as const);
}

describe("a call whose customer is named by a span above it", () => {
  const steps = [
    callBelow(id("4"), id("3")),
    note(id("3"), id("2"), { feature: "search" }),
    note(id("2"), id("1")),
    note(id("1"), undefined, { customer: "acme", feature: "outer" }),
  ];

  it("belongs to it in the end, in whatever order the spans come, each in a request of its own and over restarts", async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(steps, { minLength: steps.length }), async (order) => {
        expect(await after(order)).toEqual([["acme", "search", 1, "0.0035"]]);
      }),
      { numRuns: 6 },
    );
  });

  it("goes to the nearer of two that are named, also when the nearer comes last", async () => {
    const far = note(id("1"), undefined, { customer: "far" });
    const near = note(id("2"), id("1"), { customer: "near" });
    const call = callBelow(id("3"), id("2"));
    expect(await after([call, far, near])).toEqual([["near", "", 1, "0.0035"]]);
    expect(await after([near, far, call])).toEqual([["near", "", 1, "0.0035"]]);
  });

  it("goes to a customer named above it rather than to a person, whoever is nearer, in any order", async () => {
    const person = {
      call: bookingOf({
        call: { traceId: TRACE, spanId: id("4"), parentSpanId: id("3"), attribution: { person: "u1" } },
        customer: "u1",
        onlyPerson: true,
        feature: undefined,
      }),
    };
    const steps = [
      person,
      note(id("3"), id("2"), { person: "u2" }),
      note(id("2"), undefined, { customer: "acme" }),
    ];
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
    ]) {
      expect(await after(order.map((i) => steps[i]!))).toEqual([["acme", "", 1, "0.0035"]]);
    }
    expect(await after([person, steps[1]!])).toEqual([["u1", "", 1, "0.0035"]]);
    expect(await after([callBelow(id("4"), id("3")), steps[1]!])).toEqual([["u2", "", 1, "0.0035"]]);
  });

  it("keeps what its own span names", async () => {
    const own = callBelow(id("3"), id("2"), { customer: "own" });
    expect(await after([own, note(id("2"), undefined, { customer: "above" })])).toEqual([
      ["own", "", 1, "0.0035"],
    ]);
  });

  it("is told with a trace: the entry stays as booked, the move is an adjustment, and the sums agree", async () => {
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    const { postings } = await ledger.append(
      [bookingOf({ customer: undefined, call: { traceId: TRACE, parentSpanId: id("1") } })],
      NOON,
    );
    const moved = await ledger.append([], NOON, [
      {
        source: "default",
        traceId: TRACE,
        spanId: id("1"),
        parentSpanId: undefined,
        customer: "acme",
        feature: undefined,
      },
    ]);
    expect(postings.map(({ customer, first }) => [customer, first])).toEqual([["__unattributed__", true]]);
    expect(moved.postings.map(({ customer, calls, first }) => [customer, calls, first])).toEqual([
      ["__unattributed__", -1, false],
      ["acme", 1, false],
    ]);
    const reader = LedgerReader.open(path);
    // A counter can't fall, so it stays with whom the call was first booked on.
    expect(reader.counters().calls.map(({ customer, count }) => [customer, count])).toEqual([
      ["__unattributed__", 1n],
    ]);
    expect(reader.counters().cost.map(({ customer }) => customer)).toEqual(["__unattributed__"]);
    const dearest = { ...OCTOBER, order: "dearest", limit: 5 } as const;
    expect(reader.calls({ ...dearest, customer: "acme" }).calls).toMatchObject([{ customer: "acme" }]);
    expect(reader.calls({ ...dearest, customer: "__unattributed__" }).calls).toEqual([]);
    const byEntries = reader.totals({
      fromMs: OCTOBER.fromMs + 1,
      untilMs: OCTOBER.untilMs,
      groupBy: ["customer"],
    });
    expect(byEntries.toSorted((a, b) => (a.key[0]! < b.key[0]! ? -1 : 1))).toEqual(
      reader
        .totals({ ...OCTOBER, groupBy: ["customer"] })
        .toSorted((a, b) => (a.key[0]! < b.key[0]! ? -1 : 1)),
    );
    reader.close();
    await ledger.close();
  });
});

describe("an agent's sum", () => {
  const agent: Step = {
    call: bookingOf({
      call: { traceId: TRACE, spanId: id("2"), parentSpanId: id("1"), aggregate: true },
      customer: undefined,
    }),
  };
  const root = note(id("1"), undefined, { customer: "acme" });

  it("is charged once when its time is over and no call was seen below it, to whoever is named by then", async () => {
    expect(await after([agent])).toEqual([]);
    expect(await after([agent, root], true)).toEqual([["acme", "assistant", 1, "0.0035"]]);
    expect(await after([root, agent], true)).toEqual([["acme", "assistant", 1, "0.0035"]]);
  });

  it("is not charged when a call below it was seen, before or after", async () => {
    const call = callBelow(id("3"), id("2"), { customer: "acme" });
    expect(await after([agent, call], true)).toEqual([["acme", "assistant", 1, "0.0035"]]);
    expect(await after([call, agent], true)).toEqual([["acme", "assistant", 1, "0.0035"]]);
  });

  it("is taken back when a call below it is seen after all", async () => {
    const path = newLedgerPath();
    const ledger = await Ledger.open(path);
    if ("call" in agent) await ledger.append([agent.call], NOON);
    await ledger.release(NOON + 1n, NOON + 2n);
    const call = callBelow(id("3"), id("2"), { customer: "acme" });
    if ("call" in call) await ledger.append([call.call], NOON);
    const reader = LedgerReader.open(path);
    expect(reader.totals({ ...OCTOBER, groupBy: [] })).toMatchObject([{ calls: 1 }]);
    reader.close();
    await ledger.close();
  });
});
