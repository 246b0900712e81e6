import type { PriceSheet } from "../price.ts";
import { perThousand, type Read, sold } from "./notation.ts";

const PRICING = "https://cohere.com/pricing";
const SEPTEMBER: Read = { source: PRICING, checked: "2026-09-23" };
const AUGUST: Read = { source: PRICING, checked: "2026-08-21" };

/** Prices of the Cohere API, for the units that answers say are billed. */
export const COHERE: PriceSheet = {
  provider: "cohere",
  models: [
    sold(SEPTEMBER, ["command-a-03-2025", "command-a"], { input: "2.5", output: "10" }),
    sold(
      { ...AUGUST, checked: "2026-07-02", note: "models.dev is the only list that has them." },
      ["command-a-plus-05-2026", "command-a-reasoning-08-2025", "command-a-vision-07-2025"],
      { input: "2.5", output: "10" },
    ),
    sold(SEPTEMBER, ["command-r-plus-08-2024", "command-r-plus"], { input: "2.5", output: "10" }),
    sold(SEPTEMBER, ["command-r-08-2024", "command-r"], { input: "0.15", output: "0.6" }),
    sold(SEPTEMBER, ["command-r7b-12-2024", "command-r7b"], { input: "0.0375", output: "0.15" }),
    sold(SEPTEMBER, ["command", "command-nightly"], { input: "1", output: "2" }),
    sold(SEPTEMBER, ["command-light", "command-light-nightly"], { input: "0.3", output: "0.6" }),
    sold(
      { ...SEPTEMBER, note: "Image tokens have a rate of their own that no price list carries." },
      ["embed-v4.0"],
      { input: "0.12" },
    ),
    sold(AUGUST, ["embed-english-v3.0", "embed-multilingual-v3.0", "embed-english-light-v3.0"], {
      input: "0.1",
    }),
    sold(AUGUST, ["embed-english-v2.0", "embed-multilingual-v2.0", "embed-english-light-v2.0"], {
      input: "0.1",
    }),
    sold(
      { ...AUGUST, note: "One search unit is a query with up to a hundred documents." },
      ["rerank-v3.5", "rerank-english-v3.0", "rerank-multilingual-v3.0", "rerank-v4.0-fast"],
      { search_units: perThousand("2") },
    ),
    sold({ ...AUGUST, note: "Portkey is the only list that has it." }, ["rerank-v4.0-pro"], {
      search_units: perThousand("2.5"),
    }),
  ],
};
