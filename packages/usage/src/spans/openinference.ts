import { type Api, usageFromResponse } from "../responses/index.ts";
import type { Span } from "../span.ts";
import type { Usage } from "../usage.ts";
import { type AttributeReader, isRecord } from "./attribute-reader.ts";
import { claimFrom } from "./claims.ts";
import type { Dialect } from "./dialect.ts";
import { modelName, providerName } from "./provider-name.ts";
import { usageFromCounts, worse } from "./token-counts.ts";

/** OpenInference (Arize Phoenix). Calls are of the kinds LLM and EMBEDDING; all others are above calls or beside them. */
export const OPENINFERENCE: Dialect = {
  name: "openinference",
  read(span, attributes) {
    const kind = attributes.text("openinference.span.kind")?.toUpperCase();
    if (kind === undefined) return undefined;
    if (kind !== "LLM" && kind !== "EMBEDDING") return "none";
    const metadata = attributes.json("metadata");
    const byMetadata = typeof metadata?.["ls_provider"] === "string" ? metadata["ls_provider"] : undefined;
    const provider = providerName(attributes.text("llm.provider", "llm.system") ?? byMetadata, undefined);
    const parameters = attributes.json("llm.invocation_parameters");
    const asked = attributes.text("llm.request.model_name") ?? parameters?.["model"];
    const answer = answerOf(attributes);
    return {
      kind: "call",
      provider,
      requestModel: modelName(typeof asked === "string" ? asked : undefined),
      responseModel: modelName(
        attributes.text("llm.response.model_name", "llm.model_name", "embedding.model_name") ??
          answer?.reading.responseModel,
      ),
      operation: kind === "LLM" ? "chat" : "embeddings",
      responseId: answer?.reading.responseId,
      usage: answer?.reading.usage ?? countedUsage(span, attributes, provider, kind === "EMBEDDING"),
    };
  },
};

/** The provider's answer, where the instrumentation recorded it whole: its usage object beats the counts. */
function answerOf(
  attributes: AttributeReader,
): { readonly reading: ReturnType<typeof usageFromResponse> } | undefined {
  const body = attributes.json("output.value");
  if (body === undefined || !isRecord(body["usage"])) return undefined;
  const api = apiOfAnswer(body);
  if (api === undefined) return undefined;
  const reading = usageFromResponse(api, body);
  return reading.usage.quality === "missing" ? undefined : { reading };
}

function apiOfAnswer(body: Readonly<Record<string, unknown>>): Api | undefined {
  if (body["object"] === "chat.completion") return "openai.chat";
  if (body["object"] === "response") return "openai.responses";
  if (body["object"] === "list") return "openai.embeddings";
  return body["type"] === "message" ? "anthropic.messages" : undefined;
}

function countedUsage(span: Span, attributes: AttributeReader, provider: string, embedding: boolean): Usage {
  const scope = span.scope.name;
  const bedrock = /bedrock/i.test(scope);
  const cacheRead = attributes.count(
    "llm.token_count.prompt_details.cache_read",
    "llm.token_count.prompt_details.cache_input",
  );
  const input = attributes.count("llm.token_count.prompt");
  const output = attributes.count("llm.token_count.completion");
  const total = attributes.count("llm.token_count.total");
  const usage = usageFromCounts(
    {
      input,
      output,
      total,
      cacheRead,
      cacheWrite: attributes.count("llm.token_count.prompt_details.cache_write"),
      reasoning: attributes.count("llm.token_count.completion_details.reasoning"),
      inputAudio: attributes.count("llm.token_count.prompt_details.audio"),
      outputAudio: attributes.count("llm.token_count.completion_details.audio"),
    },
    bedrock
      ? { cache: false, reasoning: true }
      : { cache: /anthropic|langchain/i.test(scope) ? true : undefined, reasoning: true },
    provider,
    { claims: claimFrom(attributes, "llm.cost.total", "tool") },
  );
  if (usage.quality === "missing" || embedding) return usage;
  // A total above its parts is cached input that was left out; LangChain leaves out what Anthropic wrote to the cache.
  const left =
    total !== undefined && input !== undefined && total > input + (output ?? 0) && cacheRead === undefined;
  const langchain = /langchain/i.test(scope) && provider === "anthropic";
  return left || langchain || cacheRead === undefined
    ? { ...usage, quality: worse(usage.quality, "partial") }
    : usage;
}
