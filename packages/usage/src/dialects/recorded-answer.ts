import { field } from "../responses/field.ts";
import { type Api, type ResponseReading, usageFromResponse } from "../responses/index.ts";
import { isJsonObject, type JsonObject } from "./value.ts";

/** Chat completions that are not quite OpenAI's, by provider. */
const CHATS: ReadonlyMap<string, Api> = new Map([
  ["deepseek", "deepseek.chat"],
  ["groq", "groq.chat"],
  ["mistral_ai", "mistral.chat"],
  ["openrouter", "openrouter.chat"],
  ["vercel", "vercel.gateway"],
  ["x_ai", "xai.chat"],
]);

/**
 * Reads a provider's whole answer that an instrumentation recorded: it says what counts on a span leave out, such as
 * the cache's times to live, tiers and tools. Undefined for what is no answer with usage.
 */
export function readRecordedAnswer(body: JsonObject, provider: string): ResponseReading | undefined {
  const api = apiOfAnswer(body, provider);
  if (api === undefined) return undefined;
  const reading = usageFromResponse(api, body);
  return reading.usage.quality === "missing" && reading.usage.problem === undefined ? undefined : reading;
}

function apiOfAnswer(body: JsonObject, provider: string): Api | undefined {
  if (isJsonObject(body["usageMetadata"])) return "gemini.generate_content";
  const usage = body["usage"];
  if (!isJsonObject(usage)) return undefined;
  const { object, type } = body;
  if (type === "message") return "anthropic.messages";
  if (object === "response") return provider === "x_ai" ? "xai.responses" : "openai.responses";
  if (object === "chat.completion" || object === "text_completion")
    return CHATS.get(provider) ?? "openai.chat";
  if (object === "list") return "openai.embeddings";
  return field(usage, "inputTokens") !== undefined && provider === "aws.bedrock"
    ? "bedrock.converse"
    : undefined;
}
