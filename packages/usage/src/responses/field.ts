import { MAX_QUANTITY } from "../usage.ts";

/** The value at a path of own keys and array indices, or undefined where the path breaks off. */
export function field(value: unknown, ...path: readonly (string | number)[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Readonly<Record<string | number, unknown>>)[key];
  }
  return at;
}

/** An integer from 0 to MAX_QUANTITY; anything else, numbers in strings included, is unknown. */
export function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= MAX_QUANTITY
    ? value
    : undefined;
}

/** A count written in decimal digits, as HTTP headers carry it. */
export function countInText(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,13}$/.test(value) ? count(Number(value)) : undefined;
}

/** Longest model name or id that is believed; longer ones are not names. */
const MAX_TEXT = 512;

/** A string of 1 to 512 characters. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value.length > 0 && value.length <= MAX_TEXT ? value : undefined;
}

/** The items of an array, or none. */
export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Own keys and values of an object, or none. */
export function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return isObject(value) && !Array.isArray(value) ? Object.entries(value) : [];
}

/** True for objects and arrays. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** The object with an own key added or replaced; safe for keys from outside. */
export function overlaid(base: unknown, over: unknown): Readonly<Record<string, unknown>> {
  const result: Record<string, unknown> = Object.create(null);
  for (const [key, value] of entries(base)) result[key] = value;
  for (const [key, value] of entries(over)) {
    if (value !== null && value !== undefined) result[key] = value;
  }
  return result;
}
