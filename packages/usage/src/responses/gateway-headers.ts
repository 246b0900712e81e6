import type { RequestFacts, ResponseReading } from "./response.ts";
import { Tally } from "./tally.ts";

const LITELLM_COST = "x-litellm-response-cost";
const CLOUDFLARE_CACHE = "cf-aig-cache-status";

/**
 * Adds what a gateway in between says in the response headers. LiteLLM's cost is its own estimate; an answer
 * from Cloudflare's cache never reached the provider and costs nothing there.
 */
export function withGatewayHeaders(reading: ResponseReading, facts: RequestFacts): ResponseReading {
  const { headers } = facts;
  if (headers === undefined) return reading;
  const tally = new Tally(facts);
  tally.claim("gateway", LITELLM_COST, headers.get(LITELLM_COST));
  if (headers.get(CLOUDFLARE_CACHE)?.toUpperCase() === "HIT") tally.free("gateway_cache_hit");
  const { claims, free } = tally.usage();
  return {
    ...reading,
    usage: {
      ...reading.usage,
      claims: [...reading.usage.claims, ...claims],
      ...(free === undefined ? {} : { free }),
    },
  };
}
