import type { Attributes } from "@keeptabs/usage";
import type { AttributeCollector } from "./decoded-traces.ts";
import type { Interner } from "./interner.ts";
import { type DecodeLimits, NAME_BYTES } from "./limits.ts";
import { readAnyValue, readKeyValue, readParts, type ValueContext } from "./protobuf-value.ts";
import type { Selection } from "./selection.ts";
import type { Wire } from "./wire.ts";

const KEY = 0x0a;
const VALUE = 0x12;
const STRING_VALUE = 0x0a;
const INT_VALUE = 0x18;
/** Tag and length of a string in its AnyValue take at most this; for strings the limit is about themselves. */
const VALUE_OVERHEAD = 6;

/**
 * Reads the KeyValues of spans and resources and keeps those that are selected.
 *
 * Nearly all of a request is attributes that nobody reads, so their keys are compared as bytes and their
 * values stepped over.
 */
export class AttributeReader {
  readonly #wire: Wire;
  readonly #selection: Selection;
  readonly #collector: AttributeCollector;
  readonly #context: ValueContext;
  readonly #interner: Interner;
  readonly #valueBytes: number;
  /** Length of the longest string that takes one byte to say so and is not too long. */
  readonly #shortBytes: number;
  readonly #bytes: Buffer;
  readonly #filter: Uint8Array;
  readonly #prefixed: Uint8Array;

  constructor(wire: Wire, selection: Selection, collector: AttributeCollector, limits: DecodeLimits) {
    this.#wire = wire;
    this.#selection = selection;
    this.#collector = collector;
    this.#context = { interner: selection.interner, depth: limits.depth, textBytes: limits.valueBytes };
    this.#shortBytes = Math.min(limits.valueBytes, 127);
    this.#interner = selection.interner;
    this.#bytes = wire.bytes;
    this.#filter = selection.filter;
    this.#prefixed = selection.prefixed;
    this.#valueBytes = limits.valueBytes + VALUE_OVERHEAD;
  }

  /**
   * Reads the attributes that stand in a row from `at` on, each with the given tag, and gives the position
   * behind the last.
   *
   * Every encoder writes lengths in as few bytes as possible, a key shorter than 128 bytes and then the
   * value; that is read here, with everything in local variables. Whatever else is legal, or not, goes
   * the long way. It may stop before the last one of the row.
   */
  readRun(tag: number, from: number, end: number): number {
    const bytes = this.#bytes;
    const filter = this.#filter;
    const prefixed = this.#prefixed;
    // Nine bytes hold the tag, the lengths and tags of the shortest attribute.
    const lastStart = end - 9;
    let at = from;
    while (at <= lastStart && bytes[at] === tag) {
      let key = at + 2;
      let length = bytes[at + 1] as number;
      if (length >= 0x80) {
        const high = bytes[key++] as number;
        length = (length & 0x7f) | (high << 7);
        if (high >= 0x80) length = (length & 0x3fff) | ((bytes[key++] as number) << 14);
      }
      const stop = key + length;
      const keyLength = bytes[key + 1] as number;
      const keyStart = key + 2;
      const keyEnd = keyStart + keyLength;
      let value = keyEnd + 2;
      if (
        length >= 0x20_0000 ||
        stop > end ||
        keyLength >= 0x80 ||
        value > stop ||
        bytes[key] !== KEY ||
        bytes[keyEnd] !== VALUE
      ) {
        at = this.readOne(at + 1, end);
        continue;
      }
      let valueLength = bytes[keyEnd + 1] as number;
      if (valueLength >= 0x80) {
        const high = bytes[value++] as number;
        valueLength = (valueLength & 0x7f) | (high << 7);
        if (high >= 0x80) valueLength = (valueLength & 0x3fff) | ((bytes[value++] as number) << 14);
      }
      if (value + valueLength !== stop || valueLength >= 0x20_0000) {
        at = this.readOne(at + 1, end);
        continue;
      }
      const mayBeSelected =
        (filter[((keyLength & 63) << 8) | (bytes[keyEnd - 1] as number)] as number) |
        (prefixed[bytes[keyStart] as number] as number);
      if (mayBeSelected !== 0) this.#keep(keyStart, keyEnd, value, stop);
      at = stop;
    }
    return at;
  }

  /** What was read since the last call. */
  take(): Attributes {
    return this.#collector.take();
  }

  /** Reads the name of something, which ends at `end`, cut to the bytes that are kept of names. */
  name(end: number): string {
    const wire = this.#wire;
    const start = wire.position;
    wire.position = end;
    return this.#interner.text(wire.bytes, wire.view, start, Math.min(end, start + NAME_BYTES));
  }

  #keep(keyStart: number, keyEnd: number, value: number, stop: number): void {
    const wire = this.#wire;
    const bytes = this.#bytes;
    const name = this.#selection.find(bytes, wire.view, keyStart, keyEnd);
    if (name === undefined) return;
    if (stop - value > this.#valueBytes) {
      this.#collector.add(name, undefined);
      return;
    }
    // Nearly all values are short strings and small integers.
    if (stop - value >= 2) {
      const tag = bytes[value];
      const first = bytes[value + 1] as number;
      if (tag === STRING_VALUE && first <= this.#shortBytes && value + 2 + first === stop) {
        this.#collector.add(name, this.#interner.text(bytes, wire.view, value + 2, stop));
        return;
      }
      if (tag === INT_VALUE) {
        if (first < 0x80 && value + 2 === stop) {
          this.#collector.add(name, first);
          return;
        }
        if (value + 3 === stop && (bytes[value + 2] as number) < 0x80) {
          this.#collector.add(name, (first & 0x7f) | ((bytes[value + 2] as number) << 7));
          return;
        }
      }
    }
    wire.position = value;
    this.#collector.add(name, readAnyValue(wire, stop, this.#context));
  }

  /** Reads one attribute whose length stands at `at`, however it is written, and gives the position behind it. */
  readOne(at: number, end: number): number {
    const wire = this.#wire;
    wire.position = at;
    const stop = wire.fieldEnd(end);
    const parts = readKeyValue(wire, stop);
    const name = this.#selection.find(wire.bytes, wire.view, parts.keyStart, parts.keyEnd);
    if (name === undefined) return stop;
    let length = 0;
    for (let index = 0; index < parts.values.length; index += 2) {
      length += (parts.values[index + 1] as number) - (parts.values[index] as number);
    }
    this.#collector.add(name, length > this.#valueBytes ? undefined : readParts(wire, parts, this.#context));
    return stop;
  }
}
