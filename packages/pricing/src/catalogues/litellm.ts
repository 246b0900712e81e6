import type { Catalogue, CatalogueRate } from "./catalogue.ts";
import { exactRate } from "./exact-number.ts";
import { fieldOf, namesOf } from "./json.ts";

/** LiteLLM's `litellm_provider` values and key prefixes by our names of providers. */
const PROVIDERS: ReadonlyMap<string, { readonly named: readonly string[]; readonly prefix: string }> =
  new Map([
    ["openai", { named: ["openai", "text-completion-openai"], prefix: "" }],
    ["anthropic", { named: ["anthropic"], prefix: "" }],
    ["gcp.gemini", { named: ["gemini"], prefix: "gemini/" }],
    [
      "gcp.vertex_ai",
      {
        named: ["vertex_ai", "vertex_ai-language-models", "vertex_ai-anthropic_models"],
        prefix: "vertex_ai/",
      },
    ],
    ["azure.ai.openai", { named: ["azure"], prefix: "azure/" }],
    ["aws.bedrock", { named: ["bedrock", "bedrock_converse"], prefix: "" }],
    ["x_ai", { named: ["xai"], prefix: "xai/" }],
    ["mistral_ai", { named: ["mistral"], prefix: "mistral/" }],
    ["deepseek", { named: ["deepseek"], prefix: "deepseek/" }],
    ["groq", { named: ["groq"], prefix: "groq/" }],
    ["cohere", { named: ["cohere", "cohere_chat"], prefix: "" }],
    ["voyage", { named: ["voyage"], prefix: "voyage/" }],
  ]);

/** LiteLLM's fields, in USD for one, by our units. */
const FIELDS: readonly (readonly [field: string, unit: string, per: number])[] = [
  ["input_cost_per_token", "input", 1],
  ["cache_read_input_token_cost", "cache_read", 1],
  ["cache_creation_input_token_cost", "cache_write", 1],
  ["cache_creation_input_token_cost_above_1hr", "cache_write_1h", 1],
  ["output_cost_per_token", "output", 1],
  ["input_cost_per_audio_token", "input_audio", 1],
  ["cache_read_input_audio_token_cost", "cache_read_audio", 1],
  ["output_cost_per_audio_token", "output_audio", 1],
  ["input_cost_per_image_token", "input_image", 1],
  ["output_cost_per_image_token", "output_image", 1],
  ["input_cost_per_second", "audio_milliseconds", 1000],
  ["input_cost_per_character", "characters", 1],
  ["ocr_cost_per_page", "pages", 1],
  ["input_cost_per_query", "search_units", 1],
];

/** Prompts over which LiteLLM has another rate, largest first. */
const STEPS = [512, 272, 256, 200, 128];

/**
 * LiteLLM's `model_prices_and_context_window.json`, parsed. It is what the user gives, so that nothing in it is
 * trusted: what is not understood is left out.
 */
export function liteLlmCatalogue(json: unknown): Catalogue {
  const entryOf = (provider: string, model: string): unknown => {
    const { named = [], prefix = "" } = PROVIDERS.get(provider) ?? {};
    return [`${prefix}${model}`, model]
      .map((key) => fieldOf(json, key))
      .find((entry) => named.includes(String(fieldOf(entry, "litellm_provider"))));
  };
  return {
    name: "LiteLLM",
    models: (provider) => {
      const { named = [], prefix = "" } = PROVIDERS.get(provider) ?? {};
      const sold = (key: string): boolean =>
        named.includes(String(fieldOf(fieldOf(json, key), "litellm_provider")));
      return namesOf(json)
        .filter(sold)
        .map((key) => withoutPrefix(key, prefix));
    },
    idOf: (provider, name) => (entryOf(provider, name) === undefined ? undefined : name),
    rates: (provider, model, { promptTokens }) => {
      const entry = entryOf(provider, model);
      return entry === undefined ? undefined : ratesOf(entry, promptTokens);
    },
  };
}

function withoutPrefix(key: string, prefix: string): string {
  return prefix !== "" && key.startsWith(prefix) ? key.slice(prefix.length) : key;
}

function ratesOf(entry: unknown, promptTokens: number): ReadonlyMap<string, CatalogueRate> {
  const rates = new Map<string, CatalogueRate>();
  for (const [field, unit, per] of FIELDS) {
    const steps = STEPS.filter((step) => promptTokens > step * 1000).map(
      (step) => `${field}_above_${step}k_tokens`,
    );
    const rate = [...steps, field].map((name) => exactRate(fieldOf(entry, name), per)).find(Boolean);
    if (rate !== undefined) rates.set(unit, rate);
  }
  return rates;
}
