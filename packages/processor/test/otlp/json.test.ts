import { describe, expect, it } from "vitest";
import { compileSelection, DEFAULT_DECODE_LIMITS, DecodeError, decodeTraces } from "../../src/otlp/index.ts";
import { SELECT } from "./requests.ts";

const selection = compileSelection(SELECT);
const decodeText = (text: string | Uint8Array) =>
  decodeTraces(Buffer.from(text as string), "json", selection, DEFAULT_DECODE_LIMITS);
const decode = (request: unknown) => decodeText(JSON.stringify(request));

const IDS = { traceId: "0102030405060708090a0b0c0d0e0f10", spanId: "a1a2a3a4a5a6a7a8" };
const requestOf = (...spans: readonly unknown[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
const attributeOf = (value: unknown) =>
  decode(requestOf({ ...IDS, attributes: [{ key: "tag", value }] })).spans[0]?.attributes.get("tag");

describe("OTLP/JSON", () => {
  it.each([{}, { resourceSpans: [] }, { resourceSpans: null }, { resourceSpans: [{}] }, { unknown: 1 }])(
    "%j has no spans",
    (request) => {
      expect(decode(request)).toMatchObject({ spans: [], rejectedCount: 0 });
    },
  );

  it.each([
    ["in upper case", "0102030405060708090A0B0C0D0E0F10", "A1A2A3A4A5A6A7A8"],
    [
      "in base64",
      Buffer.from(IDS.traceId, "hex").toString("base64"),
      Buffer.from(IDS.spanId, "hex").toString("base64"),
    ],
    [
      "in base64 without padding",
      Buffer.from(IDS.traceId, "hex").toString("base64url"),
      Buffer.from(IDS.spanId, "hex").toString("base64url"),
    ],
  ])("takes ids %s", (_, traceId, spanId) => {
    expect(decode(requestOf({ traceId, spanId, parentSpanId: spanId })).spans[0]).toMatchObject({
      ...IDS,
      parentSpanId: IDS.spanId,
    });
  });

  it.each([
    ["no ids", {}, "traceId must be 32 hex digits, got 0 characters"],
    ["a short trace id", { ...IDS, traceId: "abcd" }, "traceId must be 32 hex digits, got 4 characters"],
    [
      "a trace id of other letters",
      { ...IDS, traceId: "x".repeat(32) },
      "traceId must be 32 hex digits, got 32 characters",
    ],
    ["a trace id of zeros", { ...IDS, traceId: "0".repeat(32) }, "traceId must not be all zeros"],
    ["a span id of zeros", { ...IDS, spanId: "0".repeat(16) }, "spanId must not be all zeros"],
    ["a number for an id", { ...IDS, spanId: 5 }, "spanId must be a string, got a number"],
    ["a number for its name", { ...IDS, name: 5 }, "name must be a string, got a number"],
    [
      "an object for its attributes",
      { ...IDS, attributes: {} },
      "attributes must be an array, got an object",
    ],
    ["null for an attribute", { ...IDS, attributes: [null] }, "attributes[0] must be an object, got null"],
    [
      "a number for a key",
      { ...IDS, attributes: [{ key: 1 }] },
      "attributes[0].key must be a string, got a number",
    ],
    ["an array for its status", { ...IDS, status: [] }, "status must be an object, got an array"],
    [
      "a boolean for a time",
      { ...IDS, endTimeUnixNano: true },
      "endTimeUnixNano must be a number or a string, got a boolean",
    ],
  ])("rejects a span with %s and keeps its neighbours", (_, bad, fault) => {
    const decoded = decode(requestOf({ ...IDS, name: "before" }, bad, { ...IDS, name: "after" }));
    expect(decoded.spans.map(({ name }) => name)).toEqual(["before", "after"]);
    expect(decoded.rejected).toEqual([
      { index: 1, reason: `resourceSpans[0].scopeSpans[0].spans[1].${fault}.` },
    ]);
  });

  it("rejects what is no span at all", () => {
    const decoded = decode(requestOf(null, 5, IDS));
    expect(decoded.spans).toHaveLength(1);
    expect(decoded.rejected.map(({ reason }) => reason)).toEqual([
      "resourceSpans[0].scopeSpans[0].spans[0] must be an object, got null.",
      "resourceSpans[0].scopeSpans[0].spans[1] must be an object, got a number.",
    ]);
  });

  it.each([
    [null, "The body must be an object, got null."],
    [[], "The body must be an object, got an array."],
    [{ resourceSpans: {} }, "resourceSpans must be an array, got an object."],
    [{ resourceSpans: [[]] }, "resourceSpans[0] must be an object, got an array."],
    [
      { resourceSpans: [{}, { resource: "x" }] },
      "resourceSpans[1].resource must be an object, got a string.",
    ],
    [
      { resourceSpans: [{ resource: { attributes: 1 } }] },
      "resourceSpans[0].resource.attributes must be an array, got a number.",
    ],
    [
      { resourceSpans: [{ scopeSpans: true }] },
      "resourceSpans[0].scopeSpans must be an array, got a boolean.",
    ],
    [
      { resourceSpans: [{ scopeSpans: [{}, { spans: "x" }] }] },
      "resourceSpans[0].scopeSpans[1].spans must be an array, got a string.",
    ],
    [
      { resourceSpans: [{ scopeSpans: [{ scope: { name: 1 } }] }] },
      "resourceSpans[0].scopeSpans[0].scope.name must be a string, got a number.",
    ],
  ])("refuses %j and names the path", (request, message) => {
    expect(() => decode(request)).toThrow(new DecodeError(message));
  });

  it("refuses text that is no JSON, without quoting it", () => {
    expect(() => decodeText('{"resourceSpans": secret}')).toThrow(/^The body is not valid JSON/);
    expect(() => decodeText('{"resourceSpans": secret}')).not.toThrow(/secret/);
    expect(() => decodeText("")).toThrow(new DecodeError("The body is not valid JSON."));
  });

  it("reads a body that begins with a byte order mark", () => {
    expect(decodeText(`\uFEFF${JSON.stringify(requestOf(IDS))}`).spans).toHaveLength(1);
  });

  it("takes names as the schema spells them, and enums by name", () => {
    const request = {
      resource_spans: [
        {
          scope_spans: [
            {
              spans: [
                {
                  trace_id: IDS.traceId,
                  span_id: IDS.spanId,
                  start_time_unix_nano: "1",
                  end_time_unix_nano: "2",
                  kind: "SPAN_KIND_CLIENT",
                  status: { code: "STATUS_CODE_ERROR" },
                  attributes: [{ key: "tag", value: { int_value: "7" } }],
                },
              ],
            },
          ],
        },
      ],
    };
    const [only] = decode(request).spans;
    expect(only).toMatchObject({
      ...IDS,
      kind: 3,
      statusCode: 2,
      startTimeUnixNano: 1n,
      endTimeUnixNano: 2n,
    });
    expect(only?.attributes.get("tag")).toBe(7);
  });

  it.each([
    ["1795416705238012481", 1795416705238012481n],
    ["18446744073709551615", 2n ** 64n - 1n],
    [1500, 1500n],
    [undefined, 0n],
    ["18446744073709551616", 0n],
    ["-1", 0n],
    [-1, 0n],
    [1.5, 0n],
    ["soon", 0n],
  ])("the time %j is %d", (given, time) => {
    expect(decode(requestOf({ ...IDS, endTimeUnixNano: given })).spans[0]?.endTimeUnixNano).toBe(time);
  });

  it.each([
    [{ intValue: "2006" }, 2006],
    [{ intValue: 2006 }, 2006],
    [{ intValue: "-1" }, -1],
    [{ intValue: "-0" }, 0],
    [{ intValue: "9007199254740993" }, 9007199254740993n],
    [{ intValue: "-9223372036854775808" }, -(2n ** 63n)],
    [{ doubleValue: 0.5 }, 0.5],
    [{ doubleValue: "1e3" }, 1000],
    [{ doubleValue: "NaN" }, Number.NaN],
    [{ doubleValue: "-Infinity" }, Number.NEGATIVE_INFINITY],
    [{ boolValue: false }, false],
    [{ stringValue: "" }, ""],
    [{ stringValue: "\ud800" }, "\ufffd"],
    [{ bytesValue: "_-8" }, "/+8="],
    [{ arrayValue: {} }, []],
    [{ arrayValue: { values: [{ intValue: 1 }, {}] } }, [1, null]],
    [
      { kvlistValue: { values: [{ key: "__proto__", value: { intValue: 1 } }] } },
      new Map([["__proto__", 1]]),
    ],
    [{}, null],
    [null, null],
    [undefined, null],
    [{ futureValue: 1 }, null],
  ])("the value %j is %o", (given, value) => {
    expect(attributeOf(given)).toEqual(value);
  });

  it.each([
    { intValue: "" },
    { intValue: " 12 " },
    { intValue: "12abc" },
    { intValue: "0x10" },
    { intValue: "1e3" },
    { intValue: 1.5 },
    { intValue: true },
    { intValue: "9223372036854775808" },
    { intValue: 2 ** 53 + 2 },
    { doubleValue: "" },
    { doubleValue: "0x10" },
    { doubleValue: true },
    { stringValue: 5 },
    { boolValue: "true" },
    { arrayValue: [] },
    { kvlistValue: { values: [5] } },
    "text",
  ])("the value %j can't be read, so the attribute is absent and counted", (value) => {
    const decoded = decode(requestOf({ ...IDS, attributes: [{ key: "tag", value }] }));
    expect(decoded.spans[0]?.attributes.has("tag")).toBe(false);
    expect(decoded.attributesLeftOut).toBe(1);
  });

  it("keys like __proto__ are names like any other and change no prototype", () => {
    const body = `{"__proto__": {"polluted": true}, "resourceSpans": [{"__proto__": {"polluted": true},
      "resource": {"attributes": [{"key": "__proto__", "value": {"__proto__": {"polluted": true}}}]},
      "scopeSpans": [{"spans": [{"traceId": "${IDS.traceId}", "spanId": "${IDS.spanId}", "constructor": {},
        "attributes": [{"key": "constructor.prototype.polluted", "value": {"stringValue": "x"}}]}]}]}]}`;
    const everything = compileSelection({ names: [], prefixes: [""] });
    const [only] = decodeTraces(Buffer.from(body), "json", everything).spans;
    expect([...(only?.resource ?? [])]).toEqual([["__proto__", null]]);
    expect([...(only?.attributes ?? [])]).toEqual([["constructor.prototype.polluted", "x"]]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});
