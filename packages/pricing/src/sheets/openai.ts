import type { PriceSheet } from "../price.ts";

const PRICING = "https://platform.openai.com/docs/pricing";
const CHECKED = "2026-11-23";

export const OPENAI: PriceSheet = {
  provider: "openai",
  models: [
    {
      models: ["gpt-4o", "gpt-4o-2024-08-06", "gpt-4o-2024-11-20"],
      prices: [
        {
          source: PRICING,
          checked: CHECKED,
          rates: { input: "2.5", cache_read: "1.25", output: "10" },
          variants: [
            {
              when: { serviceTier: "priority" },
              rates: { input: "4.25", cache_read: "2.125", output: "17" },
            },
          ],
        },
      ],
    },
    {
      models: ["gpt-4o-mini", "gpt-4o-mini-2024-07-18"],
      prices: [
        {
          source: PRICING,
          checked: CHECKED,
          rates: { input: "0.15", cache_read: "0.075", output: "0.6" },
        },
      ],
    },
    {
      models: ["gpt-5", "gpt-5-2025-08-07"],
      prices: [
        {
          source: PRICING,
          checked: CHECKED,
          rates: { input: "1.25", cache_read: "0.125", output: "10" },
          variants: [
            { when: { batch: true }, rates: { input: "0.625", cache_read: "0.0625", output: "5" } },
            { when: { serviceTier: "flex" }, rates: { input: "0.625", cache_read: "0.0625", output: "5" } },
          ],
        },
      ],
    },
    {
      models: ["gpt-5-mini", "gpt-5-mini-2025-08-07"],
      prices: [
        {
          source: PRICING,
          checked: CHECKED,
          rates: { input: "0.25", cache_read: "0.025", output: "2" },
        },
      ],
    },
    {
      models: ["text-embedding-3-small"],
      prices: [{ source: PRICING, checked: CHECKED, rates: { input: "0.02" } }],
    },
  ],
  tools: [
    {
      source: PRICING,
      checked: CHECKED,
      rates: { web_search: { usd: "10", per: 1000 }, file_search: { usd: "2.5", per: 1000 } },
    },
  ],
};
