import { isJsonObject } from "../dialects/value.ts";
import { readKeeptabsRecord } from "./keeptabs-lines.ts";
import { readLangfuseRecord } from "./langfuse.ts";
import { readLitellmRecord } from "./litellm.ts";
import { type RecordFormat, type RecordOptions, RecordProblem, type RecordReading } from "./record.ts";

export { fieldChoiceProblem } from "./named-field.ts";
export type { RecordFormat, RecordOptions, RecordReading } from "./record.ts";

/** The format that a record is in, by the fields that no other has; undefined for none of them. */
export function recordFormatOf(record: unknown): RecordFormat | undefined {
  if (!isJsonObject(record)) return undefined;
  const has = (...fields: readonly string[]): boolean => fields.some((field) => Object.hasOwn(record, field));
  if (has("trace_id") && has("span_id") && has("occurred_at")) return "keeptabs";
  if (has("request_id") && has("startTime", "call_type", "spend")) return "litellm";
  if (!has("id")) return undefined;
  const observation = has("traceId", "trace_id") && has("startTime", "start_time");
  const trace = has("timestamp") && has("userId", "user_id", "tags", "metadata");
  return observation || trace ? "langfuse" : undefined;
}

/**
 * Reads a call, or what lies above calls, from a record as another tool exports it, as spans that the dialects
 * understand: what a count includes is decided by them. Never throws, whatever the record holds.
 */
export function spansOfRecord(format: RecordFormat, record: unknown, options: RecordOptions): RecordReading {
  if (!isJsonObject(record)) return { kind: "problem", field: "record", problem: "is not a JSON object" };
  try {
    switch (format) {
      case "keeptabs":
        return readKeeptabsRecord(record);
      case "litellm":
        return readLitellmRecord(record, options);
      case "langfuse":
        return readLangfuseRecord(record, options);
    }
  } catch (error) {
    if (error instanceof RecordProblem)
      return { kind: "problem", field: error.field, problem: error.message };
    if (error instanceof RangeError) return { kind: "problem", field: "record", problem: error.message };
    throw error;
  }
}
