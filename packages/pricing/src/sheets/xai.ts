import type { Condition, Factor, ModelPrices, PriceSheet, Rates } from "../price.ts";
import { perThousand, prompts, type Read, sold } from "./notation.ts";

const NOVEMBER: Read = { source: "https://docs.x.ai/developers/pricing", checked: "2026-11-17" };
const SEPTEMBER: Read = { source: "https://docs.x.ai/docs/models", checked: "2026-09-23" };

/** "Long context ≥ 200k tokens": all tokens of a request whose prompt reaches it. */
const FROM_200K: Condition = { promptTokens: { from: 200_000 } };
/** "Requests exceeding 128K", for the models of 2025. */
const OVER_128K: Condition = { promptTokens: { over: 128_000 } };

/** Token usage on the regional endpoint of the United States is billed at 1.1 times the global rates. */
const US_ENDPOINT: readonly Factor[] = [
  { when: { region: ["us", "us-east-1", "us-west-1", "us-west-2"] }, by: "1.1" },
];

/** Images are billed as input tokens. */
function tokens(input: string, cache_read: string, output: string): Rates {
  return { input, input_image: input, cache_read, cache_read_image: cache_read, output };
}

function current(read: Read, models: readonly string[], rates: Rates, long: Rates): ModelPrices {
  return sold(read, models, rates, [prompts(FROM_200K, long)], US_ENDPOINT);
}

/** Prices of the xAI API. Priority processing and batches have a price on the page that no list carries. */
export const X_AI: PriceSheet = {
  provider: "x_ai",
  models: [
    current(NOVEMBER, ["grok-4.7"], tokens("2", "0.5", "6"), tokens("4", "1", "12")),
    current(NOVEMBER, ["grok-4.6", "grok-4.6-latest"], tokens("2", "0.5", "6"), tokens("4", "1", "12")),
    current(
      { ...NOVEMBER, note: "LiteLLM's cached 0.5 and 1 are those of Grok 4.6." },
      ["grok-4.5", "grok-4.5-latest"],
      tokens("2", "0.3", "6"),
      tokens("4", "0.6", "12"),
    ),
    current(
      NOVEMBER,
      ["grok-4.3", "grok-4.3-latest"],
      tokens("1.25", "0.2", "2.5"),
      tokens("2.5", "0.4", "5"),
    ),
    current(
      {
        ...NOVEMBER,
        note: "LiteLLM and Portkey still have the 2 and 6 of the launch, genai-prices has them for multi-agent.",
      },
      [
        "grok-4.20",
        "grok-4.20-0309",
        "grok-4.20-reasoning",
        "grok-4.20-reasoning-latest",
        "grok-4.20-0309-reasoning",
        "grok-4.20-non-reasoning",
        "grok-4.20-non-reasoning-latest",
        "grok-4.20-0309-non-reasoning",
        "grok-4.20-multi-agent",
        "grok-4.20-multi-agent-0309",
      ],
      tokens("1.25", "0.2", "2.5"),
      tokens("2.5", "0.4", "5"),
    ),
    current(NOVEMBER, ["grok-build-0.1"], tokens("1", "0.2", "2"), tokens("2", "0.4", "4")),
    sold(
      { ...SEPTEMBER, note: "The rates over 128K are LiteLLM's; genai-prices leaves them out." },
      [
        "grok-4-1-fast",
        "grok-4-1-fast-reasoning",
        "grok-4-1-fast-reasoning-latest",
        "grok-4-1-fast-non-reasoning",
        "grok-4-1-fast-non-reasoning-latest",
        "grok-4-fast",
        "grok-4-fast-reasoning",
        "grok-4-fast-reasoning-latest",
        "grok-4-fast-non-reasoning",
        "grok-4-fast-non-reasoning-latest",
      ],
      tokens("0.2", "0.05", "0.5"),
      [prompts(OVER_128K, { input: "0.4", input_image: "0.4", output: "1" })],
    ),
    sold(
      { ...SEPTEMBER, note: "The rates over 128K are LiteLLM's; genai-prices leaves them out." },
      ["grok-4-0709", "grok-4", "grok-4-latest"],
      tokens("3", "0.75", "15"),
      [prompts(OVER_128K, { input: "6", input_image: "6", output: "30" })],
    ),
    sold(SEPTEMBER, ["grok-code-fast-1", "grok-code-fast-1-0825", "grok-code-fast"], {
      input: "0.2",
      cache_read: "0.02",
      output: "1.5",
    }),
    sold(SEPTEMBER, ["grok-3", "grok-3-latest", "grok-3-beta"], {
      input: "3",
      cache_read: "0.75",
      output: "15",
    }),
    sold(
      { ...SEPTEMBER, note: "Portkey has the rates of the model that is not fast." },
      ["grok-3-fast", "grok-3-fast-latest", "grok-3-fast-beta"],
      { input: "5", cache_read: "1.25", output: "25" },
    ),
    sold(SEPTEMBER, ["grok-3-mini", "grok-3-mini-latest", "grok-3-mini-beta"], {
      input: "0.3",
      cache_read: "0.075",
      output: "0.5",
    }),
    sold(
      { ...SEPTEMBER, note: "Portkey has the rates of the model that is not fast." },
      ["grok-3-mini-fast", "grok-3-mini-fast-latest", "grok-3-mini-fast-beta"],
      { input: "0.6", cache_read: "0.15", output: "4" },
    ),
    sold(
      SEPTEMBER,
      [
        "grok-2-1212",
        "grok-2",
        "grok-2-latest",
        "grok-2-vision-1212",
        "grok-2-vision",
        "grok-2-vision-latest",
      ],
      { input: "2", input_image: "2", output: "10" },
    ),
  ],
  tools: [
    {
      ...NOVEMBER,
      rates: {
        web_search: perThousand("5"),
        x_search: perThousand("5"),
        code_execution: perThousand("5"),
        attachment_search: perThousand("10"),
        collection_search: perThousand("2.5"),
      },
    },
  ],
};
