import type { AttributeValue, Span } from "../span.ts";

/** Formats in which other tools, and we, write calls down one by one. */
export type RecordFormat = "keeptabs" | "litellm" | "langfuse";

/** What records are read with. */
export interface RecordOptions {
  /** SHA-256 of a text in UTF-8, as hex digits: ids are made of it where a record has none of OpenTelemetry's. */
  readonly hash: (text: string) => string;
  /** The field that names the customer; without it, whatever attribution rules find among all of them. */
  readonly customerField?: string;
  /** The same for the feature. */
  readonly featureField?: string;
}

/** What became of a record. */
export type RecordReading =
  /** `source` is the ingest source that our own lines name. */
  | { readonly kind: "spans"; readonly spans: readonly Span[]; readonly source: string | undefined }
  /** Not a call of a model, such as a listing of files. */
  | { readonly kind: "no_call" }
  /** Can't be read; `field` is the one at fault. */
  | { readonly kind: "problem"; readonly field: string; readonly problem: string };

/** A field of a record is wrong. Stays within the readers of records: they turn it into a reading. */
export class RecordProblem extends Error {
  override readonly name = "RecordProblem";
  readonly field: string;

  constructor(field: string, problem: string) {
    super(problem);
    this.field = field;
  }
}

/** Names and ids longer than this are none. */
const MAX_TEXT = 512;

/** Attributes of a span in the making; what is undefined is left out. */
export class RecordAttributes {
  readonly #attributes = new Map<string, AttributeValue>();

  set(name: string, value: AttributeValue | undefined): void {
    if (value !== undefined && value !== null) this.#attributes.set(name, value);
  }

  /** Sets the scalars of an object of the application's own, each below a prefix. */
  setAll(prefix: string, object: Readonly<Record<string, unknown>>): void {
    for (const [key, value] of Object.entries(object)) {
      const isScalar = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
      if (isScalar && String(value).length <= MAX_TEXT) this.set(prefix + key, value);
    }
  }

  get all(): ReadonlyMap<string, AttributeValue> {
    return this.#attributes;
  }
}

/** A 64-bit part of a hash can be zero, which is no id; it never is in practice. */
function idOf(hex: string, from: number, digits: number): string {
  return hex.slice(from, from + digits);
}

/** A trace id: the record's own where it is one of OpenTelemetry's, otherwise made of a text that identifies the trace. */
export function traceIdOf(own: string | undefined, identity: string, { hash }: RecordOptions): string {
  return own !== undefined && isHexId(own, 32) ? own.toLowerCase() : idOf(hash(identity), 0, 32);
}

/** A span id, likewise. */
export function spanIdOf(own: string | undefined, identity: string, { hash }: RecordOptions): string {
  return own !== undefined && isHexId(own, 16) ? own.toLowerCase() : idOf(hash(identity), 32, 16);
}

/** True for hexadecimal digits of that number that are not all zero. */
export function isHexId(text: string, digits: number): boolean {
  return text.length === digits && /^[0-9a-fA-F]+$/.test(text) && /[1-9a-fA-F]/.test(text);
}
