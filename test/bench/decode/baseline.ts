import type { AttributeValue, Span } from "@keeptabs/usage";
import type { AttributeSelection } from "../../../packages/processor/src/otlp/index.ts";
import { TraceRequest } from "../../../packages/processor/test/otlp/official-schema.ts";

interface KeyValue {
  readonly key: string;
  readonly value: {
    readonly value?: string;
    readonly stringValue: string;
    readonly intValue: { toNumber(): number };
    readonly boolValue: boolean;
    readonly doubleValue: number;
  };
}

interface Message {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly {
      readonly scope: { readonly name: string; readonly version: string };
      readonly spans: readonly {
        readonly traceId: Buffer;
        readonly spanId: Buffer;
        readonly parentSpanId: Buffer;
        readonly name: string;
        readonly kind: number;
        readonly startTimeUnixNano: { toBigInt(): bigint };
        readonly endTimeUnixNano: { toBigInt(): bigint };
        readonly attributes: readonly KeyValue[];
        readonly status: { readonly code: number } | null;
      }[];
    }[];
  }[];
}

/** What is written in the obvious way: protobufjs decodes, and the Spans are made from its objects. */
export function baselineDecoder(select: AttributeSelection): (body: Uint8Array) => Span[] {
  const names = new Set(select.names);
  const selected = (attributes: readonly KeyValue[]): Map<string, AttributeValue> => {
    const kept = new Map<string, AttributeValue>();
    for (const { key, value } of attributes) {
      if (!names.has(key) && !select.prefixes.some((prefix) => key.startsWith(prefix))) continue;
      if (value.value === "stringValue") kept.set(key, value.stringValue);
      else if (value.value === "intValue") kept.set(key, value.intValue.toNumber());
      else if (value.value === "doubleValue") kept.set(key, value.doubleValue);
      else kept.set(key, value.boolValue);
    }
    return kept;
  };
  return (body) => {
    const spans: Span[] = [];
    const request = TraceRequest.decode(body) as unknown as Message;
    for (const { resource, scopeSpans } of request.resourceSpans) {
      const resourceAttributes = selected(resource.attributes);
      for (const { scope, spans: messages } of scopeSpans) {
        for (const message of messages) {
          spans.push({
            traceId: message.traceId.toString("hex"),
            spanId: message.spanId.toString("hex"),
            parentSpanId:
              message.parentSpanId.length === 0 ? undefined : message.parentSpanId.toString("hex"),
            name: message.name,
            kind: message.kind,
            startTimeUnixNano: message.startTimeUnixNano.toBigInt(),
            endTimeUnixNano: message.endTimeUnixNano.toBigInt(),
            statusCode: message.status?.code ?? 0,
            attributes: selected(message.attributes),
            scope,
            resource: resourceAttributes,
          });
        }
      }
    }
    return spans;
  };
}
