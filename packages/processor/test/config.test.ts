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
      'keeptabs.yaml:2: unknown key "ledgre"; known here: time_zone, ledger, ingest, operator, customers, attribution, series_budget',
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
