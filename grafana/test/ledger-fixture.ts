/**
 * Two hours of a processor as Prometheus would have scraped them, one sample a minute, in OpenMetrics text.
 * All rates are constant, so that every figure on the dashboard can be worked out by hand.
 */

/** First sample: 15 June 2026, 10:00 UTC, in Unix seconds. */
export const START: number = Date.UTC(2026, 5, 15, 10) / 1000;
const MINUTES = 120;
/** Last sample: two hours later. */
export const END: number = START + MINUTES * 60;

/** A customer whose name has everything that must be quoted somewhere. */
export const ODD = 'a&b "c" \\d';

type Labels = Readonly<Record<string, string>>;

class OpenMetrics {
  readonly #families = new Map<string, { readonly type: string; readonly lines: string[] }>();

  /** `from` on, a value a minute: `first` and then `step` more each time. */
  series(type: "counter" | "gauge", name: string, labels: Labels, first: number, step = 0, from = 0): void {
    const family = this.#families.get(name) ?? { type, lines: [] };
    this.#families.set(name, family);
    const text = Object.entries({ job: "keeptabs", instance: "keeptabs", ...labels })
      .map(([label, value]) => `${label}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`)
      .join(",");
    for (let minute = from; minute <= MINUTES; minute++) {
      // Whole millionths, so that no sum of floats drifts away from what is expected.
      const value = (Math.round(first * 1e6) + (minute - from) * Math.round(step * 1e6)) / 1e6;
      family.lines.push(`${name}{${text}} ${value} ${START + minute * 60}`);
    }
  }

  toString(): string {
    const families = [...this.#families].map(
      ([name, { type, lines }]) => `# TYPE ${name.replace(/_total$/, "")} ${type}\n${lines.join("\n")}\n`,
    );
    return `${families.join("")}# EOF\n`;
  }
}

/** The fixture's text. */
export function ledgerFixture(): string {
  const text = new OpenMetrics();
  const cost = (customer: string, feature: string, perMinute: number, first = 100, from = 0): void =>
    text.series(
      "counter",
      "llm_cost_usd_total",
      { customer, feature, provider: "openai", model: "gpt-5" },
      first,
      perMinute,
      from,
    );
  cost("acme", "chat", 0.05);
  cost("acme", "agent", 0.02);
  cost("globex", "chat", 0.03);
  cost("lossy", "agent", 0.5);
  cost(ODD, "chat", 0.001);
  cost("__unattributed__", "summaries", 0.01);
  cost("__other__", "chat", 0.002);
  // Begins at 11:30, with the 0 that the processor shows first.
  cost("late", "chat", 0.04, 0, 90);

  const month = (customer: string, first: number, perMinute: number, revenue?: number, from = 0): void => {
    text.series("gauge", "llm_customer_cost_month_to_date_usd", { customer }, first, perMinute, from);
    if (revenue === undefined) return;
    text.series("gauge", "llm_customer_revenue_month_usd", { customer }, revenue);
    text.series(
      "gauge",
      "llm_customer_margin_month_to_date_usd",
      { customer },
      revenue - first,
      -perMinute,
      from,
    );
  };
  month("acme", 10, 0.07, 50);
  month("globex", 20, 0.03, 30);
  month("lossy", 40, 0.5, 80);
  month(ODD, 1, 0.001);
  month("__unattributed__", 5, 0.01);
  month("__other__", 0.5, 0.002);
  month("late", 0, 0.04, 0, 90);
  // Pays and does not call.
  text.series("gauge", "llm_customer_revenue_month_usd", { customer: "sleeper" }, 25);
  text.series("gauge", "llm_customer_margin_month_to_date_usd", { customer: "sleeper" }, 25);
  // A second target that shows the same ledger, and another processor altogether.
  text.series(
    "gauge",
    "llm_customer_cost_month_to_date_usd",
    { customer: "acme", instance: "copy" },
    10,
    0.07,
  );
  text.series("gauge", "llm_customer_cost_month_to_date_usd", { customer: "acme", job: "staging" }, 1000, 1);
  text.series(
    "counter",
    "llm_cost_usd_total",
    { customer: "acme", feature: "chat", provider: "openai", model: "gpt-5", job: "staging" },
    0,
    9,
  );

  for (const [feature, first, perMinute] of [
    ["chat", 20, 0.1],
    ["agent", 50, 0.52],
    ["summaries", 5, 0.01],
  ] as const) {
    text.series("gauge", "llm_feature_cost_month_to_date_usd", { feature }, first, perMinute);
  }
  text.series("gauge", "llm_customer_info", { customer: "acme", name: "Acme Inc", plan: "pro" }, 1);
  // A plan that changed: both series live for up to five minutes.
  text.series("gauge", "llm_customer_info", { customer: "globex", name: "Globex", plan: "starter" }, 1);
  text.series("gauge", "llm_customer_info", { customer: "globex", name: "Globex", plan: "pro" }, 1);

  text.series(
    "counter",
    "llm_tokens_total",
    { customer: "acme", provider: "openai", model: "gpt-5", type: "input" },
    0,
    100,
  );
  text.series(
    "counter",
    "llm_tokens_total",
    { customer: "acme", provider: "openai", model: "gpt-5", type: "output" },
    0,
    20,
  );
  text.series(
    "counter",
    "llm_tokens_total",
    { customer: "globex", provider: "openai", model: "gpt-5", type: "input" },
    0,
    50,
  );
  text.series("counter", "llm_calls_total", { customer: "acme", feature: "chat", outcome: "ok" }, 0, 6);
  text.series("counter", "llm_calls_total", { customer: "acme", feature: "agent", outcome: "error" }, 0, 1);
  text.series("counter", "llm_calls_total", { customer: "globex", feature: "chat", outcome: "ok" }, 0, 2);

  const unpriced = { provider: "openai", reason: "unknown_model" };
  text.series("counter", "llm_unpriced_calls_total", { ...unpriced, model: "gpt-old" }, 7);
  text.series("counter", "llm_unpriced_calls_total", { ...unpriced, model: "gpt-new" }, 0, 0.1, 90);
  text.series("gauge", "llm_price_book_checked_timestamp_seconds", {}, END - 10 * 86_400);
  text.series("gauge", "llm_last_call_timestamp_seconds", {}, END - 30);
  text.series("counter", "keeptabs_spans_total", { result: "booked" }, 0, 9);
  text.series("counter", "keeptabs_spans_total", { result: "duplicate" }, 0, 1);
  text.series("gauge", "up", {}, 1);
  return text.toString();
}
