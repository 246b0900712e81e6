import express, { type Request, type Response, type Router } from "express";
import type { Access, RateLimiter, Reader, Refusals } from "../access/index.ts";
import type { Administration } from "../administration.ts";
import { failures } from "./failures.ts";
import { CONTENT_SECURITY_POLICY } from "./layout.ts";
import { type Links, linksUnder } from "./links.ts";
import { Problem } from "./problem.ts";
import type { GuardedRoute, Route } from "./route.ts";
import { type OperatorView, viewOfCustomer } from "./view.ts";

/** What keeps the operator port. */
export interface Guard {
  readonly access: Access;
  readonly rates: RateLimiter;
  readonly refusals: Refusals;
}

/**
 * Answers what the table lists, 405 for another method of a path in it, and 404 for everything else; to be
 * mounted after all other routes. This is the only place that decides who sees what: a visitor with a
 * customer is handed a view in which there is no other.
 */
export function mount(
  routes: readonly Route[],
  view: OperatorView,
  guard: Guard,
  administration?: Administration,
): Router {
  const router = express.Router();
  router.use((_request, response, next) => {
    secure(response);
    next();
  });
  for (const route of routes) {
    router[route.method](route.path, (request, response, next) => {
      if (route.audience === "anyone") return route.handle(request, response, next);
      const visitor = admitted(guard, request, route.audience);
      const seen = visitor.customer === undefined ? view : viewOfCustomer(view, visitor.customer);
      const links = linksOf(request, visitor);
      const admin = route.audience === "admins" ? administration : undefined;
      return route.handle({ request, response, next, view: seen, visitor, links, administration: admin });
    });
  }
  for (const [path, alike] of Map.groupBy(routes, (route) => route.path)) {
    const allowed = alike.flatMap(({ method }) =>
      method === "get" ? ["GET", "HEAD"] : [method.toUpperCase()],
    );
    router.all(path, (request) => {
      if (alike.every(({ audience }) => audience !== "anyone")) admitted(guard, request, "readers");
      const detail = `${request.method} is not answered here; only ${allowed.join(" and ")}`;
      throw new Problem(405, detail, [], { Allow: allowed.join(", ") });
    });
  }
  router.use((request) => {
    admitted(guard, request, "readers");
    throw new Problem(404, `there is nothing at ${request.path}`);
  });
  router.use(failures(view, (request) => linksOf(request, undefined)));
  return router;
}

const CHALLENGES = ['Bearer realm="Keeptabs"', 'Basic realm="Keeptabs", charset="UTF-8"'];

function admitted(guard: Guard, request: Request, audience: GuardedRoute["audience"]): Reader {
  const admission = guard.access.reader(request.headers.authorization);
  if (admission.kind === "unknown") {
    guard.refusals.note("no_valid_token");
    const detail = "send a token of role read or admin as Authorization: Bearer …, or as the password";
    throw new Problem(401, detail, [], { "WWW-Authenticate": CHALLENGES });
  }
  if (admission.kind === "forbidden") {
    guard.refusals.note("wrong_role");
    throw new Problem(403, `the token "${admission.name}" is one of role ingest, which may not look`);
  }
  const visitor = admission.principal;
  const wait = guard.rates.delay(visitor.name);
  if (wait > 0) {
    guard.refusals.note("rate_limit");
    throw new Problem(429, "more requests than operator.rate_limit allows", [], {
      "Retry-After": String(wait),
    });
  }
  const problem = problemWith(visitor, audience);
  if (problem === undefined) return visitor;
  guard.refusals.note("wrong_role");
  throw new Problem(403, problem);
}

function problemWith(visitor: Reader, audience: GuardedRoute["audience"]): string | undefined {
  if (audience === "unscoped_readers" && visitor.customer !== undefined) {
    return "this needs a token of role read or admin that is not kept to a customer";
  }
  if (audience === "admins" && visitor.role !== "admin") return "this needs a token of role admin";
  if (audience === "admins" && !visitor.deliberate) {
    return "this needs the token as Authorization: Bearer …, which no other site can make a browser send";
  }
  return undefined;
}

function secure(response: Response): void {
  response.setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
  response.setHeader("X-Content-Type-Options", "nosniff");
  response.setHeader("Referrer-Policy", "no-referrer");
  response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
  response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
  // Kept by nobody but the browser, which asks each time whether it is still true (ETag).
  response.setHeader("Cache-Control", "private, no-cache");
  response.setHeader("Vary", "Accept, Authorization");
}

function linksOf(request: Request, visitor: Reader | undefined): Links {
  return linksUnder(request.baseUrl, visitor?.customer);
}
