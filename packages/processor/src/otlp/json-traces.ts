import type { Attributes, Span } from "@keeptabs/usage";
import { DecodeError, Place } from "./decode-error.ts";
import { AttributeCollector, Collected, type DecodedTraces } from "./decoded-traces.ts";
import { checkJsonBounds } from "./json-bounds.ts";
import { readJsonId } from "./json-id.ts";
import { arrayAt, field, isObject, type JsonObject, objectAt, stringAt, wrongShape } from "./json-shape.ts";
import { readJsonEnum, readJsonTime, readJsonValue } from "./json-value.ts";
import { type DecodeLimits, NAME_BYTES } from "./limits.ts";
import type { Selection } from "./selection.ts";

const KINDS: ReadonlyMap<string, number> = new Map([
  ["SPAN_KIND_INTERNAL", 1],
  ["SPAN_KIND_SERVER", 2],
  ["SPAN_KIND_CLIENT", 3],
  ["SPAN_KIND_PRODUCER", 4],
  ["SPAN_KIND_CONSUMER", 5],
]);
const STATUS_CODES: ReadonlyMap<string, number> = new Map([
  ["STATUS_CODE_OK", 1],
  ["STATUS_CODE_ERROR", 2],
]);

/**
 * Decodes an ExportTraceServiceRequest from OTLP/JSON. Throws DecodeError for text that is no JSON and
 * for a wrong shape outside of spans; a span of a wrong shape is rejected alone.
 *
 * Source of the rules: OTLP specification, "JSON Protobuf Encoding". Beyond them it takes what other
 * proto3 writers send: snake_case names, enums by name, ids in base64.
 */
export function decodeJsonTraces(
  body: Uint8Array,
  selection: Selection,
  limits: DecodeLimits,
): DecodedTraces {
  return new JsonTracesReader(selection, limits).read(parse(body));
}

class JsonTracesReader {
  readonly #place = new Place();
  readonly #selection: Selection;
  readonly #limits: DecodeLimits;
  readonly #collected: Collected;
  readonly #attributes: AttributeCollector;

  constructor(selection: Selection, limits: DecodeLimits) {
    this.#selection = selection;
    this.#limits = limits;
    this.#collected = new Collected(limits);
    this.#attributes = new AttributeCollector(this.#collected, limits);
  }

  read(root: unknown): DecodedTraces {
    const request = objectAt(root ?? null, () => "The body");
    for (const item of arrayAt(
      field(request ?? {}, "resourceSpans", "resource_spans"),
      () => "resourceSpans",
    )) {
      this.#place.resource++;
      this.#readResourceSpans(this.#object(item));
    }
    return this.#collected;
  }

  #readResourceSpans(message: JsonObject): void {
    const resource = objectAt(field(message, "resource"), this.#path("resource")) ?? {};
    const attributes = this.#readAttributes(resource, "resource.");
    const scopeSpans = arrayAt(field(message, "scopeSpans", "scope_spans"), this.#path("scopeSpans"));
    for (const item of scopeSpans) {
      this.#place.scope++;
      this.#readScopeSpans(this.#object(item), attributes);
    }
    this.#place.scope = -1;
  }

  #readScopeSpans(message: JsonObject, resource: Attributes): void {
    const given = objectAt(field(message, "scope"), this.#path("scope")) ?? {};
    const scope = {
      name: nameOf(stringAt(field(given, "name"), this.#path("scope.name"))),
      version: nameOf(stringAt(field(given, "version"), this.#path("scope.version"))),
    };
    for (const item of arrayAt(field(message, "spans"), this.#path("spans"))) {
      this.#place.span++;
      this.#collected.expectSpan();
      try {
        this.#collected.spans.push(this.#readSpan(this.#object(item), scope, resource));
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        this.#attributes.take();
        this.#collected.reject(error.message);
      }
    }
    this.#place.span = -1;
  }

  #readSpan(message: JsonObject, scope: Span["scope"], resource: Attributes): Span {
    const traceId = field(message, "traceId", "trace_id");
    const spanId = field(message, "spanId", "span_id");
    const parent = stringAt(field(message, "parentSpanId", "parent_span_id"), this.#path("parentSpanId"));
    const status = objectAt(field(message, "status"), this.#path("status")) ?? {};
    return {
      traceId: this.#id(traceId, "traceId", 16),
      spanId: this.#id(spanId, "spanId", 8),
      parentSpanId: readJsonId(parent, 8).id,
      name: nameOf(stringAt(field(message, "name"), this.#path("name"))),
      kind: readJsonEnum(field(message, "kind"), KINDS),
      startTimeUnixNano: this.#time(message, "startTimeUnixNano", "start_time_unix_nano"),
      endTimeUnixNano: this.#time(message, "endTimeUnixNano", "end_time_unix_nano"),
      statusCode: readJsonEnum(field(status, "code"), STATUS_CODES),
      attributes: this.#readAttributes(message, ""),
      scope,
      resource,
    };
  }

  #readAttributes(owner: JsonObject, at: string): Attributes {
    const items = arrayAt(field(owner, "attributes"), this.#path(`${at}attributes`));
    const { depth, valueBytes } = this.#limits;
    for (let index = 0; index < items.length; index++) {
      const pair = items[index];
      if (!isObject(pair)) throw wrongShape(this.#path(`${at}attributes[${index}]`)(), "an object", pair);
      const key = field(pair, "key") ?? "";
      if (typeof key !== "string") {
        throw wrongShape(this.#path(`${at}attributes[${index}].key`)(), "a string", key);
      }
      const name = this.#selection.findText(key);
      if (name === undefined) continue;
      this.#attributes.add(name, readJsonValue(field(pair, "value"), depth, valueBytes));
    }
    return this.#attributes.take();
  }

  #id(value: unknown, name: string, bytes: number): string {
    const path = this.#path(name);
    const { id, fault } = readJsonId(stringAt(value, path), bytes);
    if (id === undefined) throw new DecodeError(`${path()} ${fault}.`);
    return id;
  }

  #time(message: JsonObject, camel: string, snake: string): bigint {
    const value = field(message, camel, snake);
    const time = readJsonTime(value);
    if (time === undefined) throw wrongShape(this.#path(camel)(), "a number or a string", value);
    return time;
  }

  /** An element of an array, where null is no message. */
  #object(item: unknown): JsonObject {
    return objectAt(item ?? null, () => this.#place.asPath()) ?? {};
  }

  #path(name: string): () => string {
    return () => `${this.#place.asPath()}.${name}`;
  }
}

function parse(body: Uint8Array): unknown {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  checkJsonBounds(bytes);
  try {
    const text = bytes.toString("utf8");
    return JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text);
  } catch (error) {
    // The parser's message quotes the text, which may be a prompt; only its position is told.
    const position = error instanceof SyntaxError ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
    throw new DecodeError(`The body is not valid JSON${position ? ` at position ${position}` : ""}.`);
  }
}

function nameOf(text: string): string {
  if (text.length * 3 <= NAME_BYTES) return text.toWellFormed();
  return Buffer.from(text).subarray(0, NAME_BYTES).toString("utf8");
}
