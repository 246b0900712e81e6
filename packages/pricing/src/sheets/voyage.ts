import type { Factor, ModelPrices, PriceSheet } from "../price.ts";
import type { Read } from "./notation.ts";

const SEPTEMBER: Read = { source: "https://docs.voyageai.com/docs/pricing", checked: "2026-09-23" };
const AUGUST: Read = { source: "https://docs.voyageai.com/docs/pricing", checked: "2026-08-01" };

/** "The Batch API offers a 33 % discount." */
const BATCH: Factor = { when: { batch: true }, by: "0.67" };

function embedding(usd: string, models: readonly string[], read = SEPTEMBER): ModelPrices {
  return { models, prices: [{ ...read, rates: { input: usd }, factors: [BATCH] }] };
}

/** Prices of Voyage AI; the free tokens of an account are left out. */
export const VOYAGE: PriceSheet = {
  provider: "voyage",
  models: [
    embedding("0.12", ["voyage-4-large"]),
    embedding("0.06", ["voyage-4"]),
    embedding("0.02", ["voyage-4-lite"]),
    embedding("0.18", ["voyage-3-large", "voyage-code-3", "voyage-context-3"]),
    embedding("0.06", ["voyage-3.5", "voyage-3"]),
    embedding("0.02", ["voyage-3.5-lite", "voyage-3-lite"]),
    embedding("0.12", [
      "voyage-code-2",
      "voyage-finance-2",
      "voyage-law-2",
      "voyage-large-2",
      "voyage-large-2-instruct",
      "voyage-multilingual-2",
    ]),
    embedding("0.1", ["voyage-2", "voyage-02", "voyage-01", "voyage-lite-02-instruct", "voyage-lite-01"]),
    {
      models: ["voyage-multimodal-3"],
      prices: [
        {
          ...AUGUST,
          note: "Pixels have a rate of their own that no price list carries.",
          rates: { input: "0.12" },
        },
      ],
    },
    { models: ["rerank-2.5", "rerank-2"], prices: [{ ...AUGUST, rates: { input: "0.05" } }] },
    { models: ["rerank-2.5-lite", "rerank-2-lite"], prices: [{ ...AUGUST, rates: { input: "0.02" } }] },
  ],
};
