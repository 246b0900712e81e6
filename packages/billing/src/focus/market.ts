/** Who sells a model and under which name, as FOCUS tells them apart. */
export interface Market {
  /** Who makes the service available for purchase, and sends the bill for it. */
  readonly provider: string;
  readonly service: string;
  /** Who made the model. */
  readonly publisher: string;
}

/** By `gen_ai.provider.name`: provider and service. */
const SELLERS: ReadonlyMap<string, readonly [provider: string, service: string]> = new Map([
  ["anthropic", ["Anthropic", "Claude API"]],
  ["aws.bedrock", ["AWS", "Amazon Bedrock"]],
  ["azure.ai.inference", ["Microsoft", "Azure AI Foundry Models"]],
  ["azure.ai.openai", ["Microsoft", "Azure OpenAI"]],
  ["cohere", ["Cohere", "Cohere API"]],
  ["deepseek", ["DeepSeek", "DeepSeek API"]],
  ["fireworks", ["Fireworks AI", "Fireworks AI"]],
  ["gcp.gemini", ["Google", "Gemini API"]],
  ["gcp.vertex_ai", ["Google Cloud", "Vertex AI"]],
  ["groq", ["Groq", "GroqCloud"]],
  ["mistral_ai", ["Mistral AI", "Mistral API"]],
  ["moonshot_ai", ["Moonshot AI", "Moonshot API"]],
  ["openai", ["OpenAI", "OpenAI API"]],
  ["openrouter", ["OpenRouter", "OpenRouter"]],
  ["perplexity", ["Perplexity", "Perplexity API"]],
  ["together", ["Together AI", "Together AI"]],
  ["vercel", ["Vercel", "AI Gateway"]],
  ["voyage", ["Voyage AI", "Voyage API"]],
  ["x_ai", ["xAI", "xAI API"]],
]);

/** Providers that sell models of others. */
const RESELLERS: ReadonlySet<string> = new Set([
  "aws.bedrock",
  "azure.ai.inference",
  "azure.ai.openai",
  "fireworks",
  "gcp.vertex_ai",
  "groq",
  "openrouter",
  "together",
  "vercel",
]);

const MAKERS: readonly (readonly [RegExp, string])[] = [
  [/claude/, "Anthropic"],
  [/(?:^|[./])(?:gpt-|o[134](?:-|$)|text-embedding-|whisper|tts-)/, "OpenAI"],
  [/gemini|gemma/, "Google"],
  [/llama/, "Meta"],
  [/mistral|mixtral|codestral|magistral/, "Mistral AI"],
  [/(?:^|[./])amazon\.|nova|titan/, "Amazon"],
  [/deepseek/, "DeepSeek"],
  [/cohere|command-/, "Cohere"],
  [/grok/, "xAI"],
  [/qwen/, "Alibaba Cloud"],
];

/** A provider that no call named: FOCUS wants a name, and this one says so. */
const UNKNOWN = "Unknown";

/** The market of a model by `gen_ai.provider.name`; a name that is not known stands for itself. */
export function marketOf(provider: string, model: string): Market {
  const name = provider === "" ? UNKNOWN : provider;
  const [seller, service] = SELLERS.get(provider) ?? [name, name];
  const maker = RESELLERS.has(provider) ? MAKERS.find(([pattern]) => pattern.test(model))?.[1] : undefined;
  return { provider: seller, service, publisher: maker ?? seller };
}
