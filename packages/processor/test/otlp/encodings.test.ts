import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileSelection, decodeTraces } from "../../src/otlp/index.ts";
import { comparable, oracleSpans } from "./oracle.ts";
import { requests, SELECT, toJson, toProtobuf } from "./requests.ts";

const selection = compileSelection(SELECT);
const RUNS = 400;

function fixture(name: string): Buffer {
  return readFileSync(new URL(`./fixtures/${name}`, import.meta.url));
}

describe("the decoder of OTLP traces", () => {
  it("reads from any protobuf request what protobufjs reads", () => {
    fc.assert(
      fc.property(requests, (request) => {
        const body = toProtobuf(request);
        const decoded = decodeTraces(body, "protobuf", selection);
        expect(comparable(decoded.spans)).toEqual(oracleSpans(body, SELECT));
        expect(decoded).toMatchObject({ rejectedCount: 0, attributesLeftOut: 0 });
      }),
      { numRuns: RUNS },
    );
  });

  it("reads the same spans from JSON as from protobuf", () => {
    fc.assert(
      fc.property(requests, (request) => {
        const json = decodeTraces(toJson(request), "json", selection);
        const protobuf = decodeTraces(toProtobuf(request), "protobuf", selection);
        expect(comparable(json.spans)).toEqual(comparable(protobuf.spans));
        expect(json).toMatchObject({ rejectedCount: 0, attributesLeftOut: 0 });
      }),
      { numRuns: RUNS },
    );
  });

  it("answers for each attribute by name what it lists", () => {
    fc.assert(
      fc.property(requests, (request) => {
        for (const { attributes } of decodeTraces(toProtobuf(request), "protobuf", selection).spans) {
          expect([...attributes.keys()].map((name) => attributes.get(name))).toEqual([
            ...attributes.values(),
          ]);
          for (const name of SELECT.names) expect(attributes.has(name)).toBe(new Map(attributes).has(name));
          expect(attributes.size).toBe([...attributes].length);
          const visited: [string, unknown][] = [];
          attributes.forEach((value, name) => void visited.push([name, value]));
          expect(visited).toEqual([...attributes]);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("real exports", () => {
  const everything = { names: [], prefixes: [""] };
  const recordings = ["traceloop-openai", "anthropic-native", "openinference-langchain", "ai6-google"];

  it.each(recordings)("%s has the same spans in JSON, in protobuf and by protobufjs", (name) => {
    const request = JSON.parse(fixture(`${name}.json`).toString());
    const body = toProtobuf(request);
    for (const select of [SELECT, everything]) {
      const fromJson = decodeTraces(toJson(request), "json", compileSelection(select)).spans;
      const fromProtobuf = decodeTraces(body, "protobuf", compileSelection(select)).spans;
      expect(fromJson.length).toBeGreaterThan(0);
      expect(comparable(fromJson)).toEqual(oracleSpans(body, select));
      expect(comparable(fromProtobuf)).toEqual(oracleSpans(body, select));
    }
  });

  it("a protobuf body as Anthropic's SDK sent it is read in full", () => {
    const body = fixture("anthropic-native-proto.pb");
    const { spans } = decodeTraces(body, "protobuf", compileSelection(everything));
    expect(comparable(spans)).toEqual(oracleSpans(body, everything));
    const call = spans.find((span) => span.name === "anthropic.messages.create");
    expect(call?.attributes.get("gen_ai.usage.input_tokens")).toBe(2098);
    expect(call?.attributes.get("gen_ai.usage.output_tokens")).toBe(503);
    expect(call?.scope.name).toBe("com.anthropic.sdk.typescript");
    expect(call?.resource.get("service.name")).toBeTypeOf("string");
  });
});
