import { readFileSync } from "node:fs";
import { parseUsd } from "@keeptabs/pricing";
import { ConfigError, configJsonSchema, defaultConfig, parseConfig } from "@keeptabs/processor";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

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
  it("tells where it names a customer", () => {
    const { placesNaming } = parseConfig(
      `
customers:
  - id: acme
  - id: globex
tokens:
  - { name: portal, role: read, customer: acme, sha256: "${"a".repeat(64)}" }
  - { name: ops, role: admin, sha256: "${"b".repeat(64)}" }
overrides:
  - { name: contract 7, from: "2026-01-01T00:00:00Z", customers: [globex, acme], percent_off: "10" }
`,
      "keeptabs.yaml",
    );
    expect([...placesNaming]).toEqual([
      ["acme", ["customers", "tokens: portal", "overrides: contract 7"]],
      ["globex", ["customers", "overrides: contract 7"]],
    ]);
  });

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

  it("takes a plain number digit by digit, also where a float has not so many", () => {
    const { customers } = parseConfig(
      "customers:\n  - { id: acme, revenue: 12345678901234567.89, budget: 0.123456789012345678 }\n",
      "keeptabs.yaml",
    );
    expect(customers.get("acme")).toMatchObject({
      revenue: [{ monthly: parseUsd("12345678901234567.89") }],
      budget: parseUsd("0.123456789012345678"),
    });
    expect(wrong("customers:\n  - { id: acme, budget: 0.1000000000000000001 }\n")).toMatch(
      /^keeptabs\.yaml:2: customers\.0\.budget: /,
    );
  });

  it("is refused with file, line and key", () => {
    expect(wrong("time_zone: UTC\nledgre: x.db\n")).toBe(
      'keeptabs.yaml:2: unknown key "ledgre"; known here: time_zone, ledger, ingest, operator, tokens, customers, attribution, prices, overrides, series_budget',
    );
    expect(wrong("ingest:\n  port: 99999\n")).toMatch(/^keeptabs\.yaml:2: ingest\.port: /);
    expect(wrong("customers:\n  - id: acme\n  - id: globex\n    revenue: ten\n")).toMatch(
      /^keeptabs\.yaml:4: customers\.1\.revenue: .*"ten" is not a decimal amount/,
    );
    expect(wrong("time_zone: Mars\n")).toMatch(/^keeptabs\.yaml:1: time_zone: must be an IANA time zone/);
    expect(wrong("customers: [\n")).toMatch(/^keeptabs\.yaml:\d: /);
    expect(wrong("customers:\n  - { id: a }\n  - { id: a }\n")).toBe(
      'keeptabs.yaml:3: customers.1.id: "a" is listed twice',
    );
    const revenue = (from: string): string =>
      `customers:\n  - id: a\n    revenue:\n      - { ${from}monthly: "1" }\n      - { ${from}monthly: "2" }\n`;
    expect(wrong(revenue("from: 2026-07, "))).toBe(
      "keeptabs.yaml:5: customers.0.revenue.1.from: 2026-07 is listed twice",
    );
    expect(wrong(revenue(""))).toBe(
      "keeptabs.yaml:5: customers.0.revenue.1.from: an amount without a month is listed twice",
    );
    expect(wrong('customers:\n  - { id: "__other__" }\n')).toMatch(
      /keeptabs\.yaml:2: customers\.0\.id: .*reserved/,
    );
    expect(wrong("[]")).toMatch(/^keeptabs\.yaml:1: the configuration: /);
  });
});

describe("tokens in keeptabs.yaml", () => {
  const hash = (digit: string): string => digit.repeat(64);
  const refused = (...tokens: string[]): string =>
    wrong(`tokens:\n${tokens.map((token) => `  - ${token}\n`).join("")}`);

  it("are a list of roles with hashes, and two of one name may be in force", () => {
    const { tokens } = parseConfig(
      `
tokens:
  - { name: backend, role: ingest, source: backend, sha256: "${hash("A")}" }
  - { name: backend, role: ingest, source: backend, sha256: "${hash("b")}" }
  - { name: acme-portal, role: read, customer: acme, sha256: "${hash("c")}" }
  - { name: grafana, role: read, sha256: "${hash("d")}" }
  - { name: ops, role: admin, sha256: "${hash("e")}" }
`,
      "keeptabs.yaml",
    );
    expect(tokens).toEqual([
      { name: "backend", role: "ingest", source: "backend", sha256: hash("a") },
      { name: "backend", role: "ingest", source: "backend", sha256: hash("b") },
      { name: "acme-portal", role: "read", customer: "acme", sha256: hash("c") },
      { name: "grafana", role: "read", customer: undefined, sha256: hash("d") },
      { name: "ops", role: "admin", sha256: hash("e") },
    ]);
  });

  it("that are wrong are refused with line and key, and a secret is never repeated", () => {
    const secret = `kt_${"s".repeat(43)}`;
    const itself = refused(`{ name: a, role: admin, sha256: ${secret} }`);
    expect(itself).toMatch(/^keeptabs\.yaml:2: tokens\.0\.sha256: is the token itself; only its hash/);
    expect(itself).not.toContain(secret);
    expect(refused("{ name: a, role: admin, sha256: abc }")).toMatch(
      /tokens\.0\.sha256: must be the SHA-256/,
    );
    expect(refused(`{ name: a, role: root, sha256: "${hash("a")}" }`)).toMatch(
      /^keeptabs\.yaml:2: tokens\.0\.role: must be ingest, read or admin/,
    );
    expect(refused(`{ name: a, role: ingest, sha256: "${hash("a")}" }`)).toMatch(/tokens\.0\.source: /);
    expect(refused(`{ name: a, role: admin, customer: acme, sha256: "${hash("a")}" }`)).toMatch(
      /unknown key "tokens\.0\.customer"/,
    );
    expect(refused(`{ name: a, role: read, customer: " ", sha256: "${hash("a")}" }`)).toMatch(
      /tokens\.0\.customer: /,
    );
    const admin = (name: string, digit: string) => `{ name: ${name}, role: admin, sha256: "${hash(digit)}" }`;
    expect(refused(admin("a", "1"), admin("b", "1"))).toMatch(
      /^keeptabs\.yaml:3: tokens\.1\.sha256: another token has the same hash/,
    );
    expect(refused(admin("a", "1"), `{ name: a, role: read, sha256: "${hash("2")}" }`)).toMatch(
      /^keeptabs\.yaml:3: tokens\.1\.name: another token named "a" has another role/,
    );
    const sending = (source: string, digit: string) =>
      `{ name: a, role: ingest, source: ${source}, sha256: "${hash(digit)}" }`;
    expect(refused(sending("x", "1"), sending("y", "2"))).toMatch(/another role, source or customer/);
  });
});

describe("limits in keeptabs.yaml", () => {
  it("are refused where they could never be kept", () => {
    expect(wrong("ingest: { max_in_flight_bytes: 4096 }\n")).toMatch(
      /^keeptabs\.yaml:1: ingest\.max_in_flight_bytes: must be at least twice max_body_bytes/,
    );
    expect(wrong("operator:\n  rate_limit: { requests_per_second: 0, burst: 1 }\n")).toMatch(
      /^keeptabs\.yaml:2: operator\.rate_limit\.requests_per_second: /,
    );
    expect(wrong("ingest: { rate_limit: { requests_per_second: 5 } }\n")).toMatch(
      /ingest\.rate_limit\.burst/,
    );
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

describe("the schema for editors", () => {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(configJsonSchema());

  it("is the one that is kept beside the example (vitest -u writes it anew)", async () => {
    const text = `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot("../../../keeptabs.schema.json");
  });

  it("holds for the example and marks what is misspelt", () => {
    const example = readFileSync(new URL("../../../keeptabs.example.yaml", import.meta.url), "utf8");
    expect([validate(parse(example)), validate.errors]).toEqual([true, null]);
    for (const yaml of [
      "ledgre: x",
      "ingest: { prot: 1 }",
      "tokens: [{ name: a, role: root }]",
      "customers: acme",
    ]) {
      expect([yaml, validate(parse(yaml))]).toEqual([yaml, false]);
    }
  });
});
