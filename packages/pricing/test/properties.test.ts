import { charge, defaultPriceBook, Overrides, sumUsd, ZERO_USD } from "@keeptabs/pricing";
import { KNOWN_UNITS, type Unit, usageOf } from "@keeptabs/usage";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const BOOK = defaultPriceBook();
const AT = Date.parse("2026-09-15T12:00:00Z");

const names = BOOK.sheets.flatMap(({ provider, models }) =>
  models.map(({ models: [model = ""] }) => ({ provider, model })),
);
const anyModel = fc.constantFrom(...names);
const anyUnit = fc.constantFrom<Unit>(...KNOWN_UNITS, "unit_of_tomorrow");
const anyQuantities = fc.uniqueArray(fc.tuple(anyUnit, fc.integer({ min: 1, max: 2_000_000 })), {
  selector: ([unit]) => unit,
  maxLength: 8,
});
const anyCircumstances = fc.record(
  {
    serviceTier: fc.constantFrom("default", "flex", "priority", "batch", "scale"),
    batch: fc.boolean(),
    region: fc.constantFrom("us", "eu", "DataZoneStandard-US", "nowhere"),
    speed: fc.constantFrom("standard", "fast"),
    imageSize: fc.constantFrom("high-1024x1024", "4K"),
  },
  { requiredKeys: [] },
);

/** Two positive parts whose sum is below every boundary of long context. */
const anySplit = fc.uniqueArray(
  fc.tuple(anyUnit, fc.integer({ min: 1, max: 7000 }), fc.integer({ min: 1, max: 7000 })),
  { selector: ([unit]) => unit, minLength: 1, maxLength: 8 },
);

describe("every charge", () => {
  it("is the same in parts as at once, where no boundary or minimum lies between", () => {
    fc.assert(
      fc.property(anyModel, anySplit, (name, split) => {
        const of = (part: (a: number, b: number) => number) =>
          charge(
            { ...name, atMs: AT, usage: usageOf(split.map(([unit, a, b]) => [unit, part(a, b)] as const)) },
            BOOK,
          );
        const whole = of((a, b) => a + b);
        const parts = [of((a) => a), of((_, b) => b)];
        // Durations that do not divide evenly are rounded, each by itself; a minimum is billed for each.
        const apart = [...parts.flatMap(({ lines }) => lines), ...whole.lines];
        fc.pre(apart.every(({ rounded, billed }) => !rounded && billed === undefined));
        fc.pre(!whole.lines.some(({ unit }) => unit === "requests" && !split.some(([own]) => own === unit)));
        expect(sumUsd(parts.map(({ net }) => net))).toBe(whole.net);
        expect(parts.map(({ reason }) => reason)).toEqual([whole.reason, whole.reason]);
      }),
      { numRuns: 400 },
    );
  });

  it("is never negative, never a zero without a reason, and the sum of its lines", () => {
    fc.assert(
      fc.property(anyModel, anyQuantities, anyCircumstances, (name, quantities, circumstances) => {
        const result = charge({ ...name, usage: usageOf(quantities, { circumstances }), atMs: AT }, BOOK);
        expect(result.net).toBeGreaterThanOrEqual(0n);
        expect(result.net).toBe(sumUsd(result.lines.map(({ amount }) => amount)));
        if (result.net === ZERO_USD) expect(result.reason).toBeTruthy();
        expect(result.status === "charged").toBe(result.reason === undefined);
      }),
      { numRuns: 400 },
    );
  });

  it("leaves no quantity out in silence: each has a line, or the reason names it or the whole price", () => {
    fc.assert(
      fc.property(anyModel, anyQuantities, anyCircumstances, (name, quantities, circumstances) => {
        const { lines, reason = "" } = charge(
          { ...name, usage: usageOf(quantities, { circumstances }), atMs: AT },
          BOOK,
        );
        const whole = /^(?:no_price_at_that_time|(?:region|batch|service_tier|speed)_not_priced)/.test(
          reason,
        );
        const gaps = reason.split(" ");
        for (const [unit, quantity] of quantities) {
          const line = lines.find((candidate) => candidate.unit === unit);
          if (line !== undefined) expect(line.quantity).toBe(quantity);
          else expect(whole || gaps.includes(`unit_not_priced:${unit}`), `${unit}: ${reason}`).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("is never more net than list under a percentage off, and the same under none of it", () => {
    fc.assert(
      fc.property(anyModel, anyQuantities, fc.integer({ min: 0, max: 1000 }), (name, quantities, tenths) => {
        const percent = `${Math.floor(tenths / 10)}.${tenths % 10}`;
        const overrides = new Overrides([
          { name: "o", from: "2020-01-01T00:00:00Z", terms: { kind: "percent_off", percent } },
        ]);
        const call = { ...name, usage: usageOf(quantities), atMs: AT };
        const listed = charge(call, BOOK);
        const agreed = charge(call, BOOK, overrides);
        expect(agreed.list).toBe(listed.list);
        expect(agreed.net).toBeLessThanOrEqual(agreed.list);
        if (tenths === 0) expect(agreed.net).toBe(listed.net);
        if (tenths === 1000) expect(agreed.net).toBe(ZERO_USD);
      }),
      { numRuns: 200 },
    );
  });
});
