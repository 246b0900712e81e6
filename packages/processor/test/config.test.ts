import { parseUsd } from "@keeptabs/pricing";
import { ConfigError, defaultConfig, parseConfig } from "@keeptabs/processor";
import { describe, expect, it } from "vitest";

const wrong = (yaml: string): string => {
  try {
    parseConfig(yaml, "keeptabs.yaml");
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  return "was accepted";
};

describe("keeptabs.yaml", () => {
  it("may be empty: every key has a default", () => {
    expect(defaultConfig()).toMatchObject({
      timeZone: "UTC",
      ledgerPath: "keeptabs.db",
      ingest: { host: "127.0.0.1", port: 4318 },
      operator: { host: "127.0.0.1", port: 9464 },
    });
    expect(parseConfig("# nothing\n", "keeptabs.yaml")).toEqual(defaultConfig());
  });

  it("takes money as text or number and keeps it exact", () => {
    const { customers } = parseConfig(
      `
customers:
  - { id: acme, revenue: 49.10, budget: "0.1" }
  - id: globex
    revenue: [{ from: 2026-01, monthly: "10" }, { from: 2026-05, monthly: "20" }]
`,
      "keeptabs.yaml",
    );
    expect(customers.get("acme")).toMatchObject({
      revenue: [{ from: undefined, monthly: parseUsd("49.1") }],
      budget: parseUsd("0.1"),
    });
    expect(customers.get("globex")?.revenue.map(({ from }) => from)).toEqual(["2026-01", "2026-05"]);
  });

  it("is refused with file, line and key", () => {
    expect(wrong("time_zone: UTC\nledgre: x.db\n")).toBe(
      'keeptabs.yaml:2: unknown key "ledgre"; known here: time_zone, ledger, ingest, operator, customers, attribution, prices, overrides, series_budget',
    );
    expect(wrong("ingest:\n  port: 99999\n")).toMatch(/^keeptabs\.yaml:2: ingest\.port: /);
    expect(wrong("customers:\n  - id: acme\n  - id: globex\n    revenue: ten\n")).toMatch(
      /^keeptabs\.yaml:4: customers\.1\.revenue: .*"ten" is not a decimal amount/,
    );
    expect(wrong("time_zone: Mars\n")).toMatch(/^keeptabs\.yaml:1: time_zone: must be an IANA time zone/);
    expect(wrong("customers: [\n")).toMatch(/^keeptabs\.yaml:\d: /);
    expect(wrong("customers:\n  - { id: a }\n  - { id: a }\n")).toMatch(/"a" is listed twice/);
    expect(wrong('customers:\n  - { id: "__other__" }\n')).toMatch(
      /keeptabs\.yaml:2: customers\.0\.id: .*reserved/,
    );
    expect(wrong("[]")).toMatch(/^keeptabs\.yaml:1: the configuration: /);
  });
});

describe("prices in keeptabs.yaml", () => {
  it("are overrides, names and files, and a wrong one is refused with its name and field", () => {
    const config = parseConfig(
      `
prices:
  files: [own-prices.json]
  names:
    - { provider: azure.ai.openai, name: my-gpt4o, model: gpt-4o-2024-08-06, region: DataZoneStandard-US }
overrides:
  - { name: contract 7, from: "2026-01-01T00:00:00Z", provider: openai, percent_off: "12.5" }
  - { name: acme's own, from: "2026-01-01T00:00:00Z", customers: [acme], rates: { input: "1", output: { usd: "2", per: 1000000 } } }
`,
      "keeptabs.yaml",
    );
    expect(config.prices.files).toEqual(["own-prices.json"]);
    const subject = {
      provider: "openai",
      models: ["gpt-4o"],
      customer: "acme",
      serviceTier: undefined,
      atMs: Date.parse("2026-06-01"),
    };
    expect(config.prices.overrides.applying(subject).map(({ override }) => override.name)).toEqual([
      "contract 7",
      "acme's own",
    ]);
    expect(wrong('overrides:\n  - { name: x, from: "2026-01-01T00:00:00Z" }\n')).toMatch(
      /keeptabs\.yaml:2: overrides\.0: must have exactly one of percent_off/,
    );
    expect(wrong('overrides:\n  - { name: x, from: "yesterday", percent_off: "1" }\n')).toMatch(
      /override x from: "yesterday"/,
    );
    expect(wrong('overrides:\n  - { name: x, from: "2026-01-01T00:00:00Z", percent_off: "101" }\n')).toMatch(
      /override x percent: "101" is more than 100/,
    );
  });
});
