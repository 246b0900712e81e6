import { field, isObject, text } from "./field.ts";
import { readOpenaiChat } from "./openai-chat.ts";
import { readOpenaiEmbeddings } from "./openai-media.ts";
import { readOpenaiResponses } from "./openai-responses.ts";
import type { RequestFacts, ResponseReading } from "./response.ts";

/** States in which a batch job's usage no longer grows. */
const ENDED: ReadonlySet<unknown> = new Set(["completed", "failed", "expired", "cancelled"]);

/**
 * A line of a batch's result file, or the batch job itself, whose usage is the sum of its lines: book one or
 * the other, never both. Everything in it is billed at batch rates.
 */
export function readOpenaiBatch(body: unknown, facts: RequestFacts): ResponseReading {
  const reading = readAnswer(body, facts);
  const running = field(body, "object") === "batch" && !ENDED.has(field(body, "status"));
  if (!running || reading.usage.quality === "missing") return reading;
  const notes = [...reading.usage.notes, "batch_not_ended"];
  return { ...reading, usage: { ...reading.usage, quality: "partial", lowerBound: true, notes } };
}

function readAnswer(body: unknown, facts: RequestFacts): ResponseReading {
  const batch = { ...facts, batch: true };
  const line = field(body, "response", "body");
  const answer = isObject(line) ? line : body;
  switch (text(field(answer, "object"))) {
    case "chat.completion":
    case "text_completion":
      return readOpenaiChat(answer, batch);
    case "list":
      return readOpenaiEmbeddings(answer, batch);
    default:
      return isObject(field(answer, "usage")) && field(answer, "usage", "prompt_tokens") !== undefined
        ? readOpenaiChat(answer, batch)
        : readOpenaiResponses(answer, batch);
  }
}
