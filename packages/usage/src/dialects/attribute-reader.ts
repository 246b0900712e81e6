import type { Attributes, AttributeValue } from "../span.ts";
import type { AttributeName } from "./attribute-names.ts";
import { countOf, flagOf, isJsonObject, type JsonObject, jsonOf, textOf, textsOf } from "./value.ts";

/** Reads attributes that others wrote: whatever is not of the wanted kind is as if it were not there. */
export class AttributeReader {
  readonly #attributes: Attributes;

  constructor(attributes: Attributes) {
    this.#attributes = attributes;
  }

  /** Everything, for a reader of our own attributes. */
  get all(): Attributes {
    return this.#attributes;
  }

  has(name: AttributeName): boolean {
    return this.#attributes.has(name);
  }

  hasAny(names: readonly AttributeName[]): boolean {
    for (const name of names) if (this.#attributes.has(name)) return true;
    return false;
  }

  /** The value as it stands. */
  raw(name: AttributeName): AttributeValue | undefined {
    return this.#attributes.get(name);
  }

  /** The first of the names that holds a string of 1 to 512 characters. */
  text(names: readonly AttributeName[]): string | undefined {
    for (const name of names) {
      const value = textOf(this.#attributes.get(name));
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** The first of the names that holds a quantity; synonyms are never added up. */
  count(names: readonly AttributeName[]): number | undefined {
    for (const name of names) {
      const value = this.#attributes.get(name);
      if (value === undefined) continue;
      const quantity = countOf(value);
      if (quantity !== undefined) return quantity;
    }
    return undefined;
  }

  /** The first of the names that holds true or false. */
  flag(names: readonly AttributeName[]): boolean | undefined {
    for (const name of names) {
      const value = flagOf(this.#attributes.get(name));
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** The JSON object in a string or map. */
  json(name: AttributeName): JsonObject | undefined {
    const value = this.#attributes.get(name);
    if (value === undefined) return undefined;
    const json = jsonOf(value);
    return isJsonObject(json) ? json : undefined;
  }

  /** The strings of a list, however it is written. */
  texts(name: AttributeName): readonly string[] {
    return textsOf(this.#attributes.get(name));
  }
}
