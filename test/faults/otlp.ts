import { gzipSync } from "node:zlib";

/** A span as a sender has it, before it is encoded. */
export interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly scope: string;
  readonly name: string;
  /** Unix milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly failed: boolean;
  readonly attributes: readonly (readonly [key: string, value: string | number])[];
}

/** How a request is written. */
export interface Writing {
  readonly encoding: "json" | "protobuf";
  readonly gzip: boolean;
}

/** The bytes of an OTLP request, with the headers that belong to them. */
export interface OtlpRequest {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** Writes spans as an OTLP trace request; OTLP groups them by scope. */
export function otlpRequest(spans: readonly SentSpan[], { encoding, gzip }: Writing): OtlpRequest {
  const scopes = new Map<string, SentSpan[]>();
  for (const span of spans) scopes.set(span.scope, [...(scopes.get(span.scope) ?? []), span]);
  const plain = encoding === "json" ? jsonOf(scopes) : protobufOf(scopes);
  return {
    body: gzip ? gzipSync(plain, { level: 1 }) : plain,
    headers: {
      "content-type": encoding === "json" ? "application/json" : "application/x-protobuf",
      ...(gzip ? { "content-encoding": "gzip" } : {}),
    },
  };
}

type Scopes = ReadonlyMap<string, readonly SentSpan[]>;

function jsonOf(scopes: Scopes): Buffer {
  const scopeSpans = [...scopes].map(([name, spans]) => ({
    scope: { name },
    spans: spans.map((span) => ({
      traceId: span.traceId,
      spanId: span.spanId,
      ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
      name: span.name,
      kind: 3,
      startTimeUnixNano: `${span.startedAt}000000`,
      endTimeUnixNano: `${span.endedAt}000000`,
      attributes: span.attributes.map(([key, value]) => ({
        key,
        value: typeof value === "string" ? { stringValue: value } : { intValue: String(value) },
      })),
      status: { code: span.failed ? 2 : 0 },
    })),
  }));
  return Buffer.from(JSON.stringify({ resourceSpans: [{ resource: { attributes: [] }, scopeSpans }] }));
}

function protobufOf(scopes: Scopes): Buffer {
  const scopeSpans = [...scopes].map(([name, spans]) =>
    field(2, Buffer.concat([field(1, field(1, name)), ...spans.map((span) => field(2, spanOf(span)))])),
  );
  return field(1, Buffer.concat([field(1, ""), ...scopeSpans]));
}

function spanOf(span: SentSpan): Buffer {
  return Buffer.concat([
    field(1, Buffer.from(span.traceId, "hex")),
    field(2, Buffer.from(span.spanId, "hex")),
    ...(span.parentSpanId === undefined ? [] : [field(4, Buffer.from(span.parentSpanId, "hex"))]),
    field(5, span.name),
    varintField(6, 3),
    fixed64(7, BigInt(span.startedAt) * 1_000_000n),
    fixed64(8, BigInt(span.endedAt) * 1_000_000n),
    ...span.attributes.map(([key, value]) =>
      field(
        9,
        Buffer.concat([
          field(1, key),
          field(2, typeof value === "string" ? field(1, value) : varintField(3, value)),
        ]),
      ),
    ),
    ...(span.failed ? [field(15, varintField(3, 2))] : []),
  ]);
}

/** A length-delimited field: bytes, text or a message. */
function field(number: number, content: Buffer | string): Buffer {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function varintField(number: number, value: number): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)]);
}

function fixed64(number: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return Buffer.concat([varint(number * 8 + 1), bytes]);
}

/** A whole number that is not negative. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return Buffer.from([...bytes, rest]);
}
