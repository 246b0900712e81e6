import { field } from "./field.ts";
import { tallyChat } from "./openai-chat.ts";
import type { RequestFacts, ResponseReading } from "./response.ts";
import { Tally } from "./tally.ts";

/**
 * Groq's chat: OpenAI's shape, in streams below `x_groq`. Its Whisper is read like OpenAI's transcription:
 * `verbose_json` states the true duration, to which the price applies its minimum.
 */
export function readGroq(body: unknown, facts: RequestFacts): ResponseReading {
  const tally = new Tally(facts);
  tallyChat(tally, body);
  return tally.reading(field(body, "model"), field(body, "id"));
}
