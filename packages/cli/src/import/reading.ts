import { createHash } from "node:crypto";
import { DecodeError, decodeTraces, type Selection } from "@keeptabs/processor";
import {
  fieldChoiceProblem,
  type RecordFormat,
  type RecordOptions,
  recordFormatOf,
  type Span,
  spansOfRecord,
} from "@keeptabs/usage";
import type { Item } from "./items.ts";

/** What a file may hold. */
export type ImportFormat = RecordFormat | "otlp";

export const IMPORT_FORMATS: readonly ImportFormat[] = ["otlp", "keeptabs", "litellm", "langfuse"];

/** Why a field can't name the customer or feature in a format. */
export function fieldProblem(format: ImportFormat, field: string): string | undefined {
  return format === "otlp"
    ? "spans name customer and feature by their attributes; see `attribution` in keeptabs.yaml"
    : fieldChoiceProblem(format, field);
}

/** What could not be read, and why. */
export interface Rejected {
  readonly place: string;
  readonly field?: string;
  readonly reason: string;
}

/** What an item of a file says. */
export interface ItemReading {
  readonly spans: readonly { readonly span: Span; readonly source: string | undefined }[];
  readonly rejected: readonly Rejected[];
  /** Records that are no calls of a model. */
  readonly others: number;
}

/** Reads the items of one file, all in one format. */
export class ItemReader {
  readonly format: ImportFormat;
  readonly #options: RecordOptions;
  readonly #selection: Selection;

  constructor(
    format: ImportFormat,
    fields: { readonly customerField?: string; readonly featureField?: string },
    selection: Selection,
  ) {
    this.format = format;
    this.#options = {
      ...fields,
      hash: (text) => createHash("sha256").update(text).digest("hex"),
    };
    this.#selection = selection;
  }

  read({ place, content }: Item): ItemReading {
    if (content.kind === "broken") return rejected({ place, reason: content.problem });
    if (content.kind === "protobuf") return this.#request(place, content.bytes, "protobuf");
    if (this.format === "otlp") {
      const body = content.kind === "json" ? content.text : Buffer.from(JSON.stringify(content.value));
      return this.#request(place, body, "json");
    }
    const parsed = content.kind === "json" ? jsonOf(content.text) : content;
    if (parsed === undefined) return rejected({ place, reason: "is not valid JSON" });
    return together(
      recordsIn(parsed.value).map((record, i, { length }) =>
        this.#record(length === 1 ? place : `${place}, record ${i + 1}`, record),
      ),
    );
  }

  #request(place: string, body: Uint8Array, encoding: "json" | "protobuf"): ItemReading {
    if (this.format !== "otlp") return rejected({ place, reason: `is no record of ${this.format}` });
    try {
      const { spans, rejected: bad, rejectedCount } = decodeTraces(body, encoding, this.#selection);
      const reasons: Rejected[] = bad.map(({ reason }) => ({ place, reason }));
      // The decoder keeps the first few reasons, and counts them all.
      for (let i = bad.length; i < rejectedCount; i += 1)
        reasons.push({ place, reason: "a further span of this request can't be read" });
      return { spans: spans.map((span) => ({ span, source: undefined })), rejected: reasons, others: 0 };
    } catch (error) {
      if (error instanceof DecodeError) return rejected({ place, reason: error.message });
      throw error;
    }
  }

  #record(place: string, record: unknown): ItemReading {
    if (this.format === "otlp") return rejected({ place, reason: "is no OTLP request" });
    const reading = spansOfRecord(this.format, record, this.#options);
    switch (reading.kind) {
      case "spans": {
        const { spans, source } = reading;
        return { spans: spans.map((span) => ({ span, source })), rejected: [], others: 0 };
      }
      case "no_call":
        return { spans: [], rejected: [], others: 1 };
      case "problem":
        return rejected({ place, field: reading.field, reason: reading.problem });
    }
  }
}

/** The format of a file, by one of its items; undefined when it does not tell. */
export function formatOf({ content }: Item): ImportFormat | undefined {
  if (content.kind === "protobuf") return "otlp";
  const parsed =
    content.kind === "json" ? jsonOf(content.text) : content.kind === "value" ? content : undefined;
  if (parsed === undefined) return undefined;
  const { value } = parsed;
  if (isObject(value) && ("resourceSpans" in value || "resource_spans" in value)) return "otlp";
  return recordFormatOf(recordsIn(value)[0]);
}

/** The records in a page of an API, or the value itself, which is then one. */
function recordsIn(value: unknown): readonly unknown[] {
  const page =
    isObject(value) && Array.isArray(value["data"]) && !("id" in value) && !("request_id" in value);
  return page ? (value["data"] as readonly unknown[]) : [value];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function jsonOf(text: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text.toString("utf8").replace(/^\uFEFF/, "")) };
  } catch {
    return undefined;
  }
}

function rejected(reason: Rejected): ItemReading {
  return { spans: [], rejected: [reason], others: 0 };
}

function together(readings: readonly ItemReading[]): ItemReading {
  return {
    spans: readings.flatMap(({ spans }) => spans),
    rejected: readings.flatMap((reading) => reading.rejected),
    others: readings.reduce((sum, { others }) => sum + others, 0),
  };
}
