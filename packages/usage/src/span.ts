/** A value of an OpenTelemetry attribute. 64-bit integers beyond 2^53 arrive as bigint. */
export type AttributeValue =
  | string
  | number
  | bigint
  | boolean
  | readonly AttributeValue[]
  | ReadonlyMap<string, AttributeValue>
  | null;

export type Attributes = ReadonlyMap<string, AttributeValue>;

/** OTLP `Span.SpanKind`. */
export const SPAN_KIND_CLIENT = 3;
/** OTLP `Status.StatusCode`. */
export const STATUS_CODE_ERROR = 2;

/** A span as the decoder hands it on: ids in lower-case hex, times in Unix nanoseconds, only attributes that are read. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly statusCode: number;
  readonly attributes: Attributes;
  readonly scope: { readonly name: string; readonly version: string };
  readonly resource: Attributes;
}
