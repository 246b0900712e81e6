import { anthropicAssembly, readAnthropic } from "./anthropic.ts";
import { field, isObject, text } from "./field.ts";
import { chatAssembly, readOpenaiChat } from "./openai-chat.ts";
import { readOpenaiEmbeddings } from "./openai-media.ts";
import { readOpenaiResponses, responsesAssembly } from "./openai-responses.ts";
import type { RequestFacts, ResponseReading } from "./response.ts";
import type { Assembly } from "./stream.ts";

/** An answer of a router that speaks OpenAI's chat, Responses and embeddings and Anthropic's messages. */
export function readRouted(body: unknown, facts: RequestFacts): ResponseReading {
  const usage = field(body, "usage");
  if (field(body, "type") === "message") return readAnthropic(body, facts);
  if (field(body, "object") === "list") return readOpenaiEmbeddings(body, facts);
  const responses = field(body, "object") === "response" || field(usage, "input_tokens") !== undefined;
  return responses ? readOpenaiResponses(body, facts) : readOpenaiChat(body, facts);
}

/** Puts a router's stream together, whichever of the three dialects it speaks. */
export function routedAssembly(): Assembly {
  let chosen: Assembly | undefined;
  return {
    take(event: object): void {
      chosen ??= assemblyFor(event);
      chosen?.take(event);
    },
    get complete(): boolean {
      return chosen?.complete ?? false;
    },
    body: () => chosen?.body(),
  };
}

function assemblyFor(event: object): Assembly | undefined {
  const type = text(field(event, "type")) ?? "";
  if (type.startsWith("response.")) return responsesAssembly();
  if (type === "message_start") return anthropicAssembly();
  return isObject(field(event, "choices")) || isObject(field(event, "usage")) ? chatAssembly() : undefined;
}
