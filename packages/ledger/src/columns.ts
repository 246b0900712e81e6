/** The columns of an entry as it is written and as the chain of batches covers it, in this order. */
export const ENTRY_COLUMNS: readonly string[] = [
  "id",
  "trace_id",
  "span_id",
  "source",
  "kind",
  "reason",
  "customer",
  "feature",
  "provider",
  "model",
  "request_model",
  "response_model",
  "operation",
  "dialect",
  "scope",
  "response_id",
  "response_key",
  "outcome",
  "quality",
  "lower_bound",
  "aggregate",
  "framework",
  "named",
  "started_at",
  "occurred_at",
  "booked_at",
  "list_nano",
  "list_atto",
  "net_nano",
  "net_atto",
  "cost_source",
  "usage",
  "charge",
  "covered_by",
];

/** The same of an adjustment. */
export const ADJUSTMENT_COLUMNS: readonly string[] = [
  "id",
  "entry",
  "kind",
  "reason",
  "customer",
  "feature",
  "calls",
  "charge_kind",
  "net_nano",
  "net_atto",
  "charge",
  "booked_at",
];

/** `INSERT INTO table (…) VALUES (?, …)`. */
export function insertInto(table: string, columns: readonly string[]): string {
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
}
