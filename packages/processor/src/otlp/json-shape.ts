import { DecodeError } from "./decode-error.ts";

/**
 * A JSON object from outside. Its fields are only ever read by names of ours, with `field`, none of which
 * any prototype has; nothing is assigned, merged or looked up by a name that came with it.
 */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A field, by its lowerCamelCase name or as the schema spells it; null counts as absent. */
export function field(object: JsonObject, camel: string, snake?: string): unknown {
  return object[camel] ?? (snake === undefined ? undefined : object[snake]) ?? undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as an object; absent is undefined. Throws DecodeError that names the path. */
export function objectAt(value: unknown, path: () => string): JsonObject | undefined {
  if (value === undefined || isObject(value)) return value;
  throw wrongShape(path(), "an object", value);
}

/** The value as an array; absent is empty. Throws DecodeError that names the path. */
export function arrayAt(value: unknown, path: () => string): readonly unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw wrongShape(path(), "an array", value);
}

/** The value as a string; absent is empty. Throws DecodeError that names the path. */
export function stringAt(value: unknown, path: () => string): string {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  throw wrongShape(path(), "a string", value);
}

export function wrongShape(path: string, expected: string, value: unknown): DecodeError {
  return new DecodeError(`${path} must be ${expected}, got ${typeName(value)}.`);
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
