import type { PriceSheet } from "../price.ts";

const PRICING = "https://platform.claude.com/docs/en/about-claude/pricing";
const CHECKED = "2026-11-23";

export const ANTHROPIC: PriceSheet = {
  provider: "anthropic",
  models: [
    {
      models: ["claude-opus-5"],
      prices: [
        {
          source: PRICING,
          checked: CHECKED,
          rates: {
            input: "5",
            cache_read: "0.5",
            cache_write_5m: "6.25",
            cache_write_1h: "10",
            output: "25",
          },
          variants: [
            {
              when: { speed: "fast" },
              rates: {
                input: "10",
                cache_read: "1",
                cache_write_5m: "12.5",
                cache_write_1h: "20",
                output: "50",
              },
            },
          ],
          factors: [{ when: { region: ["us"] }, by: "1.1" }],
        },
      ],
    },
    {
      models: ["claude-haiku-4-5", "claude-haiku-4-5-20251001"],
      prices: [
        {
          source: PRICING,
          checked: CHECKED,
          rates: { input: "1", cache_read: "0.1", cache_write_5m: "1.25", cache_write_1h: "2", output: "5" },
          variants: [
            {
              when: { batch: true },
              rates: {
                input: "0.5",
                cache_read: "0.05",
                cache_write_5m: "0.625",
                cache_write_1h: "1",
                output: "2.5",
              },
            },
          ],
        },
      ],
    },
  ],
  tools: [{ source: PRICING, checked: CHECKED, rates: { web_search: { usd: "10", per: 1000 } } }],
};
