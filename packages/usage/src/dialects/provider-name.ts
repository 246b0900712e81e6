/** Spellings of providers, as a whole or up to a dot; values are OpenTelemetry's names where it has one. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ["openai", "openai"],
  ["text-completion-openai", "openai"],
  ["anthropic", "anthropic"],
  ["azure", "azure.ai.openai"],
  ["azure-openai", "azure.ai.openai"],
  ["azure_openai", "azure.ai.openai"],
  ["azure openai", "azure.ai.openai"],
  ["azure.ai.openai", "azure.ai.openai"],
  ["az.ai.openai", "azure.ai.openai"],
  ["azure_ai", "azure.ai.inference"],
  ["azure.ai.inference", "azure.ai.inference"],
  ["az.ai.inference", "azure.ai.inference"],
  ["aws", "aws.bedrock"],
  ["aws.bedrock", "aws.bedrock"],
  ["aws_bedrock", "aws.bedrock"],
  ["bedrock", "aws.bedrock"],
  ["bedrock_converse", "aws.bedrock"],
  ["amazon-bedrock", "aws.bedrock"],
  ["amazon_bedrock", "aws.bedrock"],
  ["amazon", "aws.bedrock"],
  ["gcp.gemini", "gcp.gemini"],
  ["gcp.gen_ai", "gcp.gemini"],
  ["gcp.vertex.agent", "gcp.gemini"],
  ["gemini", "gcp.gemini"],
  ["google", "gcp.gemini"],
  ["google_genai", "gcp.gemini"],
  ["google-genai", "gcp.gemini"],
  ["google-gla", "gcp.gemini"],
  ["google.generative-ai", "gcp.gemini"],
  ["gcp.vertex_ai", "gcp.vertex_ai"],
  ["google.vertex", "gcp.vertex_ai"],
  ["google-vertex", "gcp.vertex_ai"],
  ["google_vertexai", "gcp.vertex_ai"],
  ["google_anthropic_vertex", "gcp.vertex_ai"],
  ["vertex_ai", "gcp.vertex_ai"],
  ["vertex_ai_beta", "gcp.vertex_ai"],
  ["vertexai", "gcp.vertex_ai"],
  ["vertex", "gcp.vertex_ai"],
  ["mistral", "mistral_ai"],
  ["mistralai", "mistral_ai"],
  ["mistral_ai", "mistral_ai"],
  ["mistral-ai", "mistral_ai"],
  ["cohere", "cohere"],
  ["deepseek", "deepseek"],
  ["groq", "groq"],
  ["xai", "x_ai"],
  ["x-ai", "x_ai"],
  ["x_ai", "x_ai"],
  ["grok", "x_ai"],
  ["perplexity", "perplexity"],
  ["openrouter", "openrouter"],
  ["gateway", "vercel"],
  ["vercel", "vercel"],
  ["voyage", "voyage"],
  ["voyageai", "voyage"],
  ["moonshot", "moonshot_ai"],
  ["moonshotai", "moonshot_ai"],
  ["moonshot_ai", "moonshot_ai"],
  ["ibm.watsonx.ai", "ibm.watsonx.ai"],
  ["watsonx", "ibm.watsonx.ai"],
  ["together_ai", "together"],
  ["togetherai", "together"],
  ["fireworks_ai", "fireworks"],
  ["ollama", "ollama"],
]);

const HOSTS: readonly (readonly [RegExp, string])[] = [
  [/\.openai\.azure\.(?:com|us|cn)$|\.cognitiveservices\.azure\.(?:com|us)$/, "azure.ai.openai"],
  [/\.(?:services|models|inference)\.ai\.azure\.com$/, "azure.ai.inference"],
  [/^(?:[a-z]{2}\.)?api\.openai\.com$/, "openai"],
  [/^api\.anthropic\.com$/, "anthropic"],
  [/^bedrock-(?:runtime|mantle)[a-z0-9.-]*\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/, "aws.bedrock"],
  [/^(?:[a-z0-9-]+-)?aiplatform\.googleapis\.com$/, "gcp.vertex_ai"],
  [/^generativelanguage\.googleapis\.com$/, "gcp.gemini"],
  [/^openrouter\.ai$/, "openrouter"],
  [/^ai-gateway\.vercel\.sh$/, "vercel"],
  [/^api\.groq\.com$/, "groq"],
  [/^(?:[a-z0-9-]+\.)?api\.x\.ai$/, "x_ai"],
  [/^api\.deepseek\.com$/, "deepseek"],
  [/^(?:api|codestral)\.mistral\.ai$/, "mistral_ai"],
  [/^api\.cohere\.(?:com|ai)$/, "cohere"],
  [/^api\.perplexity\.ai$/, "perplexity"],
  [/^api\.moonshot\.(?:ai|cn)$/, "moonshot_ai"],
  [/^api\.voyageai\.com$/, "voyage"],
];

/** What frameworks write in a provider's place. */
const NO_PROVIDERS: ReadonlySet<string> = new Set([
  "langchain",
  "langgraph",
  "llamaindex",
  "llama_index",
  "strands-agents",
  "spring_ai",
  "litellm",
  "semantic_kernel",
  "semantic-kernel",
  "crewai",
  "haystack",
  "agent_framework",
  "microsoft.agent_framework",
  "_other",
  "other",
  "unknown",
  "none",
  "null",
]);

/**
 * The provider as OpenTelemetry names it, from what a span calls it and the host that was called. A provider's own
 * host beats the name, since OpenAI's client also talks to Azure and many others. `openai.chat` is
 * `openai`; a name that is not known is kept in lower case, a framework's is none. Empty when nothing says.
 */
export function providerName(said: string | undefined, host?: string): string {
  const address = host?.toLowerCase().replace(PORT, "");
  const byHost = address === undefined ? undefined : HOSTS.find(([pattern]) => pattern.test(address))?.[1];
  if (byHost !== undefined) return byHost;
  const name = said?.trim().toLowerCase() ?? "";
  if (NO_PROVIDERS.has(name)) return "";
  for (let end = name.length; end > 0; end = name.lastIndexOf(".", end - 1)) {
    const known = SPELLINGS.get(name.slice(0, end));
    if (known !== undefined) return known;
  }
  // The AI SDK writes the kind of model behind the provider: `togetherai.chat`, `cerebras.chat`.
  return name.replace(KIND, "");
}

const PORT = /:\d+$/;
const KIND = /\.(?:chat|responses|messages|completion|embedding|image)$/;
