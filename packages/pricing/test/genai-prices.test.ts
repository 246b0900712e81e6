import {
  type Coverage,
  charge,
  coverage,
  type Disagreement,
  defaultPriceBook,
  disagreements,
  formatUsd,
  ONE_USD,
  PriceBook,
} from "@keeptabs/pricing";
import { genaiPricesCatalogue, genaiPricesLayer } from "@keeptabs/pricing/genai-prices";
import { usageOf } from "@keeptabs/usage";
import { describe, expect, it } from "vitest";
import { ACCEPTED, ACCEPTED_IN_JUNE, type Accepted, explains } from "./accepted-disagreements.ts";

/** Off-peak everywhere, on the day the catalogue appeared. */
const AT = Date.parse("2026-09-23T12:00:00Z");
const IN_JUNE = Date.parse("2026-06-01T12:00:00Z");
const BOOK = defaultPriceBook();
const CATALOGUE = genaiPricesCatalogue();
const LAYERED = PriceBook.layered([BOOK, genaiPricesLayer()]);

function said({ provider, model, unit, promptTokens, ours, theirs }: Disagreement): string {
  return `${provider} ${model} ${unit} at ${promptTokens} tokens: ${ours}, theirs ${theirs}`;
}

function unexplained(atMs: number, accepted: readonly Accepted[]): readonly string[] {
  return disagreements(BOOK, CATALOGUE, atMs)
    .filter((disagreement) => !accepted.some((entry) => explains(entry, disagreement)))
    .map(said);
}

function printed({ provider, theirModels, sharedModels, missing, ...units }: Coverage): string {
  const { ourNames, sharedUnits, onlyOurUnits, onlyTheirUnits } = units;
  return (
    `${provider}: ${sharedModels} of their ${theirModels} models (${missing.length} not), ${ourNames} names of ours; ` +
    `of the shared models' units ${sharedUnits} in both, ${onlyOurUnits} ours only, ${onlyTheirUnits} theirs only`
  );
}

describe("our sheets beside the genai-prices catalogue", () => {
  it("disagree only where it is written why", () => {
    expect(unexplained(AT, ACCEPTED)).toEqual([]);
    expect(unexplained(IN_JUNE, [...ACCEPTED, ...ACCEPTED_IN_JUNE])).toEqual([]);
  });

  it("disagree still wherever it is written why", () => {
    const now = disagreements(BOOK, CATALOGUE, AT);
    const idle = ACCEPTED.filter((entry) => !now.some((disagreement) => explains(entry, disagreement)));
    const then = disagreements(BOOK, CATALOGUE, IN_JUNE);
    const idleThen = ACCEPTED_IN_JUNE.filter((entry) => !then.some((one) => explains(entry, one)));
    expect([...idle, ...idleThen].map(({ because }) => because)).toEqual([]);
  });

  it("would disagree if a digit were wrong", () => {
    const [sheet] = defaultPriceBook().sheets.filter(({ provider }) => provider === "voyage");
    const wrong = JSON.parse(JSON.stringify([sheet]).replaceAll('"0.06"', '"0.6"'));
    const found = disagreements(new PriceBook(wrong), CATALOGUE, AT);
    expect(found.map(said)).toContain(
      "voyage voyage-3.5 input at 1 tokens: 0.6 per 1000000, theirs 0.06 per 1000000",
    );
  });

  it("have most of the models that the catalogue lists for our providers", () => {
    const rows = coverage(BOOK, CATALOGUE, AT);
    process.stdout.write(`${rows.map(printed).join("\n")}\n`);
    const theirs = rows.reduce((sum, { theirModels }) => sum + theirModels, 0);
    const shared = rows.reduce((sum, { sharedModels }) => sum + sharedModels, 0);
    expect(rows.map(({ provider }) => provider)).toEqual(BOOK.sheets.map(({ provider }) => provider));
    expect(shared / theirs).toBeGreaterThan(0.75);
    // What we have the same names for, we price as finely.
    const missed = rows.reduce((sum, { onlyTheirUnits }) => sum + onlyTheirUnits, 0);
    expect(missed).toBeLessThan(30);
  });
});

describe("the genai-prices layer", () => {
  it("answers where our own sheets end, and says so on every line", () => {
    const call = {
      provider: "fireworks",
      model: "accounts/fireworks/models/deepseek-v3p2",
      usage: usageOf([
        ["input", 1_000_000],
        ["output", 1_000_000],
      ]),
      atMs: AT,
    };
    expect(charge(call, BOOK)).toMatchObject({ status: "unpriced", reason: "provider_not_found" });
    const result = charge(call, LAYERED);
    expect(result.status).toBe("charged");
    expect(result.priceVersion).toMatch(/^genai-prices@0\.1\.8:fireworks\//);
    expect(result.lines.length).toBe(2);
    for (const { source } of result.lines) expect(source).toContain("@pydantic/genai-prices 0.1.8");
  });

  it("never answers for a model that we have a price for", () => {
    for (const { provider, models } of BOOK.sheets) {
      for (const { models: names } of models) {
        const own = BOOK.find(provider, names[0], AT);
        if (own.kind === "price") expect(LAYERED.find(provider, names[0], AT)).toBe(own);
      }
    }
  });

  it("has a miss with near names for what the catalogue does not know", () => {
    expect(LAYERED.find("fireworks", "no-such-model", AT)).toMatchObject({
      kind: "miss",
      reason: "model_not_found",
    });
    expect(LAYERED.find("no-such-provider", "gpt-4o", AT)).toMatchObject({
      kind: "miss",
      reason: "provider_not_found",
    });
    expect(LAYERED.find("__proto__", "constructor", AT).kind).toBe("miss");
  });

  it("takes over only prices that are short decimals, never the scars of a float", () => {
    for (const provider of ["fireworks", "together", "openrouter", "novita", "cerebras", "perplexity"]) {
      for (const model of CATALOGUE.models(provider)) {
        const rates = CATALOGUE.rates(provider, model, { atMs: AT, promptTokens: 1 });
        for (const [unit, { usd, perAmount }] of rates ?? []) {
          expect(usd.replace(".", "").replace(/^0+/, "").length, `${provider} ${model} ${unit}`).toBeLessThan(
            12,
          );
          expect(perAmount).toBeLessThan(10_000n * ONE_USD);
        }
      }
    }
  });

  it("has no price for a batch, a tier or a region that the catalogue does not tell apart", () => {
    const circumstances = [{ batch: true } as const, { serviceTier: "priority" }];
    for (const one of circumstances) {
      const usage = usageOf([["input", 1]], { circumstances: one });
      const result = charge(
        { provider: "fireworks", model: "accounts/fireworks/models/deepseek-v3p2", usage, atMs: AT },
        LAYERED,
      );
      expect(result.status).toBe("unpriced");
      expect(result.reason).toMatch(/not_priced/);
    }
  });

  it("takes a price of zero for an answer only where the model is sold as free by its name", () => {
    const usage = usageOf([
      ["input", 100],
      ["output", 100],
    ]);
    let free = 0;
    for (const model of CATALOGUE.models("openrouter")) {
      const result = charge({ provider: "openrouter", model, usage, atMs: AT }, LAYERED);
      if (result.status === "zero") {
        expect(model).toMatch(/:free$/);
        free += 1;
      } else if (result.status === "charged") expect(formatUsd(result.net)).not.toBe("0");
    }
    expect(free).toBeGreaterThan(0);
  });
});
