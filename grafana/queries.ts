/**
 * The PromQL of the dashboard, apart from the panels so that it can be read and checked alone.
 *
 * Month-to-date figures read gauges that the ledger sets: they are exact. Everything over another window
 * reads counters through `rate` or `increase`, which extrapolate: an estimate. Gauges are taken with
 * `max by`, so that a target that is scraped twice is not counted twice.
 */

const JOB = `job="$job"`;
const CUSTOMER = `${JOB}, customer=~"$customer"`;
const CUSTOMER_FEATURE = `${CUSTOMER}, feature=~"$feature"`;

const costMonth = `max by (customer) (llm_customer_cost_month_to_date_usd{${CUSTOMER}})`;
const revenueMonth = `max by (customer) (llm_customer_revenue_month_usd{${CUSTOMER}})`;
const marginMonth = `max by (customer) (llm_customer_margin_month_to_date_usd{${CUSTOMER}})`;
const dearestOfMonth = `topk($limit, ${costMonth})`;

/** USD per hour by `labels`: those that cost most over the shown range, the same set at every step. */
function spendPerHour(labels: string): string {
  const counter = `llm_cost_usd_total{${CUSTOMER_FEATURE}}`;
  const atEnd = `sum by (${labels}) (${counter} @ end())`;
  const atStart = `sum by (${labels}) (${counter} @ start())`;
  return `3600 * sum by (${labels}) (rate(${counter}[$__rate_interval]))
and on (${labels}) topk($limit, ${atEnd} - (${atStart} or ${atEnd} * 0))`;
}

/** Exact figures of the month, one number each. */
export const MONTH: Readonly<
  Record<"spend" | "margin" | "marginRatio" | "spendWithoutRevenue" | "unattributedShare", string>
> = {
  spend: `sum(${costMonth})`,
  margin: `sum(${marginMonth})`,
  marginRatio: `sum(${marginMonth}) / (sum(${revenueMonth}) > 0)`,
  spendWithoutRevenue: `sum(
  max by (customer) (llm_customer_cost_month_to_date_usd{${CUSTOMER}, customer!="__unattributed__"})
  unless on (customer) ${revenueMonth}
) or sum(${costMonth}) * 0`,
  unattributedShare: `(
  sum(max by (customer) (llm_customer_cost_month_to_date_usd{${JOB}, customer="__unattributed__"}))
  or sum(max by (customer) (llm_customer_cost_month_to_date_usd{${JOB}})) * 0
) / (sum(max by (customer) (llm_customer_cost_month_to_date_usd{${JOB}})) > 0)`,
};

/** Whether the figures can be trusted. */
export const HEALTH: Readonly<
  Record<"unpricedCalls" | "priceBookAge" | "lastCallAge" | "unpricedByModel" | "spansByResult", string>
> = {
  // Without the second half a pipeline that is down would look like one without unpriced calls.
  unpricedCalls: `sum(round(increase(llm_unpriced_calls_total{${JOB}}[$__range])))
or max(llm_price_book_checked_timestamp_seconds{${JOB}}) * 0`,
  priceBookAge: `time() - max(llm_price_book_checked_timestamp_seconds{${JOB}})`,
  lastCallAge: `time() - max(llm_last_call_timestamp_seconds{${JOB}})`,
  unpricedByModel: `topk($limit, sum by (provider, model, reason) (round(increase(llm_unpriced_calls_total{${JOB}}[$__range]))) > 0)`,
  spansByResult: `60 * sum by (result) (rate(keeptabs_spans_total{${JOB}}[$__rate_interval]))`,
};

/** Exact figures of the month by customer: the dearest `$limit`, joined on `customer` by the panel. */
export const CUSTOMER_TABLE: Readonly<
  Record<"info" | "spend" | "revenue" | "margin" | "marginRatio", string>
> = {
  info: `topk by (customer) (1, max by (customer, name, plan) (llm_customer_info{${CUSTOMER}}))
and on (customer) ${dearestOfMonth}`,
  spend: dearestOfMonth,
  revenue: `${revenueMonth} and on (customer) ${dearestOfMonth}`,
  margin: `${marginMonth} and on (customer) ${dearestOfMonth}`,
  marginRatio: `${marginMonth} / (${revenueMonth} > 0) and on (customer) ${dearestOfMonth}`,
};

/** Lists, exact except `customerFeature`. */
export const LISTS: Readonly<Record<"features" | "belowZero" | "customerFeature", string>> = {
  features: `topk($limit, max by (feature) (llm_feature_cost_month_to_date_usd{${JOB}, feature=~"$feature"}))`,
  belowZero: `bottomk($limit, ${marginMonth} < 0)`,
  customerFeature: `topk($limit, sum by (customer, feature) (increase(llm_cost_usd_total{${CUSTOMER_FEATURE}}[$__range])) > 0)`,
};

/** Lines over time, all estimates. */
export const TRENDS: Readonly<
  Record<
    | "spendByCustomer"
    | "spendByFeature"
    | "spendByCustomerFeature"
    | "spendByModel"
    | "tokensByType"
    | "callsByOutcome",
    string
  >
> = {
  spendByCustomer: spendPerHour("customer"),
  spendByFeature: spendPerHour("feature"),
  spendByCustomerFeature: spendPerHour("customer, feature"),
  spendByModel: spendPerHour("provider, model"),
  tokensByType: `60 * sum by (type) (rate(llm_tokens_total{${CUSTOMER}}[$__rate_interval]))`,
  callsByOutcome: `60 * sum by (outcome) (rate(llm_calls_total{${CUSTOMER_FEATURE}}[$__rate_interval]))`,
};

/** Queries of the template variables; the same selectors in Grafana's own functions. */
export const VARIABLES: Readonly<Record<"job" | "customer" | "feature", string>> = {
  job: "label_values(llm_price_book_checked_timestamp_seconds, job)",
  // Customers without a configured name have calls but no info, paying customers without calls the reverse.
  customer: `label_values({__name__=~"llm_customer_info|llm_customer_cost_month_to_date_usd", ${JOB}}, customer)`,
  feature: `label_values(llm_calls_total{${JOB}, customer=~"$customer"}, feature)`,
};
