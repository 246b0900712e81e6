import { charge, defaultPriceBook, formatUsd, PriceBook, type PriceSheet } from "@keeptabs/pricing";
import { missingUsage, type Usage, usageOf } from "@keeptabs/usage";
import { describe, expect, it } from "vitest";

const AT = Date.parse("2026-09-15T00:00:00Z");

function openai(model: string, usage: Usage) {
  return charge({ provider: "openai", model, usage, atMs: AT }, defaultPriceBook());
}

describe("a charge", () => {
  it("has one line per unit, each with quantity, rate and source", () => {
    // 86 × 2.5/1e6 + 1920 × 1.25/1e6 + 300 × 10/1e6
    const result = openai(
      "gpt-4o",
      usageOf([
        ["input", 86],
        ["cache_read", 1920],
        ["output", 300],
      ]),
    );
    expect(formatUsd(result.net)).toBe("0.005615");
    expect(result).toMatchObject({
      status: "charged",
      source: "computed",
      priceVersion: "openai/gpt-4o@release",
    });
    expect(result.lines.map(({ unit, quantity, rate, per }) => [unit, quantity, rate, per])).toEqual([
      ["input", 86, "2.5", 1_000_000],
      ["cache_read", 1920, "1.25", 1_000_000],
      ["output", 300, "10", 1_000_000],
    ]);
    expect(
      result.lines.every(({ source, checked }) => source.startsWith("https://") && /^\d{4}-/.test(checked)),
    ).toBe(true);
  });

  it("bills reasoning tokens at the output rate", () => {
    const apart = openai(
      "gpt-5",
      usageOf([
        ["output", 172],
        ["output_reasoning", 128],
      ]),
    );
    const together = openai("gpt-5", usageOf([["output", 300]]));
    expect(apart.net).toBe(together.net);
  });

  it("is unpriced with a reason and the nearest known names when the model is not known", () => {
    const result = openai("gpt-4o-2027-01-01", usageOf([["input", 1]]));
    expect(result).toMatchObject({ status: "unpriced", reason: "model_not_found", source: "none", net: 0n });
    expect(result.nearest).toContain("gpt-4o-2024-08-06");
  });

  it("is unpriced, not free, when there is no usage", () => {
    expect(openai("gpt-4o", missingUsage())).toMatchObject({ status: "unpriced", reason: "usage_missing" });
    expect(openai("gpt-4o", usageOf([]))).toMatchObject({ status: "unpriced", reason: "usage_empty" });
  });

  it("is partly unpriced when one unit has no rate, and names it", () => {
    const result = openai(
      "gpt-4o",
      usageOf([
        ["input", 1_000_000],
        ["output_audio", 5],
      ]),
    );
    expect(result).toMatchObject({ status: "partly_unpriced", reason: "unit_not_priced:output_audio" });
    expect(formatUsd(result.net)).toBe("2.5");
  });

  it("does not price a tier that the sheet does not name as if it were the standard one", () => {
    const scale = usageOf([["input", 1]], { circumstances: { serviceTier: "scale" } });
    expect(openai("gpt-4o", scale)).toMatchObject({
      status: "unpriced",
      reason: "service_tier_not_priced:scale",
    });
    const priority = usageOf(
      [
        ["input", 1000],
        ["output", 1000],
      ],
      { circumstances: { serviceTier: "priority" } },
    );
    expect(formatUsd(openai("gpt-4o", priority).net)).toBe("0.02125");
  });

  it("multiplies only where the provider publishes a multiplier, and shows it", () => {
    const usage = usageOf(
      [
        ["input", 333],
        ["cache_read", 1234],
        ["output", 777],
      ],
      { circumstances: { region: "us" } },
    );
    const result = charge(
      { provider: "anthropic", model: "claude-opus-5", usage, atMs: AT },
      defaultPriceBook(),
    );
    expect(formatUsd(result.net)).toBe("0.0238777");
    expect(result.lines[0]?.factors).toEqual(["1.1"]);
  });

  it("takes what the provider says it charged before anything it could compute", () => {
    const usage = usageOf([["input", 194]], {
      claims: [{ amount: "0.00014", source: "provider", field: "usage.cost" }],
    });
    expect(openai("no-such-model", usage)).toMatchObject({ status: "charged", source: "provider" });
  });

  it("takes a gateway's estimate only where no price is known, and never a claimed 0", () => {
    const claims = [{ amount: "0.5", source: "gateway" as const, field: "x-litellm-response-cost" }];
    expect(openai("gpt-4o", usageOf([["input", 1_000_000]], { claims })).source).toBe("computed");
    expect(openai("no-such-model", usageOf([["input", 1]], { claims })).source).toBe("gateway");
    const zero = [{ amount: "0", source: "gateway" as const, field: "x-litellm-response-cost" }];
    expect(openai("no-such-model", usageOf([["input", 1]], { claims: zero })).status).toBe("unpriced");
  });

  it("is never an amount that no call costs, whoever claims it and whatever was consumed", () => {
    const claims = [{ amount: "18446744074", source: "provider" as const, field: "usage.cost" }];
    expect(openai("gpt-4o", usageOf([["input", 1000]], { claims }))).toMatchObject({
      status: "charged",
      source: "computed",
    });
    const estimate = [{ amount: "1e30", source: "gateway" as const, field: "x-litellm-response-cost" }];
    expect(openai("no-such-model", usageOf([["input", 1]], { claims: estimate })).status).toBe("unpriced");
    // 1e12 × 2.5/1e6 USD
    expect(openai("gpt-4o", usageOf([["input", 1_000_000_000_000]]))).toMatchObject({
      status: "unpriced",
      reason: "amount_implausible",
      list: 0n,
      net: 0n,
    });
  });

  it("is zero only with a reason", () => {
    expect(openai("gpt-4o", usageOf([["input", 10]], { free: "gateway_cache_hit" }))).toMatchObject({
      status: "zero",
      reason: "gateway_cache_hit",
    });
  });

  it("uses the price in force when the call ended", () => {
    const sheet: PriceSheet = {
      provider: "p",
      models: [
        {
          models: ["m"],
          prices: [
            { source: "s", checked: "2026-01-01", rates: { input: "2" } },
            { from: "2026-06-01T00:00:00Z", source: "s", checked: "2026-06-01", rates: { input: "1" } },
          ],
        },
      ],
    };
    const book = new PriceBook([sheet]);
    const usage = usageOf([["input", 1_000_000]]);
    const cost = (at: string) =>
      formatUsd(charge({ provider: "p", model: "m", usage, atMs: Date.parse(at) }, book).net);
    expect(cost("2026-05-31T23:59:59.999Z")).toBe("2");
    expect(cost("2026-06-01T00:00:00Z")).toBe("1");
  });

  it("changes the price of the whole call exactly at the published boundary", () => {
    const priced = (boundary: { over: number } | { from: number }) =>
      new PriceBook([
        {
          provider: "p",
          models: [
            {
              models: ["m"],
              prices: [
                {
                  source: "s",
                  checked: "2026-01-01",
                  rates: { input: "1", cache_read: "1" },
                  variants: [{ when: { promptTokens: boundary }, rates: { input: "2", cache_read: "2" } }],
                },
              ],
            },
          ],
        },
      ]);
    const cost = (book: PriceBook, cached: number) =>
      formatUsd(
        charge(
          {
            provider: "p",
            model: "m",
            usage: usageOf([
              ["input", 100],
              ["cache_read", cached],
            ]),
            atMs: AT,
          },
          book,
        ).net,
      );
    expect(cost(priced({ over: 200 }), 100)).toBe("0.0002");
    expect(cost(priced({ from: 200 }), 100)).toBe("0.0004");
    expect(cost(priced({ over: 200 }), 101)).toBe("0.000402");
  });
});

describe("a price book", () => {
  it("refuses a sheet with a rate that is no decimal, naming provider, model and unit", () => {
    const sheet: PriceSheet = {
      provider: "p",
      models: [{ models: ["m"], prices: [{ source: "s", checked: "2026-01-01", rates: { input: "1,5" } }] }],
    };
    expect(() => new PriceBook([sheet])).toThrow(/p m price 1 input: "1,5" is not a decimal/);
  });

  it("refuses an instant without a zone and a model listed twice", () => {
    const price = { source: "s", checked: "2026-01-01", rates: { input: "1" } };
    expect(
      () =>
        new PriceBook([
          { provider: "p", models: [{ models: ["m"], prices: [{ ...price, from: "2026-01-01" }] }] },
        ]),
    ).toThrow(/must be an instant with a zone/);
    expect(
      () => new PriceBook([{ provider: "p", models: [{ models: ["m", "m"], prices: [price] }] }]),
    ).toThrow(/listed twice/);
  });

  it("does not choose between providers that sell a model of the same name", () => {
    const price = { source: "s", checked: "2026-01-01", rates: { input: "1" } };
    const book = new PriceBook(
      ["p", "q"].map((provider) => ({ provider, models: [{ models: ["m"], prices: [price] }] })),
    );
    expect(book.find("", "m", AT)).toMatchObject({ kind: "miss", reason: "ambiguous_provider" });
    expect(book.find("q", "m", AT)).toMatchObject({ kind: "price" });
  });
});
