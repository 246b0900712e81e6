import { describe, expect, it } from "vitest";
import { compileSelection, DEFAULT_DECODE_LIMITS, DecodeError, decodeTraces } from "../../src/otlp/index.ts";
import { SELECT } from "./requests.ts";
import {
  arrayValue,
  attribute,
  bytesField,
  fixed32Field,
  fixed64Field,
  intValue,
  keyValue,
  request,
  SPAN_ID,
  span,
  stringValue,
  TRACE_ID,
  varint,
  varintField,
} from "./wire-writer.ts";

const selection = compileSelection(SELECT);
const decode = (body: Uint8Array, limits = {}) =>
  decodeTraces(body, "protobuf", selection, { ...DEFAULT_DECODE_LIMITS, ...limits });
const attributesOf = (...fields: readonly Buffer[]) =>
  new Map(decode(request(span(...fields))).spans[0]?.attributes);

describe("protobuf that is legal but unusual", () => {
  it("an empty body has no spans", () => {
    expect(decode(Buffer.alloc(0))).toMatchObject({ spans: [], rejectedCount: 0 });
  });

  it("fields of a span come in any order, and the last of a repeated one counts", () => {
    const fields = [
      bytesField(15, varintField(3, 2)),
      attribute("tag", stringValue("first")),
      fixed64Field(8, 2n ** 64n - 1n),
      bytesField(5, "old name"),
      attribute("service.name", stringValue("between")),
      fixed64Field(7, 12n),
      varintField(6, 3),
      attribute("tag", stringValue("last")),
      bytesField(2, Buffer.alloc(8, 1)),
      bytesField(5, "name"),
      bytesField(2, SPAN_ID),
      bytesField(1, TRACE_ID),
    ];
    const [only] = decode(request(Buffer.concat(fields))).spans;
    expect(only).toMatchObject({
      traceId: "0102030405060708090a0b0c0d0e0f10",
      spanId: "a1a2a3a4a5a6a7a8",
      parentSpanId: undefined,
      name: "name",
      kind: 3,
      startTimeUnixNano: 12n,
      endTimeUnixNano: 2n ** 64n - 1n,
      statusCode: 2,
    });
    expect(new Map(only?.attributes)).toEqual(
      new Map([
        ["tag", "last"],
        ["service.name", "between"],
      ]),
    );
    expect(only?.attributes.get("tag")).toBe("last");
    expect(only?.attributes.size).toBe(2);
  });

  it("the resource and the scope count for their spans also when they follow them or come in pieces", () => {
    const scopeSpans = Buffer.concat([
      bytesField(1, bytesField(1, "old scope")),
      bytesField(2, span()),
      bytesField(1, Buffer.concat([bytesField(2, "1.2.3"), bytesField(1, "scope")])),
    ]);
    const resource = (key: string, value: string) =>
      bytesField(1, bytesField(1, keyValue(key, stringValue(value))));
    const body = bytesField(
      1,
      Buffer.concat([
        resource("tag", "before"),
        bytesField(2, scopeSpans),
        resource("service.name", "shop"),
        resource("tag", "after"),
      ]),
    );
    const [only] = decode(body).spans;
    expect(only?.scope).toEqual({ name: "scope", version: "1.2.3" });
    expect(new Map(only?.resource)).toEqual(
      new Map([
        ["tag", "after"],
        ["service.name", "shop"],
      ]),
    );
  });

  it("a value may stand before its key, and the last of several keys counts", () => {
    const body = Buffer.concat([bytesField(2, intValue(7)), bytesField(1, "other"), bytesField(1, "tag")]);
    expect(attributesOf(bytesField(9, body))).toEqual(new Map([["tag", 7]]));
    const renamed = Buffer.concat([keyValue("tag", intValue(7)), bytesField(1, "other")]);
    expect(attributesOf(bytesField(9, renamed))).toEqual(new Map());
  });

  it("pieces of one value are merged: a list grows, a scalar is replaced", () => {
    expect(attributesOf(attribute("tag", arrayValue(intValue(1)), arrayValue(intValue(2))))).toEqual(
      new Map([["tag", [1, 2]]]),
    );
    expect(
      attributesOf(attribute("tag", arrayValue(intValue(1)), stringValue("x"), arrayValue(intValue(2)))),
    ).toEqual(new Map([["tag", [2]]]));
    expect(attributesOf(attribute("tag", intValue(1), Buffer.alloc(0)))).toEqual(new Map([["tag", 1]]));
  });

  it("an attribute without value is null", () => {
    expect(attributesOf(attribute("tag"), attribute("κ", Buffer.alloc(0)))).toEqual(
      new Map([
        ["tag", null],
        ["κ", null],
      ]),
    );
  });

  it("numbers and lengths may take more bytes than they need, up to ten", () => {
    const value = Buffer.concat([varint(3 * 8, 4), varint(300, 10)]);
    const body = Buffer.concat([
      varint(9 * 8 + 2, 5),
      varint(keyValue("tag", value).length, 3),
      keyValue("tag", value),
    ]);
    expect(attributesOf(body)).toEqual(new Map([["tag", 300]]));
    expect(
      attributesOf(bytesField(9, Buffer.concat([bytesField(1, "tag", 6), bytesField(2, value, 7)]))),
    ).toEqual(new Map([["tag", 300]]));
  });

  it.each([
    0,
    1,
    127,
    128,
    16383,
    16384,
    2 ** 31,
    2 ** 49 - 1,
    2 ** 49,
    Number.MAX_SAFE_INTEGER,
    -1,
    -(2 ** 31),
    Number.MIN_SAFE_INTEGER,
  ])("the integer %d is a number", (value) => {
    expect(attributesOf(attribute("tag", intValue(value)))).toEqual(new Map([["tag", value]]));
  });

  it.each([2n ** 53n, 2n ** 63n - 1n, -(2n ** 53n), -(2n ** 63n)])("the integer %d is a bigint", (value) => {
    expect(attributesOf(attribute("tag", intValue(value)))).toEqual(new Map([["tag", value]]));
  });

  it("unknown fields of every wire type are passed over", () => {
    const unknown = Buffer.concat([
      varintField(100, 2n ** 64n - 1n),
      fixed64Field(101, 1n),
      bytesField(102, "unknown"),
      fixed32Field(103, 1),
    ]);
    const known = bytesField(
      2,
      Buffer.concat([unknown, bytesField(2, Buffer.concat([unknown, span(unknown)]))]),
    );
    const body = Buffer.concat([unknown, bytesField(1, Buffer.concat([unknown, known])), unknown]);
    expect(decode(body).spans).toHaveLength(1);
    expect(attributesOf(unknown, bytesField(9, Buffer.concat([unknown, keyValue("tag", unknown)])))).toEqual(
      new Map([["tag", null]]),
    );
  });

  it("a known field of another wire type is an unknown field", () => {
    const fields = [varintField(1, 5), varintField(9, 1), fixed32Field(6, 3), bytesField(7, "time")];
    expect(decode(request(span(...fields))).spans[0]).toMatchObject({ kind: 0, startTimeUnixNano: 0n });
  });

  it("bytes that are not UTF-8 become replacement characters", () => {
    const value = bytesField(1, Buffer.from([0x61, 0xff, 0xed, 0xa0, 0x80, 0x62]));
    const text = attributesOf(attribute("tag", value)).get("tag");
    expect(text).toBe(new TextDecoder().decode(Buffer.from([0x61, 0xff, 0xed, 0xa0, 0x80, 0x62])));
  });

  it("a repeated text is one string, wherever it comes from, and never that of another", () => {
    const texts = Array.from({ length: 20_000 }, (_, index) => `customer-${index % 500}-${index % 7}`);
    const spans = texts.map((text) => span(bytesField(5, text), attribute("tag", stringValue(text))));
    const decoded = decode(request(...spans)).spans;
    expect(decoded.map(({ name }) => name)).toEqual(texts);
    expect(decoded.map(({ attributes }) => attributes.get("tag"))).toEqual(texts);
  });
});

describe("spans that can't be identified", () => {
  const ids = (traceId: Buffer, spanId: Buffer) =>
    Buffer.concat([bytesField(1, traceId), bytesField(2, spanId)]);

  it.each([
    ["a short trace id", ids(TRACE_ID.subarray(4), SPAN_ID), "trace_id must be 16 bytes, got 12"],
    ["no ids", Buffer.alloc(0), "trace_id must be 16 bytes, got 0"],
    ["a trace id of zeros", ids(Buffer.alloc(16), SPAN_ID), "trace_id must not be all zeros"],
    ["a long span id", ids(TRACE_ID, TRACE_ID), "span_id must be 8 bytes, got 16"],
    ["a span id of zeros", ids(TRACE_ID, Buffer.alloc(8)), "span_id must not be all zeros"],
  ])("%s: the span is rejected and its neighbours are not", (_, bad, fault) => {
    const decoded = decode(request(span(bytesField(5, "before")), bad, span(bytesField(5, "after"))));
    expect(decoded.spans.map(({ name }) => name)).toEqual(["before", "after"]);
    expect(decoded.rejectedCount).toBe(1);
    expect(decoded.rejected).toEqual([
      { index: 1, reason: `Span 1 in ScopeSpans 0 of ResourceSpans 0: ${fault}.` },
    ]);
  });

  it("attributes of a rejected span are not those of the next", () => {
    const bad = attribute("tag", intValue(1));
    expect(decode(request(bad, span())).spans.map(({ attributes }) => attributes.size)).toEqual([0]);
  });

  it("all are counted, and the first sixteen are named", () => {
    const decoded = decode(request(...Array.from({ length: 100 }, () => Buffer.alloc(0))));
    expect(decoded.rejectedCount).toBe(100);
    expect(decoded.rejected.map(({ index }) => index)).toEqual(
      Array.from({ length: 16 }, (_, index) => index),
    );
  });

  it("a parent that is no id is no parent", () => {
    for (const parent of [Buffer.alloc(8), Buffer.alloc(0), TRACE_ID]) {
      expect(decode(request(span(bytesField(4, parent)))).spans[0]?.parentSpanId).toBeUndefined();
    }
    expect(decode(request(span(bytesField(4, SPAN_ID)))).spans[0]?.parentSpanId).toBe("a1a2a3a4a5a6a7a8");
  });
});

describe("errors of the wire format", () => {
  it.each([
    [
      "a length beyond the end",
      bytesField(1, Buffer.from([0x12, 0x05, 0x00])),
      "ResourceSpans 0: a field of 5 bytes runs past the end of its message by 4.",
    ],
    ["a group", Buffer.from([0x0b, 0x0c]), "The request: field 1 has wire type 3, which OTLP does not use."],
    ["field number 0", Buffer.from([0x00, 0x00]), "The request: a field number is out of range."],
    ["a varint of 11 bytes", Buffer.alloc(20, 0x80), "The request: a varint is longer than 10 bytes."],
    ["a varint that ends early", Buffer.from([0x08, 0x80]), "The request: a varint is cut off."],
    [
      "a number that ends early",
      request(span(Buffer.from([0x39, 1, 2]))),
      "Span 0 in ScopeSpans 0 of ResourceSpans 0: a number is cut off.",
    ],
  ])("%s is named with its place", (_, body, message) => {
    expect(() => decode(body)).toThrow(new DecodeError(message));
  });
});
