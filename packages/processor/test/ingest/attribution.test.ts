import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { LedgerReader } from "@keeptabs/ledger";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Running, spanOf, startTestProcessor } from "../running.ts";

let processor: Running;

beforeEach(async () => {
  processor = await startTestProcessor();
});

afterEach(async () => {
  await processor.stop();
});

const TRACE = "c".repeat(32);
const id = (digit: string): string => digit.repeat(16);

/** A span that is no LLM call. */
function plain(
  spanId: string,
  parentSpanId: string | undefined,
  attributes: Record<string, string> = {},
): object {
  return {
    traceId: TRACE,
    spanId,
    parentSpanId,
    name: "GET /",
    kind: 2,
    startTimeUnixNano: "1",
    endTimeUnixNano: "2",
    attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
  };
}

describe("a call without a customer of its own", () => {
  it("belongs to the customer of the nearest span above it, in whatever order they stand", async () => {
    await processor.postSpans(
      spanOf({}, { traceId: TRACE, spanId: id("3"), parentSpanId: id("2") }),
      plain(id("2"), id("1"), { "keeptabs.feature": "search" }),
      plain(id("1"), undefined, { "customer.id": "acme", "keeptabs.feature": "outer" }),
    );
    expect(processor.october()).toEqual([["acme", "search", 1, "0.0035"]]);
  });

  it("keeps its own customer over one above it", async () => {
    await processor.postSpans(
      plain(id("1"), undefined, { "customer.id": "acme" }),
      spanOf({ "customer.id": "globex" }, { traceId: TRACE, spanId: id("2"), parentSpanId: id("1") }),
    );
    expect(processor.october()).toEqual([["globex", "", 1, "0.0035"]]);
  });

  it("does not inherit from a span beside it or below it, nor from another trace", async () => {
    await processor.postSpans(
      spanOf({}, { traceId: TRACE, spanId: id("2"), parentSpanId: id("1") }),
      plain(id("3"), id("1"), { "customer.id": "beside" }),
      plain(id("4"), id("2"), { "customer.id": "below" }),
      { ...plain(id("1"), undefined, { "customer.id": "elsewhere" }), traceId: "d".repeat(32) },
    );
    expect(processor.october()).toEqual([["__unattributed__", "", 1, "0.0035"]]);
  });

  it("inherits within its own trace, where others have spans of the same ids", async () => {
    const spansOf = (traceId: string, customer: string): object[] => [
      { ...plain(id("1"), undefined, { "customer.id": customer }), traceId },
      spanOf({}, { traceId, spanId: id("2"), parentSpanId: id("1") }),
    ];
    await processor.postSpans(
      ...spansOf("a".repeat(32), "acme"),
      ...spansOf("b".repeat(32), "globex"),
      ...spansOf("d".repeat(32), "initech"),
    );
    expect(processor.october()).toEqual([
      ["acme", "", 1, "0.0035"],
      ["globex", "", 1, "0.0035"],
      ["initech", "", 1, "0.0035"],
    ]);
  });

  it("is booked although its ancestors go in a circle", async () => {
    await processor.postSpans(
      spanOf({}, { traceId: TRACE, spanId: id("1"), parentSpanId: id("2") }),
      plain(id("2"), id("3")),
      plain(id("3"), id("2")),
    );
    expect(processor.october()).toEqual([["__unattributed__", "", 1, "0.0035"]]);
  });
});

/** A span of a random tree: the number of its parent, which comes before it, and what it names. */
const treeSpan = fc.record({
  parent: fc.nat(),
  isCall: fc.boolean(),
  // Most spans name nobody, and only link.
  customer: fc.constantFrom("acme", "globex", ...Array<undefined>(8)),
  feature: fc.constantFrom("search", "chat", ...Array<undefined>(8)),
});
const number = fc.nat({ max: 1_000_000 });

describe("the calls of a trace whose spans come in any order, in any requests", () => {
  it("belong in the end to the nearest that are named above them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(treeSpan, { minLength: 2, maxLength: 24 }),
        fc.array(number, { minLength: 24, maxLength: 24 }),
        fc.integer({ min: 1, max: 8 }),
        async (tree, order, size) => {
          const traceId = randomBytes(16).toString("hex");
          const spans = tree.map(({ parent, isCall, customer, feature }, i) => {
            const place = {
              traceId,
              spanId: idOf(i),
              parentSpanId: i === 0 ? undefined : idOf(parent % i),
            };
            const names: Record<string, string> = {
              ...(customer === undefined ? {} : { "customer.id": customer }),
              ...(feature === undefined ? {} : { "keeptabs.feature": feature }),
            };
            return isCall
              ? spanOf(names, place)
              : { ...plain(place.spanId, place.parentSpanId, names), traceId };
          });
          const shuffled = spans
            .map((span, i) => [order[i] ?? 0, span] as const)
            .toSorted(([a], [b]) => a - b)
            .map(([, span]) => span);
          for (let from = 0; from < shuffled.length; from += size) {
            await processor.postSpans(...shuffled.slice(from, from + size));
          }
          const nearest = (i: number, what: "customer" | "feature"): string | undefined =>
            tree[i]?.[what] ?? (i === 0 ? undefined : nearest((tree[i]?.parent ?? 0) % i, what));
          // Of calls above one another the innermost count; the others may, when what links them comes late.
          const innermost = tree.flatMap(({ isCall }, i) =>
            isCall && !tree.some((other, j) => other.isCall && isAbove(tree, i, j)) ? [i] : [],
          );
          const expected = innermost.map((i) => [
            nearest(i, "customer") ?? "__unattributed__",
            nearest(i, "feature") ?? "",
          ]);
          const reader = LedgerReader.open(processor.ledgerPath);
          const found = innermost.map((i) => {
            const entry = reader.entry(traceId, idOf(i));
            return [entry?.customer, entry?.feature];
          });
          reader.close();
          expect(found).toEqual(expected);
        },
      ),
      { numRuns: 100 },
    );
  });
});

function idOf(i: number): string {
  return (i + 1).toString(16).padStart(16, "0");
}

function isAbove(tree: readonly { readonly parent: number }[], i: number, j: number): boolean {
  for (let at = j; at > 0; ) {
    at = (tree[at]?.parent ?? 0) % at;
    if (at === i) return true;
  }
  return false;
}

describe("a span that is no call", () => {
  const kept = (): readonly string[] => {
    const database = new DatabaseSync(processor.ledgerPath, { readOnly: true });
    const rows = database.prepare("SELECT lower(hex(span_id)) AS id FROM spans ORDER BY span_id").all();
    database.close();
    return rows.map(({ id: found }) => String(found));
  };
  const call = (spanId: string, parentSpanId: string) => spanOf({}, { traceId: TRACE, spanId, parentSpanId });

  it("is kept in the ledger only when it is above a call or names somebody", async () => {
    await processor.postSpans(
      plain(id("1"), undefined),
      plain(id("2"), id("1")),
      plain(id("3"), id("2")),
      plain(id("4"), id("2"), { "customer.id": "beside" }),
      call(id("5"), id("2")),
      plain(id("6"), id("5")),
    );
    expect(kept()).toEqual(["1", "2", "4", "5"].map(id));
    await processor.postSpans(call(id("7"), id("6")));
    expect(kept()).toEqual(["1", "2", "4", "5", "6", "7"].map(id));
  });

  it("links calls through any number of spans that come one by one", async () => {
    await processor.postSpans(call(id("5"), id("4")));
    await processor.postSpans(plain(id("4"), id("3")));
    await processor.postSpans(plain(id("3"), id("2")));
    await processor.postSpans(plain(id("2"), id("1")));
    await processor.postSpans(plain(id("1"), undefined, { "customer.id": "acme" }));
    expect(processor.october()).toEqual([["acme", "", 1, "0.0035"]]);
  });

  it("links calls from before a restart as well, also when another call of the trace comes first", async () => {
    await processor.postSpans(call(id("5"), id("2")));
    await processor.stop();
    processor = await startTestProcessor("", processor.ledgerPath);
    await processor.postSpans(call(id("6"), id("3")));
    await processor.postSpans(plain(id("2"), id("1")));
    await processor.postSpans(plain(id("1"), undefined, { "customer.id": "acme" }));
    expect(processor.october()).toEqual([
      ["__unattributed__", "", 1, "0.0035"],
      ["acme", "", 1, "0.0035"],
    ]);
  });
});

describe("two descriptions of one call in one request", () => {
  it("are charged once, whichever stands first", async () => {
    const outer = spanOf({}, { traceId: TRACE, spanId: id("1") });
    const inner = spanOf({}, { traceId: TRACE, spanId: id("2"), parentSpanId: id("1") });
    await processor.postSpans(outer, inner);
    expect(processor.october()).toEqual([["__unattributed__", "", 1, "0.0035"]]);
    expect(await processor.metrics()).toContain('keeptabs_spans_total{result="covered"} 1\n');
  });
});
