import { readParameters } from "../parameters.ts";
import type { GuardedRoute } from "../route.ts";
import { forgetRoute, repriceRoute } from "./administration.ts";
import type { ApiRoute } from "./api-route.ts";
import { budgetRoute } from "./budgets.ts";
import { callRoute, callsRoute } from "./calls.ts";
import { costsRoute } from "./costs.ts";
import { customersRoute, marginsRoute } from "./customers.ts";
import { openApiDocument } from "./document.ts";
import { lateBookingsRoute } from "./late-bookings.ts";

/** The routes of the HTTP API. Money is a decimal string of USD, exact; times are RFC 3339 in UTC. */
export const API_ROUTES: readonly ApiRoute[] = [
  costsRoute,
  marginsRoute,
  customersRoute,
  callsRoute,
  callRoute,
  lateBookingsRoute,
  budgetRoute,
  forgetRoute,
  repriceRoute,
];

const DOCUMENT = JSON.stringify(openApiDocument(API_ROUTES));

/** `GET /api/v1/openapi.json` */
export const DOCUMENT_ROUTE: GuardedRoute = {
  method: "get",
  path: "/api/v1/openapi.json",
  audience: "readers",
  handle: ({ request, response }) => {
    readParameters(request.url, {});
    response.type("application/json").send(DOCUMENT);
  },
};
