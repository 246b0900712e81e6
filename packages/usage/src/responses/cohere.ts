import type { Unit } from "../unit.ts";
import { field, isObject, overlaid, text } from "./field.ts";
import { tallyChat } from "./openai-chat.ts";
import type { RequestFacts, ResponseReading } from "./response.ts";
import type { Assembly } from "./stream.ts";
import { Tally } from "./tally.ts";

/** What is billed, by Cohere's name. Image tokens and images are two measures of the same pictures. */
const BILLED: readonly (readonly [string, Unit])[] = [
  ["input_tokens", "input"],
  ["output_tokens", "output"],
  ["search_units", "search_units"],
  ["classifications", "classifications"],
  ["pages", "pages"],
];

/** Cohere's chat, embed, rerank and classify: `billed_units`, never `tokens`, which count more than is billed. */
export function readCohere(body: unknown, facts: RequestFacts): ResponseReading {
  const tally = new Tally(facts);
  const places = [
    field(body, "usage", "billed_units"),
    field(body, "meta", "billed_units"),
    field(body, "billed_units"),
  ];
  const billed = places.find(isObject);
  for (const [name, unit] of BILLED) tally.add(unit, tally.count(billed, name));
  const imageTokens = tally.count(billed, "image_tokens");
  if (imageTokens !== undefined && imageTokens > 0) tally.add("input_image", imageTokens);
  else tally.add("images", tally.count(billed, "images"));
  // The compatibility endpoint has OpenAI's shape.
  if (billed === undefined) tallyChat(tally, body);
  return tally.reading(field(body, "model"), field(body, "id") ?? field(body, "generation_id"));
}

/** Cohere's streams end with `message-end`, or `stream-end` in the first version of the API. */
export function cohereAssembly(): Assembly {
  let body: Readonly<Record<string, unknown>> = {};
  let complete = false;
  return {
    take(event: object): void {
      const type = text(field(event, "type")) ?? text(field(event, "event_type"));
      if (type === "message-start") body = overlaid(body, { id: field(event, "id") });
      if (type !== "message-end" && type !== "stream-end") return;
      const answer = field(event, "delta") ?? field(event, "response");
      complete = isObject(field(answer, "usage")) || isObject(field(answer, "meta"));
      body = overlaid(body, answer);
    },
    get complete(): boolean {
      return complete;
    },
    body: () => body,
  };
}
