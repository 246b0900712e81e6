import type { Attributes, AttributeValue } from "../span.ts";
import { MAX_QUANTITY } from "../usage.ts";

const MAX_TEXT = 512;
const MAX_JSON = 262_144;

/** Reads attributes that others wrote: whatever is not of the wanted kind is as if it were not there. */
export class AttributeReader {
  readonly #attributes: Attributes;

  constructor(attributes: Attributes) {
    this.#attributes = attributes;
  }

  has(name: string): boolean {
    return this.#attributes.has(name);
  }

  /** The value as it stands. */
  raw(name: string): AttributeValue | undefined {
    return this.#attributes.get(name);
  }

  /** The first of the names that holds a string of 1 to 512 characters. */
  text(...names: readonly string[]): string | undefined {
    for (const name of names) {
      const value = this.#attributes.get(name);
      if (typeof value === "string" && value.length > 0 && value.length <= MAX_TEXT) return value;
    }
    return undefined;
  }

  /**
   * The first of the names that holds a quantity: an integer from 0 on, also as a double, a 64-bit integer
   * or a string of digits. -1, NaN, fractions and other texts are how some say that they do not know.
   */
  count(...names: readonly string[]): number | undefined {
    for (const name of names) {
      const count = countOf(this.#attributes.get(name));
      if (count !== undefined) return count;
    }
    return undefined;
  }

  /** A JSON object, from a string or a map; undefined for anything else. */
  json(name: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.#attributes.get(name);
    if (typeof value !== "string" || value.length > MAX_JSON || !/^\s*\{/.test(value)) return undefined;
    try {
      const parsed: unknown = JSON.parse(value);
      return isRecord(parsed) ? parsed : undefined;
    } catch {
      return undefined;
    }
  }

  /** The strings of a list, or of a string that holds a JSON list. */
  texts(name: string): readonly string[] {
    let value: unknown = this.#attributes.get(name);
    if (typeof value === "string" && value.length <= MAX_JSON && value.startsWith("[")) {
      try {
        value = JSON.parse(value);
      } catch {
        return [];
      }
    }
    return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
  }

  /** True for true, also as a string. */
  flag(...names: readonly string[]): boolean {
    return names.some((name) => {
      const value = this.#attributes.get(name);
      return value === true || (typeof value === "string" && value.toLowerCase() === "true");
    });
  }
}

/** A quantity, or undefined; see `AttributeReader.count`. */
export function countOf(value: unknown): number | undefined {
  const number =
    typeof value === "bigint" || (typeof value === "string" && /^\d{1,15}$/.test(value))
      ? Number(value)
      : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 && number <= MAX_QUANTITY
    ? number
    : undefined;
}

/** True for an object that is no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path of own keys. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const key of path) {
    if (!isRecord(here) || !Object.hasOwn(here, key)) return undefined;
    here = here[key];
  }
  return here;
}
