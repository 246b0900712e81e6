import { countOf, flagOf, isJsonObject, type JsonObject } from "../dialects/value.ts";
import { decimalOf } from "../responses/decimal.ts";
import { instantOf } from "./instant.ts";
import { RecordProblem } from "./record.ts";

/**
 * Reads the fields of a record, each by any of its names. In a CSV file every value is a text, objects too; an
 * empty one is as if it were not there. What is there and not of the wanted kind is a problem that names the field.
 */
export class RecordFields {
  readonly #record: JsonObject;
  readonly #isNothing: (text: string) => boolean;

  /** With `exact`, texts such as `None` are what they say, and not how an exporter writes that there is no value. */
  constructor(record: JsonObject, { exact = false }: { readonly exact?: boolean } = {}) {
    this.#record = record;
    this.#isNothing = exact ? (text) => text === "" : isNothing;
  }

  /** The value of the first name that has one, with that name. */
  #find(names: readonly string[]): { readonly name: string; readonly value: unknown } | undefined {
    for (const name of names) {
      const value = Object.hasOwn(this.#record, name) ? this.#record[name] : undefined;
      const empty =
        value === undefined || value === null || (typeof value === "string" && this.#isNothing(value));
      if (!empty) return { name, value };
    }
    return undefined;
  }

  has(...names: readonly string[]): boolean {
    return this.#find(names) !== undefined;
  }

  /** A text; a number is taken as its digits. */
  text(...names: readonly string[]): string | undefined {
    const found = this.#find(names);
    if (found === undefined) return undefined;
    const { name, value } = found;
    if (typeof value === "number" || typeof value === "bigint") return String(value);
    if (typeof value !== "string") throw new RecordProblem(name, `must be a text, got ${kindOf(value)}`);
    if (value.length > 512) throw new RecordProblem(name, "is longer than 512 characters");
    return value;
  }

  /** The same, and a problem when it is absent. */
  requiredText(...names: readonly string[]): string {
    const text = this.text(...names);
    if (text === undefined) throw new RecordProblem(names[0] ?? "", "is missing");
    return text;
  }

  /** An integer from 0 to the largest quantity there is. */
  count(...names: readonly string[]): number | undefined {
    const found = this.#find(names);
    if (found === undefined) return undefined;
    const count = countOf(found.value);
    if (count === undefined)
      throw new RecordProblem(found.name, `must be a whole number from 0 on, got ${shown(found.value)}`);
    return count;
  }

  /** An amount of money as a decimal text. */
  amount(...names: readonly string[]): string | undefined {
    const found = this.#find(names);
    if (found === undefined) return undefined;
    const amount = decimalOf(found.value);
    if (amount === undefined)
      throw new RecordProblem(found.name, `must be an amount of USD from 0 on, got ${shown(found.value)}`);
    return amount;
  }

  /** Unix nanoseconds. */
  instant(...names: readonly string[]): bigint | undefined {
    const found = this.#find(names);
    if (found === undefined) return undefined;
    const at = typeof found.value === "string" ? instantOf(found.value) : undefined;
    if (at === undefined || at <= 0n || at >= 2n ** 63n) {
      const detail = `must be a time such as 2026-10-01T12:00:00Z, got ${shown(found.value)}`;
      throw new RecordProblem(found.name, detail);
    }
    return at;
  }

  /** True for `true` and `"True"`; anything else is false. */
  flag(...names: readonly string[]): boolean {
    return flagOf(this.#find(names)?.value) === true;
  }

  /** A JSON object, also as text. */
  object(...names: readonly string[]): JsonObject | undefined {
    const found = this.#find(names);
    if (found === undefined) return undefined;
    const value = typeof found.value === "string" ? parsed(found.name, found.value) : found.value;
    if (!isJsonObject(value)) throw new RecordProblem(found.name, `must be an object, got ${kindOf(value)}`);
    return value;
  }

  /** The texts of a list, also as JSON. */
  texts(...names: readonly string[]): readonly string[] {
    const found = this.#find(names);
    if (found === undefined) return [];
    const value = typeof found.value === "string" ? parsed(found.name, found.value) : found.value;
    if (!Array.isArray(value)) throw new RecordProblem(found.name, `must be a list, got ${kindOf(value)}`);
    return value.filter((item): item is string => typeof item === "string");
  }

  /** A list of anything; empty where there is none. */
  items(name: string): readonly unknown[] {
    const value = this.#find([name])?.value;
    return Array.isArray(value) ? value : [];
  }
}

/** How exporters write that there is no value. */
function isNothing(text: string): boolean {
  return text === "" || text === "None" || text === "null" || text === "NaN";
}

function parsed(name: string, text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    // LiteLLM's metadata is written as JSON, and some exports write that text as JSON once more.
    return typeof value === "string" ? JSON.parse(value) : value;
  } catch {
    throw new RecordProblem(name, "is not valid JSON");
  }
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? "a list" : value === null ? "null" : `a ${typeof value}`;
}

/** A value as far as a message should show it. */
function shown(value: unknown): string {
  const text =
    typeof value === "string" ? `"${value}"` : typeof value === "object" ? kindOf(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
