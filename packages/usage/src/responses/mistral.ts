import { count, entries, field, isObject, overlaid } from "./field.ts";
import { tallyChat } from "./openai-chat.ts";
import { millisecondsOf } from "./openai-media.ts";
import type { RequestFacts, ResponseReading } from "./response.ts";
import { Tally } from "./tally.ts";

/**
 * Mistral's chat, embeddings, transcriptions and conversations. Audio is billed by its duration: tokens that
 * only the total counts are those of the audio then.
 */
export function readMistral(body: unknown, facts: RequestFacts): ResponseReading {
  const tally = new Tally(facts);
  const usage = field(body, "usage");
  const milliseconds = millisecondsOf(field(usage, "prompt_audio_seconds"));
  if (milliseconds === undefined || milliseconds === 0) tallyChat(tally, body);
  else {
    tally.add("audio_milliseconds", milliseconds);
    tallyChat(tally, overlaid(body, { usage: { ...(usage as object), total_tokens: null } }));
  }
  tallyConnectors(tally, field(usage, "connectors"));
  return tally.reading(field(body, "model"), field(body, "id") ?? field(body, "conversation_id"));
}

/** Uses of built-in connectors in a conversation, which are billed by use. */
function tallyConnectors(tally: Tally, connectors: unknown): void {
  for (const [name, value] of entries(connectors)) {
    const uses = count(value) ?? 0;
    if (/^[a-z][a-z0-9_]{0,40}$/.test(name)) {
      tally.addTool(name === "code_interpreter" ? "code_execution" : name, uses);
    }
  }
}

/** Mistral's OCR, billed by page; annotated pages are sold at a price of their own. */
export function readMistralOcr(body: unknown, facts: RequestFacts): ResponseReading {
  const tally = new Tally(facts);
  const usage = field(body, "usage_info");
  if (isObject(usage)) {
    tally.add("pages", tally.count(usage, "pages_processed"));
    tally.addTool("annotated_pages", tally.count(usage, "pages_processed_annotation") ?? 0);
  }
  return tally.reading(field(body, "model"), field(body, "id"));
}
