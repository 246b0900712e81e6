import type { Condition, ModelPrices, Price, PriceSheet, Rates, Variant } from "../price.ts";
import { batch, each, perMinute, perThousand, prompts, type Read, tier } from "./notation.ts";

const PRICING = "https://azure.microsoft.com/en-us/pricing/details/azure-openai/";
const AUGUST: Read = { source: PRICING, checked: "2026-08-21" };
const SEPTEMBER: Read = { source: PRICING, checked: "2026-09-23" };

/**
 * The SKU of a deployment is in no answer: the user says it in the mapping of the deployment's name, as Azure
 * writes it or as `us`, `eu` and `global`. Without one the deployment is taken to be Global Standard.
 */
const GLOBAL = ["global", "GlobalStandard", "GlobalBatch"];
const ZONES = ["us", "eu", "DataZoneStandard", "DataZoneStandard-US", "DataZoneStandard-EU", "DataZoneBatch"];

const LONG: Condition = { promptTokens: { from: 272_000 } };
const SHORT: Condition = { promptTokens: { under: 272_000 } };

/** A model of global deployments. Another SKU, of a region for example, has no price. */
function global(
  models: readonly string[],
  rates: Rates,
  variants: readonly Variant[] = [],
  read: Read = AUGUST,
): ModelPrices {
  return {
    models,
    prices: [{ ...read, regions: GLOBAL, rates, ...(variants.length === 0 ? {} : { variants }) }],
  };
}

/** A model of global deployments and of data zones, whose rates Azure prints in their own column. */
function zoned(
  models: readonly string[],
  rates: Rates,
  inZone: Rates,
  variants: readonly Variant[] = [],
  read: Read = AUGUST,
): ModelPrices {
  return {
    models,
    prices: [
      {
        ...read,
        regions: [...GLOBAL, ...ZONES],
        rates,
        variants: [...variants, { when: { region: ZONES }, rates: inZone }],
      },
    ],
  };
}

function chat(input: string, cache_read: string, output: string): Rates {
  return { input, cache_read, output };
}

const SOL_LONG = { input: "10", cache_read: "1", cache_write: "12.5", output: "45" };
const SOL: Price = {
  ...AUGUST,
  source: "https://azure.microsoft.com/en-us/blog/gpt-5-6-now-available-in-microsoft-foundry/",
  regions: GLOBAL,
  rates: { input: "5", cache_read: "0.5", cache_write: "6.25", output: "30" },
  variants: [prompts(LONG, SOL_LONG)],
};

const GPT_5: readonly ModelPrices[] = [
  {
    models: ["gpt-5.6-sol", "gpt-5.6-sol-2026-07-09", "gpt-5.6", "gpt-5.6-2026-07-09"],
    prices: [
      SOL,
      {
        ...SOL,
        checked: "2026-09-05",
        from: "2026-09-01T00:00:00Z",
        note: "A promotion until 2026-11-30 that states input and output only: cached input and long prompts have no price in it.",
        rates: { input: "4", output: "20" },
        variants: [prompts(LONG, {})],
      },
      {
        ...SOL,
        from: "2026-12-01T00:00:00Z",
        note: "The rates before the promotion; look again before they begin.",
      },
    ],
  },
  global(
    ["gpt-5.6-terra", "gpt-5.6-terra-2026-07-09"],
    { input: "2", cache_read: "0.2", cache_write: "2.5", output: "12" },
    [],
    { ...AUGUST, checked: "2026-09-05", note: "LiteLLM has the launch rates and data zones by them." },
  ),
  global(
    ["gpt-5.6-luna", "gpt-5.6-luna-2026-07-09"],
    { input: "0.2", cache_read: "0.02", cache_write: "0.25", output: "1.2" },
    [],
    { ...AUGUST, checked: "2026-09-05", note: "LiteLLM has the launch rates and data zones by them." },
  ),
  zoned(
    ["gpt-5.5", "gpt-5.5-2026-04-23", "gpt-5.5-2026-04-24"],
    chat("5", "0.5", "30"),
    chat("5.5", "0.55", "33"),
    [
      prompts({ region: ZONES, ...LONG }, chat("11", "1.1", "49.5")),
      tier("priority", chat("13.75", "1.38", "82.5"), { region: ZONES, ...SHORT }),
      prompts(LONG, chat("10", "1", "45")),
    ],
    {
      ...AUGUST,
      note: "LiteLLM's priority rates of global deployments contradict those of data zones and are left out. Cached priority input is printed with two decimals.",
    },
  ),
  zoned(
    ["gpt-5.4", "gpt-5.4-2026-03-05"],
    chat("2.5", "0.25", "15"),
    chat("2.75", "0.28", "16.5"),
    [
      tier("priority", chat("5.5", "0.55", "33"), { region: ZONES, ...SHORT }),
      tier("priority", chat("10", "1", "45"), { region: GLOBAL, ...LONG }),
      tier("priority", chat("5", "0.5", "30"), { region: GLOBAL, ...SHORT }),
      prompts({ region: ZONES, ...LONG }, {}),
      prompts(LONG, chat("5", "0.5", "22.5")),
    ],
    {
      ...AUGUST,
      note: "Cached input of data zones is printed with two decimals; their long rates are not listed.",
    },
  ),
  global(["gpt-5.4-pro", "gpt-5.4-pro-2026-03-05"], { input: "30", output: "180" }, [
    prompts(LONG, { input: "60", output: "270" }),
  ]),
  global(["gpt-5.4-mini", "gpt-5.4-mini-2026-03-17"], chat("0.75", "0.075", "4.5")),
  global(["gpt-5.4-nano", "gpt-5.4-nano-2026-03-17"], chat("0.2", "0.02", "1.25")),
  global(
    [
      "gpt-5.3-codex",
      "gpt-5.3-chat",
      "gpt-5.2",
      "gpt-5.2-2025-12-11",
      "gpt-5.2-chat",
      "gpt-5.2-chat-2025-12-11",
      "gpt-5.2-codex",
    ],
    chat("1.75", "0.175", "14"),
    [],
    { ...AUGUST, note: "models.dev's cached 0.125 for 5.2 is the rate of 5.1." },
  ),
  global(["gpt-5.2-pro", "gpt-5.2-pro-2025-12-11"], { input: "21", output: "168" }),
  zoned(
    [
      "gpt-5.1",
      "gpt-5.1-2025-11-13",
      "gpt-5.1-chat",
      "gpt-5.1-chat-2025-11-13",
      "gpt-5.1-codex",
      "gpt-5.1-codex-2025-11-13",
    ],
    chat("1.25", "0.125", "10"),
    chat("1.38", "0.14", "11"),
    [],
    { ...AUGUST, note: "Data zones are printed with two decimals." },
  ),
  global(
    ["gpt-5.1-codex-max", "gpt-5-chat", "gpt-5-chat-latest", "gpt-5-codex"],
    chat("1.25", "0.125", "10"),
  ),
  zoned(
    ["gpt-5.1-codex-mini", "gpt-5.1-codex-mini-2025-11-13"],
    chat("0.25", "0.025", "2"),
    chat("0.275", "0.028", "2.2"),
  ),
  zoned(["gpt-5", "gpt-5-2025-08-07"], chat("1.25", "0.125", "10"), chat("1.375", "0.1375", "11")),
  zoned(["gpt-5-mini", "gpt-5-mini-2025-08-07"], chat("0.25", "0.025", "2"), chat("0.275", "0.0275", "2.2")),
  zoned(
    ["gpt-5-nano", "gpt-5-nano-2025-08-07"],
    chat("0.05", "0.005", "0.4"),
    chat("0.055", "0.0055", "0.44"),
  ),
  global(["gpt-5-pro", "gpt-5-pro-2025-10-06"], { input: "15", output: "120" }),
];

const GPT_4: readonly ModelPrices[] = [
  zoned(["gpt-4.1", "gpt-4.1-2025-04-14"], chat("2", "0.5", "8"), chat("2.2", "0.55", "8.8"), [
    batch({ input: "1.1", output: "4.4" }, { region: ZONES }),
    batch({ input: "1", output: "4" }),
  ]),
  zoned(
    ["gpt-4.1-mini", "gpt-4.1-mini-2025-04-14"],
    chat("0.4", "0.1", "1.6"),
    chat("0.44", "0.11", "1.76"),
    [batch({ input: "0.22", output: "0.88" }, { region: ZONES }), batch({ input: "0.2", output: "0.8" })],
  ),
  zoned(
    ["gpt-4.1-nano", "gpt-4.1-nano-2025-04-14"],
    chat("0.1", "0.025", "0.4"),
    { input: "0.11", output: "0.44" },
    [batch({ input: "0.06", output: "0.22" }, { region: ZONES }), batch({ input: "0.05", output: "0.2" })],
    { ...AUGUST, note: "LiteLLM's cached rate of data zones is that of global deployments and left out." },
  ),
  zoned(
    ["gpt-4o", "gpt-4o-2024-08-06", "gpt-4o-2024-11-20"],
    chat("2.5", "1.25", "10"),
    chat("2.75", "1.375", "11"),
    [],
    {
      ...AUGUST,
      note: "LiteLLM prices the later snapshot by the regional rates when no SKU is named, and its cached 1.38 stands under cache writes.",
    },
  ),
  global(["gpt-4o-2024-05-13"], { input: "5", output: "15" }),
  zoned(
    ["gpt-4o-mini", "gpt-4o-mini-2024-07-18"],
    chat("0.15", "0.075", "0.6"),
    chat("0.165", "0.083", "0.66"),
    [],
    { ...AUGUST, note: "LiteLLM prices it by the regional rates when no SKU is named." },
  ),
  global(["gpt-4-turbo", "gpt-4-turbo-2024-04-09", "gpt-4-0125-preview", "gpt-4-1106-preview"], {
    input: "10",
    output: "30",
  }),
  global(["gpt-4", "gpt-4-0613"], { input: "30", output: "60" }),
  global(["gpt-4-32k", "gpt-4-32k-0613"], { input: "60", output: "120" }),
  global(["gpt-35-turbo-0125", "gpt-3.5-turbo-0125"], { input: "0.5", output: "1.5" }),
  global(["gpt-35-turbo-1106", "gpt-3.5-turbo-1106"], { input: "1", output: "2" }),
  global(["gpt-35-turbo-16k", "gpt-35-turbo-16k-0613"], { input: "3", output: "4" }),
];

const REASONING: readonly ModelPrices[] = [
  zoned(["o3", "o3-2025-04-16"], chat("2", "0.5", "8"), chat("2.2", "0.55", "8.8"), [], SEPTEMBER),
  zoned(["o4-mini", "o4-mini-2025-04-16"], chat("1.1", "0.275", "4.4"), chat("1.21", "0.31", "4.84"), [], {
    ...SEPTEMBER,
    note: "genai-prices has the cached 0.28 that the page prints; data zones are printed so too.",
  }),
  zoned(
    ["o3-mini", "o3-mini-2025-01-31"],
    chat("1.1", "0.55", "4.4"),
    chat("1.21", "0.605", "4.84"),
    [batch({ input: "0.605", output: "2.42" }, { region: ZONES })],
    SEPTEMBER,
  ),
  zoned(["o1", "o1-2024-12-17"], chat("15", "7.5", "60"), chat("16.5", "8.25", "66"), [], SEPTEMBER),
  zoned(
    ["o1-preview", "o1-preview-2024-09-12"],
    chat("15", "7.5", "60"),
    chat("16.5", "8.25", "66"),
    [],
    SEPTEMBER,
  ),
  zoned(
    ["o1-mini", "o1-mini-2024-09-12"],
    chat("1.1", "0.55", "4.4"),
    chat("1.21", "0.605", "4.84"),
    [batch({ input: "0.605", output: "2.42" }, { region: ZONES })],
    { ...SEPTEMBER, note: "Portkey has the launch rates of 3 and 12." },
  ),
  global(["o3-pro", "o3-pro-2025-06-10"], { input: "20", output: "80" }, [
    batch({ input: "10", output: "40" }),
  ]),
  global(["o3-deep-research", "o3-deep-research-2025-06-26"], chat("10", "2.5", "40")),
  global(["codex-mini"], chat("1.5", "0.375", "6")),
  global(["computer-use-preview"], { input: "3", output: "12" }),
];

const OTHERS: readonly ModelPrices[] = [
  global(["gpt-image-2", "gpt-image-2-2026-04-21"], {
    input: "5",
    cache_read: "1.25",
    input_image: "8",
    cache_read_image: "2",
    output: "10",
    output_image: "30",
  }),
  global(["gpt-image-1.5", "gpt-image-1.5-2025-12-16"], {
    input: "5",
    cache_read: "1.25",
    input_image: "8",
    cache_read_image: "2",
    output_image: "32",
  }),
  global(["gpt-image-1"], {
    input: "5",
    cache_read: "1.25",
    input_image: "10",
    cache_read_image: "2.5",
    output_image: "40",
  }),
  global(["gpt-image-1-mini"], { input: "2", cache_read: "0.2", input_image: "2.5", output_image: "8" }),
  global(["gpt-realtime-mini", "gpt-realtime-mini-2025-10-06", "gpt-realtime-mini-2025-12-15"], {
    input: "0.6",
    cache_read: "0.06",
    input_audio: "10",
    cache_read_audio: "0.3",
    input_image: "0.8",
    cache_read_image: "0.08",
    output: "2.4",
    output_audio: "20",
  }),
  global(
    ["gpt-realtime", "gpt-realtime-2025-08-28", "gpt-realtime-1.5-2026-02-23"],
    { input: "4", input_audio: "32", output: "16", output_audio: "64" },
    [],
    { ...AUGUST, note: "The lists disagree on cached input, which is left out." },
  ),
  global(
    ["gpt-4o-transcribe", "gpt-4o-transcribe-diarize"],
    { input: "2.5", input_audio: "6", output: "10" },
    [],
    { ...AUGUST, note: "LiteLLM has audio input at the text rate." },
  ),
  global(["gpt-4o-mini-transcribe"], { input: "1.25", input_audio: "3", output: "5" }),
  global(["whisper-1", "whisper"], { audio_milliseconds: perMinute("0.006") }),
  global(["tts-1", "tts"], { characters: "15" }),
  global(["tts-1-hd", "tts-hd"], { characters: "30" }),
  global(["sora-2"], { video_seconds: each("0.1") }),
  global(["text-embedding-3-large"], { input: "0.13" }, [], SEPTEMBER),
  global(["text-embedding-3-small"], { input: "0.02" }, [], SEPTEMBER),
  global(["text-embedding-ada-002", "text-embedding-ada-002-v2"], { input: "0.1" }, [], SEPTEMBER),
];

/** Prices of Azure OpenAI. Provisioned throughput is capacity: it is priced by the user's own overrides. */
export const AZURE_OPENAI: PriceSheet = {
  provider: "azure.ai.openai",
  models: [...GPT_5, ...GPT_4, ...REASONING, ...OTHERS],
  tools: [
    {
      ...AUGUST,
      rates: {
        web_search: perThousand("10"),
        file_search: perThousand("2.5"),
        code_execution: each("0.03"),
      },
    },
  ],
};
