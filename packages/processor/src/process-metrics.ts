import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { TextFormat } from "./metrics/text-format.ts";

/** What the process counts of itself. These start at 0 with it; the ledger's do not. */
export interface ProcessMetrics {
  /** Their text; it ends the exposition. */
  text(format: TextFormat): Promise<string>;
  readonly spansReceived: Counter<"dialect">;
  readonly spans: Counter<"result">;
  readonly seriesOverflow: Counter;
  readonly quarantineFailures: Counter;
  readonly commitSeconds: Histogram;
}

/** A registry of its own with the pipeline's metrics and Node's. */
export function processMetrics(waiting: () => number): ProcessMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: "keeptabs_ledger_waiting_appends",
    help: "Appends that wait for their commit.",
    registers,
    collect() {
      this.set(waiting());
    },
  });
  const spans = new Counter({
    name: "keeptabs_spans_total",
    help: "Spans by what became of them.",
    labelNames: ["result"],
    registers,
  });
  for (const result of ["booked", "duplicate", "covered", "not_llm", "rejected", "conflict"])
    spans.inc({ result }, 0);
  return {
    text: async (format) => {
      const text = await registry.metrics();
      return format === "openmetrics" ? openMetricsOf(text) : text;
    },
    spans,
    spansReceived: new Counter({
      name: "keeptabs_spans_received_total",
      help: "LLM spans received, by the dialect that understood them.",
      labelNames: ["dialect"],
      registers,
    }),
    seriesOverflow: new Counter({
      name: "keeptabs_series_overflow_total",
      help: "Times that a customer was shown as __other__ because the series budget was spent.",
      registers,
    }),
    quarantineFailures: new Counter({
      name: "keeptabs_quarantine_failures_total",
      help: "Bodies with undecodable content that could not be kept aside.",
      registers,
    }),
    commitSeconds: new Histogram({
      name: "keeptabs_ledger_commit_seconds",
      help: "How long the ledger's commits took.",
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
      registers,
    }),
  };
}

/**
 * Prometheus text as OpenMetrics: counters' families lose their `_total`, there are no empty lines, and the end is marked.
 * A registry that is asked for OpenMetrics itself renames its counters for good.
 */
function openMetricsOf(text: string): string {
  const counters = new Set([...text.matchAll(/^# TYPE (\w+)_total counter$/gm)].map(([, name]) => name));
  const lines = text.split("\n").filter((line) => line !== "");
  const renamed = lines.map((line) =>
    line.replace(/^(# (?:HELP|TYPE) )(\w+)_total /, (head, start, name) =>
      counters.has(name) ? `${start}${name} ` : head,
    ),
  );
  return `${renamed.join("\n")}\n# EOF\n`;
}
