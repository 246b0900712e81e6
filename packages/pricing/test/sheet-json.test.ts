import { charge, defaultPriceBook, formatUsd, PriceBook, priceSheetsFromJson } from "@keeptabs/pricing";
import { usageOf } from "@keeptabs/usage";
import { describe, expect, it } from "vitest";

const PRICE = { source: "our contract", checked: "2026-09-01", rates: { input: "1", output: "2" } };

/** A price file with one model whose price has these fields besides the necessary ones. */
function file(price: object, model: object = {}): unknown {
  return [
    { provider: "acme", models: [{ models: ["rocket-1"], prices: [{ ...PRICE, ...price }], ...model }] },
  ];
}

describe("a price file of the user's own", () => {
  it("prices calls like our own sheets do", () => {
    const book = new PriceBook(
      priceSheetsFromJson(
        file({ variants: [{ when: { promptTokens: { from: 1000 } }, rates: { input: "2", output: "3" } }] }),
      ),
    );
    const usage = usageOf([["input", 1000]]);
    const result = charge({ provider: "acme", model: "rocket-1", usage, atMs: 0 }, book);
    expect(formatUsd(result.net)).toBe("0.002");
  });

  it("may have everything that our own sheets have", () => {
    const ours = JSON.parse(JSON.stringify(defaultPriceBook().sheets));
    expect(priceSheetsFromJson(ours)).toEqual(ours);
  });

  it.each<readonly [what: string, json: unknown, message: RegExp]>([
    ["that is no list", { provider: "acme" }, /price file: must be a list/],
    ["without a provider", [{ models: [] }], /sheet 1: provider is missing/],
    ["without models", [{ provider: "acme" }], /acme: models is missing/],
    ["with a misspelt field", file({ rate: {} }), /acme rocket-1 prices 1: there is no field "rate"/],
    [
      "with a price without its source",
      file({ source: "" }),
      /acme rocket-1 prices 1 source: must be a text/,
    ],
    ["with a rate that is a float", file({ rates: { input: 0.1 } }), /acme rocket-1 prices 1 rates input/],
    ["with a rate that is no decimal", file({ rates: { input: "one" } }), /acme rocket-1 price 1 input/],
    ["with a negative rate", file({ rates: { input: "-1" } }), /acme rocket-1 price 1 input/],
    ["with a rate of 0 and no reason", file({ rates: { input: "0" } }), /input: a rate of 0 needs a reason/],
    [
      "with a per of 0",
      file({ rates: { pages: { usd: "1", per: 0 } } }),
      /pages: per must be a positive integer/,
    ],
    ["with a day for an instant", file({ from: "2026-01-01" }), /acme rocket-1 price 1 from: .* zone/],
    [
      "with two boundaries in one range",
      file({ variants: [{ when: { promptTokens: { over: 1, from: 2 } }, rates: {} }] }),
      /acme rocket-1 prices 1 variants 1 when promptTokens: must have one of over, from, under, upTo/,
    ],
    [
      "with a factor of 0",
      file({ factors: [{ when: { batch: true }, by: "0" }] }),
      /rocket-1 price 1 factor/,
    ],
    ["with batch: false", file({ factors: [{ when: { batch: false }, by: "1" }] }), /batch: must be true/],
    ["with a model without prices", file({}, { prices: [] }), /acme rocket-1 prices: must not be empty/],
    ["with a model listed twice", file({}, { models: ["rocket-1", "rocket-1"] }), /acme rocket-1: .*twice/],
    ["with null for a price", file({}, { prices: [null] }), /acme rocket-1 prices 1: must be an object/],
  ])("%s is refused with provider, model and field", (_, json, message) => {
    expect(() => priceSheetsFromJson(json)).toThrow(message);
    expect(() => priceSheetsFromJson(json)).toThrow(RangeError);
  });

  it("does not reach into prototypes", () => {
    const json = JSON.parse('[{"provider":"acme","models":[],"__proto__":{"tools":[]}}]');
    expect(() => priceSheetsFromJson(json)).toThrow(/there is no field "__proto__"/);
    const rates = JSON.parse('{"__proto__":"1"}');
    expect(() => priceSheetsFromJson(file({ rates }))).not.toThrow();
    expect(({} as { input?: string }).input).toBeUndefined();
  });
});
