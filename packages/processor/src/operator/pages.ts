import { monthOf } from "@keeptabs/billing";
import type { Response } from "express";
import { callPage } from "./call-page.ts";
import { requireCall } from "./calls.ts";
import { customerFigures } from "./customer-figures.ts";
import { customerPage } from "./customer-page.ts";
import { type CustomerSort, SORTS } from "./customers-table.ts";
import { STYLESHEET_NAME } from "./layout.ts";
import { idOf } from "./links.ts";
import { monthFigures } from "./month-figures.ts";
import { month, oneOf, readParameters, text } from "./parameters.ts";
import { Problem } from "./problem.ts";
import { reportPage } from "./report-page.ts";
import type { Route, Visit } from "./route.ts";
import { STYLESHEET } from "./stylesheet.ts";
import type { OperatorView } from "./view.ts";

const SORT_KEYS: readonly CustomerSort[] = SORTS.map(([key]) => key);

const REPORT_PARAMETERS = {
  month,
  customer: text("A part of a customer's name or id.", "acme"),
  sort: oneOf("How customers are sorted.", SORT_KEYS, "spend"),
};

/** The pages that a person reads. */
export const PAGE_ROUTES: readonly Route[] = [
  {
    method: "get",
    path: `/${STYLESHEET_NAME}`,
    audience: "anyone",
    handle: (_request, response) => {
      response.setHeader("Cache-Control", "public, max-age=31536000, immutable");
      response.type("css").send(STYLESHEET);
    },
  },
  {
    method: "get",
    path: "/",
    audience: "readers",
    handle: ({ request, response, view, visitor, links }) => {
      const asked = readParameters(request.url, REPORT_PARAMETERS);
      const shown = asked.month ?? currentMonth(view);
      // The report is about all customers; who may see one is led to that one's page.
      if (visitor.customer !== undefined) return response.redirect(links.customer(visitor.customer, shown));
      const options = { filter: asked.customer ?? "", sort: asked.sort };
      sendPage(response, reportPage(monthFigures(view, shown), options, links));
    },
  },
  { method: "get", path: "/customers/:id", audience: "readers", handle: showCustomer },
  { method: "get", path: "/calls/:trace/:span", audience: "readers", handle: showCall },
];

function showCustomer({ request, response, view, links }: Visit): void {
  const asked = readParameters(request.url, { month });
  const id = idOf(String(request.params["id"]));
  const figures = customerFigures(view, id, asked.month ?? currentMonth(view));
  if (figures === undefined) throw new Problem(404, `no customer "${id}" is configured or has had a call`);
  sendPage(response, customerPage(figures, links));
}

function showCall({ request, response, view, links }: Visit): void {
  readParameters(request.url, {});
  const { trace, span } = request.params;
  const entry = requireCall(view.reader, String(trace), String(span));
  const chargedAs = entry.coveredBy === undefined ? undefined : view.reader.entryById(entry.coveredBy);
  const customerName = view.customers.get(entry.customer)?.name ?? entry.customer;
  sendPage(response, callPage({ entry, chargedAs, customerName, timeZone: view.timeZone }, links));
}

function sendPage(response: Response, page: string): void {
  response.type("html").send(page);
}

function currentMonth(view: OperatorView): string {
  return monthOf(view.now(), view.timeZone);
}
