import fc from "fast-check";
import type { AttributeSelection } from "../../src/otlp/index.ts";
import { TraceRequest } from "./official-schema.ts";

/** What the tests select: names of several lengths, two that differ in one character, prefixes that overlap. */
export const SELECT: AttributeSelection = {
  names: [
    "gen_ai.request.model",
    "gen_ai.response.model",
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.cache_read.input_tokens",
    "llm.token_count.prompt",
    "keeptabs.customer.id",
    "service.name",
    "tag",
    "κ",
  ],
  prefixes: ["traceloop.association.properties.", "traceloop.association.properties.user", "ai.telemetry."],
};

const NAMES_NEARBY = [
  "gen_ai.request.modem",
  "gen_ai.usage.input_tokenS",
  "gen_ai.prompt",
  "traceloop.association.properties",
  "traceloop.association.properties.",
  "traceloop.association.properties.user_id",
  "ai.telemetry.metadata.tenant",
  "__proto__",
  "constructor",
  "",
];

const text = fc.string({ unit: "grapheme", maxLength: 150 });
const key = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...SELECT.names) },
  { weight: 4, arbitrary: fc.constantFrom(...NAMES_NEARBY) },
  { weight: 2, arbitrary: text },
);
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const integer = fc.oneof(int64, fc.bigInt({ min: -70000n, max: 70000n })).map(String);
const double = fc
  .double()
  .map((value) => (Number.isFinite(value) ? value + 0 : String(value)) as number | string);

/** An AnyValue as OTLP/JSON writes it. */
const { anyValue } = fc.letrec((tie) => ({
  anyValue: fc.oneof(
    { maxDepth: 3 },
    fc.constant({}),
    fc.record({ stringValue: text }),
    fc.record({ intValue: integer }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ doubleValue: double }),
    fc.record({ bytesValue: fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("base64")) }),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie("anyValue"), { maxLength: 4 }) }) }),
    fc.record({ kvlistValue: fc.record({ values: fc.array(tie("keyValue"), { maxLength: 4 }) }) }),
  ),
  keyValue: fc.record({ key, value: tie("anyValue") }, { requiredKeys: ["key"] }),
}));

const attributes = fc.array(fc.record({ key, value: anyValue }, { requiredKeys: ["key"] }), {
  maxLength: 12,
});
const time = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);

function id(bytes: number): fc.Arbitrary<string> {
  return fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .filter((array) => array.some((byte) => byte !== 0))
    .map((array) => Buffer.from(array).toString("hex"));
}

const span = fc.record(
  {
    traceId: id(16),
    spanId: id(8),
    traceState: text,
    parentSpanId: fc.oneof(id(8), fc.constant("0000000000000000")),
    flags: fc.nat(),
    name: text,
    kind: fc.nat({ max: 5 }),
    startTimeUnixNano: time,
    endTimeUnixNano: time,
    attributes,
    droppedAttributesCount: fc.nat(),
    events: fc.array(fc.record({ name: text, timeUnixNano: time, attributes }), { maxLength: 2 }),
    links: fc.array(fc.record({ traceId: id(16), spanId: id(8), attributes }), { maxLength: 2 }),
    status: fc.record({ code: fc.nat({ max: 2 }), message: text }, { requiredKeys: [] }),
  },
  { requiredKeys: ["traceId", "spanId"] },
);

const scopeSpans = fc.record(
  {
    scope: fc.record({ name: text, version: text, attributes }, { requiredKeys: [] }),
    spans: fc.array(span, { maxLength: 5 }),
    schemaUrl: text,
  },
  { requiredKeys: [] },
);

const resourceSpans = fc.record(
  {
    resource: fc.record({ attributes, droppedAttributesCount: fc.nat() }, { requiredKeys: [] }),
    scopeSpans: fc.array(scopeSpans, { maxLength: 3 }),
    schemaUrl: text,
  },
  { requiredKeys: [] },
);

/** Requests as OTLP/JSON objects, with all that the schema allows. */
export const requests: fc.Arbitrary<object> = fc.record(
  { resourceSpans: fc.array(resourceSpans, { maxLength: 3 }) },
  { requiredKeys: [] },
);

/** The protobuf of a request that is given as OTLP/JSON, by protobufjs. */
export function toProtobuf(request: object): Buffer {
  const message = JSON.parse(JSON.stringify(request), (name, value) => {
    if (/^(traceId|spanId|parentSpanId)$/.test(name)) return Buffer.from(value, "hex");
    return name === "bytesValue" ? Buffer.from(value, "base64") : value;
  });
  return Buffer.from(TraceRequest.encode(TraceRequest.fromObject(message)).finish());
}

export function toJson(request: object): Buffer {
  return Buffer.from(JSON.stringify(request));
}
