/** A metric that dashboards and rules may use: its labels are those of the exposition, without `job` and `instance`. */
export interface CatalogueEntry {
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
}

/**
 * What the processor exposes, by metric name. A dashboard or rule that names anything else is wrong:
 * a renamed metric would leave it empty without an error.
 */
export const METRICS: ReadonlyMap<string, CatalogueEntry> = new Map<string, CatalogueEntry>([
  ["llm_cost_usd_total", { type: "counter", labels: ["customer", "feature", "provider", "model"] }],
  ["llm_tokens_total", { type: "counter", labels: ["customer", "provider", "model", "type"] }],
  ["llm_calls_total", { type: "counter", labels: ["customer", "feature", "outcome"] }],
  ["llm_unpriced_calls_total", { type: "counter", labels: ["provider", "model", "reason"] }],
  ["llm_customer_cost_month_to_date_usd", { type: "gauge", labels: ["customer"] }],
  ["llm_feature_cost_month_to_date_usd", { type: "gauge", labels: ["feature"] }],
  ["llm_customer_revenue_month_usd", { type: "gauge", labels: ["customer"] }],
  ["llm_customer_margin_month_to_date_usd", { type: "gauge", labels: ["customer"] }],
  ["llm_customer_budget_month_usd", { type: "gauge", labels: ["customer"] }],
  ["llm_customer_info", { type: "gauge", labels: ["customer", "name", "plan"] }],
  ["llm_reconciliation_difference_usd", { type: "gauge", labels: ["provider"] }],
  ["llm_price_book_checked_timestamp_seconds", { type: "gauge", labels: [] }],
  ["llm_last_call_timestamp_seconds", { type: "gauge", labels: [] }],
  ["keeptabs_spans_received_total", { type: "counter", labels: ["dialect"] }],
  ["keeptabs_spans_total", { type: "counter", labels: ["result"] }],
  ["keeptabs_series_overflow_total", { type: "counter", labels: [] }],
  ["keeptabs_ledger_commit_seconds", { type: "histogram", labels: [] }],
]);

/** Labels that Prometheus itself puts on every scraped series. */
export const TARGET_LABELS: ReadonlySet<string> = new Set(["job", "instance"]);

/** Series that Prometheus makes about its targets. */
export const PROMETHEUS_METRICS: ReadonlySet<string> = new Set(["up"]);
