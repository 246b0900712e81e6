/**
 * Our names of providers and the catalogue's, for each that its release 0.1.8 has. Providers are looked up by
 * these alone: the catalogue's own clauses would also take `not-openai` for OpenAI.
 */
const IDS: ReadonlyMap<string, string> = new Map([
  ["openai", "openai"],
  ["anthropic", "anthropic"],
  ["gcp.gemini", "google"],
  ["gcp.vertex_ai", "google"],
  ["azure.ai.openai", "azure"],
  ["azure.ai.inference", "azure"],
  ["aws.bedrock", "aws"],
  ["x_ai", "x-ai"],
  ["mistral_ai", "mistral"],
  ["deepseek", "deepseek"],
  ["groq", "groq"],
  ["cohere", "cohere"],
  ["voyage", "voyageai"],
  ["perplexity", "perplexity"],
  ["moonshot_ai", "moonshotai"],
  ["moonshotai", "moonshotai"],
  ["openrouter", "openrouter"],
  ["together", "together"],
  ["together_ai", "together"],
  ["fireworks", "fireworks"],
  ["fireworks_ai", "fireworks"],
  ["cerebras", "cerebras"],
  ["cloudflare", "cloudflare"],
  ["github-copilot", "github-copilot"],
  ["github_copilot", "github-copilot"],
  ["minimax", "minimax"],
  ["modal", "modal"],
  ["novita", "novita"],
  ["ovhcloud", "ovhcloud"],
  ["baseten", "baseten"],
  ["arcee", "arcee"],
  ["avian", "avian"],
  ["cursor", "cursor"],
  ["doubleword", "doubleword"],
  ["quicksilverpro", "quicksilverpro"],
  ["typesafe", "typesafe"],
  ["zai", "zai"],
  ["z_ai", "zai"],
  ["zhipuai", "zhipuai"],
  ["huggingface_cerebras", "huggingface_cerebras"],
  ["huggingface_fireworks-ai", "huggingface_fireworks-ai"],
  ["huggingface_groq", "huggingface_groq"],
  ["huggingface_hyperbolic", "huggingface_hyperbolic"],
  ["huggingface_nebius", "huggingface_nebius"],
  ["huggingface_novita", "huggingface_novita"],
  ["huggingface_nscale", "huggingface_nscale"],
  ["huggingface_ovhcloud", "huggingface_ovhcloud"],
  ["huggingface_publicai", "huggingface_publicai"],
  ["huggingface_sambanova", "huggingface_sambanova"],
  ["huggingface_together", "huggingface_together"],
]);

/** The catalogue's name of a provider of ours. */
export function catalogueProvider(provider: string): string | undefined {
  return IDS.get(provider);
}

/** Our names of the providers that the catalogue has. */
export const CATALOGUE_PROVIDERS: readonly string[] = [...IDS.keys()];
