import type { ModelPrices, PriceSheet, Rates } from "../price.ts";
import { perHour, perThousand, price, type Read, sold } from "./notation.ts";

const PRICING = "https://mistral.ai/pricing/api";
const SEPTEMBER: Read = { source: PRICING, checked: "2026-09-23" };
/** No longer on the page; two price lists agree on what it cost. */
const AUGUST: Read = { source: PRICING, checked: "2026-08-21" };

function chat(input: string, output: string, cache_read?: string): Rates {
  return cache_read === undefined ? { input, output } : { input, cache_read, output };
}

/** Pages of a document; annotated pages are counted beside them. */
function ocr(read: Read, models: readonly string[], pages: string, annotated: string): ModelPrices {
  return sold(read, models, { pages: perThousand(pages), annotated_pages: perThousand(annotated) });
}

/** When `-latest` names moved; the changelog gives days. */
const DECEMBER_2025 = "2025-12-02T00:00:00Z";

/** Prices of the Mistral API. */
export const MISTRAL: PriceSheet = {
  provider: "mistral_ai",
  models: [
    sold(SEPTEMBER, ["mistral-large-2512", "mistral-large-3"], chat("0.5", "1.5", "0.05")),
    sold(
      { ...AUGUST, note: "Portkey has the rates of mistral-large-2512 for it." },
      ["mistral-large-2411"],
      chat("2", "6"),
    ),
    sold(
      { ...AUGUST, note: "LiteLLM has 3 and 9, the price at its release; it was lowered in September 2024." },
      ["mistral-large-2407"],
      chat("2", "6"),
    ),
    sold(
      SEPTEMBER,
      ["mistral-medium-2604", "mistral-medium-3-5", "mistral-medium-3.5"],
      chat("1.5", "7.5", "0.15"),
    ),
    sold(
      SEPTEMBER,
      ["mistral-medium-2508", "mistral-medium-3-1-2508", "mistral-medium-2505", "mistral-medium"],
      chat("0.4", "2", "0.04"),
    ),
    sold(SEPTEMBER, ["mistral-medium-2312"], chat("2.7", "8.1")),
    sold(SEPTEMBER, ["mistral-small-2603"], chat("0.15", "0.6", "0.015")),
    sold(
      { ...AUGUST, note: "LiteLLM's 0.06 and 0.18 for Small 3.2 is another seller's price." },
      ["mistral-small-2506", "mistral-small-2503", "mistral-small-2501"],
      chat("0.1", "0.3"),
    ),
    sold(SEPTEMBER, ["ministral-14b-2512", "ministral-3-14b-2512"], chat("0.2", "0.2", "0.02")),
    sold(SEPTEMBER, ["ministral-8b-2512", "ministral-3-8b-2512"], chat("0.15", "0.15", "0.015")),
    sold(SEPTEMBER, ["ministral-3b-2512", "ministral-3-3b-2512"], chat("0.1", "0.1", "0.01")),
    sold(SEPTEMBER, ["ministral-8b-2410"], chat("0.1", "0.1")),
    sold(SEPTEMBER, ["ministral-3b-2410"], chat("0.04", "0.04")),
    sold(SEPTEMBER, ["magistral-medium-2509", "magistral-medium-2506"], chat("2", "5")),
    sold(SEPTEMBER, ["magistral-small-2509", "magistral-small-2506"], chat("0.5", "1.5")),
    sold(SEPTEMBER, ["devstral-2512"], chat("0.4", "2", "0.04")),
    sold(AUGUST, ["devstral-medium-2507"], chat("0.4", "2")),
    sold(
      { ...SEPTEMBER, note: "models.dev lists the labs model as free." },
      ["devstral-small-2507", "devstral-small-2505", "labs-devstral-small-2512"],
      chat("0.1", "0.3"),
    ),
    sold(
      { ...SEPTEMBER, note: "LiteLLM's 1 and 3 is the price of codestral-2405." },
      ["codestral-2508"],
      chat("0.3", "0.9", "0.03"),
    ),
    sold(SEPTEMBER, ["codestral-2501"], chat("0.3", "0.9")),
    sold(SEPTEMBER, ["pixtral-large-2411"], chat("2", "6")),
    sold(SEPTEMBER, ["pixtral-12b-2409", "pixtral-12b"], chat("0.15", "0.15")),
    sold(
      { ...SEPTEMBER, note: "LiteLLM's 0.3 is the price at its release." },
      ["open-mistral-nemo-2407", "open-mistral-nemo"],
      chat("0.15", "0.15"),
    ),
    sold(SEPTEMBER, ["open-mixtral-8x22b"], chat("2", "6")),
    sold(SEPTEMBER, ["open-mixtral-8x7b"], chat("0.7", "0.7")),
    sold(SEPTEMBER, ["open-mistral-7b", "mistral-tiny"], chat("0.25", "0.25")),
    sold(SEPTEMBER, ["mistral-embed", "mistral-embed-2312"], { input: "0.1" }),
    sold(AUGUST, ["codestral-embed", "codestral-embed-2505"], { input: "0.15" }),
    {
      models: ["voxtral-small-2507", "voxtral-small-24b-2507", "voxtral-small-latest"],
      prices: [
        price(
          { ...SEPTEMBER, note: "Audio input has a rate by the minute that no price list carries." },
          chat("0.1", "0.3", "0.01"),
        ),
        price({ ...SEPTEMBER, from: "2026-08-11T00:00:00Z" }, chat("0.1", "0.4", "0.01")),
      ],
    },
    sold(SEPTEMBER, ["voxtral-mini-2602", "voxtral-mini-latest"], { audio_milliseconds: perHour("0.18") }),
    ocr(SEPTEMBER, ["mistral-ocr-4-1", "mistral-ocr-4", "mistral-ocr-4-0"], "4", "5"),
    ocr(SEPTEMBER, ["mistral-ocr-2512", "mistral-ocr-2512-completion"], "2", "3"),
    ocr(SEPTEMBER, ["mistral-ocr-2505", "mistral-ocr-2505-completion"], "1", "3"),
    sold(SEPTEMBER, ["mistral-ocr-2503", "mistral-ocr-2503-completion"], { pages: perThousand("1") }),
  ],
  aliases: [
    {
      name: "mistral-large-latest",
      ...AUGUST,
      stoodFor: [{ model: "mistral-large-2411" }, { model: "mistral-large-2512", from: DECEMBER_2025 }],
    },
    {
      name: "mistral-medium-latest",
      ...SEPTEMBER,
      stoodFor: [
        { model: "mistral-medium-2508" },
        { model: "mistral-medium-2604", from: "2026-06-16T00:00:00Z" },
      ],
    },
    {
      name: "ministral-8b-latest",
      ...SEPTEMBER,
      stoodFor: [{ model: "ministral-8b-2410" }, { model: "ministral-8b-2512", from: DECEMBER_2025 }],
    },
    {
      name: "ministral-3b-latest",
      ...AUGUST,
      stoodFor: [{ model: "ministral-3b-2410" }, { model: "ministral-3b-2512", from: DECEMBER_2025 }],
    },
    {
      name: "mistral-small-latest",
      ...AUGUST,
      // Small 4 is of March 2026; the day on which the name moved is not in the changelog.
      stoodFor: [{ model: "mistral-small-2603", from: "2026-04-01T00:00:00Z" }],
    },
    { name: "ministral-14b-latest", ...AUGUST, stoodFor: [{ model: "ministral-14b-2512" }] },
    { name: "magistral-medium-latest", ...SEPTEMBER, stoodFor: [{ model: "magistral-medium-2509" }] },
    { name: "magistral-small-latest", ...SEPTEMBER, stoodFor: [{ model: "magistral-small-2509" }] },
    { name: "devstral-latest", ...AUGUST, stoodFor: [{ model: "devstral-2512" }] },
    { name: "devstral-medium-latest", ...AUGUST, stoodFor: [{ model: "devstral-2512" }] },
    { name: "devstral-small-latest", ...SEPTEMBER, stoodFor: [{ model: "devstral-small-2507" }] },
    {
      name: "codestral-latest",
      ...SEPTEMBER,
      stoodFor: [{ model: "codestral-2501" }, { model: "codestral-2508", from: "2025-07-30T00:00:00Z" }],
    },
    { name: "pixtral-large-latest", ...SEPTEMBER, stoodFor: [{ model: "pixtral-large-2411" }] },
    {
      name: "mistral-ocr-latest",
      ...SEPTEMBER,
      stoodFor: [
        { model: "mistral-ocr-2503" },
        { model: "mistral-ocr-2505", from: "2025-05-22T00:00:00Z" },
        { model: "mistral-ocr-2512", from: "2025-12-18T00:00:00Z" },
        { model: "mistral-ocr-4-1", from: "2026-06-23T00:00:00Z" },
      ],
    },
  ],
};
