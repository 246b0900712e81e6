import { type Booking, Ledger, LedgerReader, type SpanNote, verifyLedger } from "@keeptabs/ledger";
import { type UsageQuality, usageOf } from "@keeptabs/usage";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bookingOf, NOON, newLedgerPath } from "./bookings.ts";

/** A span of a made-up trace: where it hangs, and what it is. */
interface MadeUp {
  readonly parent: number;
  readonly kind: "call" | "sum" | "note" | "other call";
  readonly quality: UsageQuality;
  readonly customer: string | undefined;
  readonly feature: string | undefined;
}

const madeUp = (...kinds: readonly MadeUp["kind"][]): fc.Arbitrary<MadeUp> =>
  fc.record({
    parent: fc.nat(7),
    kind: fc.constantFrom(...kinds),
    quality: fc.constantFrom("reported", "reported", "partial", "missing"),
    customer: fc.option(fc.constantFrom("acme", "globex"), { nil: undefined }),
    feature: fc.option(fc.constantFrom("chat", "search"), { nil: undefined }),
  });

type Step = { readonly call: Booking } | { readonly note: SpanNote };

const spanId = (i: number): string => String(i + 1).repeat(16);
const NEVER_COMES = "f".repeat(16);

function stepsOf(spans: readonly MadeUp[], traceId: string): Step[] {
  return spans.map(({ parent, kind, quality, customer, feature }, i): Step => {
    // One that would hang below itself is a root, and below a later one it hangs below a span that never comes.
    const parentSpanId = parent < i ? spanId(parent) : parent === i ? undefined : NEVER_COMES;
    const names = { customer, feature };
    if (kind === "note") {
      return { note: { source: "default", traceId, spanId: spanId(i), parentSpanId, ...names } };
    }
    const call = {
      traceId,
      spanId: spanId(i),
      parentSpanId,
      scope: kind === "other call" ? "another-instrumentation" : "@keeptabs/instrumentation",
      aggregate: kind === "sum",
      usage: usageOf(quality === "missing" ? [] : [["input", 1000]], { quality }),
      attribution: {
        ...(customer === undefined ? {} : { customer }),
        ...(feature === undefined ? {} : { feature }),
      },
    };
    return { call: bookingOf({ call, ...names }) };
  });
}

/** Two ledgers that get the same spans in different ways. */
class Pair {
  readonly #paths = [newLedgerPath(), newLedgerPath()];
  #ledgers: readonly Ledger[] = [];
  #readers: readonly LedgerReader[] = [];
  #now = NOON;
  #traces = 0;

  async open(): Promise<void> {
    this.#ledgers = await Promise.all(this.#paths.map((path) => Ledger.open(path)));
    this.#readers = this.#paths.map((path) => LedgerReader.open(path));
  }

  /** Closes them; both are to be whole. */
  async close(): Promise<void> {
    for (const reader of this.#readers) reader.close();
    for (const ledger of this.#ledgers) await ledger.close();
    for (const path of this.#paths) expect(verifyLedger(path).problems).toEqual([]);
  }

  /** The spans of a new trace. */
  stepsOf(spans: readonly MadeUp[]): Step[] {
    this.#traces += 1;
    return stepsOf(spans, this.#traces.toString(16).padStart(32, "0"));
  }

  /** Sends each list of spans in a request of its own, and charges what waits at the end. */
  async send(to: 0 | 1, requests: readonly (readonly Step[])[]): Promise<void> {
    const ledger = this.#ledgers[to] as Ledger;
    for (const request of requests) {
      this.#now += 1n;
      const calls = request.flatMap((step) => ("call" in step ? [step.call] : []));
      const notes = request.flatMap((step) => ("note" in step ? [step.note] : []));
      await ledger.append(calls, this.#now, notes);
    }
    this.#now += 2n;
    await ledger.release(this.#now - 1n, this.#now);
  }

  /** The calls that count, and whose they are. */
  said(of: 0 | 1, steps: readonly Step[]): (readonly unknown[])[] {
    return steps.flatMap((step) => {
      if ("note" in step) return [];
      const { call } = step.call;
      const entry = this.#readers[of]?.entry(call.traceId, call.spanId);
      return entry?.posted ? [[call.spanId[0], entry.status, entry.customer, entry.feature]] : [];
    });
  }
}

describe("a trace of calls, sums and spans that name somebody", () => {
  const pair = new Pair();

  beforeAll(() => pair.open());
  afterAll(() => pair.close());

  it("comes to the same in one request as span by span, notes before calls, whatever came earlier", async () => {
    const spans = fc.array(fc.tuple(madeUp("call", "other call", "sum", "note", "note"), fc.boolean()), {
      minLength: 2,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(spans, async (drawn) => {
        const steps = pair.stepsOf(drawn.map(([span]) => span));
        const earlier = steps.filter((_, i) => drawn[i]?.[1]).map((step) => [step]);
        const later = steps.filter((_, i) => !drawn[i]?.[1]);
        const oneByOne = later.toSorted((a, b) => Number("call" in a) - Number("call" in b));
        await pair.send(0, [...earlier, later]);
        await pair.send(1, [...earlier, ...oneByOne.map((step) => [step])]);
        expect(pair.said(0, steps)).toEqual(pair.said(1, steps));
      }),
      { numRuns: 150 },
    );
  });

  it("counts the same calls in any order", async () => {
    const spans = fc.array(madeUp("call", "sum", "note"), { minLength: 2, maxLength: 7 });
    await fc.assert(
      fc.asyncProperty(spans, fc.array(fc.nat(), { minLength: 7, maxLength: 7 }), async (drawn, order) => {
        const steps = pair.stepsOf(drawn);
        const shuffled = steps
          .map((step, i) => ({ step, at: order[i] as number }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ step }) => step);
        await pair.send(
          0,
          steps.map((step) => [step]),
        );
        await pair.send(
          1,
          shuffled.map((step) => [step]),
        );
        // Whose they are may depend on it: a call that names nobody takes the names of what it replaces.
        const [is, shouldBe] = [1, 0].map((of) =>
          pair.said(of as 0 | 1, steps).map((call) => call.slice(0, 2)),
        );
        expect(is).toEqual(shouldBe);
      }),
      { numRuns: 150 },
    );
  });

  const span = (kind: MadeUp["kind"], parent: number, quality: UsageQuality = "reported"): MadeUp => ({
    parent,
    kind,
    quality,
    customer: "acme",
    feature: "chat",
  });
  const root = 0;
  const below = (number: number): number => number - 1;
  const nowhere = 9;

  for (const { name, spans, orders, counting } of [
    {
      name: "an attempt that an outer span stood for counts again when the next attempt takes that one's place",
      spans: [span("call", root), span("call", below(1), "partial"), span("call", below(1))],
      orders: ["123", "132", "213", "231", "312", "321"],
      counting: ["2", "3"],
    },
    {
      name: "an attempt counts again also when only a later span shows that the next one is below the outer span",
      spans: [
        span("call", root),
        span("call", below(1), "partial"),
        span("note", below(1)),
        span("call", below(3)),
      ],
      orders: ["1243", "1423", "4123"],
      counting: ["2", "4"],
    },
    {
      name: "an attempt that two spans describe counts again once",
      spans: [
        span("call", root),
        span("call", below(1), "partial"),
        span("other call", below(1), "partial"),
        span("call", below(1)),
      ],
      orders: ["1234"],
      counting: ["2", "4"],
    },
    {
      name: "of two sums, one within the other, that an outer span stood for the better known one counts again",
      spans: [
        span("call", root),
        span("sum", below(1)),
        span("sum", below(2), "partial"),
        span("call", below(1)),
      ],
      orders: ["1234", "1324", "4321"],
      counting: ["2", "4"],
    },
    {
      name: "a call that stands for a span beside the one that it took the place of stands for no second one",
      spans: [
        span("call", nowhere),
        span("call", below(1)),
        span("other call", nowhere),
        span("other call", nowhere),
      ],
      orders: ["1234", "2134"],
      counting: ["2", "4"],
    },
    {
      name: "an agent's sum that contains another agent's sum is not charged",
      spans: [span("sum", root), span("sum", below(1))],
      orders: ["12", "21"],
      counting: ["2"],
    },
    {
      name: "an agent's sum is not charged when only a later span shows that it is within a call",
      spans: [span("call", root), span("call", below(1), "missing"), span("sum", below(2))],
      orders: ["123", "132", "312"],
      counting: ["1"],
    },
    {
      name: "a call that two spans beside each other describe, and one below the second, is one call",
      spans: [span("other call", nowhere), span("call", nowhere), span("call", below(2))],
      orders: ["123", "132", "213", "231", "312", "321"],
      counting: ["3"],
    },
    {
      name: "a call that two spans beside each other describe, and one below the first, is one call",
      spans: [span("call", nowhere), span("call", below(1)), span("other call", nowhere)],
      orders: ["123", "132", "213", "231", "312", "321"],
      counting: ["2"],
    },
    {
      name: "two spans of one instrumentation, beside and below another's span, are two calls",
      spans: [span("other call", nowhere), span("call", nowhere), span("other call", below(2))],
      orders: ["123", "132", "213", "231", "312", "321"],
      counting: ["1", "3"],
    },
    {
      name: "of two calls that another instrumentation's span may describe, it describes the one that came first",
      spans: [span("call", nowhere), span("other call", nowhere), span("call", nowhere)],
      orders: ["312"],
      counting: ["1", "2"],
    },
  ]) {
    it(name, async () => {
      for (const order of orders) {
        const steps = pair.stepsOf(spans);
        const ordered = [...order].map((number) => steps[Number(number) - 1] as Step);
        await pair.send(
          0,
          ordered.map((step) => [step]),
        );
        await pair.send(1, [ordered]);
        const counts = ([0, 1] as const).map((of) => pair.said(of, steps).map(([number]) => number));
        expect([order, ...counts]).toEqual([order, counting, counting]);
      }
    });
  }
});
