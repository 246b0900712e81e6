import type { Condition, Factor, ModelPrices, PriceSheet, Rates, Variant } from "../price.ts";
import { batch, batchAndFlex, each, perThousand, price, prompts, type Read, sold, tier } from "./notation.ts";

const PRICING = "https://aws.amazon.com/bedrock/pricing/";
const SEPTEMBER: Read = { source: PRICING, checked: "2026-09-23" };
/** Two price lists agree. */
const AUGUST: Read = { source: PRICING, checked: "2026-08-21" };

/** Prefixes of the inference profiles that keep a call in a geography. */
const GEOGRAPHIES = ["us", "eu", "jp", "au", "apac"];
const OVER_200K: Condition = { promptTokens: { over: 200_000 } };
const US_GOV: Condition = { region: ["us-gov-west-1", "us-gov-east-1"] };

/** "50 % lower price compared to on-demand", for input and output: there is no caching in batches. */
const BATCH: Factor = { when: { batch: true }, by: "0.5", units: ["input", "output", "output_reasoning"] };

function tokens(
  input: string,
  cache_write_5m: string,
  cache_write_1h: string | undefined,
  cache_read: string,
  output: string,
): Rates {
  const hour = cache_write_1h === undefined ? {} : { cache_write_1h };
  return { input, cache_read, cache_write_5m, ...hour, output };
}

/**
 * Claude from 4.5 on: the global profile at Anthropic's own rates; the model in a region and the profiles of a
 * geography at 10 % more, which AWS prints as rates of their own.
 */
function claude(
  read: Read,
  ids: readonly string[],
  everywhere: Rates,
  inGeography: Rates,
  variants: readonly Variant[] = [],
  globalVariants: readonly Variant[] = [],
): readonly ModelPrices[] {
  const named = ids.map((id) => `anthropic.${id}`);
  return [
    sold(
      read,
      named.map((id) => `global.${id}`),
      everywhere,
      globalVariants,
      [BATCH],
    ),
    sold(
      {
        ...read,
        note: `${read.note ?? ""} LiteLLM and Portkey price the bare id as the global profile.`.trim(),
      },
      named.flatMap((id) => [id, ...GEOGRAPHIES.map((geography) => `${geography}.${id}`)]),
      inGeography,
      variants,
      [BATCH],
    ),
  ];
}

/** Models that cost the same wherever they run. */
function anywhere(ids: readonly string[], geographies: readonly string[] = GEOGRAPHIES): readonly string[] {
  return ids.flatMap((id) => [id, ...geographies.map((geography) => `${geography}.${id}`)]);
}

const CLAUDE: readonly ModelPrices[] = [
  ...claude(
    SEPTEMBER,
    ["claude-fable-5-1", "claude-fable-5-1-v1", "claude-fable-5-1-v1:0"],
    tokens("10", "12.5", undefined, "0.25", "50"),
    tokens("11", "13.75", undefined, "0.275", "55"),
  ),
  ...claude(
    SEPTEMBER,
    ["claude-fable-5", "claude-fable-5-v1", "claude-fable-5-v1:0"],
    tokens("10", "12.5", "20", "1", "50"),
    tokens("11", "13.75", "22", "1.1", "55"),
  ),
  ...claude(
    SEPTEMBER,
    ["claude-opus-5-5", "claude-opus-5-5-v1", "claude-opus-5-5-v1:0"],
    tokens("4", "5", "8", "0.2", "20"),
    tokens("4.4", "5.5", "8.8", "0.22", "22"),
  ),
  ...claude(
    SEPTEMBER,
    [
      "claude-opus-5",
      "claude-opus-5-v1",
      "claude-opus-4-8",
      "claude-opus-4-8-v1",
      "claude-opus-4-7",
      "claude-opus-4-7-v1",
      "claude-opus-4-6-v1",
      "claude-opus-4-6-v1:0",
      "claude-opus-4-5-20251101-v1:0",
    ],
    tokens("5", "6.25", "10", "0.5", "25"),
    tokens("5.5", "6.875", "11", "0.55", "27.5"),
  ),
  ...claude(
    SEPTEMBER,
    ["claude-sonnet-5", "claude-sonnet-5-v1", "claude-sonnet-5-v1:0"],
    tokens("2", "2.5", "4", "0.2", "10"),
    tokens("2.2", "2.75", "4.4", "0.22", "11"),
  ),
  ...claude(
    SEPTEMBER,
    ["claude-sonnet-4-6", "claude-sonnet-4-6-v1", "claude-sonnet-4-6-v1:0"],
    tokens("3", "3.75", "6", "0.3", "15"),
    tokens("3.3", "4.125", "6.6", "0.33", "16.5"),
  ),
  ...claude(
    {
      ...SEPTEMBER,
      note: "The long rates are those of the 1M context, which ended on 2026-04-30; genai-prices leaves them out.",
    },
    ["claude-sonnet-4-5-20250929-v1:0"],
    tokens("3", "3.75", "6", "0.3", "15"),
    tokens("3.3", "4.125", "6.6", "0.33", "16.5"),
    [
      { when: US_GOV, rates: tokens("3.6", "4.5", "7.2", "0.36", "18") },
      prompts(OVER_200K, tokens("6.6", "8.25", "13.2", "0.66", "24.75")),
    ],
    [prompts(OVER_200K, tokens("6", "7.5", "12", "0.6", "22.5"))],
  ),
  sold(
    AUGUST,
    ["us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0"],
    tokens("3.6", "4.5", "7.2", "0.36", "18"),
  ),
  ...claude(
    SEPTEMBER,
    ["claude-haiku-4-5-20251001-v1:0"],
    tokens("1", "1.25", "2", "0.1", "5"),
    tokens("1.1", "1.375", "2.2", "0.11", "5.5"),
    [{ when: US_GOV, rates: tokens("1.2", "1.5", "2.4", "0.12", "6") }],
  ),
  sold(
    SEPTEMBER,
    anywhere(["anthropic.claude-opus-4-1-20250805-v1:0", "anthropic.claude-opus-4-20250514-v1:0"]),
    tokens("15", "18.75", undefined, "1.5", "75"),
    [],
    [BATCH],
  ),
  sold(
    { ...SEPTEMBER, note: "Long rates are LiteLLM's; genai-prices leaves them out." },
    anywhere(["anthropic.claude-sonnet-4-20250514-v1:0"], [...GEOGRAPHIES, "global"]),
    tokens("3", "3.75", undefined, "0.3", "15"),
    [prompts(OVER_200K, tokens("6", "7.5", undefined, "0.6", "22.5"))],
    [BATCH],
  ),
  sold(
    {
      ...SEPTEMBER,
      note: "Portkey has cached reads and writes of 3.7 the wrong way round; AWS lists 3.5 v2 at twice this in its extended-access table.",
    },
    anywhere([
      "anthropic.claude-3-7-sonnet-20250219-v1:0",
      "anthropic.claude-3-5-sonnet-20241022-v2:0",
      "anthropic.claude-3-5-sonnet-20240620-v1:0",
    ]),
    tokens("3", "3.75", undefined, "0.3", "15"),
    [{ when: US_GOV, rates: tokens("3.6", "4.5", undefined, "0.36", "18") }],
    [BATCH],
  ),
  sold(
    { ...SEPTEMBER, note: "LiteLLM's 0.25 in Europe is the rate of Haiku 3." },
    anywhere(["anthropic.claude-3-5-haiku-20241022-v1:0"]),
    tokens("0.8", "1", undefined, "0.08", "4"),
    [],
    [BATCH],
  ),
  sold(
    SEPTEMBER,
    anywhere(["anthropic.claude-3-sonnet-20240229-v1:0"]),
    { input: "3", output: "15" },
    [],
    [BATCH],
  ),
  sold(
    {
      ...SEPTEMBER,
      note: "LiteLLM's cache rates are multiples; there is no caching of this model on Bedrock.",
    },
    anywhere(["anthropic.claude-3-haiku-20240307-v1:0"]),
    { input: "0.25", output: "1.25" },
    [{ when: US_GOV, rates: { input: "0.3", output: "1.5" } }],
    [BATCH],
  ),
  sold(
    SEPTEMBER,
    anywhere(["anthropic.claude-3-opus-20240229-v1:0"]),
    { input: "15", output: "75" },
    [],
    [BATCH],
  ),
];

/** "At 272K input tokens and above" input and cache cost twice, output 1.5 times. */
const LONG: Condition = { promptTokens: { from: 272_000 } };

function gpt(input: string, cache_read: string, cache_write: string, output: string): Rates {
  return { input, cache_read, cache_write, output };
}

const BEFORE_THE_CUT =
  "genai-prices has no long context for these three weeks; the rule is AWS's for the family.";

const OPENAI: readonly ModelPrices[] = [
  {
    models: ["global.openai.gpt-5.6-sol"],
    prices: [
      price(SEPTEMBER, gpt("5", "0.5", "6.25", "30"), [prompts(LONG, gpt("10", "1", "12.5", "45"))]),
      price(
        {
          ...SEPTEMBER,
          from: "2026-08-21T00:00:00Z",
          note: "Followed OpenAI's cut; Portkey still has 5 and 30.",
        },
        gpt("4", "0.4", "5", "20"),
        [prompts(LONG, gpt("8", "0.8", "10", "30"))],
      ),
    ],
  },
  {
    models: ["openai.gpt-5.6-sol", "us.openai.gpt-5.6-sol"],
    prices: [
      price(SEPTEMBER, gpt("5.5", "0.55", "6.875", "33"), [prompts(LONG, gpt("11", "1.1", "13.75", "49.5"))]),
      price(
        {
          ...SEPTEMBER,
          from: "2026-08-21T00:00:00Z",
          note: "Followed OpenAI's cut; Portkey still has 5.5 and 33.",
        },
        gpt("4.4", "0.44", "5.5", "22"),
        [prompts(LONG, gpt("8.8", "0.88", "11", "33"))],
      ),
    ],
  },
  sold(SEPTEMBER, ["global.openai.gpt-5.6-terra"], gpt("2", "0.2", "2.5", "12"), [
    prompts(LONG, gpt("4", "0.4", "5", "18")),
  ]),
  {
    models: ["openai.gpt-5.6-terra", "us.openai.gpt-5.6-terra", "in.openai.gpt-5.6-terra"],
    prices: [
      price({ ...SEPTEMBER, note: BEFORE_THE_CUT }, gpt("2.75", "0.275", "3.4375", "16.5"), [
        prompts(LONG, gpt("5.5", "0.55", "6.875", "24.75")),
      ]),
      price({ ...SEPTEMBER, from: "2026-07-30T00:00:00Z" }, gpt("2.2", "0.22", "2.75", "13.2"), [
        prompts(LONG, gpt("4.4", "0.44", "5.5", "19.8")),
      ]),
    ],
  },
  sold(SEPTEMBER, ["global.openai.gpt-5.6-luna"], gpt("0.2", "0.02", "0.25", "1.2"), [
    prompts(LONG, gpt("0.4", "0.04", "0.5", "1.8")),
  ]),
  {
    models: ["openai.gpt-5.6-luna", "us.openai.gpt-5.6-luna", "in.openai.gpt-5.6-luna"],
    prices: [
      price({ ...SEPTEMBER, note: BEFORE_THE_CUT }, gpt("1.1", "0.11", "1.375", "6.6"), [
        prompts(LONG, gpt("2.2", "0.22", "2.75", "9.9")),
      ]),
      price({ ...SEPTEMBER, from: "2026-07-30T00:00:00Z" }, gpt("0.22", "0.022", "0.275", "1.32"), [
        prompts(LONG, gpt("0.44", "0.044", "0.55", "1.98")),
      ]),
    ],
  },
  sold(SEPTEMBER, ["openai.gpt-5.5"], { input: "5.5", cache_read: "0.55", output: "33" }),
  sold(SEPTEMBER, ["openai.gpt-5.4"], { input: "2.75", cache_read: "0.275", output: "16.5" }),
  sold(SEPTEMBER, ["openai.gpt-oss-120b-1:0"], { input: "0.15", output: "0.6" }, [
    ...batchAndFlex({ input: "0.075", output: "0.3" }),
    tier("priority", { input: "0.2625", output: "1.05" }),
  ]),
  sold(SEPTEMBER, ["openai.gpt-oss-20b-1:0"], { input: "0.07", output: "0.3" }, [
    ...batchAndFlex({ input: "0.035", output: "0.15" }),
    tier("priority", { input: "0.1225", output: "0.525" }),
  ]),
];

const NOVA_NOTE =
  "Cached input is a quarter; Portkey has half. Profiles of Europe and Asia cost more and are not listed here.";

const AMAZON: readonly ModelPrices[] = [
  sold(
    {
      ...SEPTEMBER,
      note: "LiteLLM and models.dev disagree about the bare id, which is priced like a geography.",
    },
    ["global.amazon.nova-2-lite-v1:0"],
    { input: "0.3", cache_read: "0.075", output: "2.5" },
  ),
  sold(
    SEPTEMBER,
    ["us", "eu", "jp", "apac"].map((geography) => `${geography}.amazon.nova-2-lite-v1:0`),
    { input: "0.33", cache_read: "0.0825", output: "2.75" },
  ),
  sold(SEPTEMBER, anywhere(["amazon.nova-premier-v1:0"], ["us"]), {
    input: "2.5",
    cache_read: "0.625",
    output: "12.5",
  }),
  sold(
    { ...SEPTEMBER, note: NOVA_NOTE },
    anywhere(["amazon.nova-pro-v1:0"], ["us"]),
    { input: "0.8", cache_read: "0.2", output: "3.2" },
    [batch({ input: "0.4", output: "1.6" })],
  ),
  sold(
    { ...SEPTEMBER, note: NOVA_NOTE },
    anywhere(["amazon.nova-lite-v1:0"], ["us"]),
    { input: "0.06", cache_read: "0.015", output: "0.24" },
    [batch({ input: "0.03", output: "0.12" })],
  ),
  sold(
    { ...SEPTEMBER, note: NOVA_NOTE },
    anywhere(["amazon.nova-micro-v1:0"], ["us"]),
    { input: "0.035", cache_read: "0.00875", output: "0.14" },
    [batch({ input: "0.0175", output: "0.07" })],
  ),
  sold(AUGUST, ["amazon.nova-canvas-v1:0"], { images: each("0.06") }),
  sold(
    { ...SEPTEMBER, note: "genai-prices gives the second version the rate of the first." },
    ["amazon.titan-embed-text-v2:0"],
    { input: "0.02" },
    [batch({ input: "0.01" })],
  ),
  sold(SEPTEMBER, ["amazon.titan-embed-text-v1"], { input: "0.1" }, [batch({ input: "0.05" })]),
  sold(
    { ...SEPTEMBER, note: "LiteLLM has the launch rates." },
    ["amazon.titan-text-express-v1"],
    { input: "0.2", output: "0.6" },
    [batch({ input: "0.1", output: "0.3" })],
  ),
  sold(
    { ...SEPTEMBER, note: "LiteLLM has the launch rates." },
    ["amazon.titan-text-lite-v1"],
    { input: "0.15", output: "0.2" },
    [batch({ input: "0.075", output: "0.1" })],
  ),
  sold(AUGUST, ["amazon.rerank-v1:0"], { search_units: perThousand("1") }),
];

/** A model with the tiers that AWS sells since 2026: half for batch and flex, 1.75 times for priority, as printed. */
function tiered(
  ids: readonly string[],
  rates: readonly [input: string, output: string],
  half: readonly [input: string, output: string],
  priority: readonly [input: string, output: string],
  read: Read = AUGUST,
): ModelPrices {
  const pair = ([input, output]: readonly [string, string]): Rates => ({ input, output });
  return sold(read, ids, pair(rates), [...batchAndFlex(pair(half)), tier("priority", pair(priority))]);
}

function plain(
  ids: readonly string[],
  input: string,
  output: string,
  half?: readonly [input: string, output: string],
  read: Read = AUGUST,
): ModelPrices {
  return sold(
    read,
    ids,
    { input, output },
    half === undefined ? [] : [batch({ input: half[0], output: half[1] })],
  );
}

const OTHERS: readonly ModelPrices[] = [
  tiered(
    anywhere(["meta.llama4-maverick-17b-instruct-v1:0"], ["us"]),
    ["0.24", "0.97"],
    ["0.12", "0.485"],
    ["0.42", "1.6975"],
  ),
  tiered(
    anywhere(["meta.llama4-scout-17b-instruct-v1:0"], ["us"]),
    ["0.17", "0.66"],
    ["0.085", "0.33"],
    ["0.2975", "1.155"],
  ),
  plain(anywhere(["meta.llama3-3-70b-instruct-v1:0"], ["us"]), "0.72", "0.72", ["0.36", "0.36"]),
  plain(anywhere(["meta.llama3-2-90b-instruct-v1:0"], ["us"]), "0.72", "0.72", ["0.36", "0.36"], {
    ...SEPTEMBER,
    note: "LiteLLM has the launch rates.",
  }),
  plain(anywhere(["meta.llama3-2-11b-instruct-v1:0"], ["us"]), "0.16", "0.16", ["0.08", "0.08"], {
    ...SEPTEMBER,
    note: "LiteLLM has the launch rates.",
  }),
  plain(anywhere(["meta.llama3-2-3b-instruct-v1:0"], ["us"]), "0.15", "0.15", ["0.075", "0.075"]),
  plain(anywhere(["meta.llama3-2-1b-instruct-v1:0"], ["us"]), "0.1", "0.1", ["0.05", "0.05"]),
  plain(anywhere(["meta.llama3-1-70b-instruct-v1:0"], ["us"]), "0.72", "0.72", ["0.36", "0.36"], {
    ...SEPTEMBER,
    note: "LiteLLM has the launch rates.",
  }),
  plain(anywhere(["meta.llama3-1-8b-instruct-v1:0"], ["us"]), "0.22", "0.22", ["0.11", "0.11"]),
  plain(["meta.llama3-70b-instruct-v1:0"], "2.65", "3.5", ["1.325", "1.75"]),
  plain(["meta.llama3-8b-instruct-v1:0"], "0.3", "0.6", undefined, {
    ...SEPTEMBER,
    note: "Portkey's 0.4 is older.",
  }),
  plain(anywhere(["deepseek.r1-v1:0"], ["us"]), "1.35", "5.4"),
  plain(["deepseek.v3-v1:0"], "0.58", "1.68"),
  plain(["deepseek.v3.2"], "0.62", "1.85"),
  tiered(["mistral.mistral-large-3-675b-instruct"], ["0.5", "1.5"], ["0.25", "0.75"], ["0.875", "2.625"]),
  tiered(["mistral.devstral-2-123b"], ["0.4", "2"], ["0.2", "1"], ["0.7", "3.5"]),
  tiered(["mistral.magistral-small-2509"], ["0.5", "1.5"], ["0.25", "0.75"], ["0.875", "2.625"]),
  tiered(["mistral.ministral-3-14b-instruct"], ["0.2", "0.2"], ["0.1", "0.1"], ["0.35", "0.35"]),
  tiered(["mistral.ministral-3-8b-instruct"], ["0.15", "0.15"], ["0.075", "0.075"], ["0.2625", "0.2625"]),
  tiered(["mistral.ministral-3-3b-instruct"], ["0.1", "0.1"], ["0.05", "0.05"], ["0.175", "0.175"]),
  tiered(
    anywhere(["mistral.pixtral-large-2502-v1:0"], ["us", "eu"]),
    ["2", "6"],
    ["1", "3"],
    ["3.5", "10.5"],
  ),
  tiered(["mistral.mistral-large-2402-v1:0"], ["4", "12"], ["2", "6"], ["7", "21"], {
    ...SEPTEMBER,
    note: "LiteLLM has the launch rates.",
  }),
  tiered(["mistral.mistral-small-2402-v1:0"], ["1", "3"], ["0.5", "1.5"], ["1.75", "5.25"]),
  tiered(["mistral.mixtral-8x7b-instruct-v0:1"], ["0.45", "0.7"], ["0.225", "0.35"], ["0.7875", "1.225"]),
  tiered(["mistral.mistral-7b-instruct-v0:2"], ["0.15", "0.2"], ["0.075", "0.1"], ["0.2625", "0.35"]),
  tiered(["qwen.qwen3-235b-a22b-2507-v1:0"], ["0.22", "0.88"], ["0.11", "0.44"], ["0.385", "1.54"]),
  tiered(
    ["qwen.qwen3-32b-v1:0", "qwen.qwen3-coder-30b-a3b-v1:0"],
    ["0.15", "0.6"],
    ["0.075", "0.3"],
    ["0.2625", "1.05"],
  ),
  tiered(["qwen.qwen3-coder-480b-a35b-v1:0"], ["0.45", "1.8"], ["0.225", "0.9"], ["0.7875", "3.15"], {
    ...SEPTEMBER,
    note: "LiteLLM and models.dev have 0.22 for input, which is that of the 235b model.",
  }),
  tiered(["qwen.qwen3-coder-next"], ["0.5", "1.2"], ["0.25", "0.6"], ["0.875", "2.1"]),
  tiered(["qwen.qwen3-next-80b-a3b"], ["0.15", "1.2"], ["0.075", "0.6"], ["0.2625", "2.1"]),
  tiered(["qwen.qwen3-vl-235b-a22b"], ["0.53", "2.66"], ["0.265", "1.33"], ["0.9275", "4.655"]),
  tiered(["zai.glm-5"], ["1", "3.2"], ["0.5", "1.6"], ["1.75", "5.6"]),
  tiered(["zai.glm-4.7"], ["0.6", "2.2"], ["0.3", "1.1"], ["1.05", "3.85"]),
  tiered(["zai.glm-4.7-flash"], ["0.07", "0.4"], ["0.035", "0.2"], ["0.1225", "0.7"]),
  tiered(["moonshot.kimi-k2-thinking"], ["0.6", "2.5"], ["0.3", "1.25"], ["1.05", "4.375"]),
  tiered(["moonshotai.kimi-k2.5"], ["0.6", "3"], ["0.3", "1.5"], ["1.05", "5.25"]),
  plain(["minimax.minimax-m2.5", "minimax.minimax-m2.1", "minimax.minimax-m2"], "0.3", "1.2"),
  plain(["nvidia.nemotron-super-3-120b"], "0.15", "0.65"),
  plain(["nvidia.nemotron-nano-3-30b"], "0.06", "0.24"),
  plain(["nvidia.nemotron-nano-9b-v2"], "0.06", "0.23"),
  plain(["google.gemma-3-27b-it"], "0.23", "0.38"),
  plain(["google.gemma-3-12b-it"], "0.09", "0.29"),
  plain(["google.gemma-3-4b-it"], "0.04", "0.08"),
  plain(anywhere(["writer.palmyra-x5-v1:0"], ["us"]), "0.6", "6"),
  plain(anywhere(["writer.palmyra-x4-v1:0"], ["us"]), "2.5", "10"),
  plain(["cohere.command-r-plus-v1:0"], "3", "15"),
  plain(["cohere.command-r-v1:0"], "0.5", "1.5"),
  sold(AUGUST, ["cohere.embed-v4:0"], { input: "0.12" }),
  sold(AUGUST, ["cohere.embed-english-v3", "cohere.embed-multilingual-v3"], { input: "0.1" }),
  sold(AUGUST, ["cohere.rerank-v3-5:0"], { search_units: perThousand("2") }),
];

/**
 * Prices of Amazon Bedrock. Answers name no model: it is the id or inference profile that was asked for, and an
 * application inference profile says nothing until the user maps it. Where a model costs more in some region,
 * these are the rates of US East.
 */
export const BEDROCK: PriceSheet = {
  provider: "aws.bedrock",
  models: [...CLAUDE, ...OPENAI, ...AMAZON, ...OTHERS],
};
