import { field, isObject, overlaid, text } from "./field.ts";
import { tallyOpenaiTokens } from "./openai-tokens.ts";
import type { RequestFacts, ResponseReading } from "./response.ts";
import { readRouted, routedAssembly } from "./routed.ts";
import type { Assembly } from "./stream.ts";
import { Tally } from "./tally.ts";

/**
 * Vercel's AI Gateway, by any of its APIs: the tokens, and `cost`, a decimal string that says what was
 * charged. `marketCost` is the list price and not a claim.
 */
export function readVercel(body: unknown, facts: RequestFacts): ResponseReading {
  const reading = isSdkUsage(field(body, "usage")) ? readSdk(body, facts) : readRouted(body, facts);
  const tally = new Tally(facts);
  tally.claim("provider", "providerMetadata.gateway.cost", field(gatewayOf(body), "cost"));
  const claims = [...reading.usage.claims, ...tally.usage().claims];
  const id = reading.responseId ?? text(field(gatewayOf(body), "generationId"));
  return { ...reading, responseId: id, usage: { ...reading.usage, claims } };
}

function gatewayOf(body: unknown): unknown {
  return [
    field(body, "providerMetadata", "gateway"),
    field(body, "provider_metadata", "gateway"),
    field(body, "choices", 0, "message", "provider_metadata", "gateway"),
  ].find(isObject);
}

function isSdkUsage(usage: unknown): boolean {
  return field(usage, "inputTokens") !== undefined || field(usage, "outputTokens") !== undefined;
}

/**
 * The AI SDK's own protocol: counts that include cache and reasoning, flat up to version 5 and with parts
 * from version 6 on.
 */
function readSdk(body: unknown, facts: RequestFacts): ResponseReading {
  const tally = new Tally(facts);
  const usage = field(body, "usage");
  const [input, output] = [field(usage, "inputTokens"), field(usage, "outputTokens")];
  tallyOpenaiTokens(tally, {
    prompt_tokens: field(input, "total") ?? input,
    completion_tokens: field(output, "total") ?? output,
    total_tokens: field(usage, "totalTokens"),
    prompt_tokens_details: {
      cached_tokens: field(input, "cacheRead") ?? field(usage, "cachedInputTokens"),
      cache_write_tokens: field(input, "cacheWrite"),
    },
    completion_tokens_details: {
      reasoning_tokens: field(output, "reasoning") ?? field(usage, "reasoningTokens"),
    },
  });
  return tally.reading(field(body, "response", "modelId"), field(body, "response", "id"));
}

/** The SDK's protocol ends with a `finish` part; the other APIs stream as they do elsewhere. */
export function vercelAssembly(): Assembly {
  const routed = routedAssembly();
  let sdk: Readonly<Record<string, unknown>> = {};
  let finished = false;
  return {
    take(event: object): void {
      const type = field(event, "type");
      if (type === "response-metadata") {
        sdk = overlaid(sdk, { response: { id: field(event, "id"), modelId: field(event, "modelId") } });
      } else if (type === "finish") {
        sdk = overlaid(sdk, event);
        finished = isSdkUsage(field(event, "usage"));
      } else routed.take(event);
    },
    get complete(): boolean {
      return finished || routed.complete;
    },
    body: () => (finished ? sdk : routed.body()),
  };
}
