import { charge, defaultPriceBook, formatUsd, type Override, Overrides } from "@keeptabs/pricing";
import { type Usage, usageOf } from "@keeptabs/usage";
import { describe, expect, it } from "vitest";

const BOOK = defaultPriceBook();
const AT = Date.parse("2026-09-15T00:00:00Z");
const USAGE = usageOf([
  ["input", 1_000_000],
  ["output", 1_000_000],
]);

interface Asked {
  readonly model?: string;
  readonly provider?: string;
  readonly usage?: Usage;
  readonly customer?: string;
  readonly at?: string;
}

/** List 2.5 and 10, unless something else is asked for. */
function charged(overrides: readonly Override[], { at, customer, ...call }: Asked = {}) {
  const result = charge(
    {
      provider: "openai",
      model: "gpt-4o",
      usage: USAGE,
      ...call,
      atMs: at === undefined ? AT : Date.parse(at),
      ...(customer === undefined ? {} : { customer }),
    },
    BOOK,
    new Overrides(overrides),
  );
  return { ...result, list: formatUsd(result.list), net: formatUsd(result.net) };
}

const TEN_OFF: Override = {
  name: "contract 2026-114",
  from: "2026-01-01T00:00:00Z",
  until: "2027-01-01T00:00:00Z",
  provider: "openai",
  terms: { kind: "percent_off", percent: "12.5" },
};

describe("a negotiated discount", () => {
  it("leaves the list price as it is and lowers the net one, line by line, with the contract's name", () => {
    const result = charged([TEN_OFF]);
    expect(result).toMatchObject({ status: "charged", list: "12.5", net: "10.9375" });
    expect(result.lines.map(({ agreement }) => agreement?.name)).toEqual([TEN_OFF.name, TEN_OFF.name]);
    expect(result.lines[0]?.agreement?.terms).toBe("12.5 % off");
  });

  it("holds from its first instant until just before its last", () => {
    const net = (at: string) => charged([TEN_OFF], { at }).net;
    expect(net("2025-12-31T23:59:59.999Z")).toBe("12.5");
    expect(net("2026-01-01T00:00:00Z")).toBe("10.9375");
    expect(net("2026-12-31T23:59:59.999Z")).toBe("10.9375");
    expect(net("2027-01-01T00:00:00Z")).toBe("12.5");
  });

  it("is for the provider, models, units, customers and tiers that it names, and for no other", () => {
    const only = (part: Partial<Override>, asked: Asked = {}) =>
      charged([{ ...TEN_OFF, ...part }], asked).net;
    expect(only({ provider: "anthropic" })).toBe("12.5");
    expect(only({ models: ["gpt-4.1"] })).toBe("12.5");
    expect(only({ models: ["gpt-4o"] }, { model: "gpt-4o-2024-08-06" })).toBe("10.9375");
    expect(only({ customers: ["acme"] })).toBe("12.5");
    expect(only({ customers: ["acme"] }, { customer: "acme" })).toBe("10.9375");
    expect(only({ customers: ["acme"] }, { customer: "other" })).toBe("12.5");
    expect(only({ serviceTiers: ["priority"] })).toBe("12.5");
    expect(only({ terms: { kind: "percent_off", percent: "50", units: ["output"] } })).toBe("7.5");
  });

  it("is never added to another: the first that speaks of a unit is taken", () => {
    const outputs: Override = {
      ...TEN_OFF,
      name: "first",
      terms: { kind: "percent_off", percent: "50", units: ["output"] },
    };
    // 2.5 × 0.875 + 10 × 0.5
    expect(charged([outputs, TEN_OFF]).net).toBe("7.1875");
    expect(charged([TEN_OFF, outputs]).net).toBe("10.9375");
  });

  it("does not touch what the provider says it charged", () => {
    const usage = usageOf([["input", 5]], {
      claims: [{ amount: "0.25", source: "provider", field: "usage.cost" }],
    });
    expect(charged([TEN_OFF], { usage })).toMatchObject({ source: "provider", list: "0.25", net: "0.25" });
  });

  it("of everything says so when the net amount is zero", () => {
    const all: Override = { ...TEN_OFF, terms: { kind: "percent_off", percent: "100" } };
    expect(charged([all])).toMatchObject({
      status: "zero",
      reason: "negotiated_rate",
      list: "12.5",
      net: "0",
    });
  });
});

describe("negotiated rates", () => {
  const rates: Override = {
    name: "volume",
    from: "2026-01-01T00:00:00Z",
    models: ["gpt-4o"],
    terms: { kind: "rates", rates: { input: "2" } },
  };

  it("replace the list's for the units they name", () => {
    const result = charged([rates]);
    expect(result).toMatchObject({ list: "12.5", net: "12" });
    expect(result.lines.map(({ agreement }) => agreement?.terms)).toEqual(["2 per 1000000", undefined]);
  });

  it("price a model or a unit that has no list price", () => {
    const own: Override = { ...rates, models: ["our-own"], terms: { kind: "rates", rates: { input: "3" } } };
    const result = charged([own], { model: "our-own" });
    expect(result).toMatchObject({ status: "partly_unpriced", reason: "unit_not_priced:output", net: "3" });
    expect(result.lines[0]?.source).toBe("override:volume");
    expect(charged([], { model: "our-own" })).toMatchObject({ status: "unpriced" });
  });
});

describe("committed capacity", () => {
  const capacity: Override = {
    name: "scale units",
    from: "2026-01-01T00:00:00Z",
    serviceTiers: ["scale"],
    terms: { kind: "committed", rates: { input: "0", output: { usd: "1.5", per: 1_000_000 } } },
  };
  const scale = usageOf([["input", 1_000_000]], { circumstances: { serviceTier: "scale" } });

  it("costs what the user books it at, with a reason when that is nothing", () => {
    expect(charged([capacity], { usage: scale })).toMatchObject({
      status: "zero",
      reason: "committed_capacity",
      net: "0",
    });
    const both = usageOf(USAGE.quantities, { circumstances: { serviceTier: "scale" } });
    expect(charged([capacity], { usage: both })).toMatchObject({ status: "charged", net: "1.5" });
  });

  it("is unpriced as long as nothing was configured", () => {
    expect(charged([], { usage: scale })).toMatchObject({
      status: "unpriced",
      reason: "service_tier_not_priced:scale",
    });
  });
});

describe("an override that is wrong", () => {
  it("is refused with its name and the field", () => {
    const make = (part: Partial<Override>) => () => new Overrides([{ ...TEN_OFF, ...part }]);
    expect(make({ from: "2026-01-01" })).toThrow(/override contract 2026-114 from: .* zone/);
    expect(make({ until: "2026-01-01T00:00:00Z" })).toThrow(/until: must be after from/);
    expect(make({ terms: { kind: "percent_off", percent: "101" } })).toThrow(
      /percent: "101" is more than 100/,
    );
    expect(make({ terms: { kind: "percent_off", percent: "-5" } })).toThrow(/is not a decimal from 0 to 100/);
    expect(make({ terms: { kind: "rates", rates: { input: "two" } } })).toThrow(
      /contract 2026-114 input: "two"/,
    );
  });
});
