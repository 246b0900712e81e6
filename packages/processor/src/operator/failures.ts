import { LedgerError } from "@keeptabs/ledger";
import type { ErrorRequestHandler, Request } from "express";
import { failurePage } from "./failure-page.ts";
import type { Links } from "./links.ts";
import { Problem } from "./problem.ts";
import type { OperatorView } from "./view.ts";

/** Answers a request that failed: problem details (RFC 9457), or a page where a browser asked for one. */
export function failures(view: OperatorView, linksOf: (request: Request) => Links): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    const problem = problemOf(error);
    if (problem.status >= 500) view.onFault?.(error);
    // An answer that broke off must not look like a whole one.
    if (response.headersSent) return void response.destroy();
    for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("Vary", "Accept, Authorization");
    response.status(problem.status);
    const wanted = request.path.startsWith("/api/")
      ? false
      : request.accepts(["application/problem+json", "html"]);
    if (wanted === "html") response.type("html").send(failurePage(problem, linksOf(request)));
    else response.type("application/problem+json").send(JSON.stringify(problem));
  };
}

/** Nothing of an error of ours is told to the client but that there was one. */
function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isBusyLedger(error)) {
    return new Problem(503, "the ledger can't be read at the moment", [], { "Retry-After": "5" });
  }
  // Express refuses a path that is not properly percent-encoded with an error of status 400.
  if (error instanceof URIError) return new Problem(400, "the path is not properly percent-encoded");
  return new Problem(500, "this request failed for a fault of ours; the processor's log says which");
}

function isBusyLedger(error: unknown): boolean {
  return error instanceof LedgerError || (error as { code?: unknown } | null)?.code === "ERR_SQLITE_ERROR";
}
