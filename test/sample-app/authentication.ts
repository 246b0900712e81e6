import { withCustomer } from "@keeptabs/instrumentation";
import type { RequestHandler } from "express";

/** Which customer a bearer token belongs to; a real product asks its user database. */
export type Tokens = ReadonlyMap<string, string>;

/**
 * Lets only known customers in, and says who the rest of the request is for and which feature it uses:
 * every LLM call from here on is booked on them, however deep in the code it is made.
 */
export function authenticated(tokens: Tokens, feature: string): RequestHandler {
  return (request, response, next) => {
    const token = /^Bearer (.+)$/i.exec(request.get("authorization") ?? "")?.[1];
    const customer = token === undefined ? undefined : tokens.get(token);
    if (customer === undefined) {
      response.status(401).json({ error: "unknown token" });
      return;
    }
    withCustomer({ customer, feature }, () => next());
  };
}
