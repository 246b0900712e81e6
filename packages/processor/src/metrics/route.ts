import { pipeline } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
import type { RequestHandler } from "express";
import type { ProcessMetrics } from "../process-metrics.ts";
import { GzipMembers } from "./gzip-members.ts";
import type { LedgerMetrics } from "./ledger-metrics.ts";
import { CONTENT_TYPES, preferredFormat } from "./negotiation.ts";

const TURN_BYTES = 1 << 20;

/**
 * Serves `/metrics` as Prometheus or OpenMetrics text. It goes out piece by piece as the scraper takes it, so that
 * neither the whole text nor a slow scraper holds up anything else.
 */
export function metricsRoute(
  metrics: Pick<LedgerMetrics, "snapshot">,
  process: ProcessMetrics,
): RequestHandler {
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
      await pipeline(gzip ? members.of(pieces) : inTurns(pieces), response);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
      return;
    }
    // A series has been shown at 0 only when a scraper has read it.
    snapshot.delivered();
  };
}

/** The pieces, with a turn for others now and then: a scraper that reads fast would keep the loop busy to the end. */
async function* inTurns(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  let sent = 0;
  for (const piece of pieces) {
    yield piece;
    sent += piece.length;
    if (sent < TURN_BYTES) continue;
    sent = 0;
    await setImmediate();
  }
}
