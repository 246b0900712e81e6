import type { AttributeValue } from "@keeptabs/usage";
import type { Interner } from "./interner.ts";
import { Wire } from "./wire.ts";

/** What reading a value needs to know besides the bytes. */
export interface ValueContext {
  readonly interner: Interner;
  readonly depth: number;
  /** The longest string, in bytes. */
  readonly textBytes: number;
}

const STRING_VALUE = 0x0a;
const BOOL_VALUE = 0x10;
const INT_VALUE = 0x18;
const DOUBLE_VALUE = 0x21;
const ARRAY_VALUE = 0x2a;
const KVLIST_VALUE = 0x32;
const BYTES_VALUE = 0x3a;
const LIST_ITEM = 0x0a;
const KEY = 0x0a;
const VALUE = 0x12;

/**
 * Reads an AnyValue that ends at `end`. An empty one is null; bytes become base64 as in OTLP/JSON; of
 * several members of the oneof the last counts. Undefined when it is too long or nested too deeply.
 */
export function readAnyValue(
  wire: Wire,
  end: number,
  context: ValueContext,
  depth: number = context.depth,
): AttributeValue | undefined {
  let value: AttributeValue = null;
  let list: AttributeValue[] | undefined;
  let map: Map<string, AttributeValue> | undefined;
  while (wire.position < end) {
    const tag = wire.tag(end);
    // Another member of the oneof replaces a list, the same member once more continues it.
    if (tag !== ARRAY_VALUE && isMember(tag)) list = undefined;
    if (tag !== KVLIST_VALUE && isMember(tag)) map = undefined;
    switch (tag) {
      case STRING_VALUE: {
        const stop = wire.fieldEnd(end);
        if (stop - wire.position > context.textBytes) return undefined;
        value = context.interner.text(wire.bytes, wire.view, wire.position, stop);
        wire.position = stop;
        break;
      }
      case BOOL_VALUE:
        value = wire.varint(end) !== 0;
        break;
      case INT_VALUE:
        value = wire.int64(end);
        break;
      case DOUBLE_VALUE:
        value = wire.double(end);
        break;
      case ARRAY_VALUE:
        list ??= [];
        if (depth === 0 || !readArray(wire, wire.fieldEnd(end), context, depth - 1, list)) return undefined;
        value = list;
        break;
      case KVLIST_VALUE:
        map ??= new Map();
        if (depth === 0 || !readKeyValueList(wire, wire.fieldEnd(end), context, depth - 1, map)) {
          return undefined;
        }
        value = map;
        break;
      case BYTES_VALUE: {
        const stop = wire.fieldEnd(end);
        if (stop - wire.position > context.textBytes) return undefined;
        value = wire.bytes.toString("base64", wire.position, stop);
        wire.position = stop;
        break;
      }
      default:
        wire.skip(tag, end);
    }
  }
  return value;
}

function isMember(tag: number): boolean {
  return (
    tag === STRING_VALUE ||
    tag === BOOL_VALUE ||
    tag === INT_VALUE ||
    tag === DOUBLE_VALUE ||
    tag === ARRAY_VALUE ||
    tag === KVLIST_VALUE ||
    tag === BYTES_VALUE
  );
}

function readArray(
  wire: Wire,
  end: number,
  context: ValueContext,
  depth: number,
  into: AttributeValue[],
): boolean {
  while (wire.position < end) {
    const tag = wire.tag(end);
    if (tag !== LIST_ITEM) {
      wire.skip(tag, end);
      continue;
    }
    const item = readAnyValue(wire, wire.fieldEnd(end), context, depth);
    if (item === undefined) return false;
    into.push(item);
  }
  return true;
}

function readKeyValueList(
  wire: Wire,
  end: number,
  context: ValueContext,
  depth: number,
  into: Map<string, AttributeValue>,
): boolean {
  while (wire.position < end) {
    const tag = wire.tag(end);
    if (tag !== LIST_ITEM) {
      wire.skip(tag, end);
      continue;
    }
    const parts = readKeyValue(wire, wire.fieldEnd(end));
    const key = wire.bytes.toString("utf8", parts.keyStart, parts.keyEnd);
    const value = readParts(wire, parts, context, depth);
    if (value === undefined) return false;
    into.set(key, value);
  }
  return true;
}

/** Where the parts of a KeyValue stand. An absent key is an empty one. */
export interface KeyValueParts {
  readonly keyStart: number;
  readonly keyEnd: number;
  /** Start and end of each occurrence of the value: none, usually one, at worst many. */
  readonly values: readonly number[];
}

/** Finds key and value in whatever order they stand; of several keys the last counts. */
export function readKeyValue(wire: Wire, end: number): KeyValueParts {
  let keyStart = 0;
  let keyEnd = 0;
  const values: number[] = [];
  while (wire.position < end) {
    const tag = wire.tag(end);
    if (tag === KEY) {
      keyEnd = wire.fieldEnd(end);
      keyStart = wire.position;
      wire.position = keyEnd;
    } else if (tag === VALUE) {
      const stop = wire.fieldEnd(end);
      values.push(wire.position, stop);
      wire.position = stop;
    } else {
      wire.skip(tag, end);
    }
  }
  return { keyStart, keyEnd, values };
}

/** Reads the value of a KeyValue and leaves the cursor where it was. */
export function readParts(
  wire: Wire,
  parts: KeyValueParts,
  context: ValueContext,
  depth: number = context.depth,
): AttributeValue | undefined {
  const [start = 0, end = 0] = parts.values;
  if (parts.values.length <= 2) {
    const back = wire.position;
    wire.position = start;
    const value = readAnyValue(wire, end, context, depth);
    wire.position = back;
    return value;
  }
  // Occurrences of one message field are merged, and merged they are the same as their bytes in a row.
  const pieces: Buffer[] = [];
  for (let at = 0; at < parts.values.length; at += 2) {
    pieces.push(wire.bytes.subarray(parts.values[at], parts.values[at + 1]));
  }
  const merged = new Wire(Buffer.concat(pieces), wire.place);
  return readAnyValue(merged, merged.bytes.length, context, depth);
}
