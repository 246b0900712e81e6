import { type AttributeValue, type Call, type Quantities, readSpan, type Span } from "@keeptabs/usage";

/** A span with the given attributes, as its library names and scopes it. */
export function spanOf(
  attributes: Readonly<Record<string, AttributeValue>>,
  fields: Partial<Omit<Span, "attributes" | "scope">> & { readonly scope?: string } = {},
): Span {
  const { scope = "", ...rest } = fields;
  return {
    traceId: "a".repeat(32),
    spanId: "b".repeat(16),
    parentSpanId: undefined,
    name: "chat",
    kind: 3,
    startTimeUnixNano: 1_000n,
    endTimeUnixNano: 2_000n,
    statusCode: 0,
    resource: new Map(),
    ...rest,
    attributes: new Map(Object.entries(attributes)),
    scope: { name: scope, version: "" },
  };
}

/** The call that a span is. */
export function callOf(span: Span): Call {
  const reading = readSpan(span);
  if (reading.kind !== "call") throw new Error(`the span ${span.name} is no call`);
  return reading.call;
}

export function plain(quantities: Quantities): Record<string, number> {
  return Object.fromEntries(quantities);
}
