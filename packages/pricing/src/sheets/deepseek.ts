import type { Condition, ModelPrices, PriceSheet, Rates } from "../price.ts";
import { price, type Read } from "./notation.ts";

const PRICING = "https://api-docs.deepseek.com/quick_start/pricing";
const OCTOBER: Read = { source: PRICING, checked: "2026-10-27" };
/** The page before the rates began to depend on the hour. */
const AUGUST: Read = { source: PRICING, checked: "2026-08-13" };

/** Off-peak hours of the V3 models until September 2025. */
const V3_OFF_PEAK: Condition = { utcHours: [{ from: 16.5, until: 0.5 }] };

const PEAK_HOURS = [
  { from: 1, until: 4 },
  { from: 6, until: 10 },
];

/** Every day from 2026-08-17 to 2026-08-22, Beijing time. */
const PEAK_DAILY: Condition = { utcHours: PEAK_HOURS };

/**
 * "Monday to Friday, excluding Chinese public holidays", Beijing time. In the peak hours the day in Beijing is
 * the day in UTC. Holidays are those of the State Council's notice for 2026 that fall after the change; the
 * notice for 2027 has to be added when it is published, its New Year's Day is by statute.
 */
const PEAK: Condition = {
  utcHours: PEAK_HOURS,
  utcWeekdays: [1, 2, 3, 4, 5],
  exceptDays: [
    "2026-09-25",
    "2026-10-01",
    "2026-10-02",
    "2026-10-05",
    "2026-10-06",
    "2026-10-07",
    "2027-01-01",
  ],
};

const BY_THE_HOUR = "2026-08-16T16:00:00Z";
/** Midnight of 2026-08-23 in Beijing. */
const WEEKDAYS_ONLY = "2026-08-22T16:00:00Z";
const V4_1_FLASH = "2026-09-10T04:00:00Z";

function tokens(cache_read: string, input: string, output: string): Rates {
  return { input, cache_read, output };
}

const UNDECIDED =
  "Whether the start or the end of a call decides about the hour is not documented; calls are priced at their end.";

const V4_PRO: ModelPrices = {
  models: ["deepseek-v4-pro"],
  prices: [
    price(AUGUST, tokens("0.003625", "0.435", "0.87")),
    price({ ...OCTOBER, from: BY_THE_HOUR, note: UNDECIDED }, tokens("0.022", "0.66", "1.98"), [
      { when: PEAK_DAILY, rates: tokens("0.044", "1.32", "3.96") },
    ]),
    price(
      {
        ...OCTOBER,
        from: WEEKDAYS_ONLY,
        note: `${UNDECIDED} A notice said that calls would be served and billed as Flash from 2026-09-14 on; the page of October still sells this model at these rates.`,
      },
      tokens("0.022", "0.66", "1.98"),
      [{ when: PEAK, rates: tokens("0.044", "1.32", "3.96") }],
    ),
  ],
};

const FLASH = price({ ...OCTOBER, from: V4_1_FLASH, note: UNDECIDED }, tokens("0.003", "0.15", "0.6"), [
  { when: PEAK, rates: tokens("0.006", "0.3", "1.2") },
]);

/** Kept as a name when the model was retired: its calls are served and billed as deepseek-flash since. */
const V4_FLASH: ModelPrices = {
  models: ["deepseek-v4-flash"],
  prices: [
    price(AUGUST, tokens("0.0028", "0.14", "0.28")),
    price({ ...OCTOBER, from: BY_THE_HOUR, note: UNDECIDED }, tokens("0.007", "0.22", "0.66"), [
      { when: PEAK_DAILY, rates: tokens("0.014", "0.44", "1.32") },
    ]),
    price({ ...OCTOBER, from: WEEKDAYS_ONLY, note: UNDECIDED }, tokens("0.007", "0.22", "0.66"), [
      { when: PEAK, rates: tokens("0.014", "0.44", "1.32") },
    ]),
    FLASH,
  ],
};

/**
 * The two names of the V3 models stood for one model after another and were switched off on 2026-07-24. Their
 * history before 2025-02 is left out; a catalogue that has one price for all of it can't be right.
 */
const V3_HISTORY = {
  chat: [
    price(
      { source: PRICING, checked: "2026-08-01", from: "2025-02-26T16:30:00Z" },
      tokens("0.07", "0.27", "1.1"),
      [{ when: V3_OFF_PEAK, rates: tokens("0.035", "0.135", "0.55") }],
    ),
  ],
  reasoner: [
    price(
      { source: PRICING, checked: "2026-08-01", from: "2025-02-26T16:30:00Z" },
      tokens("0.14", "0.55", "2.19"),
      [{ when: V3_OFF_PEAK, rates: tokens("0.035", "0.135", "0.55") }],
    ),
  ],
  both: [
    price(
      { source: PRICING, checked: "2026-08-01", from: "2025-09-05T16:00:00Z" },
      tokens("0.07", "0.56", "1.68"),
    ),
    price(
      {
        source: PRICING,
        checked: "2026-08-01",
        from: "2025-09-29T00:00:00Z",
        note: "The announcement gives the day.",
      },
      tokens("0.028", "0.28", "0.42"),
    ),
    price(
      {
        source: PRICING,
        checked: "2026-08-21",
        from: "2026-04-24T00:00:00Z",
        note: "From the release of V4 on the names stood for V4 Flash and were billed like it; the hour of the day is not known.",
      },
      tokens("0.0028", "0.14", "0.28"),
    ),
  ],
};

const RETIRED = "2026-07-24T15:59:00Z";

function until(prices: ModelPrices["prices"], end: string): ModelPrices["prices"] {
  return prices.map((one, index) => (index === prices.length - 1 ? { ...one, until: end } : one));
}

/** Prices of the DeepSeek API. */
export const DEEPSEEK: PriceSheet = {
  provider: "deepseek",
  models: [
    { models: ["deepseek-flash", "deepseek-v4-flash-vision-exp"], prices: [FLASH] },
    V4_PRO,
    V4_FLASH,
    { models: ["deepseek-chat"], prices: until([...V3_HISTORY.chat, ...V3_HISTORY.both], RETIRED) },
    { models: ["deepseek-reasoner"], prices: until([...V3_HISTORY.reasoner, ...V3_HISTORY.both], RETIRED) },
  ],
};
