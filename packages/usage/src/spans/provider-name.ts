/** Spellings of providers on spans, by the part before the first dot or as a whole; values are OpenTelemetry's names. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ["openai", "openai"],
  ["anthropic", "anthropic"],
  ["azure", "azure.ai.openai"],
  ["azure-openai", "azure.ai.openai"],
  ["azure_openai", "azure.ai.openai"],
  ["azure.ai.openai", "azure.ai.openai"],
  ["az.ai.openai", "azure.ai.openai"],
  ["azure.ai.inference", "azure.ai.inference"],
  ["az.ai.inference", "azure.ai.inference"],
  ["aws.bedrock", "aws.bedrock"],
  ["aws_bedrock", "aws.bedrock"],
  ["bedrock", "aws.bedrock"],
  ["bedrock_converse", "aws.bedrock"],
  ["amazon-bedrock", "aws.bedrock"],
  ["amazon_bedrock", "aws.bedrock"],
  ["gcp.gemini", "gcp.gemini"],
  ["gcp.gen_ai", "gcp.gemini"],
  ["gemini", "gcp.gemini"],
  ["google", "gcp.gemini"],
  ["google_genai", "gcp.gemini"],
  ["google-genai", "gcp.gemini"],
  ["google.generative-ai", "gcp.gemini"],
  ["google-gla", "gcp.gemini"],
  ["gcp.vertex.agent", "gcp.gemini"],
  ["gcp.vertex_ai", "gcp.vertex_ai"],
  ["google.vertex", "gcp.vertex_ai"],
  ["google-vertex", "gcp.vertex_ai"],
  ["google_vertexai", "gcp.vertex_ai"],
  ["vertex_ai", "gcp.vertex_ai"],
  ["vertexai", "gcp.vertex_ai"],
  ["vertex", "gcp.vertex_ai"],
  ["mistral", "mistral_ai"],
  ["mistralai", "mistral_ai"],
  ["mistral_ai", "mistral_ai"],
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
  ["moonshot_ai", "moonshot_ai"],
  ["ibm.watsonx.ai", "ibm.watsonx.ai"],
  ["ollama", "ollama"],
]);

const HOSTS: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\.)openai\.azure\.(?:com|us)$/, "azure.ai.openai"],
  [/(?:^|\.)api\.openai\.com$/, "openai"],
  [/(?:^|\.)api\.anthropic\.com$/, "anthropic"],
  [/^bedrock-runtime[.-].*amazonaws\.com/, "aws.bedrock"],
  [/aiplatform\.googleapis\.com$/, "gcp.vertex_ai"],
  [/^generativelanguage\.googleapis\.com$/, "gcp.gemini"],
  [/^openrouter\.ai$/, "openrouter"],
  [/^api\.groq\.com$/, "groq"],
  [/(?:^|\.)api\.x\.ai$/, "x_ai"],
  [/^api\.deepseek\.com$/, "deepseek"],
  [/^api\.mistral\.ai$/, "mistral_ai"],
  [/^api\.cohere\.(?:com|ai)$/, "cohere"],
  [/^api\.voyageai\.com$/, "voyage"],
];

/** Names of frameworks, which are no providers. */
const FRAMEWORKS: ReadonlySet<string> = new Set([
  "langchain",
  "strands-agents",
  "spring_ai",
  "litellm",
  "llamaindex",
  "semantic_kernel",
]);

/**
 * The provider as OpenTelemetry names it, from what a span calls it and the host it called. A host that belongs
 * to a provider decides over a client's name: OpenAI's client also talks to Azure. A name that is not known is kept
 * in lower case, a framework's is none. Empty when nothing says.
 */
export function providerName(said: string | undefined, host: string | undefined): string {
  const byHost = HOSTS.find(([pattern]) => host !== undefined && pattern.test(host))?.[1];
  if (byHost !== undefined) return byHost;
  if (said === undefined) return "";
  const name = said.toLowerCase();
  for (let end = name.length; end > 0; end = name.lastIndexOf(".", end - 1)) {
    const known = SPELLINGS.get(name.slice(0, end));
    if (known !== undefined) return known;
    if (name.lastIndexOf(".", end - 1) <= 0) break;
  }
  return FRAMEWORKS.has(name) ? "" : name;
}

/** A Bedrock model id without the ARN around it; regional prefixes are the model's own price and stay. */
export function modelName(model: string | undefined): string | undefined {
  if (model === undefined || model === "none" || model === "unknown") return undefined;
  return (
    /^arn:aws[a-z-]*:bedrock:[a-z0-9-]*:\d*:(?:foundation-model|inference-profile)\/(.+)$/.exec(model)?.[1] ??
    model
  );
}
