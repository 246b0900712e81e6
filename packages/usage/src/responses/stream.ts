import { isObject } from "./field.ts";
import type { ResponseReading, StreamReader } from "./response.ts";

/** Puts the events of a stream together to the answer that the same call gives when it is not streamed. */
export interface Assembly {
  take(event: object): void;
  readonly complete: boolean;
  /** The answer as far as it is known. */
  body(): unknown;
  /** Set when the stream held more than one answer, of which the last is kept. */
  readonly several?: boolean;
}

/** Reads a stream with the reader of whole answers, so that both always agree. */
export function streamOf(assembly: Assembly, read: (body: unknown) => ResponseReading): StreamReader {
  return {
    take(event: unknown): void {
      if (!isObject(event)) return;
      try {
        assembly.take(event);
      } catch {
        // An event that resists being read is skipped; the stream goes on.
      }
    },
    get complete(): boolean {
      return assembly.complete;
    },
    reading(): ResponseReading {
      const whole = read(assembly.body());
      if (!assembly.complete) return brokenOff(whole, []);
      return assembly.several === true ? brokenOff(whole, ["several_answers_in_stream"]) : whole;
    },
  };
}

function brokenOff(whole: ResponseReading, notes: readonly string[]): ResponseReading {
  const { usage } = whole;
  const quality = usage.quantities.size > 0 ? "partial" : "missing";
  return { ...whole, usage: { ...usage, quality, lowerBound: true, notes: [...usage.notes, ...notes] } };
}

/** Keeps the last event of the named types as the answer; for streams whose last event is the answer. */
export function lastOf(types: ReadonlySet<string>, answer: (event: object) => unknown): Assembly {
  let body: unknown;
  let seen = 0;
  return {
    take(event: object): void {
      if (!types.has(String((event as { readonly type?: unknown }).type))) return;
      body = answer(event);
      seen += 1;
    },
    get complete(): boolean {
      return seen > 0;
    },
    body: () => body,
    get several(): boolean {
      return seen > 1;
    },
  };
}
