import type { AttributeValue } from "@keeptabs/usage";
import { field, isObject } from "./json-shape.ts";

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;
const INTEGER = /^-?\d{1,19}$/;
const UNSIGNED = /^\d{1,20}$/;
const DECIMAL = /^-?\d{1,400}(\.\d{1,400})?([eE][+-]?\d{1,4})?$/;
/** What an element of a list costs of the bytes that a value may have, besides its text. */
const ELEMENT_BYTES = 2;

/**
 * Reads an AnyValue of OTLP/JSON. An empty one is null. Undefined when it can't be read: nested deeper
 * than `depth`, longer than `bytes`, or not of its type.
 *
 * Numbers may be strings, as proto3 writes 64-bit integers. An integer beyond 2^53 is exact only as a
 * string; as a JSON number it has lost digits already and can't be read.
 */
export function readJsonValue(value: unknown, depth: number, bytes: number): AttributeValue | undefined {
  return new ValueReader(bytes).read(value, depth);
}

class ValueReader {
  #bytesLeft: number;

  constructor(bytes: number) {
    this.#bytesLeft = bytes;
  }

  read(any: unknown, depth: number): AttributeValue | undefined {
    if (any === undefined || any === null) return null;
    if (!isObject(any)) return undefined;
    const text = field(any, "stringValue", "string_value");
    if (text !== undefined) return typeof text === "string" ? this.#text(text) : undefined;
    const integer = field(any, "intValue", "int_value");
    if (integer !== undefined) return readInteger(integer);
    const double = field(any, "doubleValue", "double_value");
    if (double !== undefined) return readDouble(double);
    const bool = field(any, "boolValue", "bool_value");
    if (bool !== undefined) return typeof bool === "boolean" ? bool : undefined;
    const array = field(any, "arrayValue", "array_value");
    if (array !== undefined) return this.#list(array, depth);
    const map = field(any, "kvlistValue", "kvlist_value");
    if (map !== undefined) return this.#map(map, depth);
    const binary = field(any, "bytesValue", "bytes_value");
    if (binary !== undefined) return typeof binary === "string" ? this.#binary(binary) : undefined;
    return null;
  }

  #list(list: unknown, depth: number): AttributeValue | undefined {
    const items = itemsOf(list);
    if (items === undefined || depth === 0) return undefined;
    const values: AttributeValue[] = [];
    for (const item of items) {
      if (!this.#spend(ELEMENT_BYTES)) return undefined;
      const value = this.read(item, depth - 1);
      if (value === undefined) return undefined;
      values.push(value);
    }
    return values;
  }

  #map(list: unknown, depth: number): AttributeValue | undefined {
    const items = itemsOf(list);
    if (items === undefined || depth === 0) return undefined;
    const map = new Map<string, AttributeValue>();
    for (const item of items) {
      if (!isObject(item) || !this.#spend(ELEMENT_BYTES)) return undefined;
      const key = field(item, "key") ?? "";
      const text = typeof key === "string" ? this.#text(key) : undefined;
      const value = this.read(field(item, "value"), depth - 1);
      if (text === undefined || value === undefined) return undefined;
      map.set(text, value);
    }
    return map;
  }

  #text(text: string): string | undefined {
    // Each UTF-16 unit is at least one byte, and at most three.
    const bytes = text.length * 3 <= this.#bytesLeft ? text.length : Buffer.byteLength(text);
    return this.#spend(bytes) ? text.toWellFormed() : undefined;
  }

  #binary(base64: string): string | undefined {
    if (!this.#spend((base64.length * 3) / 4)) return undefined;
    return Buffer.from(base64, "base64").toString("base64");
  }

  #spend(bytes: number): boolean {
    this.#bytesLeft -= bytes;
    return this.#bytesLeft >= 0;
  }
}

function itemsOf(list: unknown): readonly unknown[] | undefined {
  if (!isObject(list)) return undefined;
  const values: unknown = field(list, "values") ?? [];
  return Array.isArray(values) ? values : undefined;
}

function readInteger(value: unknown): number | bigint | undefined {
  // Adding zero turns -0 into 0.
  if (typeof value === "number") return Number.isSafeInteger(value) ? value + 0 : undefined;
  if (typeof value !== "string" || !INTEGER.test(value)) return undefined;
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number + 0;
  const integer = BigInt(value);
  return integer >= INT64_MIN && integer <= INT64_MAX ? integer : undefined;
}

function readDouble(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  return DECIMAL.test(value) ? Number(value) : undefined;
}

/**
 * A time in Unix nanoseconds; 0, OTLP's own "unknown", when it is none. Undefined when it is not even a
 * number or text.
 */
export function readJsonTime(value: unknown): bigint | undefined {
  if (value === undefined) return 0n;
  if (typeof value === "number")
    return readUnsigned(Number.isInteger(value) && value >= 0 ? BigInt(value) : 0n);
  if (typeof value !== "string") return undefined;
  return readUnsigned(UNSIGNED.test(value) ? BigInt(value) : 0n);
}

function readUnsigned(value: bigint): bigint {
  return value <= UINT64_MAX ? value : 0n;
}

/** An enum by its number, as in OTLP/JSON, or by its name, as other proto3 writers do; else 0. */
export function readJsonEnum(value: unknown, names: ReadonlyMap<string, number>): number {
  if (typeof value === "number") return Number.isInteger(value) ? value | 0 : 0;
  return typeof value === "string" ? (names.get(value) ?? 0) : 0;
}
