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

/** What a hand-written span differs in from an ordinary one: a client's, ended well, of no scope and resource. */
export interface Written {
  readonly scope?: string;
  readonly name?: string;
  readonly kind?: "internal" | "server" | "client";
  readonly failed?: boolean;
  readonly resource?: Readonly<Record<string, AttributeValue>>;
}

const KINDS = { internal: 1, server: 2, client: 3 };

/** A hand-written span. */
export function spanWith(attributes: Readonly<Record<string, AttributeValue>>, written: Written = {}): Span {
  return spanOf(attributes, {
    scope: written.scope ?? "",
    name: written.name ?? "chat",
    kind: KINDS[written.kind ?? "client"],
    statusCode: written.failed === true ? 2 : 0,
    resource: new Map(Object.entries(written.resource ?? {})),
  });
}

/** The call in a span; undefined when it is none. */
export function callIn(
  attributes: Readonly<Record<string, AttributeValue>>,
  written: Written = {},
): Call | undefined {
  const reading = readSpan(spanWith(attributes, written));
  return reading.kind === "call" ? reading.call : undefined;
}

/** The quantities and quality of the call in a span, and its problem if it has one. */
export function usageIn(
  attributes: Readonly<Record<string, AttributeValue>>,
  written: Written = {},
): Readonly<Record<string, unknown>> {
  const usage = callIn(attributes, written)?.usage;
  if (usage === undefined) return { none: true };
  const problem = usage.problem === undefined ? {} : { problem: usage.problem };
  return { ...Object.fromEntries(usage.quantities), quality: usage.quality, ...problem };
}
