import { type AttoUsd, formatUsd, parseUsd } from "@keeptabs/pricing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { money, moneyPerCall, moneyText, percent, share } from "../../src/operator/figures-text.ts";

describe("an amount as people read it", () => {
  it.each([
    ["0", "$0.00"],
    ["0.01", "$0.01"],
    ["1234567.891", "$1,234,567.89"],
    ["-373.084", "−$373.08"],
    ["999.995", "$1,000.00"],
    ["0.0035", "$0.0035"],
    ["0.0000123", "$0.000012"],
    ["0.00999", "$0.0100"],
    ["-0.0004", "−$0.00040"],
    ["0.000000000000000001", "< $0.000000001"],
    ["-0.000000000000000001", "> −$0.000000001"],
  ])("is rounded to cents or, below one, to two digits: %s is %s", (exact, text) => {
    expect(moneyText(parseUsd(exact))).toBe(text);
  });

  it("never looks like nothing when it is something, and keeps the exact amount beside it", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), (atto) => {
        const amount = atto as AttoUsd;
        if (amount !== 0n) expect(moneyText(amount)).toMatch(/[1-9]/);
        expect(String(money(amount))).toContain(`data-exact="${formatUsd(amount)}"`);
        expect(moneyText(amount).includes("−")).toBe(amount < 0n);
      }),
    );
  });

  it("shows the cost of a call with three digits, and none without calls", () => {
    expect(String(moneyPerCall(parseUsd("10"), 3000))).toContain(">$0.00333<");
    expect(String(moneyPerCall(parseUsd("100"), 8))).toContain(">$12.50<");
    expect(moneyPerCall(parseUsd("0"), 0)).toBeUndefined();
  });
});

describe("a share", () => {
  it.each([
    [0, "0%"],
    [1, "100%"],
    [0.342, "34.2%"],
    [-7.614, "−761.4%"],
    [10.552, "1,055%"],
    [0.00004, "<0.1%"],
    [0.99996, ">99.9%"],
  ])("of %f is written %s", (ratio, text) => {
    expect(percent(ratio)).toBe(text);
  });

  it("of nothing is nothing", () => {
    expect(share(parseUsd("3"), parseUsd("0"))).toBe(0);
    expect(share(parseUsd("1"), parseUsd("4"))).toBe(0.25);
  });
});
