import type { NextFunction, Request, RequestHandler, Response } from "express";
import type { Reader } from "../access/index.ts";
import type { Administration } from "../administration.ts";
import type { Links } from "./links.ts";
import type { OperatorView } from "./view.ts";

/**
 * Who may use a route. `readers`: a token of role read or admin; one with a customer sees that customer only.
 * `unscoped_readers`: the same, but none with a customer. `admins`: role admin, always with a token.
 */
export type Audience = "anyone" | "readers" | "unscoped_readers" | "admins";

/** What the handler of a guarded route is given. */
export interface Visit {
  readonly request: Request;
  readonly response: Response;
  readonly next: NextFunction;
  /** Holds only what the visitor may see. */
  readonly view: OperatorView;
  readonly visitor: Reader;
  readonly links: Links;
  /** What may be changed; for admins only, and undefined where nothing may. */
  readonly administration: Administration | undefined;
}

interface Place {
  readonly method: "get" | "post" | "put" | "delete";
  /** Express' pattern. */
  readonly path: string;
}

/** A route that needs no token is given no view: it has nothing to tell of customers. */
export interface OpenRoute extends Place {
  readonly audience: "anyone";
  readonly handle: RequestHandler;
}

/** A route for those whom its audience names. */
export interface GuardedRoute extends Place {
  readonly audience: Exclude<Audience, "anyone">;
  readonly handle: (visit: Visit) => void | Promise<void>;
}

/** What the operator port answers at one place, and to whom: there is no other way to be mounted. */
export type Route = OpenRoute | GuardedRoute;
