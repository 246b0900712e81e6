/** A metric family that `/metrics` shows, beside the process's own. */
export interface MetricFamily {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly labels: readonly string[];
  readonly help: string;
}

export type LedgerFamily =
  | "cost"
  | "tokens"
  | "calls"
  | "unpriced"
  | "customerCost"
  | "featureCost"
  | "customerRevenue"
  | "customerMargin"
  | "customerBudget"
  | "customerInfo"
  | "priceBookChecked"
  | "lastCall";

/** Families with a customer label and those that belong to them: written from the ledger. */
export const LEDGER_FAMILIES: Readonly<Record<LedgerFamily, MetricFamily>> = {
  cost: {
    name: "llm_cost_usd_total",
    type: "counter",
    labels: ["customer", "feature", "provider", "model"],
    help: "Cost of LLM calls in USD as first booked, after negotiated discounts.",
  },
  tokens: {
    name: "llm_tokens_total",
    type: "counter",
    labels: ["customer", "provider", "model", "type"],
    help: "Tokens of LLM calls by disjoint type.",
  },
  calls: {
    name: "llm_calls_total",
    type: "counter",
    labels: ["customer", "feature", "outcome"],
    help: "LLM calls; outcome is ok, error or aborted.",
  },
  unpriced: {
    name: "llm_unpriced_calls_total",
    type: "counter",
    labels: ["provider", "model", "reason"],
    help: "LLM calls of which all or a part has no price.",
  },
  customerCost: {
    name: "llm_customer_cost_month_to_date_usd",
    type: "gauge",
    labels: ["customer"],
    help: "Cost of the calendar month so far in USD, exact, in the reporting time zone.",
  },
  featureCost: {
    name: "llm_feature_cost_month_to_date_usd",
    type: "gauge",
    labels: ["feature"],
    help: "Cost of the calendar month so far in USD, exact, in the reporting time zone.",
  },
  customerRevenue: {
    name: "llm_customer_revenue_month_usd",
    type: "gauge",
    labels: ["customer"],
    help: "What the customer pays for the month in USD, where it is known.",
  },
  customerMargin: {
    name: "llm_customer_margin_month_to_date_usd",
    type: "gauge",
    labels: ["customer"],
    help: "Revenue of the month less cost so far in USD, where the revenue is known.",
  },
  customerBudget: {
    name: "llm_customer_budget_month_usd",
    type: "gauge",
    labels: ["customer"],
    help: "What the customer may cost in the month in USD, where a budget is set.",
  },
  customerInfo: {
    name: "llm_customer_info",
    type: "gauge",
    labels: ["customer", "name", "plan"],
    help: "Always 1: name and plan of a customer.",
  },
  priceBookChecked: {
    name: "llm_price_book_checked_timestamp_seconds",
    type: "gauge",
    labels: [],
    help: "Day on which the oldest price in force was last checked, Unix seconds.",
  },
  lastCall: {
    name: "llm_last_call_timestamp_seconds",
    type: "gauge",
    labels: [],
    help: "When the latest booked call ended, Unix seconds.",
  },
};
