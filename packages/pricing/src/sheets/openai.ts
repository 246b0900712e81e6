import type { Condition, Factor, PriceSheet, Rates, Variant } from "../price.ts";
import {
  batch,
  batchAndFlex,
  bySize,
  each,
  perMinute,
  perThousand,
  price,
  prompts,
  type Read,
  sold,
  tier,
} from "./notation.ts";

const PRICING = "https://developers.openai.com/api/docs/pricing";
/** The page's standard, flex and fast tables. */
const OCTOBER: Read = { source: PRICING, checked: "2026-10-01" };
/** The page as @pydantic/genai-prices 0.1.8 and later readers have it. */
const SEPTEMBER: Read = { source: PRICING, checked: "2026-09-23" };
/** No longer on the page; two price lists agree on what it cost. */
const AUGUST: Read = { source: PRICING, checked: "2026-08-21" };

/**
 * The table's standard column reads "<272K": the long rates begin at exactly 272,000 tokens, cached ones
 * included. LiteLLM, Portkey and Langfuse begin one token later.
 */
const LONG: Condition = { promptTokens: { from: 272_000 } };
const SHORT: Condition = { promptTokens: { under: 272_000 } };

/** Priority processing was renamed to fast mode on 2026-07-30; answers carry either name. */
const FAST = ["priority", "fast"];

function fast(rates: Rates, range: Condition = {}): Variant {
  return tier(FAST, rates, range);
}

/** "10 % uplift" for regional processing of models released on or after 2026-03-05. */
const RESIDENCY: readonly Factor[] = [
  { when: { region: ["us", "eu", "au", "ca", "jp", "in", "sg", "kr", "gb", "ae"] }, by: "1.1" },
];

const NO_12H = "Cache writes are those of 30 minutes; no page states a price for 12 hours.";
const LONG_HALVES =
  "Long flex and batch follow the model page: above 272K twice the input and cache rates, 1.5 times the output rate, of the tier.";

/** GPT-5.6 Sol before its price was cut. */
const SOL_JULY = price(
  { ...AUGUST, note: NO_12H },
  { input: "5", cache_read: "0.5", cache_write: "6.25", output: "30" },
  [
    ...batchAndFlex({ input: "5", cache_read: "0.5", cache_write: "6.25", output: "22.5" }, LONG),
    ...batchAndFlex({ input: "2.5", cache_read: "0.25", cache_write: "3.125", output: "15" }),
    fast({ input: "10", cache_read: "1", cache_write: "12.5", output: "60" }, SHORT),
    prompts(LONG, { input: "10", cache_read: "1", cache_write: "12.5", output: "45" }),
  ],
  RESIDENCY,
);

const SOL_AUGUST = price(
  {
    ...OCTOBER,
    from: "2026-08-21T00:00:00Z",
    note: `${NO_12H} ${LONG_HALVES} The announcement gives a day and no hour; LiteLLM, Portkey and Langfuse still have 5 and 30.`,
  },
  { input: "4", cache_read: "0.4", cache_write: "5", output: "20" },
  [
    ...batchAndFlex({ input: "4", cache_read: "0.4", cache_write: "5", output: "15" }, LONG),
    ...batchAndFlex({ input: "2", cache_read: "0.2", cache_write: "2.5", output: "10" }),
    fast({ input: "8", cache_read: "0.8", cache_write: "10", output: "40" }, SHORT),
    prompts(LONG, { input: "8", cache_read: "0.8", cache_write: "10", output: "30" }),
  ],
  RESIDENCY,
);

const GPT_6: PriceSheet["models"] = [
  sold(
    { ...OCTOBER, note: `${NO_12H} ${LONG_HALVES}` },
    ["gpt-6-astra"],
    { input: "10", cache_read: "1", cache_write: "12.5", output: "50" },
    [
      ...batchAndFlex({ input: "10", cache_read: "1", cache_write: "12.5", output: "37.5" }, LONG),
      ...batchAndFlex({ input: "5", cache_read: "0.5", cache_write: "6.25", output: "25" }),
      fast({ input: "20", cache_read: "2", cache_write: "25", output: "100" }, SHORT),
      tier("ultrafast", { input: "60", cache_read: "6", cache_write: "75", output: "300" }, SHORT),
      prompts(LONG, { input: "20", cache_read: "2", cache_write: "25", output: "75" }),
    ],
    RESIDENCY,
  ),
  sold(
    { ...OCTOBER, note: `${NO_12H} ${LONG_HALVES} Cached input is a twentieth of input, not a tenth.` },
    ["gpt-6.1-sol"],
    { input: "2", cache_read: "0.1", cache_write: "2.5", output: "10" },
    [
      ...batchAndFlex({ input: "2", cache_read: "0.1", cache_write: "2.5", output: "7.5" }, LONG),
      ...batchAndFlex({ input: "1", cache_read: "0.05", cache_write: "1.25", output: "5" }),
      fast({ input: "4", cache_read: "0.2", cache_write: "5", output: "20" }, SHORT),
      prompts(LONG, { input: "4", cache_read: "0.2", cache_write: "5", output: "15" }),
    ],
    RESIDENCY,
  ),
  sold(
    {
      ...OCTOBER,
      note: `${NO_12H} ${LONG_HALVES} The model page says "more than 272K" where the price table says "<272K": the table stands.`,
    },
    ["gpt-6-sol"],
    { input: "2", cache_read: "0.2", cache_write: "2.5", output: "10" },
    [
      ...batchAndFlex({ input: "2", cache_read: "0.2", cache_write: "2.5", output: "7.5" }, LONG),
      ...batchAndFlex({ input: "1", cache_read: "0.1", cache_write: "1.25", output: "5" }),
      fast({ input: "4", cache_read: "0.4", cache_write: "5", output: "20" }, SHORT),
      prompts(LONG, { input: "4", cache_read: "0.4", cache_write: "5", output: "15" }),
    ],
    RESIDENCY,
  ),
  sold(
    {
      ...OCTOBER,
      note: `${NO_12H} ${LONG_HALVES} The model page says "more than 272K" where the price table says "<272K": the table stands.`,
    },
    ["gpt-6-luna"],
    { input: "0.1", cache_read: "0.01", cache_write: "0.125", output: "0.5" },
    [
      ...batchAndFlex({ input: "0.1", cache_read: "0.01", cache_write: "0.125", output: "0.375" }, LONG),
      ...batchAndFlex({ input: "0.05", cache_read: "0.005", cache_write: "0.0625", output: "0.25" }),
      fast({ input: "0.2", cache_read: "0.02", cache_write: "0.25", output: "1" }, SHORT),
      prompts(LONG, { input: "0.2", cache_read: "0.02", cache_write: "0.25", output: "0.75" }),
    ],
    RESIDENCY,
  ),
];

const GPT_5_6: PriceSheet["models"] = [
  {
    models: ["gpt-5.6-sol", "gpt-5.6-sol-2026-07-09", "gpt-5.6", "gpt-5.6-2026-07-09"],
    prices: [SOL_JULY, SOL_AUGUST],
  },
  {
    models: ["gpt-5.6-terra", "gpt-5.6-terra-2026-07-09"],
    prices: [
      price(
        { ...SEPTEMBER, note: "Batch, flex and fast rates of these three weeks are in no price list." },
        { input: "2.5", cache_read: "0.25", cache_write: "3.125", output: "15" },
        [prompts(LONG, { input: "5", cache_read: "0.5", cache_write: "6.25", output: "22.5" })],
        RESIDENCY,
      ),
      price(
        { ...OCTOBER, from: "2026-07-30T00:00:00Z", note: NO_12H },
        { input: "2", cache_read: "0.2", cache_write: "2.5", output: "12" },
        [
          ...batchAndFlex({ input: "2", cache_read: "0.2", cache_write: "2.5", output: "9" }, LONG),
          ...batchAndFlex({ input: "1", cache_read: "0.1", cache_write: "1.25", output: "6" }),
          fast({ input: "4", cache_read: "0.4", cache_write: "5", output: "24" }, SHORT),
          prompts(LONG, { input: "4", cache_read: "0.4", cache_write: "5", output: "18" }),
        ],
        RESIDENCY,
      ),
    ],
  },
  {
    models: ["gpt-5.6-luna", "gpt-5.6-luna-2026-07-09"],
    prices: [
      price(
        { ...SEPTEMBER, note: "Batch, flex and fast rates of these three weeks are in no price list." },
        { input: "1", cache_read: "0.1", cache_write: "1.25", output: "6" },
        [prompts(LONG, { input: "2", cache_read: "0.2", cache_write: "2.5", output: "9" })],
        RESIDENCY,
      ),
      price(
        { ...OCTOBER, from: "2026-07-30T00:00:00Z", note: NO_12H },
        { input: "0.2", cache_read: "0.02", cache_write: "0.25", output: "1.2" },
        [
          ...batchAndFlex({ input: "0.2", cache_read: "0.02", cache_write: "0.25", output: "0.9" }, LONG),
          ...batchAndFlex({ input: "0.1", cache_read: "0.01", cache_write: "0.125", output: "0.6" }),
          fast({ input: "0.4", cache_read: "0.04", cache_write: "0.5", output: "2.4" }, SHORT),
          prompts(LONG, { input: "0.4", cache_read: "0.04", cache_write: "0.5", output: "1.8" }),
        ],
        RESIDENCY,
      ),
    ],
  },
];

const CACHED_013 =
  "The page prints $0.13 for cached input where half of 0.25 is 0.125; what is printed stands, since what is billed is not known.";

const GPT_5: PriceSheet["models"] = [
  sold(
    {
      ...OCTOBER,
      note: "Fast mode is 2.5 times standard here, as on the priority page; LiteLLM has twice. Fast mode has no long context.",
    },
    ["gpt-5.5", "gpt-5.5-2026-04-23"],
    { input: "5", cache_read: "0.5", output: "30" },
    [
      ...batchAndFlex({ input: "5", cache_read: "0.5", output: "22.5" }, LONG),
      ...batchAndFlex({ input: "2.5", cache_read: "0.25", output: "15" }),
      fast({ input: "12.5", cache_read: "1.25", output: "75" }, SHORT),
      prompts(LONG, { input: "10", cache_read: "1", output: "45" }),
    ],
    RESIDENCY,
  ),
  sold(
    { ...OCTOBER, note: "The page has no cached input; LiteLLM's and Portkey's 3 is not on it." },
    ["gpt-5.5-pro", "gpt-5.5-pro-2026-04-23"],
    { input: "30", output: "180" },
    [...batchAndFlex({ input: "15", output: "90" }, SHORT), prompts(LONG, { input: "60", output: "270" })],
    RESIDENCY,
  ),
  sold(
    { ...OCTOBER, note: CACHED_013 },
    ["gpt-5.4", "gpt-5.4-2026-03-05"],
    { input: "2.5", cache_read: "0.25", output: "15" },
    [
      ...batchAndFlex({ input: "2.5", cache_read: "0.25", output: "11.25" }, LONG),
      ...batchAndFlex({ input: "1.25", cache_read: "0.13", output: "7.5" }),
      fast({ input: "5", cache_read: "0.5", output: "30" }, SHORT),
      prompts(LONG, { input: "5", cache_read: "0.5", output: "22.5" }),
    ],
    RESIDENCY,
  ),
  sold(
    { ...OCTOBER, note: "The page has no cached input; LiteLLM's 3 is not on it." },
    ["gpt-5.4-pro", "gpt-5.4-pro-2026-03-05"],
    { input: "30", output: "180" },
    [
      ...batchAndFlex({ input: "30", output: "135" }, LONG),
      ...batchAndFlex({ input: "15", output: "90" }),
      prompts(LONG, { input: "60", output: "270" }),
    ],
    RESIDENCY,
  ),
  sold(
    OCTOBER,
    ["gpt-5.4-mini", "gpt-5.4-mini-2026-03-17"],
    { input: "0.75", cache_read: "0.075", output: "4.5" },
    [
      ...batchAndFlex({ input: "0.375", cache_read: "0.0375", output: "2.25" }),
      fast({ input: "1.5", cache_read: "0.15", output: "9" }),
    ],
    RESIDENCY,
  ),
  sold(
    OCTOBER,
    ["gpt-5.4-nano", "gpt-5.4-nano-2026-03-17"],
    { input: "0.2", cache_read: "0.02", output: "1.25" },
    batchAndFlex({ input: "0.1", cache_read: "0.01", output: "0.625" }),
    RESIDENCY,
  ),
  sold(AUGUST, ["chat-latest"], { input: "5", cache_read: "0.5", output: "30" }, [
    batch({ input: "2.5", cache_read: "0.25", output: "15" }),
  ]),
  sold(
    SEPTEMBER,
    ["gpt-5.3-codex", "gpt-5.3-chat-latest", "gpt-5.2-codex"],
    { input: "1.75", cache_read: "0.175", output: "14" },
    [fast({ input: "3.5", cache_read: "0.35", output: "28" })],
  ),
  sold(
    OCTOBER,
    ["gpt-5.2", "gpt-5.2-2025-12-11", "gpt-5.2-chat-latest", "gpt-5.2-chat-2025-12-11"],
    { input: "1.75", cache_read: "0.175", output: "14" },
    [
      ...batchAndFlex({ input: "0.875", cache_read: "0.0875", output: "7" }),
      fast({ input: "3.5", cache_read: "0.35", output: "28" }),
    ],
  ),
  sold(OCTOBER, ["gpt-5.2-pro", "gpt-5.2-pro-2025-12-11"], { input: "21", output: "168" }, [
    batch({ input: "10.5", output: "84" }),
  ]),
  sold(
    OCTOBER,
    [
      "gpt-5",
      "gpt-5-2025-08-07",
      "gpt-5-chat-latest",
      "gpt-5.1",
      "gpt-5.1-2025-11-13",
      "gpt-5.1-chat-latest",
    ],
    { input: "1.25", cache_read: "0.125", output: "10" },
    [
      ...batchAndFlex({ input: "0.625", cache_read: "0.0625", output: "5" }),
      fast({ input: "2.5", cache_read: "0.25", output: "20" }),
    ],
  ),
  sold(
    SEPTEMBER,
    ["gpt-5-codex", "gpt-5.1-codex", "gpt-5.1-codex-max"],
    { input: "1.25", cache_read: "0.125", output: "10" },
    [fast({ input: "2.5", cache_read: "0.25", output: "20" })],
  ),
  sold(SEPTEMBER, ["gpt-5-chat"], { input: "1.25", cache_read: "0.125", output: "10" }),
  sold(AUGUST, ["gpt-5-search-api", "gpt-5-search-api-2025-10-14"], {
    input: "1.25",
    cache_read: "0.125",
    output: "10",
  }),
  sold(
    OCTOBER,
    ["gpt-5-mini", "gpt-5-mini-2025-08-07"],
    { input: "0.25", cache_read: "0.025", output: "2" },
    [
      ...batchAndFlex({ input: "0.125", cache_read: "0.0125", output: "1" }),
      fast({ input: "0.45", cache_read: "0.045", output: "3.6" }),
    ],
  ),
  sold(SEPTEMBER, ["gpt-5.1-codex-mini"], { input: "0.25", cache_read: "0.025", output: "2" }, [
    fast({ input: "0.45", cache_read: "0.045", output: "3.6" }),
  ]),
  sold(
    { ...OCTOBER, note: "LiteLLM's priority input of 2.5 is not on the page." },
    ["gpt-5-nano", "gpt-5-nano-2025-08-07"],
    { input: "0.05", cache_read: "0.005", output: "0.4" },
    batchAndFlex({ input: "0.025", cache_read: "0.0025", output: "0.2" }),
  ),
  sold(OCTOBER, ["gpt-5-pro", "gpt-5-pro-2025-10-06"], { input: "15", output: "120" }, [
    batch({ input: "7.5", output: "60" }),
  ]),
];

const GPT_4: PriceSheet["models"] = [
  sold(SEPTEMBER, ["gpt-4.1", "gpt-4.1-2025-04-14"], { input: "2", cache_read: "0.5", output: "8" }, [
    batch({ input: "1", output: "4" }),
    fast({ input: "3.5", cache_read: "0.875", output: "14" }),
  ]),
  sold(
    SEPTEMBER,
    ["gpt-4.1-mini", "gpt-4.1-mini-2025-04-14"],
    { input: "0.4", cache_read: "0.1", output: "1.6" },
    [batch({ input: "0.2", output: "0.8" }), fast({ input: "0.7", cache_read: "0.175", output: "2.8" })],
  ),
  sold(
    { ...SEPTEMBER, note: "Portkey rounds cached input to 0.03." },
    ["gpt-4.1-nano", "gpt-4.1-nano-2025-04-14"],
    { input: "0.1", cache_read: "0.025", output: "0.4" },
    [batch({ input: "0.05", output: "0.2" }), fast({ input: "0.2", cache_read: "0.05", output: "0.8" })],
  ),
  sold(
    SEPTEMBER,
    ["gpt-4o", "gpt-4o-2024-08-06", "gpt-4o-2024-11-20"],
    { input: "2.5", cache_read: "1.25", output: "10" },
    [batch({ input: "1.25", output: "5" }), fast({ input: "4.25", cache_read: "2.125", output: "17" })],
  ),
  sold(SEPTEMBER, ["gpt-4o-2024-05-13"], { input: "5", output: "15" }, [
    batch({ input: "2.5", output: "7.5" }),
    fast({ input: "8.75", output: "26.25" }),
  ]),
  sold(
    SEPTEMBER,
    ["gpt-4o-mini", "gpt-4o-mini-2024-07-18"],
    { input: "0.15", cache_read: "0.075", output: "0.6" },
    [batch({ input: "0.075", output: "0.3" }), fast({ input: "0.25", cache_read: "0.125", output: "1" })],
  ),
  sold(
    { ...AUGUST, note: "Web search of the preview models is 25 per thousand, whatever the context size." },
    ["gpt-4o-search-preview", "gpt-4o-search-preview-2025-03-11"],
    { input: "2.5", output: "10", web_search: perThousand("25") },
  ),
  sold(
    { ...AUGUST, note: "Web search of the preview models is 25 per thousand, whatever the context size." },
    ["gpt-4o-mini-search-preview", "gpt-4o-mini-search-preview-2025-03-11"],
    { input: "0.15", output: "0.6", web_search: perThousand("25") },
  ),
  sold(SEPTEMBER, ["chatgpt-4o-latest"], { input: "5", output: "15" }),
  sold(SEPTEMBER, ["gpt-4.5-preview", "gpt-4.5-preview-2025-02-27"], {
    input: "75",
    cache_read: "37.5",
    output: "150",
  }),
  sold(
    SEPTEMBER,
    [
      "gpt-4-turbo",
      "gpt-4-turbo-2024-04-09",
      "gpt-4-turbo-preview",
      "gpt-4-0125-preview",
      "gpt-4-1106-preview",
      "gpt-4-1106-vision-preview",
      "gpt-4-vision-preview",
    ],
    { input: "10", output: "30" },
    [batch({ input: "5", output: "15" })],
  ),
  sold(SEPTEMBER, ["gpt-4", "gpt-4-0613", "gpt-4-0314"], { input: "30", output: "60" }, [
    batch({ input: "15", output: "30" }),
  ]),
  sold(SEPTEMBER, ["gpt-4-32k", "gpt-4-32k-0613", "gpt-4-32k-0314"], { input: "60", output: "120" }, [
    batch({ input: "30", output: "60" }),
  ]),
  sold(SEPTEMBER, ["gpt-3.5-turbo", "gpt-3.5-turbo-0125"], { input: "0.5", output: "1.5" }, [
    batch({ input: "0.25", output: "0.75" }),
  ]),
  sold(SEPTEMBER, ["gpt-3.5-turbo-1106"], { input: "1", output: "2" }),
  sold(SEPTEMBER, ["gpt-3.5-turbo-0613", "gpt-3.5-turbo-0301"], { input: "1.5", output: "2" }),
  sold(
    { ...SEPTEMBER, note: "Portkey has the rates of gpt-3.5-turbo." },
    ["gpt-3.5-turbo-16k", "gpt-3.5-turbo-16k-0613"],
    { input: "3", output: "4" },
  ),
  sold(SEPTEMBER, ["gpt-3.5-turbo-instruct", "gpt-3.5-turbo-instruct-0914"], { input: "1.5", output: "2" }),
  sold(AUGUST, ["davinci-002"], { input: "2", output: "2" }, [batch({ input: "1", output: "1" })]),
  sold(AUGUST, ["babbage-002"], { input: "0.4", output: "0.4" }, [batch({ input: "0.2", output: "0.2" })]),
];

const REASONING: PriceSheet["models"] = [
  {
    models: ["o3", "o3-2025-04-16"],
    prices: [
      price(
        {
          ...SEPTEMBER,
          note: "Cached input was 2.5 at launch; genai-prices has the later 0.5 for these weeks too.",
        },
        { input: "10", cache_read: "2.5", output: "40" },
      ),
      price({ ...SEPTEMBER, from: "2025-06-10T00:00:00Z" }, { input: "2", cache_read: "0.5", output: "8" }, [
        batch({ input: "1", output: "4" }),
        tier("flex", { input: "1", cache_read: "0.25", output: "4" }),
        fast({ input: "3.5", cache_read: "0.875", output: "14" }),
      ]),
    ],
  },
  sold(
    {
      ...SEPTEMBER,
      note: "The page prints 0.138 for cached flex input, where LiteLLM has the half of 0.275; what is printed stands.",
    },
    ["o4-mini", "o4-mini-2025-04-16"],
    { input: "1.1", cache_read: "0.275", output: "4.4" },
    [
      batch({ input: "0.55", output: "2.2" }),
      tier("flex", { input: "0.55", cache_read: "0.138", output: "2.2" }),
      fast({ input: "2", cache_read: "0.5", output: "8" }),
    ],
  ),
  sold(SEPTEMBER, ["o3-pro", "o3-pro-2025-06-10"], { input: "20", output: "80" }, [
    batch({ input: "10", output: "40" }),
  ]),
  sold(SEPTEMBER, ["o3-mini", "o3-mini-2025-01-31"], { input: "1.1", cache_read: "0.55", output: "4.4" }, [
    batch({ input: "0.55", output: "2.2" }),
  ]),
  sold(
    SEPTEMBER,
    ["o3-deep-research", "o3-deep-research-2025-06-26"],
    { input: "10", cache_read: "2.5", output: "40" },
    [batch({ input: "5", output: "20" })],
  ),
  sold(
    SEPTEMBER,
    ["o4-mini-deep-research", "o4-mini-deep-research-2025-06-26"],
    { input: "2", cache_read: "0.5", output: "8" },
    [batch({ input: "1", output: "4" })],
  ),
  sold(
    SEPTEMBER,
    ["o1", "o1-2024-12-17", "o1-preview", "o1-preview-2024-09-12"],
    { input: "15", cache_read: "7.5", output: "60" },
    [batch({ input: "7.5", output: "30" })],
  ),
  sold(SEPTEMBER, ["o1-pro", "o1-pro-2025-03-19"], { input: "150", output: "600" }, [
    batch({ input: "75", output: "300" }),
  ]),
  sold(SEPTEMBER, ["o1-mini", "o1-mini-2024-09-12"], { input: "1.1", cache_read: "0.55", output: "4.4" }, [
    batch({ input: "0.55", output: "2.2" }),
  ]),
  sold(SEPTEMBER, ["computer-use-preview", "computer-use-preview-2025-03-11"], { input: "3", output: "12" }, [
    batch({ input: "1.5", output: "6" }),
  ]),
  sold(SEPTEMBER, ["codex-mini-latest", "codex-mini"], { input: "1.5", cache_read: "0.375", output: "6" }),
];

/** Looked up for `ft:<base>:<organisation>:…`, whatever comes after the base model. */
const FINE_TUNED: PriceSheet["models"] = [
  sold(AUGUST, ["ft:gpt-4.1-2025-04-14"], { input: "3", cache_read: "0.75", output: "12" }, [
    batch({ input: "1.5", output: "6" }),
  ]),
  sold(AUGUST, ["ft:gpt-4.1-mini-2025-04-14"], { input: "0.8", cache_read: "0.2", output: "3.2" }, [
    batch({ input: "0.4", output: "1.6" }),
  ]),
  sold(AUGUST, ["ft:gpt-4.1-nano-2025-04-14"], { input: "0.2", cache_read: "0.05", output: "0.8" }, [
    batch({ input: "0.1", output: "0.4" }),
  ]),
  sold(AUGUST, ["ft:gpt-4o-2024-08-06"], { input: "3.75", cache_read: "1.875", output: "15" }, [
    batch({ input: "1.875", output: "7.5" }),
  ]),
  sold(SEPTEMBER, ["ft:gpt-4o-2024-11-20"], { input: "3.75", output: "15" }),
  sold(AUGUST, ["ft:gpt-4o-mini-2024-07-18"], { input: "0.3", cache_read: "0.15", output: "1.2" }, [
    batch({ input: "0.15", output: "0.6" }),
  ]),
  sold(AUGUST, ["ft:o4-mini-2025-04-16"], { input: "4", cache_read: "1", output: "16" }, [
    batch({ input: "2", cache_read: "0.5", output: "8" }),
  ]),
  sold(
    SEPTEMBER,
    ["ft:gpt-3.5-turbo", "ft:gpt-3.5-turbo-0125", "ft:gpt-3.5-turbo-0613", "ft:gpt-3.5-turbo-1106"],
    { input: "3", output: "6" },
  ),
  sold(SEPTEMBER, ["ft:gpt-4-0613"], { input: "30", output: "60" }),
];

const AUDIO: PriceSheet["models"] = [
  sold({ ...SEPTEMBER, note: "LiteLLM had 16 for text output." }, ["gpt-realtime-2", "gpt-realtime-2.1"], {
    input: "4",
    cache_read: "0.4",
    input_audio: "32",
    cache_read_audio: "0.4",
    input_image: "5",
    cache_read_image: "0.5",
    output: "24",
    output_audio: "64",
  }),
  sold(
    { ...SEPTEMBER, note: "Portkey's cached rates of 16 and 64 are the output rates." },
    ["gpt-realtime", "gpt-realtime-2025-08-28", "gpt-realtime-1.5"],
    {
      input: "4",
      cache_read: "0.4",
      input_audio: "32",
      cache_read_audio: "0.4",
      input_image: "5",
      cache_read_image: "0.5",
      output: "16",
      output_audio: "64",
    },
  ),
  sold(
    SEPTEMBER,
    [
      "gpt-realtime-mini",
      "gpt-realtime-mini-2025-10-06",
      "gpt-realtime-mini-2025-12-15",
      "gpt-realtime-2.1-mini",
    ],
    {
      input: "0.6",
      cache_read: "0.06",
      input_audio: "10",
      cache_read_audio: "0.3",
      input_image: "0.8",
      cache_read_image: "0.08",
      output: "2.4",
      output_audio: "20",
    },
  ),
  sold(
    SEPTEMBER,
    ["gpt-4o-realtime-preview", "gpt-4o-realtime-preview-2024-12-17", "gpt-4o-realtime-preview-2025-06-03"],
    {
      input: "5",
      cache_read: "2.5",
      input_audio: "40",
      cache_read_audio: "2.5",
      output: "20",
      output_audio: "80",
    },
  ),
  sold(
    {
      ...AUGUST,
      note: "The first snapshot kept its launch rates; genai-prices gives it those of the later ones.",
    },
    ["gpt-4o-realtime-preview-2024-10-01"],
    {
      input: "5",
      cache_read: "2.5",
      input_audio: "100",
      cache_read_audio: "20",
      output: "20",
      output_audio: "200",
    },
  ),
  sold(
    { ...SEPTEMBER, note: "Portkey's figures are ten times too high." },
    ["gpt-4o-mini-realtime-preview", "gpt-4o-mini-realtime-preview-2024-12-17"],
    {
      input: "0.6",
      cache_read: "0.3",
      input_audio: "10",
      cache_read_audio: "0.3",
      output: "2.4",
      output_audio: "20",
    },
  ),
  sold(SEPTEMBER, ["gpt-audio", "gpt-audio-2025-08-28", "gpt-audio-1.5"], {
    input: "2.5",
    input_audio: "32",
    output: "10",
    output_audio: "64",
  }),
  sold(SEPTEMBER, ["gpt-audio-mini", "gpt-audio-mini-2025-10-06", "gpt-audio-mini-2025-12-15"], {
    input: "0.6",
    input_audio: "10",
    output: "2.4",
    output_audio: "20",
  }),
  sold(
    AUGUST,
    ["gpt-4o-audio-preview", "gpt-4o-audio-preview-2024-12-17", "gpt-4o-audio-preview-2025-06-03"],
    { input: "2.5", input_audio: "40", output: "10", output_audio: "80" },
  ),
  sold(AUGUST, ["gpt-4o-audio-preview-2024-10-01"], {
    input: "2.5",
    input_audio: "100",
    output: "10",
    output_audio: "200",
  }),
  sold(
    { ...AUGUST, note: "Portkey has the audio rates the wrong way round for the dated snapshot." },
    ["gpt-4o-mini-audio-preview", "gpt-4o-mini-audio-preview-2024-12-17"],
    { input: "0.15", input_audio: "10", output: "0.6", output_audio: "20" },
  ),
  sold(
    { ...SEPTEMBER, note: "LiteLLM has audio input at the text rate of 2.5." },
    ["gpt-4o-transcribe", "gpt-4o-transcribe-diarize"],
    { input: "2.5", input_audio: "6", output: "10" },
  ),
  sold(
    { ...SEPTEMBER, note: "LiteLLM has audio input at the text rate of 1.25." },
    ["gpt-4o-mini-transcribe", "gpt-4o-mini-transcribe-2025-03-20", "gpt-4o-mini-transcribe-2025-12-15"],
    { input: "1.25", input_audio: "3", output: "5" },
  ),
  sold(SEPTEMBER, ["whisper-1"], { audio_milliseconds: perMinute("0.006") }),
  sold(SEPTEMBER, ["gpt-transcribe"], { audio_milliseconds: perMinute("0.0045") }),
  sold(
    { ...SEPTEMBER, note: "The page's per-minute figure is an estimate; the model is billed by tokens." },
    ["gpt-4o-mini-tts", "gpt-4o-mini-tts-2025-03-20", "gpt-4o-mini-tts-2025-12-15"],
    { input: "0.6", output_audio: "12" },
  ),
  sold(AUGUST, ["tts-1", "tts-1-1106"], { characters: "15" }),
  sold(AUGUST, ["tts-1-hd", "tts-1-hd-1106"], { characters: "30" }),
];

const PER_IMAGE_NOTE = "Images by quality and size are the page's table, for answers that state no tokens.";

const IMAGES: PriceSheet["models"] = [
  sold(
    {
      ...SEPTEMBER,
      note: `${PER_IMAGE_NOTE} Text output is LiteLLM's; the other lists have no text output.`,
    },
    ["gpt-image-2", "gpt-image-2-2026-04-21"],
    {
      input: "5",
      cache_read: "1.25",
      input_image: "8",
      cache_read_image: "2",
      output: "10",
      output_image: "30",
    },
    bySize({
      "low-1024x1024": "0.006",
      "low-1024x1536": "0.005",
      "low-1536x1024": "0.005",
      "medium-1024x1024": "0.053",
      "medium-1024x1536": "0.041",
      "medium-1536x1024": "0.041",
      "high-1024x1024": "0.211",
      "high-1024x1536": "0.165",
      "high-1536x1024": "0.165",
    }),
  ),
  sold(
    {
      ...SEPTEMBER,
      note: `${PER_IMAGE_NOTE} LiteLLM gives chatgpt-image-latest the rates of gpt-image-1.`,
    },
    ["gpt-image-1.5", "gpt-image-1.5-2025-12-16", "chatgpt-image-latest"],
    {
      input: "5",
      cache_read: "1.25",
      input_image: "8",
      cache_read_image: "2",
      output: "10",
      output_image: "32",
    },
    bySize({
      "low-1024x1024": "0.009",
      "low-1024x1536": "0.013",
      "low-1536x1024": "0.013",
      "medium-1024x1024": "0.034",
      "medium-1024x1536": "0.05",
      "medium-1536x1024": "0.05",
      "high-1024x1024": "0.133",
      "high-1024x1536": "0.2",
      "high-1536x1024": "0.2",
    }),
  ),
  sold(
    { ...SEPTEMBER, note: PER_IMAGE_NOTE },
    ["gpt-image-1"],
    { input: "5", cache_read: "1.25", input_image: "10", cache_read_image: "2.5", output_image: "40" },
    bySize({
      "low-1024x1024": "0.011",
      "low-1024x1536": "0.016",
      "low-1536x1024": "0.016",
      "medium-1024x1024": "0.042",
      "medium-1024x1536": "0.063",
      "medium-1536x1024": "0.063",
      "high-1024x1024": "0.167",
      "high-1024x1536": "0.25",
      "high-1536x1024": "0.25",
    }),
  ),
  sold(
    { ...SEPTEMBER, note: PER_IMAGE_NOTE },
    ["gpt-image-1-mini"],
    { input: "2", cache_read: "0.2", input_image: "2.5", cache_read_image: "0.25", output_image: "8" },
    bySize({
      "low-1024x1024": "0.005",
      "low-1024x1536": "0.006",
      "low-1536x1024": "0.006",
      "medium-1024x1024": "0.011",
      "medium-1024x1536": "0.015",
      "medium-1536x1024": "0.015",
    }),
  ),
  sold(
    AUGUST,
    ["dall-e-3"],
    {},
    bySize({
      "standard-1024x1024": "0.04",
      "standard-1024x1792": "0.08",
      "standard-1792x1024": "0.08",
      "hd-1024x1024": "0.08",
      "hd-1024x1792": "0.12",
      "hd-1792x1024": "0.12",
    }),
  ),
  sold(
    AUGUST,
    ["dall-e-2"],
    {},
    bySize({
      "standard-256x256": "0.016",
      "standard-512x512": "0.018",
      "standard-1024x1024": "0.02",
    }),
  ),
];

const VIDEO: PriceSheet["models"] = [
  sold(AUGUST, ["sora-2"], { video_seconds: each("0.1") }, [batch({ video_seconds: each("0.05") })]),
  sold(AUGUST, ["sora-2-pro"], {}, [
    batch({ video_seconds: each("0.15") }, { imageSize: ["720x1280", "1280x720"] }),
    batch({ video_seconds: each("0.25") }, { imageSize: ["1024x1792", "1792x1024"] }),
    batch({ video_seconds: each("0.35") }, { imageSize: ["1080x1920", "1920x1080"] }),
    { when: { imageSize: ["720x1280", "1280x720"] }, rates: { video_seconds: each("0.3") } },
    { when: { imageSize: ["1024x1792", "1792x1024"] }, rates: { video_seconds: each("0.5") } },
    { when: { imageSize: ["1080x1920", "1920x1080"] }, rates: { video_seconds: each("0.7") } },
  ]),
];

const EMBEDDINGS: PriceSheet["models"] = [
  sold(SEPTEMBER, ["text-embedding-3-large"], { input: "0.13" }, [batch({ input: "0.065" })]),
  sold(SEPTEMBER, ["text-embedding-3-small"], { input: "0.02" }, [batch({ input: "0.01" })]),
  sold(SEPTEMBER, ["text-embedding-ada-002", "text-embedding-ada-002-v2"], { input: "0.1" }, [
    batch({ input: "0.05" }),
  ]),
  {
    models: [
      "omni-moderation-latest",
      "omni-moderation-2024-09-26",
      "text-moderation-latest",
      "text-moderation-stable",
      "text-moderation-007",
    ],
    prices: [{ ...SEPTEMBER, free: "moderation is free of charge", rates: { input: "0", output: "0" } }],
  },
];

/** Prices of the OpenAI API. */
export const OPENAI: PriceSheet = {
  provider: "openai",
  models: [
    ...GPT_6,
    ...GPT_5_6,
    ...GPT_5,
    ...GPT_4,
    ...REASONING,
    ...FINE_TUNED,
    ...AUDIO,
    ...IMAGES,
    ...VIDEO,
    ...EMBEDDINGS,
  ],
  tools: [
    {
      ...SEPTEMBER,
      note: "A container costs 0.03 for each session of up to twenty minutes; longer ones are billed again and do not say so.",
      rates: {
        web_search: perThousand("10"),
        file_search: perThousand("2.5"),
        code_execution: each("0.03"),
      },
    },
  ],
};
