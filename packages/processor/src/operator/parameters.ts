import { requireTimeZone, writtenMonth } from "@keeptabs/billing";
import { badFields, type FieldError } from "./problem.ts";

/** A parameter of a query: how it is read, and how it is documented. */
export interface Parameter<T> {
  /** `undefined` when it was not given. Throws RangeError saying what is wrong with it. */
  readonly read: (given: string | undefined) => T;
  readonly description: string;
  /** JSON Schema. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** As it may stand in an address, decoded. */
  readonly example: string;
  /** True when it must be given. */
  readonly required?: boolean;
}

/** Parameters by name. */
export type Parameters = Readonly<Record<string, Parameter<unknown>>>;
/** What parameters are read as. */
export type Values<P extends Parameters> = { readonly [Name in keyof P]: ReturnType<P[Name]["read"]> };

/**
 * Reads the query of a request. Throws a 400 Problem that names each parameter which is unknown, given
 * twice or wrong: a filter that was misspelt and ignored would answer with the wrong money.
 */
export function readParameters<P extends Parameters>(url: string, parameters: P): Values<P> {
  const given = new URLSearchParams(url.split("?").slice(1).join("?"));
  const known = new Map(Object.entries(parameters));
  const errors: FieldError[] = [];
  for (const field of new Set(given.keys())) {
    if (!known.has(field)) {
      const names = known.size === 0 ? "none are known here" : `known here: ${[...known.keys()].join(", ")}`;
      errors.push({ field: clipped(field), detail: `unknown parameter; ${names}` });
    } else if (given.getAll(field).length > 1) errors.push({ field, detail: "given more than once" });
  }
  const values = new Map<string, unknown>();
  for (const [field, { read }] of known) {
    try {
      values.set(field, read(given.get(field) ?? undefined));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      errors.push({ field, detail: error.message });
    }
  }
  if (errors.length > 0) throw badFields(errors);
  return Object.fromEntries(values) as Values<P>;
}

const MAX_TEXT = 256;

/** Free text of bounded length. */
export function text(description: string, example: string): Parameter<string | undefined> {
  return {
    description,
    example,
    schema: { type: "string", maxLength: MAX_TEXT },
    read: (given) => {
      if (given !== undefined && given.length > MAX_TEXT)
        throw new RangeError(`longer than ${MAX_TEXT} characters`);
      return given;
    },
  };
}

/** A month `YYYY-MM` that the ledger's clock (64-bit nanoseconds since 1970) can hold. */
export const month: Parameter<string | undefined> = {
  description: "A month, YYYY-MM, of the reporting time zone; without it the current one.",
  example: "2026-10",
  schema: { type: "string", pattern: "^\\d{4}-(0[1-9]|1[0-2])$" },
  read: (given) => (given === undefined ? undefined : writtenMonth(given, "UTC").name),
};

/** An IANA time zone. */
export const timeZone: Parameter<string | undefined> = {
  description: "IANA time zone in which days and months are taken; without it the one of the configuration.",
  example: "Europe/Berlin",
  schema: { type: "string", maxLength: MAX_TEXT },
  read: (given) => {
    if (given === undefined) return undefined;
    if (given.length > MAX_TEXT) throw new RangeError("not an IANA time zone such as Europe/Berlin");
    return requireTimeZone(given);
  },
};

/** A whole number from 1 to `most`. */
export function limit(description: string, standard: number, most: number): Parameter<number> {
  return {
    description,
    example: String(Math.min(standard, most)),
    schema: { type: "integer", minimum: 1, maximum: most, default: standard },
    read: (given) => (given === undefined ? standard : wholeNumber(given, most)),
  };
}

/** The same without a standard. */
export function number(description: string, most: number): Parameter<number | undefined> {
  return {
    description,
    example: "10",
    schema: { type: "integer", minimum: 1, maximum: most },
    read: (given) => (given === undefined ? undefined : wholeNumber(given, most)),
  };
}

function wholeNumber(given: string, most: number): number {
  const found = /^\d{1,9}$/.test(given) ? Number(given) : 0;
  if (found < 1 || found > most) throw new RangeError(`must be a whole number from 1 to ${most}`);
  return found;
}

/** One of some words. */
export function oneOf<W extends string>(description: string, words: readonly W[], standard: W): Parameter<W> {
  return {
    description,
    example: standard,
    schema: { type: "string", enum: words, default: standard },
    read: (given) => {
      if (given === undefined) return standard;
      const found = words.find((word) => word === given);
      if (found === undefined) throw new RangeError(`"${clipped(given)}" is none of ${words.join(", ")}`);
      return found;
    },
  };
}

/** One of some words, or none of them. */
export function choice<W extends string>(
  description: string,
  words: readonly W[],
  example: W,
): Parameter<W | undefined> {
  const { read } = oneOf(description, words, example);
  return {
    description,
    example,
    schema: { type: "string", enum: words },
    read: (given) => (given === undefined ? undefined : read(given)),
  };
}

/** The same parameter in a form, which sends a field that was left empty as nothing. */
export function blank<T>(parameter: Parameter<T>): Parameter<T> {
  return { ...parameter, read: (given) => parameter.read(given === "" ? undefined : given) };
}

/** Yes or no, which it is when nothing is said. */
export function flag(description: string): Parameter<boolean> {
  return {
    description,
    example: "true",
    schema: { type: "boolean", default: false },
    read: (given) => {
      if (given !== undefined && given !== "true" && given !== "false")
        throw new RangeError(`"${clipped(given)}" is neither true nor false`);
      return given === "true";
    },
  };
}

/** A parameter that must be given. */
export function needed<T>(parameter: Parameter<T | undefined>): Parameter<T> {
  return {
    ...parameter,
    required: true,
    read: (given) => {
      const value = parameter.read(given);
      if (value === undefined) throw new RangeError("must be given");
      return value;
    },
  };
}

/** A list of some words, separated by commas, each once; empty when it is not given. */
export function listOf<W extends string>(description: string, words: readonly W[]): Parameter<readonly W[]> {
  return {
    description,
    example: words.slice(0, 2).join(","),
    schema: { type: "array", items: { type: "string", enum: words }, uniqueItems: true },
    read: (given) => {
      if (given === undefined || given === "") return [];
      const found = given.split(",").map((word) => {
        const match = words.find((candidate) => candidate === word);
        if (match === undefined) throw new RangeError(`"${clipped(word)}" is none of ${words.join(", ")}`);
        return match;
      });
      if (new Set(found).size < found.length) throw new RangeError("names a dimension twice");
      return found;
    },
  };
}

/** As much of what was given as is of use in an error message. */
function clipped(given: string): string {
  return given.length <= 40 ? given : `${given.slice(0, 40)}…`;
}
