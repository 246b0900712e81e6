import {
  type AttoUsd,
  formatUsd,
  joinUsd,
  parseUsd,
  parseUsdRounded,
  roundUsd,
  scaleUsd,
  splitUsd,
  sumUsd,
  usdToNumber,
} from "@keeptabs/pricing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const amounts = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map((value) => value as AttoUsd);

describe("money", () => {
  it("is read from the decimal strings of a price sheet without losing a digit", () => {
    expect(parseUsd("0.000000000000000001")).toBe(1n);
    expect(parseUsd("2.5")).toBe(2_500_000_000_000_000_000n);
    expect(parseUsd("3.625e-9")).toBe(3_625_000_000n);
    expect(parseUsd("-1")).toBe(-(10n ** 18n));
  });

  it("refuses what is not a decimal, and digits that could not be kept", () => {
    for (const text of ["", " 1", "1,5", "0x10", "NaN", "Infinity", "1.", ".5", "--1", "1e9999"]) {
      expect(() => parseUsd(text), text).toThrow(RangeError);
    }
    expect(() => parseUsd("0.0000000000000000001")).toThrow(/below 1e-18/);
  });

  it("rounds a float that others computed half to even, below 1e-18 only", () => {
    expect(parseUsdRounded("0.00000000000000000050")).toBe(0n);
    expect(parseUsdRounded("0.0000000000000000015")).toBe(2n);
    expect(parseUsdRounded("0.0000000000000000025")).toBe(2n);
    expect(parseUsdRounded("0.30000000000000004")).toBe(parseUsd("0.30000000000000004"));
  });

  it("is shown as a string that reads back to the same amount", () => {
    fc.assert(fc.property(amounts, (amount) => parseUsd(formatUsd(amount)) === amount));
  });

  it("is shown to people with a fixed number of places, half to even", () => {
    expect(roundUsd(parseUsd("1234.565"), 2)).toBe("1234.56");
    expect(roundUsd(parseUsd("1234.575"), 2)).toBe("1234.58");
    expect(roundUsd(parseUsd("-0.005"), 2)).toBe("0.00");
    expect(roundUsd(parseUsd("2.5"), 0)).toBe("2");
  });

  it("splits into two integers that SQL can sum: sums of parts join to the sum of amounts", () => {
    fc.assert(
      fc.property(fc.array(amounts), (list) => {
        const parts = list.map(splitUsd);
        expect(parts.every(({ atto }) => atto >= 0n && atto < 10n ** 9n)).toBe(true);
        const nano = parts.reduce((sum, part) => sum + part.nano, 0n);
        const atto = parts.reduce((sum, part) => sum + part.atto, 0n);
        expect(joinUsd(nano, atto)).toBe(sumUsd(list));
      }),
    );
  });

  it("sums to the same amount in every order", () => {
    fc.assert(
      fc.property(fc.array(amounts), (list) => {
        expect(sumUsd(list.toReversed())).toBe(sumUsd(list));
      }),
    );
  });

  it("says whether a multiplication had to be rounded", () => {
    expect(scaleUsd(parseUsd("0.111"), 10n, 3600n)).toEqual({ amount: 308_333_333_333_333n, exact: false });
    expect(scaleUsd(parseUsd("5"), 11n, 10n)).toEqual({ amount: parseUsd("5.5"), exact: true });
  });

  it("scales half to even on both sides of zero", () => {
    expect(scaleUsd(1n as AttoUsd, 1n, 2n).amount).toBe(0n);
    expect(scaleUsd(3n as AttoUsd, 1n, 2n).amount).toBe(2n);
    expect(scaleUsd(-3n as AttoUsd, 1n, 2n).amount).toBe(-2n);
  });

  it("becomes the nearest double for a chart", () => {
    expect(usdToNumber(parseUsd("0.1"))).toBe(0.1);
  });
});
