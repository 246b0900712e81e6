import { requireTimeZone } from "@keeptabs/billing";
import { badFields, type FieldError } from "./problem.ts";

/** Reads one parameter; `undefined` when it was not given. Throws RangeError saying what is wrong with it. */
export type ParameterReader<T> = (text: string | undefined) => T;

type Readers = Readonly<Record<string, ParameterReader<unknown>>>;
type Values<R extends Readers> = { readonly [Name in keyof R]: ReturnType<R[Name]> };

/**
 * Reads the query of a request. Throws a 400 Problem that names each parameter which is unknown, given
 * twice or wrong: a filter that was misspelt and ignored would answer with the wrong money.
 */
export function readParameters<R extends Readers>(url: string, readers: R): Values<R> {
  const given = new URLSearchParams(url.split("?").slice(1).join("?"));
  const known = new Map(Object.entries(readers));
  const errors: FieldError[] = [];
  for (const field of new Set(given.keys())) {
    if (!known.has(field)) {
      const names = known.size === 0 ? "none are known here" : `known here: ${[...known.keys()].join(", ")}`;
      errors.push({ field, detail: `unknown parameter; ${names}` });
    } else if (given.getAll(field).length > 1) errors.push({ field, detail: "given more than once" });
  }
  const values = new Map<string, unknown>();
  for (const [field, read] of known) {
    try {
      values.set(field, read(given.get(field) ?? undefined));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      errors.push({ field, detail: error.message });
    }
  }
  if (errors.length > 0) throw badFields(errors);
  return Object.fromEntries(values) as Values<R>;
}

const MAX_TEXT = 256;

/** Free text of bounded length. */
export const text: ParameterReader<string | undefined> = (given) => {
  if (given !== undefined && given.length > MAX_TEXT)
    throw new RangeError(`longer than ${MAX_TEXT} characters`);
  return given;
};

/** A month `YYYY-MM` that the ledger's clock (64-bit nanoseconds since 1970) can hold. */
export const month: ParameterReader<string | undefined> = (given) => {
  if (given === undefined) return undefined;
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(given)) {
    throw new RangeError(`"${clipped(given)}" is not a month; write it as YYYY-MM`);
  }
  if (given < FIRST_MONTH || given > LAST_MONTH) {
    throw new RangeError(`months are from ${FIRST_MONTH} to ${LAST_MONTH}`);
  }
  return given;
};

export const FIRST_MONTH = "1970-01";
export const LAST_MONTH = "2261-12";

/** An IANA time zone. */
export const timeZone: ParameterReader<string | undefined> = (given) => {
  if (given === undefined) return undefined;
  if (given.length > MAX_TEXT) throw new RangeError("not an IANA time zone such as Europe/Berlin");
  return requireTimeZone(given);
};

/** A whole number from 1 to `most`. */
export function limit(standard: number, most: number): ParameterReader<number> {
  return (given) => {
    if (given === undefined) return standard;
    const number = /^\d{1,9}$/.test(given) ? Number(given) : 0;
    if (number < 1 || number > most) throw new RangeError(`must be a whole number from 1 to ${most}`);
    return number;
  };
}

/** One of some words. */
export function oneOf<W extends string>(words: readonly W[], standard: W): ParameterReader<W> {
  return (given) => {
    if (given === undefined) return standard;
    const found = words.find((word) => word === given);
    if (found === undefined) throw new RangeError(`"${clipped(given)}" is none of ${words.join(", ")}`);
    return found;
  };
}

/** A list of some words, separated by commas, each once. */
export function listOf<W extends string>(
  words: readonly W[],
  standard: readonly W[],
): ParameterReader<readonly W[]> {
  return (given) => {
    if (given === undefined) return standard;
    if (given === "") return [];
    const asked = given.split(",");
    const found = asked.map((word) => {
      const match = words.find((candidate) => candidate === word);
      if (match === undefined) throw new RangeError(`"${clipped(word)}" is none of ${words.join(", ")}`);
      return match;
    });
    if (new Set(found).size < found.length) throw new RangeError("names a dimension twice");
    return found;
  };
}

/** As much of what was given as is of use in an error message. */
export function clipped(given: string): string {
  return given.length <= 40 ? given : `${given.slice(0, 40)}…`;
}
