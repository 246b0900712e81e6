import type { AttributeValue, Span } from "@keeptabs/usage";
import type { AttributeSelection } from "../../src/otlp/index.ts";
import { TraceRequest } from "./official-schema.ts";

/** OTLP's messages as protobufjs gives them, as far as they are read here. */
interface Message {
  readonly resourceSpans: readonly ResourceSpans[];
}
interface ResourceSpans {
  readonly resource: { readonly attributes: readonly KeyValue[] } | null;
  readonly scopeSpans: readonly {
    readonly scope: { readonly name: string; readonly version: string } | null;
    readonly spans: readonly SpanMessage[];
  }[];
}
interface SpanMessage {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly parentSpanId: Uint8Array;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: object;
  readonly endTimeUnixNano: object;
  readonly attributes: readonly KeyValue[];
  readonly status: { readonly code: number } | null;
}
interface KeyValue {
  readonly key: string;
  readonly value: AnyValue | null;
}
interface AnyValue {
  readonly value?: string;
  readonly stringValue: string;
  readonly boolValue: boolean;
  readonly intValue: object;
  readonly doubleValue: number;
  readonly arrayValue: { readonly values: readonly AnyValue[] };
  readonly kvlistValue: { readonly values: readonly KeyValue[] };
  readonly bytesValue: Uint8Array;
}

/** The spans of a protobuf body by way of protobufjs and plain, slow code. */
export function oracleSpans(body: Uint8Array, select: AttributeSelection): Span[] {
  const request = TraceRequest.decode(body) as unknown as Message;
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const resourceAttributes = selected(resource?.attributes ?? [], select);
    return scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => ({
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentSpanId: span.parentSpanId.some((byte) => byte !== 0) ? hex(span.parentSpanId) : undefined,
        name: span.name,
        kind: span.kind,
        startTimeUnixNano: BigInt(span.startTimeUnixNano.toString()),
        endTimeUnixNano: BigInt(span.endTimeUnixNano.toString()),
        statusCode: span.status?.code ?? 0,
        attributes: selected(span.attributes, select),
        scope: { name: scope?.name ?? "", version: scope?.version ?? "" },
        resource: resourceAttributes,
      })),
    );
  });
}

function selected(
  attributes: readonly KeyValue[],
  { names, prefixes }: AttributeSelection,
): Map<string, AttributeValue> {
  const kept = attributes.filter(
    ({ key }) => names.includes(key) || prefixes.some((prefix) => key.startsWith(prefix)),
  );
  return new Map(kept.map(({ key, value }) => [key, attributeValue(value)]));
}

function attributeValue(any: AnyValue | null): AttributeValue {
  switch (any?.value) {
    case "stringValue":
      return any.stringValue;
    case "boolValue":
      return any.boolValue;
    case "intValue": {
      const integer = BigInt(any.intValue.toString());
      return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
    }
    case "doubleValue":
      return any.doubleValue;
    case "arrayValue":
      return any.arrayValue.values.map(attributeValue);
    case "kvlistValue":
      return new Map(any.kvlistValue.values.map(({ key, value }) => [key, attributeValue(value)]));
    case "bytesValue":
      return Buffer.from(any.bytesValue).toString("base64");
    default:
      return null;
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** Spans with attributes as plain Maps, so that two lists of them can be compared. */
export function comparable(spans: readonly Span[]): Span[] {
  return spans.map((span) => ({
    ...span,
    attributes: new Map(span.attributes),
    resource: new Map(span.resource),
    scope: { ...span.scope },
  }));
}
