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

  it("is booked although its ancestors go in a circle", async () => {
    await processor.postSpans(
      spanOf({}, { traceId: TRACE, spanId: id("1"), parentSpanId: id("2") }),
      plain(id("2"), id("3")),
      plain(id("3"), id("2")),
    );
    expect(processor.october()).toEqual([["__unattributed__", "", 1, "0.0035"]]);
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
