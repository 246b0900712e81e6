export { Access, type Reader, type Sender } from "./access.ts";
export { CustomerLedgerView, type LedgerView } from "./ledger-view.ts";
export { isLoopback } from "./loopback.ts";
export { type RateLimit, RateLimiter } from "./rate-limit.ts";
export { type OnRefusal, Refusals } from "./refusals.ts";
export { hashOfToken, mintToken, type Token } from "./token.ts";
export { tokenProblem, tokensSchema } from "./token-config.ts";
