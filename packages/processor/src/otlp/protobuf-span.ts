import type { Attributes, Span } from "@keeptabs/usage";
import type { Collected } from "./decoded-traces.ts";
import { HexIds, isZero, SPAN_ID_BYTES, type SpanInMaking, TRACE_ID_BYTES } from "./hex-ids.ts";
import type { AttributeReader } from "./protobuf-attributes.ts";
import type { Wire } from "./wire.ts";

const TRACE_ID = 0x0a;
const SPAN_ID = 0x12;
const PARENT_SPAN_ID = 0x22;
const NAME = 0x2a;
const KIND = 0x30;
const START_TIME = 0x39;
const END_TIME = 0x41;
const ATTRIBUTE = 0x4a;
const STATUS = 0x7a;
const STATUS_CODE = 0x18;
/** The flags are not read, but each span has them, and their tag is two bytes long. */
const FLAGS = 0x85;
const FLAGS_NEXT = 0x01;

/** Reads the spans of one request. */
export class SpanReader {
  readonly #wire: Wire;
  readonly #attributes: AttributeReader;
  readonly #collected: Collected;
  readonly #ids: HexIds;
  // The fields of the span that is being read; ids as the position and length where they stand.
  #traceId = 0;
  #traceIdLength = 0;
  #spanId = 0;
  #spanIdLength = 0;
  #parentId = 0;
  #parentIdLength = 0;
  #name = "";
  #kind = 0;
  #start = 0n;
  #end = 0n;
  #statusCode = 0;

  constructor(wire: Wire, attributes: AttributeReader, collected: Collected) {
    this.#wire = wire;
    this.#attributes = attributes;
    this.#collected = collected;
    this.#ids = new HexIds(wire.view);
  }

  /** Reads the span that ends at `end` into the collected ones, or rejects it when it has no valid ids. */
  read(end: number, scope: Span["scope"], resource: Attributes): void {
    this.#collected.expectSpan();
    this.#traceIdLength = 0;
    this.#spanIdLength = 0;
    this.#parentIdLength = 0;
    this.#name = "";
    this.#kind = 0;
    this.#start = 0n;
    this.#end = 0n;
    this.#statusCode = 0;
    this.#readFields(end);
    const attributes = this.#attributes.take();
    const fault = this.#idFault();
    if (fault !== undefined) {
      this.#collected.reject(`${this.#wire.place.inWords()}: ${fault}.`);
      return;
    }
    const span: SpanInMaking = {
      traceId: "",
      spanId: "",
      parentSpanId: undefined,
      name: this.#name,
      kind: this.#kind,
      startTimeUnixNano: this.#start,
      endTimeUnixNano: this.#end,
      statusCode: this.#statusCode,
      attributes,
      scope,
      resource,
    };
    const hasParent = this.#parentIdLength === SPAN_ID_BYTES && !isZero(this.#wire.view, this.#parentId);
    this.#ids.set(span, this.#traceId, this.#spanId, hasParent ? this.#parentId : -1);
    this.#collected.spans.push(span);
  }

  /** To be called after the last span: only then have all spans their ids. */
  finish(): void {
    this.#ids.finish();
  }

  /** Reads all fields. Those of each span are read here as encoders write them, the rest the long way. */
  #readFields(end: number): void {
    const wire = this.#wire;
    const { bytes, view } = wire;
    let at = wire.position;
    while (at < end) {
      // From here ten bytes can be looked at, which is enough for most of these fields.
      const tag = at + 10 <= end ? (bytes[at] as number) : 0;
      if (tag === ATTRIBUTE) {
        at = this.#attributes.readRun(ATTRIBUTE, at, end);
        continue;
      }
      const next = bytes[at + 1] as number;
      if (tag === TRACE_ID && next === TRACE_ID_BYTES && at + 18 <= end) {
        this.#traceId = at + 2;
        this.#traceIdLength = TRACE_ID_BYTES;
        at += 18;
      } else if (tag === SPAN_ID && next === SPAN_ID_BYTES) {
        this.#spanId = at + 2;
        this.#spanIdLength = SPAN_ID_BYTES;
        at += 10;
      } else if (tag === PARENT_SPAN_ID && next === SPAN_ID_BYTES) {
        this.#parentId = at + 2;
        this.#parentIdLength = SPAN_ID_BYTES;
        at += 10;
      } else if (tag === START_TIME) {
        this.#start = view.getBigUint64(at + 1, true);
        at += 9;
      } else if (tag === END_TIME) {
        this.#end = view.getBigUint64(at + 1, true);
        at += 9;
      } else if (tag === KIND && next < 0x80) {
        this.#kind = next;
        at += 2;
      } else if (tag === FLAGS && next === FLAGS_NEXT) {
        at += 6;
      } else if (tag === NAME && next < 0x80 && at + 2 + next <= end) {
        wire.position = at + 2;
        at += 2 + next;
        this.#name = this.#attributes.name(at);
      } else {
        wire.position = at;
        this.#readField(end);
        at = wire.position;
      }
    }
    wire.position = at;
  }

  #readField(end: number): void {
    const wire = this.#wire;
    const tag = wire.tag(end);
    switch (tag) {
      case TRACE_ID:
        this.#traceIdLength = wire.fieldEnd(end) - wire.position;
        this.#traceId = wire.position;
        wire.position += this.#traceIdLength;
        break;
      case SPAN_ID:
        this.#spanIdLength = wire.fieldEnd(end) - wire.position;
        this.#spanId = wire.position;
        wire.position += this.#spanIdLength;
        break;
      case PARENT_SPAN_ID:
        this.#parentIdLength = wire.fieldEnd(end) - wire.position;
        this.#parentId = wire.position;
        wire.position += this.#parentIdLength;
        break;
      case NAME:
        this.#name = this.#attributes.name(wire.fieldEnd(end));
        break;
      case KIND:
        this.#kind = wire.int32(end);
        break;
      case START_TIME:
        this.#start = wire.fixed64(end);
        break;
      case END_TIME:
        this.#end = wire.fixed64(end);
        break;
      case ATTRIBUTE:
        wire.position = this.#attributes.readOne(wire.position, end);
        break;
      case STATUS:
        this.#readStatus(wire.fieldEnd(end));
        break;
      default:
        wire.skip(tag, end);
    }
  }

  #readStatus(end: number): void {
    const wire = this.#wire;
    while (wire.position < end) {
      const tag = wire.tag(end);
      if (tag === STATUS_CODE) this.#statusCode = wire.int32(end);
      else wire.skip(tag, end);
    }
  }

  #idFault(): string | undefined {
    const { view } = this.#wire;
    if (this.#traceIdLength !== TRACE_ID_BYTES)
      return `trace_id must be 16 bytes, got ${this.#traceIdLength}`;
    if (this.#spanIdLength !== SPAN_ID_BYTES) return `span_id must be 8 bytes, got ${this.#spanIdLength}`;
    if (isZero(view, this.#traceId) && isZero(view, this.#traceId + 8))
      return "trace_id must not be all zeros";
    return isZero(view, this.#spanId) ? "span_id must not be all zeros" : undefined;
  }
}
