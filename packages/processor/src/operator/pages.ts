import { monthOf, monthPeriod } from "@keeptabs/billing";
import type { Response } from "express";
import { ASSETS } from "./assets.ts";
import { callPage } from "./call-page.ts";
import { requireCall } from "./calls.ts";
import { callsPageOf } from "./calls-page.ts";
import { CALLS_PARAMETERS, callsPage, orderParameter } from "./calls-query.ts";
import { customerFigures } from "./customer-figures.ts";
import { customerPage } from "./customer-page.ts";
import { type CustomerSort, SORTS } from "./customers-table.ts";
import { featureFigures, featuresFigures } from "./feature-figures.ts";
import { featurePage } from "./feature-page.ts";
import { FEATURE_SORTS, featuresPage } from "./features-page.ts";
import { idOf, nameIn } from "./links.ts";
import { monthFigures } from "./month-figures.ts";
import { blank, limit, month, oneOf, readParameters, text } from "./parameters.ts";
import { Problem } from "./problem.ts";
import { reportPage } from "./report-page.ts";
import type { Route, Visit } from "./route.ts";
import type { UsageSort } from "./usage-table.ts";
import type { OperatorView } from "./view.ts";

const SORT_KEYS: readonly CustomerSort[] = SORTS.map(([key]) => key);
const FEATURE_SORT_KEYS: readonly UsageSort[] = FEATURE_SORTS.map(([key]) => key);

const page = limit("Which part of a long list, counted from 1.", 1, 1_000_000);

const REPORT_PARAMETERS = {
  month,
  customer: text("A part of a customer's name or id.", "acme"),
  sort: oneOf("How customers are sorted.", SORT_KEYS, "spend"),
  page,
};

const FEATURES_PARAMETERS = {
  month,
  feature: text("A part of a feature's name.", "search"),
  sort: oneOf("How features are sorted.", FEATURE_SORT_KEYS, "spend"),
  page,
};

const CALLS_PAGE_PARAMETERS = {
  month,
  customer: CALLS_PARAMETERS.customer,
  feature: CALLS_PARAMETERS.feature,
  provider: CALLS_PARAMETERS.provider,
  model: CALLS_PARAMETERS.model,
  outcome: blank(CALLS_PARAMETERS.outcome),
  status: blank(CALLS_PARAMETERS.status),
  cursor: CALLS_PARAMETERS.cursor,
  // The newest are found at once, however many there are.
  order: orderParameter("newest"),
};

/** So many calls are listed at once. */
const CALLS_ON_A_PAGE = 100;

/** What pages load; it tells nothing of anybody. */
const ASSET_ROUTES: readonly Route[] = ASSETS.map(({ name, type, body }) => ({
  method: "get",
  path: `/${name}`,
  audience: "anyone",
  handle: (_request, response) => {
    response.setHeader("Cache-Control", "public, max-age=31536000, immutable");
    response.type(type).send(body);
  },
}));

/** The pages that a person reads. */
export const PAGE_ROUTES: readonly Route[] = [
  ...ASSET_ROUTES,
  {
    method: "get",
    path: "/",
    audience: "readers",
    handle: ({ request, response, view, visitor, links }) => {
      const asked = readParameters(request.url, REPORT_PARAMETERS);
      const shown = asked.month ?? currentMonth(view);
      // The report is about all customers; who may see one is led to that one's page.
      if (visitor.customer !== undefined) return response.redirect(links.customer(visitor.customer, shown));
      const options = { filter: asked.customer ?? "", sort: asked.sort, page: asked.page };
      sendPage(response, reportPage(monthFigures(view, shown), options, links));
    },
  },
  { method: "get", path: "/customers/:id", audience: "readers", handle: showCustomer },
  { method: "get", path: "/features", audience: "readers", handle: showFeatures },
  { method: "get", path: "/features/:name", audience: "readers", handle: showFeature },
  { method: "get", path: "/calls", audience: "readers", handle: showCalls },
  { method: "get", path: "/calls/:trace/:span", audience: "readers", handle: showCall },
];

function showCustomer({ request, response, view, links }: Visit): void {
  const asked = readParameters(request.url, { month });
  const id = idOf(String(request.params["id"]));
  const figures = customerFigures(view, id, asked.month ?? currentMonth(view));
  if (figures === undefined) throw new Problem(404, `no customer "${id}" is configured or has had a call`);
  sendPage(response, customerPage(figures, links));
}

/** Of a visitor with a customer, those that the customer used, and of these the customer's part. */
function showFeatures({ request, response, view, links }: Visit): void {
  const asked = readParameters(request.url, FEATURES_PARAMETERS);
  const figures = featuresFigures(view, asked.month ?? currentMonth(view));
  const options = { filter: asked.feature ?? "", sort: asked.sort, page: asked.page };
  sendPage(response, featuresPage(figures, options, links));
}

function showFeature({ request, response, view, links }: Visit): void {
  const asked = readParameters(request.url, { month });
  const name = idOf(String(request.params["name"]));
  const figures = featureFigures(view, name, asked.month ?? currentMonth(view));
  if (figures === undefined) throw new Problem(404, `no feature "${name}" has had a call`);
  sendPage(response, featurePage(figures, links));
}

function showCalls({ request, response, view, links }: Visit): void {
  const given = readParameters(request.url, CALLS_PAGE_PARAMETERS);
  const { reader, timeZone, customers } = view;
  const shown = given.month ?? currentMonth(view);
  const { customer, feature, provider, model, outcome, status, cursor, order } = given;
  const asked = {
    customer: nameIn(customer),
    feature: nameIn(feature),
    provider: nameIn(provider),
    model: nameIn(model),
    outcome,
    status,
    cursor,
    order,
    limit: CALLS_ON_A_PAGE,
  };
  const found = callsPage(reader, monthPeriod(shown, timeZone), asked);
  const nameOf = (id: string): string => customers.get(id)?.name ?? id;
  const current = currentMonth(view) <= shown;
  sendPage(response, callsPageOf({ ...found, month: shown, timeZone, current, asked, nameOf }, links));
}

function showCall({ request, response, view, links }: Visit): void {
  readParameters(request.url, {});
  const { trace, span } = request.params;
  const entry = requireCall(view.reader, String(trace), String(span));
  const chargedAs = entry.coveredBy === undefined ? undefined : view.reader.entryById(entry.coveredBy);
  const customerName = view.customers.get(entry.customer)?.name ?? entry.customer;
  const adjustments = view.reader.adjustments(entry.id);
  sendPage(
    response,
    callPage({ entry, chargedAs, adjustments, customerName, timeZone: view.timeZone }, links),
  );
}

function sendPage(response: Response, document: string): void {
  response.type("html").send(document);
}

function currentMonth(view: OperatorView): string {
  return monthOf(view.now(), view.timeZone);
}
