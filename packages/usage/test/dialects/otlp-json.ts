import type { Attributes, AttributeValue, Span } from "@keeptabs/usage";

type Json = Readonly<Record<string, unknown>>;

/** The spans of an OTLP/JSON export. */
export function spansOf(text: string): Span[] {
  const { resourceSpans = [] } = JSON.parse(text) as { resourceSpans?: Json[] };
  return resourceSpans.flatMap((group) => {
    const resource = attributesOf((group["resource"] as Json | undefined)?.["attributes"]);
    return ((group["scopeSpans"] as Json[] | undefined) ?? []).flatMap((scoped) => {
      const { name = "", version = "" } = (scoped["scope"] ?? {}) as { name?: string; version?: string };
      return ((scoped["spans"] as Json[] | undefined) ?? []).map((span) =>
        spanOf(span, { name, version }, resource),
      );
    });
  });
}

function spanOf(span: Json, scope: Span["scope"], resource: Attributes): Span {
  const parent = span["parentSpanId"];
  return {
    traceId: String(span["traceId"]),
    spanId: String(span["spanId"]),
    parentSpanId: typeof parent === "string" && parent !== "" ? parent : undefined,
    name: String(span["name"]),
    kind: Number(span["kind"] ?? 0),
    startTimeUnixNano: BigInt(String(span["startTimeUnixNano"])),
    endTimeUnixNano: BigInt(String(span["endTimeUnixNano"])),
    statusCode: Number((span["status"] as { code?: number } | undefined)?.code ?? 0),
    attributes: attributesOf(span["attributes"]),
    scope,
    resource,
  };
}

function attributesOf(list: unknown): Attributes {
  return new Map(
    ((list as { key: string; value: Json }[] | undefined) ?? []).map(({ key, value }) => [
      key,
      valueIn(value),
    ]),
  );
}

function valueIn(value: Json): AttributeValue {
  const [[kind, inner] = ["", null]] = Object.entries(value);
  if (kind === "intValue") return Number(inner);
  if (kind === "arrayValue") return ((inner as { values?: Json[] }).values ?? []).map(valueIn);
  if (kind === "kvlistValue") return attributesOf((inner as { values?: unknown }).values);
  return inner as AttributeValue;
}
