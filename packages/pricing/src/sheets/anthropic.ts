import type { Factor, ModelPrices, PriceSheet, Rates, Variant } from "../price.ts";
import { perThousand, price, prompts, type Read, sold } from "./notation.ts";

const PRICING = "https://platform.claude.com/docs/en/about-claude/pricing";
const SEPTEMBER: Read = { source: PRICING, checked: "2026-09-23" };
/** The pages of the models that came later. */
const NOVEMBER: Read = { source: PRICING, checked: "2026-11-17" };

/** Tokens by the columns of the page, left to right. */
function tokens(
  input: string,
  cache_write_5m: string,
  cache_write_1h: string,
  cache_read: string,
  output: string,
): Rates {
  return { input, cache_read, cache_write_5m, cache_write_1h, output };
}

/** Fast mode, which an answer states as its speed; the cache columns are multiplied as the others are. */
function fastMode(rates: Rates): readonly Variant[] {
  return [{ when: { speed: "fast" }, rates }];
}

/**
 * "50 % discount" on batches and "1.1x" for `inference_geo: "us"` are published as multipliers of all token
 * categories, which stack with each other and with the cache columns. Fees of tools are not discounted.
 */
const BATCH: Factor = { when: { batch: true }, by: "0.5" };
const US_ONLY: Factor = { when: { region: ["us"] }, by: "1.1" };

/** Models from Opus 4.6 on can be kept in the United States. */
const SINCE_4_6: readonly Factor[] = [BATCH, US_ONLY];

/** The premium for prompts over 200K was withdrawn at this instant; the announcement gives the day. */
const PREMIUM_WITHDRAWN = "2026-03-13T00:00:00Z";
const OVER_200K = { promptTokens: { over: 200_000 } };

const OPUS_TIER = tokens("5", "6.25", "10", "0.5", "25");
const SONNET_TIER = tokens("3", "3.75", "6", "0.3", "15");
const SONNET_PREMIUM = tokens("6", "7.5", "12", "0.6", "22.5");

const CURRENT: readonly ModelPrices[] = [
  sold(
    { ...NOVEMBER, note: "Cache reads are 0.025 of input, unlike any model before." },
    ["claude-fable-5-1", "claude-mythos-5-1"],
    tokens("10", "12.5", "20", "0.25", "50"),
    [],
    SINCE_4_6,
  ),
  sold(
    SEPTEMBER,
    ["claude-fable-5", "claude-mythos-5"],
    tokens("10", "12.5", "20", "1", "50"),
    [],
    SINCE_4_6,
  ),
  sold(
    { ...NOVEMBER, note: "Cache reads are 0.05 of input." },
    ["claude-opus-5-5"],
    tokens("4", "5", "8", "0.2", "20"),
    fastMode(tokens("8", "10", "16", "0.4", "40")),
    SINCE_4_6,
  ),
  sold(SEPTEMBER, ["claude-opus-5"], OPUS_TIER, fastMode(tokens("10", "12.5", "20", "1", "50")), SINCE_4_6),
  sold(NOVEMBER, ["claude-sonnet-5-5"], tokens("2", "2.5", "4", "0.2", "10"), [], SINCE_4_6),
  sold(
    {
      ...NOVEMBER,
      note: "The whole prompt counts for the 100K, cached or not; one-hour writes over it are twice the input rate, as on every model.",
    },
    ["claude-haiku-5-5"],
    tokens("0.1", "0.125", "0.2", "0.01", "0.5"),
    [prompts({ promptTokens: { over: 100_000 } }, tokens("0.5", "0.625", "1", "0.05", "2.5"))],
    SINCE_4_6,
  ),
  sold(
    {
      ...SEPTEMBER,
      note: "The rise to 3 and 15 that was announced for 2026-09-01 was cancelled on 2026-08-10.",
    },
    ["claude-sonnet-5"],
    tokens("2", "2.5", "4", "0.2", "10"),
    [],
    SINCE_4_6,
  ),
  sold(SEPTEMBER, ["claude-opus-4-8"], OPUS_TIER, fastMode(tokens("10", "12.5", "20", "1", "50")), SINCE_4_6),
  sold(
    SEPTEMBER,
    ["claude-opus-4-7", "claude-opus-4-7-20260416"],
    OPUS_TIER,
    fastMode(tokens("30", "37.5", "60", "3", "150")),
    SINCE_4_6,
  ),
  {
    models: ["claude-opus-4-6", "claude-opus-4-6-20260205"],
    prices: [
      price(
        SEPTEMBER,
        OPUS_TIER,
        [
          ...fastMode(tokens("30", "37.5", "60", "3", "150")),
          prompts(OVER_200K, tokens("10", "12.5", "20", "1", "37.5")),
        ],
        SINCE_4_6,
      ),
      price(
        { ...SEPTEMBER, from: PREMIUM_WITHDRAWN },
        OPUS_TIER,
        fastMode(tokens("30", "37.5", "60", "3", "150")),
        SINCE_4_6,
      ),
    ],
  },
  {
    models: ["claude-sonnet-4-6"],
    prices: [
      price(SEPTEMBER, SONNET_TIER, [prompts(OVER_200K, SONNET_PREMIUM)], SINCE_4_6),
      price({ ...SEPTEMBER, from: PREMIUM_WITHDRAWN }, SONNET_TIER, [], SINCE_4_6),
    ],
  },
  sold(
    SEPTEMBER,
    ["claude-haiku-4-5", "claude-haiku-4-5-20251001"],
    tokens("1", "1.25", "2", "0.1", "5"),
    [],
    [BATCH],
  ),
];

const EARLIER: readonly ModelPrices[] = [
  sold(SEPTEMBER, ["claude-opus-4-5", "claude-opus-4-5-20251101"], OPUS_TIER, [], [BATCH]),
  sold(
    {
      ...SEPTEMBER,
      note: "The long rates are those of the 1M context beta, which ended on 2026-04-30; longer prompts have been refused since.",
    },
    ["claude-sonnet-4-5", "claude-sonnet-4-5-20250929"],
    SONNET_TIER,
    [prompts(OVER_200K, SONNET_PREMIUM)],
    [BATCH],
  ),
  sold(
    SEPTEMBER,
    [
      "claude-opus-4-1",
      "claude-opus-4-1-20250805",
      "claude-opus-4-0",
      "claude-opus-4-20250514",
      "claude-4-opus-20250514",
    ],
    tokens("15", "18.75", "30", "1.5", "75"),
    [],
    [BATCH],
  ),
  sold(
    {
      ...SEPTEMBER,
      note: "The long rates are those of the 1M context beta; genai-prices leaves them out for this model.",
    },
    ["claude-sonnet-4-0", "claude-sonnet-4-20250514", "claude-4-sonnet-20250514"],
    SONNET_TIER,
    [prompts(OVER_200K, SONNET_PREMIUM)],
    [BATCH],
  ),
  sold(
    SEPTEMBER,
    [
      "claude-3-7-sonnet-20250219",
      "claude-3-7-sonnet-latest",
      "claude-3-5-sonnet-20241022",
      "claude-3-5-sonnet-20240620",
      "claude-3-5-sonnet-latest",
    ],
    SONNET_TIER,
    [],
    [BATCH],
  ),
  sold(
    SEPTEMBER,
    ["claude-3-5-haiku-20241022", "claude-3-5-haiku-latest"],
    tokens("0.8", "1", "1.6", "0.08", "4"),
    [],
    [BATCH],
  ),
  // The first generation has no server tools.
  {
    ...sold(
      { ...SEPTEMBER, note: "LiteLLM's 6 for one-hour writes is an error; the page says 30." },
      ["claude-3-opus-20240229", "claude-3-opus-latest"],
      tokens("15", "18.75", "30", "1.5", "75"),
      [],
      [BATCH],
    ),
    withoutTools: true,
  },
  {
    ...sold(
      { ...SEPTEMBER, note: "models.dev's 0.3 for cache writes is the read price." },
      ["claude-3-sonnet-20240229"],
      SONNET_TIER,
      [],
      [BATCH],
    ),
    withoutTools: true,
  },
  {
    ...sold(
      {
        ...SEPTEMBER,
        note: "Cache writes are 0.30 and 0.50, not 1.25 times input; LiteLLM's 6 for an hour is an error.",
      },
      ["claude-3-haiku-20240307"],
      tokens("0.25", "0.3", "0.5", "0.03", "1.25"),
      [],
      [BATCH],
    ),
    withoutTools: true,
  },
  {
    ...sold(SEPTEMBER, ["claude-2.1", "claude-2.0", "claude-2"], { input: "8", output: "24" }),
    withoutTools: true,
  },
];

/** Prices of the Claude API. Web fetch has no fee; code execution is billed by container-hours that no answer states. */
export const ANTHROPIC: PriceSheet = {
  provider: "anthropic",
  models: [...CURRENT, ...EARLIER],
  tools: [{ ...SEPTEMBER, rates: { web_search: perThousand("10") } }],
};
