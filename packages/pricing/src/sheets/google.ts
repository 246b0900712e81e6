import type { Condition, Factor, ModelPrices, PriceSheet, Rates } from "../price.ts";
import { batch, batchAndFlex, each, perThousand, price, prompts, type Read, sold, tier } from "./notation.ts";

const GEMINI_API = "https://ai.google.dev/gemini-api/docs/pricing";
const VERTEX_AI = "https://cloud.google.com/vertex-ai/generative-ai/pricing";

/** What differs between the two places that sell the same models. */
interface Surface {
  readonly source: string;
  /** Where the long-context rates begin: "prompts > 200k" or "longer than or equal to 200K". */
  readonly long: Condition;
  readonly short: Condition;
  /** Applies to the models that are dearer outside the global endpoint. */
  readonly regional: readonly Factor[];
}

/**
 * Locations other than `global`. Models from 3.1 Flash-Lite on, and Claude from 4.5 on, cost 10 % more there:
 * Portkey lists both prices, Anthropic states the premium.
 */
const LOCATIONS = [
  "us",
  "eu",
  "us-central1",
  "us-east1",
  "us-east4",
  "us-east5",
  "us-south1",
  "us-west1",
  "us-west4",
  "northamerica-northeast1",
  "southamerica-east1",
  "europe-central2",
  "europe-north1",
  "europe-southwest1",
  "europe-west1",
  "europe-west2",
  "europe-west3",
  "europe-west4",
  "europe-west6",
  "europe-west8",
  "europe-west9",
  "asia-east1",
  "asia-east2",
  "asia-northeast1",
  "asia-northeast3",
  "asia-south1",
  "asia-southeast1",
  "australia-southeast1",
  "me-central1",
  "me-central2",
  "me-west1",
];
const REGIONAL: readonly Factor[] = [{ when: { region: LOCATIONS }, by: "1.1" }];

/** "Batch and Flex 50 % discount", "Priority 1.8x": published as multipliers of the standard rates. */
const HALF_AND_PRIORITY: readonly Factor[] = [
  { when: { batch: true }, by: "0.5" },
  { when: { serviceTier: "flex" }, by: "0.5" },
  { when: { serviceTier: "priority" }, by: "1.8" },
];

/** The introductory rates end with 2026; the page gives the day and no hour. */
const INTRODUCTION_ENDS = "2027-01-01T00:00:00Z";
const ARGON_INTRODUCTION_ENDS = "2026-12-01T00:00:00Z";

/** Text, images, video and audio at one rate. */
function anything(input: string, cache_read: string, output: string): Rates {
  return withAudio(input, cache_read, output, input, cache_read);
}

/** Text, images and video at one rate, audio at another. */
function withAudio(
  input: string,
  cache_read: string,
  output: string,
  input_audio: string,
  cache_read_audio: string,
): Rates {
  return {
    ...uncached(input, output),
    input_audio,
    cache_read,
    cache_read_image: cache_read,
    cache_read_video: cache_read,
    cache_read_audio,
  };
}

/** Text, images and video, where the page states no cached rate for these terms. */
function uncached(input: string, output: string): Rates {
  return { input, input_image: input, input_video: input, output };
}

function pro({ long, short }: Surface, flex: boolean): Parameters<typeof sold>[3] {
  const half = flex ? batchAndFlex : (rates: Rates, range: Condition) => [batch(rates, range)];
  return [
    ...half(uncached("2", "9"), long),
    ...half(uncached("1", "6"), short),
    tier("priority", anything("7.2", "0.72", "32.4"), long),
    tier("priority", anything("3.6", "0.36", "21.6"), short),
    prompts(long, anything("4", "0.4", "18")),
  ];
}

/** The models that the Gemini API and Vertex AI both sell at the same rates. */
function gemini(surface: Surface): readonly ModelPrices[] {
  const { source, long, short, regional } = surface;
  const read: Read = { source, checked: "2026-09-23" };
  const october: Read = { source, checked: "2026-10-13" };
  const vertex = source === VERTEX_AI;
  return [
    {
      models: ["gemini-4-argon"],
      prices: [
        price(
          {
            ...october,
            note: "Introductory; cached input is implicit and has no storage fee. Batch is half, other tiers are not priced.",
          },
          anything("2", "0.1", "10"),
          [],
          [{ when: { batch: true }, by: "0.5" }],
        ),
        price(
          { ...october, from: ARGON_INTRODUCTION_ENDS, note: "Announced on the page." },
          anything("4", "0.2", "20"),
          [],
          [{ when: { batch: true }, by: "0.5" }],
        ),
      ],
    },
    {
      models: ["gemini-3.8-flash", "gemini-3.7-flash", "gemini-3.6-flash"],
      prices: [
        price(
          {
            ...read,
            note: "Introductory. 3.6 Flash cost twice as much until a day between 2026-08-01 and 2026-08-14, as LiteLLM and Portkey still have it. An announced price may be cancelled: look again before it begins.",
          },
          anything("0.75", "0.075", "3.75"),
          [],
          [...HALF_AND_PRIORITY, ...regional],
        ),
        price(
          { ...read, from: INTRODUCTION_ENDS, note: "Announced on the page." },
          anything("1.5", "0.15", "7.5"),
          [],
          [...HALF_AND_PRIORITY, ...regional],
        ),
      ],
    },
    sold(
      { ...read, note: "LiteLLM's audio input of 1 is that of an earlier model." },
      ["gemini-3.5-flash"],
      anything("1.5", "0.15", "9"),
      [...batchAndFlex(anything("0.75", "0.075", "4.5")), tier("priority", anything("2.7", "0.27", "16.2"))],
      regional,
    ),
    sold(
      { ...read, note: "Cached flex and priority input are printed with two decimals." },
      ["gemini-3.5-flash-lite"],
      anything("0.3", "0.03", "2.5"),
      [
        batch(uncached("0.15", "1.25")),
        tier("flex", anything("0.15", "0.02", "1.25")),
        tier("priority", anything("0.54", "0.05", "4.5")),
      ],
      regional,
    ),
    sold(
      { ...read, note: "Long context with priority and batch is LiteLLM's and Portkey's reading." },
      ["gemini-3.1-pro-preview", "gemini-3.1-pro-preview-customtools", "gemini-3-pro-preview"],
      anything("2", "0.2", "12"),
      pro(surface, vertex),
    ),
    sold(
      read,
      ["gemini-3.1-flash-lite", "gemini-3.1-flash-lite-preview"],
      withAudio("0.25", "0.025", "1.5", "0.5", "0.05"),
      [
        batch(uncached("0.125", "0.75")),
        tier("flex", { ...uncached("0.125", "0.75"), cache_read: "0.0125" }),
        tier("priority", { ...uncached("0.45", "2.7"), cache_read: "0.045" }),
      ],
      regional,
    ),
    sold(read, ["gemini-3-flash-preview"], withAudio("0.5", "0.05", "3", "1", "0.1"), [
      ...(vertex ? batchAndFlex(uncached("0.25", "1.5")) : [batch(uncached("0.25", "1.5"))]),
      tier("priority", { ...uncached("0.9", "5.4"), input_audio: "1.8", cache_read: "0.09" }),
    ]),
    sold(
      { ...read, note: "Portkey rounds cached rates to two decimals." },
      ["gemini-2.5-pro", "gemini-2.5-pro-preview-03-25", "gemini-2.5-pro-preview-05-06"],
      anything("1.25", "0.125", "10"),
      [
        ...(vertex ? batchAndFlex(uncached("1.25", "7.5"), long) : [batch(uncached("1.25", "7.5"), long)]),
        ...(vertex ? batchAndFlex(uncached("0.625", "5"), short) : [batch(uncached("0.625", "5"), short)]),
        ...(vertex
          ? [
              tier("priority", anything("4.5", "0.45", "27"), long),
              tier("priority", anything("2.25", "0.225", "18"), short),
            ]
          : []),
        prompts(long, anything("2.5", "0.25", "15")),
      ],
    ),
    sold(
      {
        ...read,
        note: "models.dev's cached 0.075 is the price of 2025.",
      },
      ["gemini-2.5-flash", "gemini-2.5-flash-preview-09-2025"],
      withAudio("0.3", "0.03", "2.5", "1", "0.1"),
      [
        batch(uncached("0.15", "1.25")),
        ...(vertex
          ? [
              tier("flex", uncached("0.15", "1.25")),
              tier("priority", { ...uncached("0.54", "4.5"), cache_read: "0.05" }),
            ]
          : []),
      ],
    ),
    sold(
      { ...read, note: "LiteLLM's audio rate for the first preview is that of another model." },
      [
        "gemini-2.5-flash-lite",
        "gemini-2.5-flash-lite-preview-09-2025",
        "gemini-2.5-flash-lite-preview-06-17",
      ],
      withAudio("0.1", "0.01", "0.4", "0.3", "0.03"),
      [
        batch(uncached("0.05", "0.2")),
        ...(vertex
          ? [
              tier("flex", uncached("0.05", "0.2")),
              tier("priority", { ...uncached("0.18", "0.72"), cache_read: "0.02" }),
            ]
          : []),
      ],
    ),
    sold(read, ["gemini-2.5-computer-use-preview-10-2025"], uncached("1.25", "10"), [
      prompts(long, uncached("2.5", "15")),
    ]),
    sold(
      read,
      ["gemini-2.0-flash-lite", "gemini-2.0-flash-lite-001"],
      { ...uncached("0.075", "0.3"), input_audio: "0.075" },
      [batch(uncached("0.0375", "0.15"))],
    ),
    ...images(read),
    ...speech(read),
    ...embeddings(read),
    ...video({ source, checked: "2026-08-21" }),
  ];
}

function images(read: Read): readonly ModelPrices[] {
  const note =
    "Image output has a rate of its own; catalogues with one output figure have either this or the text rate.";
  return [
    sold(
      { ...read, note },
      ["gemini-3-pro-image", "gemini-3-pro-image-preview"],
      { ...uncached("2", "12"), output_image: "120" },
      [batch({ ...uncached("1", "6"), output_image: "60" })],
    ),
    sold(
      { ...read, note: `${note} LiteLLM has half of the text rates.` },
      ["gemini-3.1-flash-image", "gemini-3.1-flash-image-preview"],
      { ...uncached("0.5", "3"), output_image: "60" },
      [batch({ ...uncached("0.25", "1.5"), output_image: "30" })],
    ),
    sold(
      { ...read, note },
      ["gemini-3.1-flash-lite-image"],
      { ...uncached("0.25", "1.5"), output_image: "30" },
      [batch({ ...uncached("0.125", "0.75"), output_image: "15" })],
    ),
    sold(
      { ...read, note },
      ["gemini-2.5-flash-image", "gemini-2.5-flash-image-preview"],
      { ...uncached("0.3", "2.5"), cache_read: "0.03", output_image: "30" },
      [batch({ ...uncached("0.15", "1.25"), output_image: "15" })],
    ),
    sold({ ...read, checked: "2026-08-21" }, ["imagen-4.0-ultra-generate-001"], { images: each("0.06") }),
    sold(
      { ...read, checked: "2026-08-21" },
      ["imagen-4.0-generate-001", "imagen-3.0-generate-002", "imagen-3.0-generate-001"],
      { images: each("0.04") },
    ),
    sold(
      { ...read, checked: "2026-08-21" },
      ["imagen-4.0-fast-generate-001", "imagen-3.0-fast-generate-001"],
      { images: each("0.02") },
    ),
  ];
}

function speech(read: Read): readonly ModelPrices[] {
  const note = "Output is audio; LiteLLM has the rates of the text model.";
  return [
    sold(
      { ...read, note },
      ["gemini-2.5-flash-preview-tts", "gemini-2.5-flash-tts"],
      { input: "0.5", output: "10", output_audio: "10" },
      [batch({ input: "0.25", output: "5", output_audio: "5" })],
    ),
    sold(
      { ...read, note },
      ["gemini-2.5-pro-preview-tts", "gemini-2.5-pro-tts"],
      { input: "1", output: "20", output_audio: "20" },
      [batch({ input: "0.5", output: "10", output_audio: "10" })],
    ),
    sold(
      { ...read, note: "LiteLLM has the rates of the text model." },
      [
        "gemini-live-2.5-flash",
        "gemini-live-2.5-flash-preview-native-audio-09-2025",
        "gemini-2.5-flash-native-audio-latest",
        "gemini-2.5-flash-native-audio-preview-09-2025",
        "gemini-2.5-flash-native-audio-preview-12-2025",
      ],
      { input: "0.5", input_audio: "3", output: "2", output_audio: "12" },
    ),
    sold(read, ["gemini-3.1-flash-live-preview"], {
      input: "0.75",
      input_audio: "3",
      input_image: "1",
      input_video: "1",
      output: "4.5",
      output_audio: "12",
    }),
  ];
}

function embeddings(read: Read): readonly ModelPrices[] {
  return [
    sold(
      {
        ...read,
        note: "The page's batch table is half; Portkey has 0.12 under one name and 0.075 under another.",
      },
      ["gemini-embedding-001"],
      { input: "0.15" },
      [batch({ input: "0.075" })],
    ),
    sold(read, ["gemini-embedding-2", "gemini-embedding-2-preview"], {
      input: "0.2",
      input_image: "0.45",
      input_audio: "6.5",
      input_video: "12",
    }),
  ];
}

/** Seconds of video by resolution. */
function video(read: Read): readonly ModelPrices[] {
  const seconds = (usd: string): Rates => ({ video_seconds: each(usd) });
  const hd: Condition = { imageSize: ["1280x720", "720x1280", "720p"] };
  const fullHd: Condition = { imageSize: ["1920x1080", "1080x1920", "1080p"] };
  const uhd: Condition = { imageSize: ["3840x2160", "2160x3840", "4k"] };
  return [
    sold(read, ["veo-3.1-generate-preview", "veo-3.1-generate-001"], {}, [
      prompts(uhd, seconds("0.6")),
      prompts(fullHd, seconds("0.4")),
      prompts(hd, seconds("0.4")),
    ]),
    sold(
      { ...read, note: "LiteLLM has 0.15 for every size." },
      ["veo-3.1-fast-generate-preview", "veo-3.1-fast-generate-001"],
      {},
      [prompts(uhd, seconds("0.3")), prompts(fullHd, seconds("0.12")), prompts(hd, seconds("0.1"))],
    ),
    sold(read, ["veo-3.1-lite-generate-preview"], {}, [
      prompts(fullHd, seconds("0.08")),
      prompts(hd, seconds("0.05")),
    ]),
    sold(read, ["veo-3.0-generate-001"], seconds("0.4")),
    sold(read, ["veo-3.0-fast-generate-001"], seconds("0.15")),
    sold(read, ["veo-2.0-generate-001"], seconds("0.35")),
  ];
}

const GROUNDING: NonNullable<PriceSheet["tools"]> = [
  {
    source: GEMINI_API,
    checked: "2026-09-23",
    note: "Models up to 2.5 are billed by grounded prompt, later ones by search query. Both come after an allowance of the whole organisation, which is left out.",
    rates: { grounded_prompts: perThousand("35"), grounding_queries: perThousand("14") },
  },
];

const GEMINI_SURFACE: Surface = {
  source: GEMINI_API,
  long: { promptTokens: { over: 200_000 } },
  short: { promptTokens: { upTo: 200_000 } },
  regional: [],
};

const VERTEX_SURFACE: Surface = {
  source: VERTEX_AI,
  long: { promptTokens: { from: 200_000 } },
  short: { promptTokens: { under: 200_000 } },
  regional: REGIONAL,
};

/** Prices of the Gemini API, paid tier. Storage of explicit caches is billed by the hour and in no answer. */
export const GEMINI: PriceSheet = {
  provider: "gcp.gemini",
  models: [
    ...gemini(GEMINI_SURFACE),
    sold(
      { source: GEMINI_API, checked: "2026-09-23", note: "Switched off on 2026-06-01." },
      ["gemini-2.0-flash", "gemini-2.0-flash-001"],
      withAudio("0.1", "0.025", "0.4", "0.7", "0.175"),
      [batch(uncached("0.05", "0.2"))],
    ),
    {
      models: ["gemma-3-27b-it", "gemma-4-26b-a4b-it", "gemma-4-31b-it"],
      prices: [
        {
          source: GEMINI_API,
          checked: "2026-09-23",
          free: "Gemma models are free of charge on the Gemini API",
          rates: { input: "0", input_image: "0", output: "0" },
        },
      ],
    },
  ],
  tools: GROUNDING,
};

/** Claude on Vertex AI: input, cache writes of five minutes and an hour, cache reads, output. */
function claude(
  input: string,
  cache_write_5m: string,
  cache_write_1h: string,
  cache_read: string,
  output: string,
): Rates {
  return { input, cache_read, cache_write_5m, cache_write_1h, output };
}

const AUGUST: Read = { source: VERTEX_AI, checked: "2026-08-21" };

const CLAUDE_ON_VERTEX: readonly ModelPrices[] = [
  sold(
    AUGUST,
    ["claude-fable-5", "claude-fable-5@default"],
    claude("10", "12.5", "20", "1", "50"),
    [batch(claude("5", "6.25", "10", "0.5", "25"))],
    REGIONAL,
  ),
  sold(
    { ...AUGUST, checked: "2026-09-23", note: "Batch rates and one-hour writes are in no price list." },
    ["claude-fable-5-1"],
    { input: "10", cache_read: "0.25", cache_write_5m: "12.5", output: "50" },
    [],
    REGIONAL,
  ),
  sold(
    { ...AUGUST, checked: "2026-09-23", note: "Batch rates and one-hour writes are in no price list." },
    ["claude-opus-5-5"],
    { input: "4", cache_read: "0.2", cache_write_5m: "5", output: "20" },
    [],
    REGIONAL,
  ),
  sold(
    AUGUST,
    [
      "claude-opus-5",
      "claude-opus-5@default",
      "claude-opus-4-8",
      "claude-opus-4-8@default",
      "claude-opus-4-7",
      "claude-opus-4-7@default",
      "claude-opus-4-6",
      "claude-opus-4-6@default",
      "claude-opus-4-5",
      "claude-opus-4-5@20251101",
      "claude-opus-4-5-20251101",
    ],
    claude("5", "6.25", "10", "0.5", "25"),
    [batch(claude("2.5", "3.125", "5", "0.25", "12.5"))],
    REGIONAL,
  ),
  sold(
    AUGUST,
    ["claude-sonnet-5", "claude-sonnet-5@default"],
    claude("2", "2.5", "4", "0.2", "10"),
    [batch(claude("1", "1.25", "2", "0.1", "5"))],
    REGIONAL,
  ),
  sold(
    { ...AUGUST, note: "models.dev still has the long-context premium that was withdrawn in March 2026." },
    ["claude-sonnet-4-6", "claude-sonnet-4-6@default"],
    claude("3", "3.75", "6", "0.3", "15"),
    [batch(claude("1.5", "1.875", "3", "0.15", "7.5"))],
    REGIONAL,
  ),
  sold(
    { ...AUGUST, note: "Cached rates over 200K are LiteLLM's; Portkey leaves them at the base." },
    ["claude-sonnet-4-5", "claude-sonnet-4-5@20250929"],
    claude("3", "3.75", "6", "0.3", "15"),
    [
      batch(claude("1.5", "1.875", "3", "0.15", "7.5")),
      prompts(
        { promptTokens: { over: 200_000 } },
        { input: "6", cache_read: "0.6", cache_write_5m: "7.5", output: "22.5" },
      ),
    ],
    REGIONAL,
  ),
  sold(
    AUGUST,
    ["claude-haiku-4-5", "claude-haiku-4-5@20251001", "claude-haiku-4-5-20251001"],
    claude("1", "1.25", "2", "0.1", "5"),
    [batch(claude("0.5", "0.625", "1", "0.05", "2.5"))],
    REGIONAL,
  ),
  sold(
    AUGUST,
    [
      "claude-opus-4-1",
      "claude-opus-4-1@20250805",
      "claude-opus-4-1-20250805",
      "claude-opus-4",
      "claude-opus-4@20250514",
    ],
    claude("15", "18.75", "30", "1.5", "75"),
    [batch({ input: "7.5", output: "37.5" })],
  ),
  sold(AUGUST, ["claude-sonnet-4", "claude-sonnet-4@20250514"], claude("3", "3.75", "6", "0.3", "15"), [
    batch({ input: "1.5", output: "7.5" }),
    prompts(
      { promptTokens: { over: 200_000 } },
      { input: "6", cache_read: "0.6", cache_write_5m: "7.5", output: "22.5" },
    ),
  ]),
  sold(AUGUST, ["claude-3-7-sonnet", "claude-3-7-sonnet@20250219"], claude("3", "3.75", "6", "0.3", "15"), [
    batch({ input: "1.5", output: "7.5" }),
  ]),
  sold(
    AUGUST,
    ["claude-3-5-sonnet", "claude-3-5-sonnet@20240620", "claude-3-5-sonnet-v2@20241022"],
    { input: "3", cache_read: "0.3", cache_write_5m: "3.75", output: "15" },
    [batch({ input: "1.5", output: "7.5" })],
  ),
  sold(
    { ...AUGUST, note: "LiteLLM's 1 and 5 are the rates of Haiku 4.5." },
    ["claude-3-5-haiku", "claude-3-5-haiku@20241022"],
    claude("0.8", "1", "1.6", "0.08", "4"),
    [batch({ input: "0.4", output: "2" })],
  ),
  sold(
    AUGUST,
    ["claude-3-opus", "claude-3-opus@20240229"],
    { input: "15", cache_read: "1.5", cache_write_5m: "18.75", output: "75" },
    [batch({ input: "7.5", output: "37.5" })],
  ),
  sold(AUGUST, ["claude-3-haiku", "claude-3-haiku@20240307"], claude("0.25", "0.3", "0.5", "0.03", "1.25"), [
    batch({ input: "0.125", output: "0.625" }),
  ]),
];

const PARTNERS_ON_VERTEX: readonly ModelPrices[] = [
  sold(
    { ...AUGUST, note: "LiteLLM's 1.35 and 5.4 are the rates of R1." },
    ["deepseek-ai/deepseek-v3.1-maas", "deepseek-v3.1-maas"],
    { input: "0.6", cache_read: "0.06", output: "1.7" },
    [batch({ input: "0.3", output: "0.85" })],
  ),
  sold(
    AUGUST,
    ["deepseek-ai/deepseek-v3.2-maas", "deepseek-v3.2-maas"],
    { input: "0.56", cache_read: "0.056", output: "1.68" },
    [batch({ input: "0.28", output: "0.84" })],
  ),
  sold(
    AUGUST,
    ["deepseek-ai/deepseek-r1-0528-maas", "deepseek-r1-0528-maas"],
    { input: "1.35", output: "5.4" },
    [batch({ input: "0.675", output: "2.7" })],
  ),
  sold(
    AUGUST,
    ["meta/llama-4-maverick-17b-128e-instruct-maas", "llama-4-maverick-17b-128e-instruct-maas"],
    { input: "0.35", output: "1.15" },
    [batch({ input: "0.175", output: "0.575" })],
  ),
  sold(
    AUGUST,
    ["meta/llama-3.3-70b-instruct-maas", "llama-3.3-70b-instruct-maas"],
    { input: "0.72", output: "0.72" },
    [batch({ input: "0.36", output: "0.36" })],
  ),
  sold(
    AUGUST,
    ["meta/llama-3.1-405b-instruct-maas", "llama-3.1-405b-instruct-maas"],
    { input: "5", output: "16" },
    [batch({ input: "2.5", output: "8" })],
  ),
  sold(AUGUST, ["codestral-2"], { input: "0.3", output: "0.9" }),
];

/** Prices of Vertex AI, which are not those of the Gemini API where models, boundaries and locations differ. */
export const VERTEX: PriceSheet = {
  provider: "gcp.vertex_ai",
  models: [
    ...gemini(VERTEX_SURFACE),
    sold(
      { source: VERTEX_AI, checked: "2026-08-21", note: "Dearer than on the Gemini API." },
      ["gemini-2.0-flash", "gemini-2.0-flash-001"],
      { ...uncached("0.15", "0.6"), input_audio: "1", cache_read: "0.0375" },
      [batch(uncached("0.075", "0.3"))],
    ),
    ...CLAUDE_ON_VERTEX,
    ...PARTNERS_ON_VERTEX,
  ],
  tools: [
    ...GROUNDING.map((tools) => ({
      ...tools,
      source: VERTEX_AI,
      rates: { ...tools.rates, web_search: perThousand("10") },
    })),
  ],
};
