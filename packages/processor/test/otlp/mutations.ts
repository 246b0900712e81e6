import { readFileSync } from "node:fs";
import fc from "fast-check";
import { DecodeError, decodeTraces, type OtlpEncoding, type Selection } from "../../src/otlp/index.ts";
import { requests, toJson, toProtobuf } from "./requests.ts";

const BYTES = [
  0x00, 0x01, 0x08, 0x0a, 0x0b, 0x0c, 0x12, 0x1a, 0x22, 0x2a, 0x32, 0x4a, 0x7a, 0x7f, 0x80, 0x85, 0xff,
];
const JUNK: readonly unknown[] = [
  null,
  true,
  -1,
  2 ** 53,
  1e308,
  "",
  "__proto__",
  "-1",
  "18446744073709551616",
  "\ud800",
  [],
  {},
  [null],
  [[[[]]]],
  { __proto__: null, values: [{}] },
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  { stringValue: "x", intValue: "7" },
  { arrayValue: { values: [{ kvlistValue: { values: [{ key: "__proto__" }] } }] } },
];

/** Makes damaged requests out of good ones; the same seed makes the same ones. */
export class Mutator {
  #state: number;
  readonly #protobuf: readonly Buffer[];
  readonly #json: readonly string[];

  constructor(seed: number) {
    this.#state = seed | 0;
    const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url));
    const google = JSON.parse(fixture("ai6-google.json").toString());
    const generated = fc.sample(requests, { seed, numRuns: 100 });
    this.#json = [...generated, google].map((request) => JSON.stringify(request));
    this.#protobuf = [...generated.map(toProtobuf), toProtobuf(google), fixture("anthropic-native-proto.pb")];
  }

  next(encoding: OtlpEncoding): Uint8Array {
    if (encoding === "protobuf") return this.#damage(this.#pick(this.#protobuf));
    const request: object = JSON.parse(this.#pick(this.#json));
    for (let times = 1 + this.#below(3); times > 0; times--) this.#replaceNode(request);
    const body = toJson(request);
    return this.#below(10) === 0 ? this.#damage(body) : body;
  }

  #damage(original: Uint8Array): Uint8Array {
    let body: Uint8Array = Uint8Array.from(original);
    for (let times = 1 + this.#below(4); times > 0; times--) body = this.#damageOnce(body);
    return body;
  }

  #damageOnce(body: Uint8Array): Uint8Array {
    const at = this.#below(body.length + 1);
    const length = this.#below(Math.min(body.length - at, 40) + 1);
    switch (this.#below(7)) {
      case 0:
        if (at < body.length) body[at] = (body[at] as number) ^ (1 << this.#below(8));
        return body;
      case 1:
        if (at < body.length) body[at] = this.#pick(BYTES);
        return body;
      case 2:
        return body.slice(0, at);
      case 3:
        return Buffer.concat([body.subarray(0, at), body.subarray(at + length)]);
      case 4:
        return Buffer.concat([body.subarray(0, at + length), body.subarray(at)]);
      case 5: {
        const inserted = Uint8Array.from({ length: 1 + this.#below(11) }, () => this.#pick(BYTES));
        return Buffer.concat([body.subarray(0, at), inserted, body.subarray(at)]);
      }
      default: {
        const other = this.#pick(this.#protobuf);
        const from = this.#below(other.length + 1);
        return Buffer.concat([
          body.subarray(0, at),
          other.subarray(from, from + 200),
          body.subarray(at + length),
        ]);
      }
    }
  }

  /** Walks down from the root and puts junk in the place of something. */
  #replaceNode(root: object): void {
    let node = root as Record<string, unknown>;
    for (;;) {
      const keys = Object.keys(node);
      if (keys.length === 0) return;
      const key = this.#pick(keys);
      const child = node[key];
      if (typeof child !== "object" || child === null || this.#below(6) === 0) {
        node[key] = structuredClone(this.#below(8) === 0 ? root : this.#pick(JUNK));
        return;
      }
      node = child as Record<string, unknown>;
    }
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#below(from.length)] as T;
  }

  #below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }
}

const prototypeNames = Object.getOwnPropertyNames(Object.prototype).join();

/**
 * Decodes whatever it is given and throws when the decoder breaks a promise: another error than
 * DecodeError, a span that is none, a prototype that changed. Gives what became of the body.
 */
export function checkPromises(
  body: Uint8Array,
  encoding: OtlpEncoding,
  selection: Selection,
): "refused" | "decoded" {
  try {
    const { spans, rejected, rejectedCount, attributesLeftOut } = decodeTraces(body, encoding, selection);
    for (const span of spans) {
      require(/^[0-9a-f]{32}$/.test(span.traceId) && /[1-9a-f]/.test(span.traceId), "trace id");
      require(/^[0-9a-f]{16}$/.test(span.spanId) && /[1-9a-f]/.test(span.spanId), "span id");
      const parent = span.parentSpanId;
      require(parent === undefined || (/^[0-9a-f]{16}$/.test(parent) && /[1-9a-f]/.test(parent)), "parent");
      require(typeof span.name === "string" && typeof span.scope.name === "string", "names");
      require(Number.isInteger(span.kind) && Number.isInteger(span.statusCode), "enums");
      require(BigInt.asUintN(64, span.startTimeUnixNano) === span.startTimeUnixNano, "start");
      require(BigInt.asUintN(64, span.endTimeUnixNano) === span.endTimeUnixNano, "end");
      for (const [name, value] of [...span.attributes, ...span.resource]) {
        require(selection.findText(name) === name && value !== undefined, "attribute");
      }
    }
    require(rejected.length === Math.min(rejectedCount, 16) && attributesLeftOut >= 0, "counts");
    require(rejected.every(({ reason }) => reason.length < 200 && reason.endsWith(".")), "reasons");
    return "decoded";
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    require(error.message.length < 200 && error.message.endsWith("."), "message");
    return "refused";
  } finally {
    require(Object.getOwnPropertyNames(Object.prototype).join() === prototypeNames, "prototype");
  }
}

function require(holds: boolean, what: string): void {
  if (!holds) throw new Error(`The decoder broke its promise about: ${what}.`);
}
