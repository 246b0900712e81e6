import { KNOWN_UNITS, type Usage, usageFromAttributes, usageOf, usageToAttributes } from "@keeptabs/usage";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const quantities = fc.dictionary(
  fc.oneof(fc.constantFrom(...KNOWN_UNITS), fc.constant("holograms"), fc.constant("__proto__")),
  fc.integer({ min: 1, max: 1_000_000_000 }),
);

const usages: fc.Arbitrary<Usage> = fc
  .record({
    quantities,
    quality: fc.constantFrom("reported", "partial", "estimated", "missing"),
    circumstances: fc.record(
      {
        serviceTier: fc.string({ maxLength: 20 }),
        batch: fc.boolean(),
        region: fc.string({ maxLength: 20 }),
      },
      { requiredKeys: [] },
    ),
    other: fc.option(quantities, { nil: undefined }),
    lowerBound: fc.boolean(),
    free: fc.option(fc.constant("gateway_cache_hit"), { nil: undefined }),
    notes: fc.array(fc.string({ maxLength: 40 }), { maxLength: 3 }),
  })
  .map(({ quantities: plain, other, free, ...rest }) =>
    usageOf(Object.entries(plain), {
      ...rest,
      otherModels: other === undefined ? [] : [{ model: "m", quantities: new Map(Object.entries(other)) }],
      claims: [{ amount: "0.00014", source: "provider", field: "usage.cost" }],
      ...(free === undefined ? {} : { free }),
    } as Partial<Usage>),
  );

describe("a usage on a span", () => {
  it("is read back as it was written", () => {
    fc.assert(
      fc.property(usages, (usage) => {
        expect(usageFromAttributes(new Map(Object.entries(usageToAttributes(usage))))).toEqual(usage);
      }),
    );
  });

  it("has OpenTelemetry's token counts, in which input includes the cache and output the reasoning", () => {
    const usage = usageOf([
      ["input", 86],
      ["cache_read", 1920],
      ["cache_write_5m", 10],
      ["output", 172],
      ["output_reasoning", 128],
    ]);
    expect(usageToAttributes(usage)).toMatchObject({
      "gen_ai.usage.input_tokens": 2016,
      "gen_ai.usage.cache_read.input_tokens": 1920,
      "gen_ai.usage.cache_write.input_tokens": 10,
      "gen_ai.usage.output_tokens": 300,
      "gen_ai.usage.reasoning.output_tokens": 128,
    });
  });

  it("is not read from what is none of ours, whole or not at all", () => {
    const read = (text: unknown) => usageFromAttributes(new Map([["keeptabs.usage", text as string]]));
    for (const text of [
      "",
      "{",
      "[]",
      "null",
      '{"quantities":{"input":-1}}',
      '{"quantities":{"input":1.5}}',
      7,
    ]) {
      expect(read(text)).toBeUndefined();
    }
    expect(
      read('{"quantities":{"input":5},"claims":[{"amount":"1e9999","source":"provider","field":"x"}]}')
        ?.claims,
    ).toEqual([]);
    fc.assert(fc.property(fc.json(), (text) => void read(text)));
  });
});
