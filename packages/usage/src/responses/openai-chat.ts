import { field, isObject, items, overlaid, text } from "./field.ts";
import { type ReasoningPlace, tallyOpenaiTokens } from "./openai-tokens.ts";
import type { RequestFacts, ResponseReading } from "./response.ts";
import type { Assembly } from "./stream.ts";
import { Tally } from "./tally.ts";

/** Models of the Chat Completions API that search the web on every call and bill each as one search. */
const SEARCH_MODEL = /^gpt-[a-z0-9.-]+-search-(?:api|preview)(?:-|$)/;

/** Chat completions and legacy completions; also Azure's and the many servers that speak the same shape. */
export function readOpenaiChat(body: unknown, facts: RequestFacts): ResponseReading {
  const tally = new Tally(facts);
  tallyChat(tally, body);
  const model = text(field(body, "model")) ?? facts.model ?? "";
  if (isObject(field(body, "usage")) && SEARCH_MODEL.test(model)) {
    tally.addTool("web_search", 1);
    tally.note("web_search_by_model");
  }
  return tally.reading(field(body, "model"), field(body, "id"));
}

/** Tokens and service tier of a chat completion: what all providers with OpenAI's shape have in common. */
export function tallyChat(tally: Tally, body: unknown, place: ReasoningPlace = "inside"): void {
  const usage = chatUsage(body);
  tally.circumstances({
    serviceTier: text(field(body, "service_tier")) ?? text(field(usage, "service_tier")),
  });
  tallyOpenaiTokens(tally, usage, undefined, place);
}

/** The usage object of a completion or chunk: Groq and Moonshot have their own places for it in streams. */
function chatUsage(body: unknown): unknown {
  const places = [field(body, "usage"), field(body, "x_groq", "usage"), field(body, "choices", 0, "usage")];
  return places.find(isObject);
}

/**
 * Puts chat chunks together. OpenAI sends usage in a last chunk without choices, and only when the request
 * had `stream_options.include_usage`; others put it beside the finish reason, or into every chunk, where it
 * is final only once there is a finish reason.
 */
export function chatAssembly(): Assembly {
  let body: Readonly<Record<string, unknown>> = {};
  let finished = false;
  let final = false;
  return {
    take(event: object): void {
      const usage = chatUsage(event);
      const choices = items(field(event, "choices"));
      finished ||= choices.some((choice) => text(field(choice, "finish_reason")) !== undefined);
      finished ||= text(field(event, "type"))?.endsWith(".done") === true;
      const metadata =
        field(event, "provider_metadata") ?? field(event, "choices", 0, "delta", "provider_metadata");
      body = overlaid(body, {
        id: field(event, "id"),
        model: field(event, "model"),
        service_tier: field(event, "service_tier"),
        provider_metadata: metadata,
        usage,
      });
      if (usage !== undefined && choices.length === 0) final = true;
    },
    get complete(): boolean {
      return final || (finished && isObject(body["usage"]));
    },
    body: () => body,
  };
}
