import type { AttributeValue } from "../span.ts";
import { MAX_QUANTITY } from "../usage.ts";

/** Longest name or id that is believed, in UTF-16 units. */
const MAX_TEXT = 512;
/** Longest JSON text that is parsed, in UTF-16 units. */
const MAX_JSON = 262_144;
/** Maps and lists inside one another that are followed. */
const MAX_DEPTH = 16;

/** A JSON object; its keys are own keys. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * A quantity: an integer from 0 to MAX_QUANTITY, also as a double, a 64-bit integer or decimal digits in a
 * string. -1, NaN, fractions, empty and other texts are how senders say that they do not know.
 */
export function countOf(value: unknown): number | undefined {
  const number =
    typeof value === "bigint" || (typeof value === "string" && /^\d{1,13}(?:\.0{1,6})?$/.test(value))
      ? Number(value)
      : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 && number <= MAX_QUANTITY
    ? number
    : undefined;
}

/** A string of 1 to 512 characters. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.length > 0 && value.length <= MAX_TEXT ? value : undefined;
}

/** True or false, also as a string in any case. */
export function flagOf(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string" || value.length > 5) return undefined;
  const lower = value.toLowerCase();
  return lower === "true" ? true : lower === "false" ? false : undefined;
}

/** The JSON value in a string, or the value of a map or list attribute as JSON; undefined where there is none. */
export function jsonOf(value: AttributeValue | undefined): unknown {
  if (typeof value !== "string") return typeof value === "object" ? plainOf(value, 0) : undefined;
  // Numbers and words are valid JSON too, but nobody writes those where an object is expected.
  if (value.length > MAX_JSON || !/^\s*[{[]/.test(value)) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function plainOf(value: AttributeValue, depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return value.map((item: AttributeValue) => plainOf(item, depth + 1));
  const object: Record<string, unknown> = Object.create(null);
  for (const [key, inner] of value as ReadonlyMap<string, AttributeValue>) {
    object[key] = plainOf(inner, depth + 1);
  }
  return object;
}

/** The strings of a list, of a JSON list in a string, or of a string with commas between them. */
export function textsOf(value: AttributeValue | undefined): readonly string[] {
  if (typeof value === "string" && value.length <= MAX_JSON && !/^\s*[{[]/.test(value)) {
    return value.split(",").map((item) => item.trim());
  }
  const list = jsonOf(value);
  return Array.isArray(list) ? list.filter((item): item is string => typeof item === "string") : [];
}

/** True for an object that is no list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
