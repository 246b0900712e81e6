import { charge, formatUsd } from "@keeptabs/pricing";
import { describe, expect, it } from "vitest";
import { BOOK, chargeOf, readingOf, VECTORS, type Vector } from "./vector-cases.ts";

/** What others make of a call that sources price differently, and why the amount in the vectors stands. */
interface Contest {
  readonly theirs: string;
  readonly because: string;
}

const CONTESTED: Readonly<Record<string, Contest>> = {
  "openai-long-boundary": {
    theirs: "0.68015",
    because:
      'OpenAI\'s price table has "<272K" over its short rates, so a prompt of exactly 272000 is long. LiteLLM, Portkey ' +
      'and Langfuse read "more than 272K" off the model pages; genai-prices agrees with the table (start 271999).',
  },
  "openai-transcribe-tokens": {
    theirs: "0.000485",
    because:
      "OpenAI's table lists 6 for audio that gpt-4o-transcribe hears; 2.5 is its rate for text prompts, which LiteLLM " +
      "has on both.",
  },
  "xai-long-inclusive": {
    theirs: "0.2584",
    because:
      "xAI's page names 200K as where the higher rates begin, cached tokens included, and 0.3 / 0.6 for cached ones. " +
      "LiteLLM starts one token later and has 0.5 / 1.",
  },
};

/** Sources are few here: one list only, or a rule that only a bill could prove. */
const SINGLE_SOURCE: Readonly<Record<string, string>> = {
  "anthropic-advisor":
    "Each part of an answer is billed at the rates of the model that wrote it; usage.iterations says which did.",
  "anthropic-batch-websearch":
    '"50 % of standard" is said of tokens; tools have no batch rate, so they cost the same. A bill would prove it.',
  "azure-datazone":
    "Azure's page has a row for data zones, 10 % above the global one; only the user knows the SKU.",
  "cohere-rerank": "Billed by search unit as the answer's billed_units says, not by token.",
  "gemini-priority":
    "The page has a priority row of its own; that it is 1.8 times the standard one is not assumed.",
  "groq-whisper-min": "Groq's page says that a request is billed for ten seconds at least.",
  "openai-astra": "Both times to live of a cache write have the one rate that OpenAI publishes, 12.5.",
  "openai-batch": "The batch row of the table, cached tokens included; not half of the standard one by rule.",
  "openai-embed-batch": "The batch row of the table.",
  "openai-luna-flex-long": "The flex rows of the table have short and long context each.",
  "openai-o3-before": "The cut of 80 % was on 2025-06-10; a call before it costs what it cost then.",
  "voyage-embed": "The page's rate; the free tokens of an account are not known here.",
};

function vector(id: string): Vector {
  const found = VECTORS.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no vector ${id}`);
  return found;
}

describe("a contested price", () => {
  it("has a written reason, each", () => {
    const contested = VECTORS.filter(({ confidence }) => confidence === "C-contested").map(({ id }) => id);
    expect(Object.keys(CONTESTED).sort()).toEqual(contested.sort());
    const single = VECTORS.filter(({ confidence }) => confidence === "C").map(({ id }) => id);
    expect(Object.keys(SINGLE_SOURCE).sort()).toEqual(single.sort());
  });

  it.each(Object.entries(CONTESTED))("%s is ours and not theirs", (id, { theirs }) => {
    const ours = formatUsd(chargeOf(vector(id)).net);
    expect(ours).toBe(vector(id).expected_usd);
    expect(ours).not.toBe(theirs);
  });

  it("says in the price itself what is contested, where the sheet had to choose", () => {
    const { usage } = readingOf(vector("openai-long-boundary"));
    for (const model of ["gpt-6-sol", "gpt-6-luna"]) {
      const found = BOOK.find("openai", model, Date.parse("2026-11-15T00:00:00Z"));
      expect(found.kind === "price" && found.price.price.note).toContain("272K");
      expect(
        charge({ provider: "openai", model, usage, atMs: Date.parse("2026-11-15T00:00:00Z") }, BOOK).status,
      ).toBe("charged");
    }
  });
});
