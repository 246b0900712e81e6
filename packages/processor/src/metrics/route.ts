import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { RequestHandler } from "express";
import type { ProcessMetrics } from "../process-metrics.ts";
import { GzipMembers } from "./gzip-members.ts";
import type { LedgerMetrics } from "./ledger-metrics.ts";
import { CONTENT_TYPES, preferredFormat } from "./negotiation.ts";

/**
 * Serves `/metrics` as Prometheus or OpenMetrics text. It goes out piece by piece as the scraper takes it, so that
 * neither the whole text nor a slow scraper holds up anything else.
 */
export function metricsRoute(metrics: LedgerMetrics, process: ProcessMetrics): RequestHandler {
  const members = new GzipMembers();
  return async (request, response) => {
    const format = preferredFormat(request.get("accept") ?? "");
    const own = Buffer.from(await process.text(format));
    const snapshot = await metrics.snapshot();
    const pieces = [...snapshot.pieces(format), own];
    response.set({ "content-type": CONTENT_TYPES[format], vary: "Accept, Accept-Encoding" });
    // Browsers read only the first member of a gzip file.
    const gzip = request.acceptsEncodings("gzip") === "gzip" && !request.get("accept")?.includes("text/html");
    if (gzip) response.set("content-encoding", "gzip");
    else response.set("content-length", String(pieces.reduce((sum, { length }) => sum + length, 0)));
    if (request.method === "HEAD") {
      response.end();
      return;
    }
    try {
      await pipeline(gzip ? members.of(pieces) : Readable.from(pieces), response);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
      return;
    }
    // A series has been shown at 0 only when a scraper has read it.
    snapshot.delivered();
  };
}
