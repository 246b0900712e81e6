import type { Attributes, AttributeValue, Span } from "@keeptabs/usage";
import { Place } from "./decode-error.ts";
import { AttributeCollector, Collected, type DecodedTraces } from "./decoded-traces.ts";
import type { DecodeLimits } from "./limits.ts";
import { AttributeReader } from "./protobuf-attributes.ts";
import { SpanReader } from "./protobuf-span.ts";
import type { Selection } from "./selection.ts";
import { Wire } from "./wire.ts";

const RESOURCE_SPANS = 0x0a;
const RESOURCE = 0x0a;
const SCOPE_SPANS = 0x12;
const RESOURCE_ATTRIBUTE = 0x0a;
const SCOPE = 0x0a;
const SPAN = 0x12;
const SCOPE_NAME = 0x0a;
const SCOPE_VERSION = 0x12;

/**
 * Decodes an ExportTraceServiceRequest from protobuf. Throws DecodeError for bytes that are none.
 *
 * Field numbers: opentelemetry-proto, trace/v1/trace.proto and common/v1/common.proto.
 */
export function decodeProtobufTraces(
  body: Uint8Array,
  selection: Selection,
  limits: DecodeLimits,
): DecodedTraces {
  return new TracesReader(body, selection, limits).read();
}

class TracesReader {
  readonly #place = new Place();
  readonly #wire: Wire;
  readonly #collected: Collected;
  readonly #attributes: AttributeReader;
  readonly #spans: SpanReader;

  constructor(body: Uint8Array, selection: Selection, limits: DecodeLimits) {
    this.#wire = new Wire(body, this.#place);
    this.#collected = new Collected(limits);
    const collector = new AttributeCollector(this.#collected, limits);
    this.#attributes = new AttributeReader(this.#wire, selection, collector, limits);
    this.#spans = new SpanReader(this.#wire, this.#attributes, this.#collected);
  }

  read(): DecodedTraces {
    const wire = this.#wire;
    const end = wire.bytes.length;
    while (wire.position < end) {
      const tag = wire.tag(end);
      if (tag === RESOURCE_SPANS) this.#readResourceSpans(wire.fieldEnd(end));
      else wire.skip(tag, end);
    }
    this.#spans.finish();
    return this.#collected;
  }

  #readResourceSpans(end: number): void {
    const wire = this.#wire;
    this.#place.resource++;
    // The resource may follow its spans and may come in pieces, so the spans get attributes that are
    // complete only when this message has been read.
    const resource = new Map<string, AttributeValue>();
    while (wire.position < end) {
      const tag = wire.tag(end);
      if (tag === SCOPE_SPANS) this.#readScopeSpans(wire.fieldEnd(end), resource);
      else if (tag === RESOURCE) this.#readResource(wire.fieldEnd(end), resource);
      else wire.skip(tag, end);
    }
    this.#place.scope = -1;
  }

  #readResource(end: number, resource: Map<string, AttributeValue>): void {
    const wire = this.#wire;
    while (wire.position < end) {
      wire.position = this.#attributes.readRun(RESOURCE_ATTRIBUTE, wire.position, end);
      if (wire.position === end) break;
      const tag = wire.tag(end);
      if (tag === RESOURCE_ATTRIBUTE) wire.position = this.#attributes.readOne(wire.position, end);
      else wire.skip(tag, end);
    }
    this.#attributes.take().forEach((value, name) => void resource.set(name, value));
  }

  #readScopeSpans(end: number, resource: Attributes): void {
    const wire = this.#wire;
    this.#place.scope++;
    // Like the resource, the scope may follow its spans.
    const scope = { name: "", version: "" };
    while (wire.position < end) {
      const tag = wire.tag(end);
      if (tag === SPAN) {
        this.#place.span++;
        this.#spans.read(wire.fieldEnd(end), scope, resource);
      } else if (tag === SCOPE) {
        this.#readScope(wire.fieldEnd(end), scope);
      } else {
        wire.skip(tag, end);
      }
    }
    this.#place.span = -1;
  }

  #readScope(end: number, scope: { -readonly [Key in keyof Span["scope"]]: Span["scope"][Key] }): void {
    const wire = this.#wire;
    while (wire.position < end) {
      const tag = wire.tag(end);
      if (tag !== SCOPE_NAME && tag !== SCOPE_VERSION) {
        wire.skip(tag, end);
        continue;
      }
      const stop = wire.fieldEnd(end);
      if (tag === SCOPE_NAME) scope.name = this.#attributes.name(stop);
      else scope.version = this.#attributes.name(stop);
    }
  }
}
