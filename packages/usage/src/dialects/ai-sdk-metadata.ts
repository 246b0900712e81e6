import { field } from "../responses/field.ts";
import { usageFromResponse } from "../responses/index.ts";
import type { Circumstances, CostClaim, Usage } from "../usage.ts";
import { claimOf } from "./claims.ts";
import type { TokenCounts } from "./token-counts.ts";
import { countOf, isJsonObject, textOf } from "./value.ts";

/** What the AI SDK's provider metadata adds to its counts. */
export interface ProviderMetadata {
  /** The provider's own usage, where it is there whole. */
  readonly usage: Usage | undefined;
  readonly counts: TokenCounts;
  readonly circumstances: Circumstances;
  readonly claims: readonly CostClaim[];
}

const FIELD = "ai.response.providerMetadata";

/** Reads provider metadata, an object with a key for each provider that had something to say. */
export function readProviderMetadata(metadata: unknown, model: string | undefined): ProviderMetadata {
  const serviceTier = ["openai", "azure", "anthropic", "google", "vertex", "xai", "groq"]
    .map((provider) => textOf(field(metadata, provider, "serviceTier")))
    .find((tier) => tier !== undefined);
  return {
    usage: anthropicUsage(metadata) ?? googleUsage(metadata, model),
    counts: countsOf(metadata),
    circumstances: serviceTier === undefined ? {} : { serviceTier },
    claims: [
      ...claimOf("provider", `${FIELD}.gateway.cost`, field(metadata, "gateway", "cost")),
      ...claimOf(
        "provider",
        `${FIELD}.openrouter.usage.cost`,
        field(metadata, "openrouter", "usage", "cost"),
      ),
    ],
  };
}

function anthropicUsage(metadata: unknown): Usage | undefined {
  const usage = field(metadata, "anthropic", "usage");
  return isJsonObject(usage) ? known(usageFromResponse("anthropic.messages", { usage }).usage) : undefined;
}

function googleUsage(metadata: unknown, model: string | undefined): Usage | undefined {
  for (const provider of ["google", "vertex", "googleVertex"]) {
    const own = field(metadata, provider);
    const usageMetadata = field(own, "usageMetadata");
    if (!isJsonObject(usageMetadata)) continue;
    const groundingMetadata = field(own, "groundingMetadata") ?? undefined;
    const candidates = groundingMetadata === undefined ? [] : [{ groundingMetadata }];
    const body = { usageMetadata, candidates, modelVersion: model };
    return known(usageFromResponse("gemini.generate_content", body).usage);
  }
  return undefined;
}

function known(usage: Usage): Usage | undefined {
  return usage.quality === "missing" && usage.problem === undefined ? undefined : usage;
}

function countsOf(metadata: unknown): TokenCounts {
  const first = (...paths: readonly (readonly string[])[]): number | undefined =>
    paths.map((path) => countOf(field(metadata, ...path))).find((count) => count !== undefined);
  return {
    cacheRead: first(
      ["anthropic", "cacheReadInputTokens"],
      ["bedrock", "usage", "cacheReadInputTokens"],
      ["openai", "cachedPromptTokens"],
      ["azure", "cachedPromptTokens"],
      ["deepseek", "promptCacheHitTokens"],
      ["openrouter", "usage", "promptTokensDetails", "cachedTokens"],
    ),
    cacheWrite: first(
      ["anthropic", "cacheCreationInputTokens"],
      ["bedrock", "usage", "cacheWriteInputTokens"],
      ["openai", "usage", "cacheWriteTokens"],
    ),
    reasoning: first(
      ["openai", "reasoningTokens"],
      ["azure", "reasoningTokens"],
      ["openrouter", "usage", "completionTokensDetails", "reasoningTokens"],
    ),
  };
}
