import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labelText, labelValue } from "../../src/metrics/text-format.ts";

describe("a label", () => {
  const names = ["customer", "feature"];
  const LONE_SURROGATES = fc.constantFrom("\ud800", "\udbff", "\udc00", "a");
  const LONG = "long ".repeat(60);

  it("keeps apart what is apart, whatever characters it is made of", () => {
    const strings = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.string({ unit: LONE_SURROGATES, maxLength: 3 }),
      fc.constantFrom(
        "a,b",
        "a",
        'a"',
        "a\\",
        "a\n",
        "b",
        LONG,
        labelValue(LONG),
        labelValue(labelValue(LONG)),
      ),
    );
    fc.assert(
      fc.property(fc.tuple(strings, strings), fc.tuple(strings, strings), (a, b) => {
        expect(labelText(names, a) === labelText(names, b)).toBe(a[0] === b[0] && a[1] === b[1]);
      }),
      { numRuns: 2000 },
    );
  });

  it("is bounded, well formed and on one line", () => {
    // A pair of surrogates that the bound falls into must not be cut in two.
    const emoji = fc.nat(3).map((before) => "a".repeat(before) + "\u{1f600}".repeat(100));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary", maxLength: 1000 }), emoji), (text) => {
        const value = labelValue(text);
        expect(value.length).toBeLessThanOrEqual(128);
        expect(value.isWellFormed()).toBe(true);
        expect(labelText(["a"], [text])).not.toMatch(/[\n\r\0]/);
      }),
    );
  });
});
