import type { RequestHandler, Router } from "express";
import type { Administration } from "../administration.ts";
import { API_ROUTES, DOCUMENT_ROUTE } from "./api/index.ts";
import { monthFigures } from "./month-figures.ts";
import { type Guard, mount } from "./mount.ts";
import { PAGE_ROUTES } from "./pages.ts";
import { reportPage } from "./report-page.ts";
import type { Route } from "./route.ts";
import type { OperatorView } from "./view.ts";

/** What the operator port tells of the process. */
export interface Station {
  /** Why spans can't be taken now; undefined when they can. Names no customer. */
  readonly problem: () => string | undefined;
  /** Answers a scrape. */
  readonly metrics: RequestHandler;
}

/** Everything that the operator port answers. */
export function operatorTable(station: Station): readonly Route[] {
  return [...stationRoutes(station), DOCUMENT_ROUTE, ...API_ROUTES, ...PAGE_ROUTES];
}

/** The report page, the pages that explain it, and the HTTP API. Without an administration it only reads. */
export function operatorRoutes(view: OperatorView, guard: Guard, administration?: Administration): Router {
  return mount([DOCUMENT_ROUTE, ...API_ROUTES, ...PAGE_ROUTES], view, guard, administration);
}

/** The report page of a month as one HTML file that needs no server. Throws RangeError for a month that is none. */
export function renderReport(view: OperatorView, reportMonth: string): string {
  return reportPage(monthFigures(view, reportMonth), { filter: "", sort: "spend", page: 1 }, undefined);
}

function stationRoutes({ problem, metrics }: Station): readonly Route[] {
  return [
    {
      method: "get",
      path: "/healthz",
      audience: "anyone",
      handle: (_request, response) => {
        response.type("text/plain").send("ok\n");
      },
    },
    {
      method: "get",
      path: "/readyz",
      audience: "anyone",
      handle: (_request, response) => {
        const found = problem();
        response
          .status(found === undefined ? 200 : 503)
          .type("text/plain")
          .send(`${found ?? "ok"}\n`);
      },
    },
    {
      method: "get",
      path: "/metrics",
      audience: "unscoped_readers",
      handle: async ({ request, response, next }) => {
        await metrics(request, response, next);
      },
    },
  ];
}
