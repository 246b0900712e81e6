import type { RequestHandler } from "express";
import type { ProcessMetrics } from "../process-metrics.ts";
import type { LedgerMetrics } from "./ledger-metrics.ts";

/** Serves `/metrics` in the Prometheus text format. */
export function metricsRoute(metrics: LedgerMetrics, process: ProcessMetrics): RequestHandler {
  return async (_request, response) => {
    const own = await process.registry.metrics();
    const { text, delivered } = metrics.render();
    // A series has been shown at 0 only when a scraper has read it.
    response.once("finish", delivered);
    response.type("text/plain; version=0.0.4; charset=utf-8").send(text + own);
  };
}
