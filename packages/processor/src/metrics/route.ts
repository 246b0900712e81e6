import type { RequestHandler } from "express";
import type { ProcessMetrics } from "../process-metrics.ts";
import { GzipMembers } from "./gzip-members.ts";
import type { LedgerMetrics } from "./ledger-metrics.ts";
import { CONTENT_TYPES, preferredFormat } from "./negotiation.ts";
import { Piece } from "./piece.ts";
import { send } from "./sending.ts";

/** Serves `/metrics` as Prometheus or OpenMetrics text, piece by piece: nobody makes or keeps the whole. */
export function metricsRoute(
  metrics: Pick<LedgerMetrics, "snapshot">,
  process: ProcessMetrics,
): RequestHandler {
  const members = new GzipMembers();
  return async (request, response) => {
    const format = preferredFormat(request.get("accept") ?? "");
    const own = new Piece(Buffer.from(await process.text(format)));
    const snapshot = await metrics.snapshot();
    let delivered = false;
    try {
      const pieces = [...snapshot.pieces(format), own];
      response.set({ "content-type": CONTENT_TYPES[format], vary: "Accept, Accept-Encoding" });
      // Browsers read only the first member of a gzip file.
      const gzip =
        request.acceptsEncodings("gzip") === "gzip" && !request.get("accept")?.includes("text/html");
      if (gzip) response.set("content-encoding", "gzip");
      else response.set("content-length", String(pieces.reduce((sum, { bytes }) => sum + bytes.length, 0)));
      if (request.method === "HEAD") response.end();
      else
        delivered = await send(
          gzip ? compressed(pieces, members) : pieces.map(({ bytes }) => bytes),
          response,
        );
    } finally {
      // A series has been shown at 0 only when a scraper has read it.
      snapshot.end(delivered);
    }
  };
}

/** Each is compressed when it is asked for, so that others get their turn in between. */
function* compressed(pieces: readonly Piece[], members: GzipMembers): Generator<Buffer> {
  for (const piece of pieces) yield members.of(piece);
}
