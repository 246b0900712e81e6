import type { Catalogue, CatalogueRate } from "./catalogue.ts";
import { exactRate } from "./exact-number.ts";
import { fieldOf, namesOf } from "./json.ts";

/** models.dev's names of providers by ours. */
const PROVIDERS: ReadonlyMap<string, string> = new Map([
  ["openai", "openai"],
  ["anthropic", "anthropic"],
  ["gcp.gemini", "google"],
  ["gcp.vertex_ai", "google-vertex"],
  ["azure.ai.openai", "azure"],
  ["aws.bedrock", "amazon-bedrock"],
  ["x_ai", "xai"],
  ["mistral_ai", "mistral"],
  ["deepseek", "deepseek"],
  ["groq", "groq"],
  ["cohere", "cohere"],
]);

/** models.dev's fields, in USD for a million tokens, by our units. */
const FIELDS: readonly (readonly [field: string, unit: string])[] = [
  ["input", "input"],
  ["cache_read", "cache_read"],
  ["cache_write", "cache_write"],
  ["output", "output"],
  ["input_audio", "input_audio"],
  ["output_audio", "output_audio"],
];

const MILLION = 1_000_000;
const LONG = 200_000;

/** models.dev's `api.json`, parsed. Nothing in it is trusted: what is not understood is left out. */
export function modelsDevCatalogue(json: unknown): Catalogue {
  const models = (provider: string): unknown =>
    fieldOf(fieldOf(json, PROVIDERS.get(provider) ?? ""), "models");
  return {
    name: "models.dev",
    models: (provider) => namesOf(models(provider)),
    idOf: (provider, name) => (fieldOf(models(provider), name) === undefined ? undefined : name),
    rates: (provider, model, { promptTokens }) => {
      const cost = fieldOf(fieldOf(models(provider), model), "cost");
      return cost === undefined ? undefined : ratesOf(cost, promptTokens);
    },
  };
}

function ratesOf(cost: unknown, promptTokens: number): ReadonlyMap<string, CatalogueRate> {
  const long = promptTokens > LONG ? fieldOf(cost, "context_over_200k") : undefined;
  const rates = new Map<string, CatalogueRate>();
  for (const [field, unit] of FIELDS) {
    const rate = exactRate(fieldOf(long, field) ?? fieldOf(cost, field), MILLION);
    if (rate !== undefined) rates.set(unit, rate);
  }
  return rates;
}
