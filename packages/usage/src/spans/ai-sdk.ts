import { usageFromResponse } from "../responses/index.ts";
import { missingUsage, type Usage } from "../usage.ts";
import { type AttributeReader, at, countOf } from "./attribute-reader.ts";
import { claimedAmount } from "./claims.ts";
import type { Dialect } from "./dialect.ts";
import { modelName, providerName } from "./provider-name.ts";
import { usageFromCounts, worse } from "./token-counts.ts";

const LEAF = /\.do(?:Generate|Stream|Embed|Rerank|Transcribe)$/;

/**
 * Vercel's AI SDK 4, 5, 6, and 7 with its legacy spans. Its scope has no version; the attributes tell. Only
 * `*.doGenerate`, `*.doStream` and `*.doEmbed` are calls: the spans above them repeat the last step or the sum.
 */
export const AI_SDK: Dialect = {
  name: "ai-sdk",
  read(span, attributes) {
    const operation = attributes.text("ai.operationId");
    if (operation === undefined && !span.name.startsWith("ai.")) return undefined;
    if (operation === undefined || !LEAF.test(operation)) return "none";
    const provider = providerName(attributes.text("gen_ai.system", "ai.model.provider"), undefined);
    return {
      kind: "call",
      provider,
      requestModel: modelName(attributes.text("gen_ai.request.model", "ai.model.id")),
      responseModel: modelName(attributes.text("gen_ai.response.model", "ai.response.model")),
      operation: operation.endsWith("doEmbed") ? "embeddings" : "chat",
      responseId: attributes.text("gen_ai.response.id", "ai.response.id"),
      usage: operation.endsWith("doEmbed") ? embeddingUsage(attributes) : chatUsage(attributes, provider),
    };
  },
};

function embeddingUsage(attributes: AttributeReader): Usage {
  const input = attributes.count("ai.usage.tokens");
  return input === undefined
    ? missingUsage()
    : usageFromCounts({ input }, { cache: true, reasoning: true }, "");
}

function chatUsage(attributes: AttributeReader, provider: string): Usage {
  const metadata = attributes.json("ai.response.providerMetadata");
  const serviceTier = at(metadata, "openai", "serviceTier") ?? at(metadata, "azure", "serviceTier");
  const circumstances = typeof serviceTier === "string" ? { serviceTier } : {};
  const charged = claimedAmount(at(metadata, "gateway", "cost"));
  const claims: Usage["claims"] =
    charged === undefined
      ? []
      : [{ amount: charged, source: "provider", field: "ai.response.providerMetadata.gateway.cost" }];
  // The provider's own usage object says what the SDK's counts leave out, such as the cache's time to live.
  const anthropic = at(metadata, "anthropic", "usage");
  if (anthropic !== undefined) {
    return { ...usageFromResponse("anthropic.messages", { usage: anthropic }).usage, claims };
  }
  const google = at(metadata, "google", "usageMetadata") ?? at(metadata, "vertex", "usageMetadata");
  if (google !== undefined && google !== null) {
    const grounding = at(metadata, "google", "groundingMetadata");
    const candidates =
      grounding === null || grounding === undefined ? [] : [{ groundingMetadata: grounding }];
    return {
      ...usageFromResponse("gemini.generate_content", { usageMetadata: google, candidates }).usage,
      claims,
    };
  }

  const sixth =
    attributes.has("ai.usage.inputTokenDetails.noCacheTokens") ||
    attributes.has("ai.usage.outputTokenDetails.textTokens");
  const fourth = countOf(at(metadata, "anthropic", "cacheReadInputTokens"));
  const cacheRead =
    attributes.count("ai.usage.inputTokenDetails.cacheReadTokens", "ai.usage.cachedInputTokens") ??
    fourth ??
    countOf(at(metadata, "openai", "cachedPromptTokens"));
  const usage = usageFromCounts(
    {
      input: attributes.count("ai.usage.inputTokens", "ai.usage.promptTokens", "gen_ai.usage.input_tokens"),
      output: attributes.count(
        "ai.usage.outputTokens",
        "ai.usage.completionTokens",
        "gen_ai.usage.output_tokens",
      ),
      total: attributes.count("ai.usage.totalTokens"),
      cacheRead,
      cacheWrite:
        attributes.count("ai.usage.inputTokenDetails.cacheWriteTokens") ??
        countOf(at(metadata, "anthropic", "cacheCreationInputTokens")),
      reasoning:
        attributes.count("ai.usage.outputTokenDetails.reasoningTokens", "ai.usage.reasoningTokens") ??
        countOf(at(metadata, "openai", "reasoningTokens")),
    },
    {
      cache: sixth || !(provider === "anthropic" || provider === "aws.bedrock"),
      reasoning: sixth || !(provider === "gcp.gemini" || provider === "gcp.vertex_ai"),
    },
    provider,
    { circumstances, claims },
  );
  // Before version 6, generateText records no cached tokens where the metadata has none.
  return cacheRead === undefined && !sixth && usage.quality !== "missing"
    ? { ...usage, quality: worse(usage.quality, "partial") }
    : usage;
}
