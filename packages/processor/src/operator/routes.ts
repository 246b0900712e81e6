import { monthOf } from "@keeptabs/billing";
import express, { type NextFunction, type Request, type Response, type Router } from "express";
import { apiRoutes } from "./api.ts";
import { callPage } from "./call-page.ts";
import { requireCall } from "./calls.ts";
import { customerFigures } from "./customer-figures.ts";
import { customerPage } from "./customer-page.ts";
import { type CustomerSort, SORTS } from "./customers-table.ts";
import { failures } from "./failures.ts";
import { CONTENT_SECURITY_POLICY, STYLESHEET_NAME } from "./layout.ts";
import { idOf, type Links, linksUnder } from "./links.ts";
import { monthFigures } from "./month-figures.ts";
import { month, oneOf, readParameters, text } from "./parameters.ts";
import { Problem } from "./problem.ts";
import { reportPage } from "./report-page.ts";
import { STYLESHEET } from "./stylesheet.ts";
import type { OperatorView } from "./view.ts";

const SORT_KEYS: readonly CustomerSort[] = SORTS.map(([key]) => key);

/**
 * The report page, the pages that explain it, and the HTTP API. It only reads, answers 404 to every path
 * that it does not know, and so is to be mounted after all other routes.
 */
export function operatorRoutes(view: OperatorView): Router {
  const router = express.Router();
  router.use(guarded);
  router.get(`/${STYLESHEET_NAME}`, (_request, response) => {
    response.setHeader("Cache-Control", "public, max-age=31536000, immutable");
    response.type("css").send(STYLESHEET);
  });
  router.use("/api/v1", apiRoutes(view));
  router.get("/", (request, response) => {
    const asked = readParameters(request.url, { month, customer: text, sort: oneOf(SORT_KEYS, "spend") });
    const figures = monthFigures(view, asked.month ?? currentMonth(view));
    sendPage(
      response,
      reportPage(figures, { filter: asked.customer ?? "", sort: asked.sort }, linksOf(request)),
    );
  });
  router.get("/customers/:id", (request, response) => {
    const asked = readParameters(request.url, { month });
    const id = idOf(request.params.id);
    const figures = customerFigures(view, id, asked.month ?? currentMonth(view));
    if (figures === undefined) throw new Problem(404, `no customer "${id}" is configured or has had a call`);
    sendPage(response, customerPage(figures, linksOf(request)));
  });
  router.get("/calls/:trace/:span", (request, response) => {
    readParameters(request.url, {});
    const entry = requireCall(view.reader, request.params.trace, request.params.span);
    const chargedAs = entry.coveredBy === undefined ? undefined : view.reader.entryById(entry.coveredBy);
    const customerName = view.customers.get(entry.customer)?.name ?? entry.customer;
    sendPage(
      response,
      callPage({ entry, chargedAs, customerName, timeZone: view.timeZone }, linksOf(request)),
    );
  });
  router.use((request) => {
    throw new Problem(404, `there is nothing at ${request.path}`);
  });
  router.use(failures(view, linksOf));
  return router;
}

/** The report page of a month as one HTML file that needs no server. Throws RangeError for a month that is none. */
export function renderReport(view: OperatorView, reportMonth: string): string {
  return reportPage(monthFigures(view, reportMonth), { filter: "", sort: "spend" }, undefined);
}

function guarded(request: Request, response: Response, next: NextFunction): void {
  response.setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
  response.setHeader("X-Content-Type-Options", "nosniff");
  response.setHeader("Referrer-Policy", "no-referrer");
  response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
  response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
  // Kept by nobody but the browser, which asks each time whether it is still true (ETag).
  response.setHeader("Cache-Control", "private, no-cache");
  if (request.method === "GET" || request.method === "HEAD") {
    next();
    return;
  }
  response.setHeader("Allow", "GET, HEAD");
  next(new Problem(405, `${request.method} changes nothing here; only GET and HEAD are answered`));
}

function sendPage(response: Response, page: string): void {
  response.setHeader("Vary", "Accept");
  response.type("html").send(page);
}

function linksOf(request: Request): Links {
  return linksUnder(request.baseUrl, STYLESHEET_NAME);
}

function currentMonth(view: OperatorView): string {
  return monthOf(view.now(), view.timeZone);
}
