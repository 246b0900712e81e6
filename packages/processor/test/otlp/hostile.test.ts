import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  compileSelection,
  DEFAULT_DECODE_LIMITS,
  type DecodedTraces,
  DecodeError,
  decodeTraces,
} from "../../src/otlp/index.ts";
import { SELECT } from "./requests.ts";
import {
  arrayValue,
  attribute,
  bytesField,
  intValue,
  request,
  SPAN_ID,
  span,
  stringValue,
  TRACE_ID,
  varint,
} from "./wire-writer.ts";

const selection = compileSelection(SELECT);
const limits = { ...DEFAULT_DECODE_LIMITS };
const recording = readFileSync(new URL("./fixtures/anthropic-native-proto.pb", import.meta.url));

function decodeOrRefuse(
  body: Uint8Array,
  encoding: "protobuf" | "json" = "protobuf",
): DecodedTraces | DecodeError {
  try {
    return decodeTraces(body, encoding, selection);
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
}

/** What the heap holds more after the work than before, in MB; the result is alive meanwhile. */
function heapGrowth(work: () => unknown): number {
  const before = process.memoryUsage();
  const result = work();
  const after = process.memoryUsage();
  if (result === after) throw new Error("keeps the result alive");
  return (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / 1e6;
}

describe("hostile protobuf", () => {
  it("a real export cut off anywhere is refused, or read as far as whole messages go", () => {
    let refused = 0;
    for (let length = 0; length < recording.length; length++) {
      // A copy of its own: beyond the cut there is nothing, not the rest of the export.
      const result = decodeOrRefuse(Uint8Array.from(recording.subarray(0, length)));
      if (result instanceof DecodeError) refused++;
    }
    expect(refused).toBeGreaterThan(recording.length * 0.95);
  });

  it("each byte of a real export may be any other without harm", () => {
    const names = Object.getOwnPropertyNames(Object.prototype);
    for (let at = 0; at < recording.length; at++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const body = Uint8Array.from(recording);
        body[at] = (body[at] as number) ^ flip;
        decodeOrRefuse(body);
      }
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(names);
  });

  it.each([127, 128, 2 ** 31, 2 ** 32, 2 ** 53, 2n ** 64n - 1n])(
    "a length of %d that is not there is refused",
    (length) => {
      for (const tag of [0x0a, 0x12, 0x22, 0x2a, 0x4a, 0x7a, 0x92]) {
        const lie = Buffer.concat([Buffer.from(tag === 0x92 ? [0x92, 0x06] : [tag]), varint(length)]);
        for (const body of [lie, bytesField(1, lie), bytesField(1, bytesField(2, lie)), request(span(lie))]) {
          expect(decodeOrRefuse(body)).toBeInstanceOf(DecodeError);
        }
      }
    },
  );

  it("lists inside one another are read to the limit and left out beyond it", () => {
    const nested = (depth: number) => {
      let value = intValue(7);
      for (let level = 0; level < depth; level++) value = arrayValue(value);
      return decodeTraces(request(span(attribute("tag", value))), "protobuf", selection);
    };
    expect(nested(limits.depth)).toMatchObject({ attributesLeftOut: 0 });
    expect(nested(limits.depth).spans[0]?.attributes.has("tag")).toBe(true);
    for (const depth of [limits.depth + 1, 1000, 5000]) {
      expect(nested(depth)).toMatchObject({ attributesLeftOut: 1 });
      expect(nested(depth).spans[0]?.attributes.has("tag")).toBe(false);
    }
  });

  it("a value is read up to its limit, and left out and counted from one byte more", () => {
    for (const [length, leftOut] of [
      [limits.valueBytes, 0],
      [limits.valueBytes + 1, 1],
      [10_000_000, 1],
    ] as const) {
      const text = "x".repeat(length);
      const protobuf = request(span(attribute("tag", stringValue(text)), attribute("κ", intValue(1))));
      const json = Buffer.from(
        JSON.stringify({
          resourceSpans: [
            {
              scopeSpans: [
                {
                  spans: [
                    {
                      traceId: TRACE_ID.toString("hex"),
                      spanId: SPAN_ID.toString("hex"),
                      attributes: [
                        { key: "tag", value: { stringValue: text } },
                        { key: "κ", value: { intValue: "1" } },
                      ],
                    },
                  ],
                },
              ],
            },
          ],
        }),
      );
      for (const decoded of [
        decodeTraces(protobuf, "protobuf", selection),
        decodeTraces(json, "json", selection),
      ]) {
        expect(decoded.attributesLeftOut).toBe(leftOut);
        expect(decoded.spans[0]?.attributes.get("κ")).toBe(1);
        expect(decoded.spans[0]?.attributes.get("tag")).toBe(leftOut ? undefined : text);
      }
    }
  });

  it("of too many attributes the first are kept and the rest counted", () => {
    const many = Array.from({ length: limits.attributes + 10 }, (_, index) =>
      attribute("tag", intValue(index)),
    );
    const decoded = decodeTraces(request(span(...many), span()), "protobuf", selection);
    expect(decoded.attributesLeftOut).toBe(10);
    expect(decoded.spans[0]?.attributes.get("tag")).toBe(limits.attributes - 1);
    expect(decoded.spans[1]?.attributes.size).toBe(0);
  });

  it("more spans than the limit are refused", () => {
    const three = { ...limits, spans: 3 };
    const spans = (count: number) => request(...Array.from({ length: count }, () => span()));
    expect(decodeTraces(spans(3), "protobuf", selection, three).spans).toHaveLength(3);
    expect(() => decodeTraces(spans(4), "protobuf", selection, three)).toThrow(
      new DecodeError("The request has more than 3 spans."),
    );
    expect(decodeOrRefuse(Buffer.alloc(0).subarray(0))).toMatchObject({ spans: [] });
  });

  it("a long name is cut, also where it would cut a character", () => {
    const name = "ä".repeat(1_000_000);
    const [only] = decodeTraces(
      request(span(bytesField(5, name), attribute("tag", intValue(1)))),
      "protobuf",
      selection,
    ).spans;
    expect(only?.name).toBe("ä".repeat(512));
  });

  it("megabytes of empty messages and unread attributes take little memory", () => {
    const empty = Buffer.alloc(4_000_000);
    for (let at = 0; at < empty.length; at += 2) empty[at] = 0x0a;
    expect(heapGrowth(() => decodeOrRefuse(empty))).toBeLessThan(100);
    const attributes = Buffer.alloc(4_000_000);
    for (let at = 0; at < attributes.length; at += 2) attributes[at] = 0x4a;
    expect(heapGrowth(() => decodeOrRefuse(request(span(attributes))))).toBeLessThan(100);
    const prompt = attribute("gen_ai.prompt", stringValue("x".repeat(30_000_000)));
    expect(heapGrowth(() => decodeOrRefuse(request(span(prompt))))).toBeLessThan(100);
  });
});

describe("hostile JSON", () => {
  const around = (value: string) =>
    Buffer.from(
      `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${TRACE_ID.toString("hex")}","spanId":"${SPAN_ID.toString("hex")}",` +
        `"attributes":[{"key":"tag","value":${value}}]}]}]}]}`,
    );

  it.each([10, 32, 33, 1000, 100_000])("an array value of depth %d is read or left out", (depth) => {
    const value = `${'{"arrayValue":{"values":['.repeat(depth)}{"intValue":1}${"]}}".repeat(depth)}`;
    const result = decodeOrRefuse(around(value), "json");
    if (depth === 100_000) expect(result).toBeInstanceOf(DecodeError);
    else expect(result).toMatchObject({ attributesLeftOut: depth > limits.depth ? 1 : 0 });
  });

  it("brackets without end are refused before they fill the memory", () => {
    for (const pattern of ["[", '{"a":', "[],", "{},", "[[],[]],"]) {
      const body = Buffer.from(`{"a":[${pattern.repeat(8_000_000 / pattern.length)}`);
      expect(heapGrowth(() => expect(decodeOrRefuse(body, "json")).toBeInstanceOf(DecodeError))).toBeLessThan(
        60,
      );
    }
  });

  it("brackets and escaped quotes inside of a prompt are text", () => {
    const prompt = JSON.stringify(`\\"${'[{"\\\\'.repeat(500_000)}`);
    const body = around(`{"stringValue":${prompt}}`);
    expect(body.length).toBeGreaterThan(2_000_000);
    expect(decodeOrRefuse(body, "json")).toMatchObject({ spans: [{ name: "" }], attributesLeftOut: 1 });
  });

  it("a real export cut off anywhere is refused", () => {
    const json = readFileSync(new URL("./fixtures/ai6-google.json", import.meta.url)).subarray(0, 3000);
    for (let length = 0; length < json.length; length++) {
      expect(decodeOrRefuse(json.subarray(0, length), "json")).toBeInstanceOf(DecodeError);
    }
  });
});
