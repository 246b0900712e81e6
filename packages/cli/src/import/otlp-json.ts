import type { Attributes, AttributeValue, Span } from "@keeptabs/usage";

type Json = Readonly<Record<string, unknown>>;

/** Spans as the body of an OTLP/JSON export request. Spans of one scope and resource that follow each other share them. */
export function otlpJsonOf(spans: readonly Span[]): string {
  const resourceSpans: Json[] = [];
  let scopeSpans: Json[] = [];
  let inScope: Json[] = [];
  let last: Span | undefined;
  for (const span of spans) {
    const { name, version } = span.scope;
    const sameResource = last?.resource === span.resource;
    if (!sameResource) {
      scopeSpans = [];
      resourceSpans.push({ resource: { attributes: attributesOf(span.resource) }, scopeSpans });
    }
    if (!sameResource || last?.scope.name !== name || last.scope.version !== version) {
      inScope = [];
      scopeSpans.push({ scope: { name, version }, spans: inScope });
    }
    inScope.push(spanJson(span));
    last = span;
  }
  return JSON.stringify({ resourceSpans });
}

function spanJson(span: Span): Json {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: String(span.startTimeUnixNano),
    endTimeUnixNano: String(span.endTimeUnixNano),
    attributes: attributesOf(span.attributes),
    ...(span.statusCode === 0 ? {} : { status: { code: span.statusCode } }),
  };
}

function attributesOf(attributes: Attributes): Json[] {
  return [...attributes].map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: AttributeValue): Json {
  if (value === null) return {};
  switch (typeof value) {
    case "string":
      return { stringValue: value };
    case "boolean":
      return { boolValue: value };
    case "bigint":
      return { intValue: String(value) };
    case "number":
      return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
    default:
      return Array.isArray(value)
        ? { arrayValue: { values: value.map(anyValue) } }
        : { kvlistValue: { values: attributesOf(value as Attributes) } };
  }
}
