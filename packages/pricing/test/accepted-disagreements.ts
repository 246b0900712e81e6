import type { Disagreement } from "@keeptabs/pricing";

/** Why our price stands where `@pydantic/genai-prices` 0.1.8 has another. */
export interface Accepted {
  readonly provider: string;
  /** Matches the whole name. */
  readonly models: RegExp;
  /** The prompt at which it starts; any when absent. */
  readonly promptTokens?: number;
  readonly units?: readonly string[];
  readonly because: string;
}

/** Does this entry explain that disagreement? */
export function explains(entry: Accepted, disagreement: Disagreement): boolean {
  const { provider, models, promptTokens, units } = entry;
  return (
    provider === disagreement.provider &&
    new RegExp(`^(?:${models.source})$`).test(disagreement.model) &&
    (promptTokens === undefined || promptTokens === disagreement.promptTokens) &&
    (units === undefined || units.includes(disagreement.unit))
  );
}

const WITHDRAWN = "The premium over 200K was withdrawn on general availability of the long context.";
const BETA =
  "The rates over 200K are those of the 1M context beta of this model; the catalogue leaves them out.";
const VERTEX_FROM =
  'Vertex AI charges long context from 200K on ("longer than or equal"), the Gemini API only over it; the catalogue has one price for both.';

/** At midday of 2026-09-23, the day the catalogue appeared. */
export const ACCEPTED: readonly Accepted[] = [
  {
    provider: "openai",
    models: /gpt-6-(sol|luna)/,
    promptTokens: 272_000,
    because:
      'OpenAI\'s table has "<272K" for short context, so 272000 itself is long, as everywhere else in it; the model page alone says "more than".',
  },
  {
    provider: "openai",
    models: /gpt-4o-mini-search-preview.*/,
    units: ["web_search"],
    because: "Web search of the preview models is 25 per 1000, whatever the context size.",
  },
  {
    provider: "openai",
    models: /gpt-4o-realtime-preview-2024-10-01/,
    because:
      "The first snapshot kept its launch rates of audio; the catalogue gives it those of the later ones.",
  },
  {
    provider: "openai",
    models: /gpt-image-2.*/,
    units: ["output"],
    because:
      "30 is the rate of image tokens; the rate of text that the model writes is LiteLLM's, as no other list has one.",
  },
  {
    provider: "anthropic",
    models: /claude-sonnet-4-0|claude-sonnet-4-20250514|claude-4-sonnet-20250514/,
    promptTokens: 200_001,
    because: BETA,
  },
  {
    provider: "gcp.vertex_ai",
    models: /gemini-(2\.5-pro|3-pro|3\.1-pro).*/,
    promptTokens: 200_000,
    because: VERTEX_FROM,
  },
  {
    provider: "gcp.vertex_ai",
    models: /gemini-2\.0-flash(-001)?/,
    because: "Vertex AI sells it dearer than the Gemini API; the catalogue has one price for both.",
  },
  { provider: "gcp.vertex_ai", models: /claude-opus-4-6.*/, promptTokens: 200_001, because: WITHDRAWN },
  { provider: "gcp.vertex_ai", models: /claude-sonnet-4(@.*)?/, promptTokens: 200_001, because: BETA },
  {
    provider: "azure.ai.openai",
    models: /o4-mini.*/,
    units: ["cache_read"],
    because: "Azure's page prints 0.28 with two decimals; Azure charges what OpenAI does, which is 0.275.",
  },
  {
    provider: "aws.bedrock",
    models: /us-gov\.anthropic\.claude-sonnet-4-5.*/,
    promptTokens: 1,
    because: "GovCloud has a price of its own; the catalogue takes it for one of the US regions.",
  },
  {
    provider: "aws.bedrock",
    models: /(.*\.)?anthropic\.claude-sonnet-4(-5)?-2025.*/,
    promptTokens: 200_001,
    because:
      "The rates over 200K are those of the 1M context, by LiteLLM's list; the catalogue leaves them out.",
  },
  {
    provider: "aws.bedrock",
    models: /amazon\.titan-embed-text-v2:0/,
    because: "0.1 is the rate of the first version of the model.",
  },
  {
    provider: "x_ai",
    models: /grok-4\.20-multi-agent/,
    because:
      "2 and 6 are launch rates; xAI lists it with the other names of grok-4.20, whose cut the catalogue followed.",
  },
  {
    provider: "x_ai",
    models: /grok-4(-1)?(-fast.*)?|grok-4-0709|grok-4-latest/,
    promptTokens: 128_001,
    because: "The rates over 128K are LiteLLM's; the catalogue leaves them out.",
  },
  {
    provider: "mistral_ai",
    models: /mistral-(large|small)-latest/,
    because: "The name moved on to a newer model; the catalogue has the price of the one before.",
  },
  {
    provider: "deepseek",
    models: /deepseek-v4-flash(-vision-exp)?/,
    because: "Both names are served and billed as deepseek-flash since 2026-09-10.",
  },
  {
    provider: "groq",
    models: /openai\/gpt-oss-safeguard-20b/,
    because: "0.15 and 0.6 are the rates of the model with 120 billion parameters.",
  },
];

/** In June 2026, over and above those. */
export const ACCEPTED_IN_JUNE: readonly Accepted[] = [
  {
    provider: "aws.bedrock",
    models: /(us\.|in\.)?openai\.gpt-5\.6-(terra|luna)/,
    promptTokens: 272_000,
    because: "AWS's rule for long context is for the whole family; the catalogue has it since the cut only.",
  },
  {
    provider: "deepseek",
    models: /deepseek-(chat|reasoner)/,
    because: "The catalogue has the rates of the first V3 for all models that these names ever stood for.",
  },
];
