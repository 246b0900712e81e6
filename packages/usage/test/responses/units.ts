import type { Api, RequestFacts } from "@keeptabs/usage";
import { usageFromResponse } from "@keeptabs/usage";
import type { Usage } from "../../src/index.ts";

/** The usage in an answer. */
export function usageIn(api: Api, body: unknown, facts?: RequestFacts): Usage {
  return usageFromResponse(api, body, facts).usage;
}

/** The quantities in an answer, as a plain object. */
export function unitsIn(api: Api, body: unknown, facts?: RequestFacts): Record<string, number> {
  return Object.fromEntries(usageIn(api, body, facts).quantities);
}
