import type { Factor, ModelPrices, PriceSheet, Rates } from "../price.ts";
import { perHour, type Read } from "./notation.ts";

const SEPTEMBER: Read = { source: "https://console.groq.com/docs/models", checked: "2026-09-23" };
const AUGUST: Read = { source: "https://console.groq.com/docs/models", checked: "2026-08-21" };

/** "Pricing matches the on-demand tier" for flex; batches have "a 50 % discount" on tokens. */
const TERMS: readonly Factor[] = [
  { when: { batch: true }, by: "0.5" },
  { when: { serviceTier: "flex" }, by: "1" },
];

function chat(read: Read, models: readonly string[], rates: Rates): ModelPrices {
  return { models, prices: [{ ...read, rates, factors: TERMS }] };
}

/** Whisper is billed by the hour of audio, each request for ten seconds at least. */
function whisper(models: readonly string[], hour: string): ModelPrices {
  return { models, prices: [{ ...SEPTEMBER, rates: { audio_milliseconds: perHour(hour, 10) } }] };
}

/** Prices of GroqCloud. */
export const GROQ: PriceSheet = {
  provider: "groq",
  models: [
    chat(SEPTEMBER, ["openai/gpt-oss-120b"], { input: "0.15", cache_read: "0.075", output: "0.6" }),
    chat(SEPTEMBER, ["openai/gpt-oss-20b"], { input: "0.075", cache_read: "0.0375", output: "0.3" }),
    chat(
      {
        ...AUGUST,
        note: "genai-prices gives it the rates of the 120b model; LiteLLM alone has a cached rate, 0.037: half of 0.075 cut off, taken as it is.",
      },
      ["openai/gpt-oss-safeguard-20b"],
      { input: "0.075", cache_read: "0.037", output: "0.3" },
    ),
    chat(SEPTEMBER, ["moonshotai/kimi-k2-instruct-0905", "moonshotai/kimi-k2-instruct"], {
      input: "1",
      cache_read: "0.5",
      output: "3",
    }),
    chat(SEPTEMBER, ["qwen/qwen3-32b"], { input: "0.29", output: "0.59" }),
    chat(SEPTEMBER, ["meta-llama/llama-4-maverick-17b-128e-instruct"], { input: "0.2", output: "0.6" }),
    chat(SEPTEMBER, ["meta-llama/llama-4-scout-17b-16e-instruct"], { input: "0.11", output: "0.34" }),
    chat(SEPTEMBER, ["meta-llama/llama-guard-4-12b"], { input: "0.2", output: "0.2" }),
    chat(SEPTEMBER, ["llama-3.3-70b-versatile", "llama-3.1-70b-versatile"], {
      input: "0.59",
      output: "0.79",
    }),
    chat(SEPTEMBER, ["llama-3.1-8b-instant", "llama3-8b-8192"], { input: "0.05", output: "0.08" }),
    chat(SEPTEMBER, ["llama3-70b-8192"], { input: "0.59", output: "0.79" }),
    chat(SEPTEMBER, ["deepseek-r1-distill-llama-70b"], { input: "0.75", output: "0.99" }),
    chat(SEPTEMBER, ["gemma2-9b-it", "llama-guard-3-8b"], { input: "0.2", output: "0.2" }),
    chat(SEPTEMBER, ["mixtral-8x7b-32768"], { input: "0.24", output: "0.24" }),
    whisper(["whisper-large-v3"], "0.111"),
    whisper(["whisper-large-v3-turbo"], "0.04"),
  ],
};
