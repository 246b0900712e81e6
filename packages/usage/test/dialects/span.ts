import type { AttributeValue, Call, Span } from "@keeptabs/usage";
import { readSpan } from "../../src/read-span.ts";

/** What a hand-written span differs in from an ordinary one: a client's, ended well, of no scope and resource. */
export interface Written {
  readonly scope?: string;
  readonly name?: string;
  readonly kind?: "internal" | "server" | "client";
  readonly failed?: boolean;
  readonly resource?: Readonly<Record<string, AttributeValue>>;
}

const KINDS = { internal: 1, server: 2, client: 3 };

export function spanWith(attributes: Readonly<Record<string, AttributeValue>>, written: Written = {}): Span {
  return {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    parentSpanId: undefined,
    name: written.name ?? "chat",
    kind: KINDS[written.kind ?? "client"],
    startTimeUnixNano: 1_795_000_000_000_000_000n,
    endTimeUnixNano: 1_795_000_001_000_000_000n,
    statusCode: written.failed === true ? 2 : 0,
    attributes: new Map(Object.entries(attributes)),
    scope: { name: written.scope ?? "", version: "" },
    resource: new Map(Object.entries(written.resource ?? {})),
  };
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
