import { liteLlmCatalogue, modelsDevCatalogue } from "@keeptabs/pricing";
import { describe, expect, it } from "vitest";

const AT = Date.parse("2026-09-15T00:00:00Z");

/** Rates as `usd per n`, by unit. */
function shown(rates: ReturnType<ReturnType<typeof liteLlmCatalogue>["rates"]>): Record<string, string> {
  return Object.fromEntries([...(rates ?? [])].map(([unit, { usd, per }]) => [unit, `${usd} per ${per}`]));
}

describe("LiteLLM's list", () => {
  const catalogue = liteLlmCatalogue({
    "gpt-x": {
      litellm_provider: "openai",
      input_cost_per_token: 2.5e-6,
      input_cost_per_token_above_200k_tokens: 5e-6,
      output_cost_per_token: 0.00001,
      cache_read_input_token_cost: 0.00000125,
    },
    "azure/gpt-x": { litellm_provider: "azure", input_cost_per_token: 1.8000000000000002e-7 },
    "xai/grok-x": { litellm_provider: "xai", input_cost_per_token: "cheap", output_cost_per_token: null },
    whisper: { litellm_provider: "openai", input_cost_per_second: 0.0001 },
    broken: null,
  });

  it("is read as exact decimals, with its long context where it has one", () => {
    const at = (promptTokens: number) =>
      shown(catalogue.rates("openai", "gpt-x", { atMs: AT, promptTokens }));
    expect(at(200_000)).toEqual({
      input: "0.0000025 per 1",
      output: "0.00001 per 1",
      cache_read: "0.00000125 per 1",
    });
    expect(at(200_001)["input"]).toBe("0.000005 per 1");
    expect(shown(catalogue.rates("openai", "whisper", { atMs: AT, promptTokens: 1 }))).toEqual({
      audio_milliseconds: "0.0001 per 1000",
    });
  });

  it("gives nothing for the scar of a float, for a text or for nonsense", () => {
    expect(shown(catalogue.rates("azure.ai.openai", "gpt-x", { atMs: AT, promptTokens: 1 }))).toEqual({});
    expect(shown(catalogue.rates("x_ai", "grok-x", { atMs: AT, promptTokens: 1 }))).toEqual({});
    for (const model of ["broken", "__proto__", "constructor"])
      expect(catalogue.rates("openai", model, { atMs: AT, promptTokens: 1 })).toBeUndefined();
    for (const nonsense of [null, 5, "text", []]) {
      expect(liteLlmCatalogue(nonsense).models("openai")).toEqual([]);
      expect(modelsDevCatalogue(nonsense).models("openai")).toEqual([]);
    }
  });

  it("lists a provider's models without its prefix", () => {
    expect(catalogue.models("azure.ai.openai")).toEqual(["gpt-x"]);
    expect(catalogue.models("openai")).toEqual(["gpt-x", "whisper"]);
  });
});

describe("models.dev's list", () => {
  it("is read by a million tokens, with its long context", () => {
    const catalogue = modelsDevCatalogue({
      google: {
        models: {
          "gemini-x": { cost: { input: 1.25, output: 10, context_over_200k: { input: 2.5 } } },
          free: {},
        },
      },
    });
    const at = (promptTokens: number) =>
      shown(catalogue.rates("gcp.gemini", "gemini-x", { atMs: AT, promptTokens }));
    expect(at(200_000)).toEqual({ input: "1.25 per 1000000", output: "10 per 1000000" });
    expect(at(200_001)).toEqual({ input: "2.5 per 1000000", output: "10 per 1000000" });
    expect(catalogue.rates("gcp.gemini", "free", { atMs: AT, promptTokens: 1 })).toBeUndefined();
    expect(catalogue.models("gcp.gemini")).toEqual(["gemini-x", "free"]);
  });
});
