import type { ErrorAnswer, Provider } from "./answer.ts";

/** The headers that come with every answer of a provider, errors included. */
export function providerHeaders(
  provider: Provider,
  requestId: string,
  at: Date,
  tookMs: number,
): Record<string, string> {
  const date = at.toUTCString();
  if (provider === "openai") {
    return {
      date,
      "x-request-id": requestId,
      "openai-organization": "stand-in",
      "openai-processing-ms": String(tookMs),
      "openai-version": "2020-10-01",
      "x-ratelimit-limit-requests": "10000",
      "x-ratelimit-limit-tokens": "30000000",
      "x-ratelimit-remaining-requests": "9999",
      "x-ratelimit-remaining-tokens": "29999000",
      "x-ratelimit-reset-requests": "6ms",
      "x-ratelimit-reset-tokens": "2ms",
    };
  }
  const reset = new Date(at.getTime() + 1000).toISOString();
  const headers: Record<string, string> = {
    date,
    "request-id": requestId,
    "anthropic-organization-id": "00000000-0000-4000-8000-000000000000",
  };
  for (const [name, limit] of [
    ["requests", 4000],
    ["input-tokens", 2_000_000],
    ["output-tokens", 400_000],
  ] as const) {
    headers[`anthropic-ratelimit-${name}-limit`] = String(limit);
    headers[`anthropic-ratelimit-${name}-remaining`] = String(limit - 1);
    headers[`anthropic-ratelimit-${name}-reset`] = reset;
  }
  return headers;
}

/** Says when to try again; OpenAI also says it in milliseconds. */
export function retryHeaders(provider: Provider, error: ErrorAnswer): Record<string, string> {
  const waits = error.status === 429 || error.status === 529 ? 1000 : undefined;
  const ms = error.retryAfterMs ?? waits;
  if (ms === undefined) return {};
  const seconds = { "retry-after": String(Math.ceil(ms / 1000)) };
  return provider === "openai" ? { ...seconds, "retry-after-ms": String(ms) } : seconds;
}
