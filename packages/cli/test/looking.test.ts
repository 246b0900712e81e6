import { describe, expect, it } from "vitest";
import { fileWith, ledgerWith, priceFileFor, run } from "./running.ts";

describe("keeptabs explain", () => {
  it("shows one call's charge line by line, as it is checked by hand", async () => {
    const { path, calls } = await ledgerWith("gpt-4o");
    const { code, out } = await run("explain", calls[0]!.traceId, calls[0]!.spanId, "--ledger", path);
    expect(code).toBe(0);
    expect(out).toMatch(/^input +1000 +2\.5 +1000000 +0\.0025$/m);
    expect(out).toMatch(/^total +0\.0035$/m);
    expect(out).toMatch(/^Price source: https:/m);
  });

  it("shows no cost of a call without a price, which cost something", async () => {
    const { path, calls } = await ledgerWith("acme-llm-9");
    const ids = [calls[0]!.traceId, calls[0]!.spanId, "--ledger", path];
    expect((await run("explain", ...ids)).out).toMatch(/^cost +not known$/m);
    expect(JSON.parse((await run("explain", ...ids, "--json")).out)).toMatchObject({
      status: "unpriced",
      list: null,
      net: null,
    });
  });

  it("says so when the ledger has no such call", async () => {
    const { path } = await ledgerWith("gpt-4o");
    expect(await run("explain", "f".repeat(32), "f".repeat(16), "--ledger", path)).toMatchObject({ code: 1 });
  });
});

describe("keeptabs report", () => {
  it("groups, filters and sums, and shows every digit when asked", async () => {
    const { path } = await ledgerWith("gpt-4o", "gpt-4o-mini");
    const { out } = await run(
      "report",
      "--ledger",
      path,
      "--month",
      "2026-10",
      "--group-by",
      "model,day",
      "--exact",
    );
    expect(out).toMatch(/^gpt-4o +2026-10-15 +1 +0 +0\.0035$/m);
    expect(out).toMatch(/^total +2 +0 +0\.00371$/m);
    expect((await run("report", "--ledger", path, "--customer", "nobody")).out).toBe(
      "No calls in 2026-10 (UTC).\n",
    );
    expect((await run("report", "--ledger", path, "--group-by", "colour")).err).toMatch(
      /--group-by: "colour" is none of/,
    );
    expect((await run("report", "--ledger", path, "--month", "Oct")).err).toMatch(
      /--month: "Oct" is not a month/,
    );
  });
});

describe("keeptabs margin", () => {
  const customers = 'customers:\n  - { id: acme, plan: business, revenue: "10" }\n';

  it("shows what each customer paid, cost and left", async () => {
    const { path } = await ledgerWith("gpt-4o");
    const on = ["--ledger", path, "--config", fileWith("keeptabs.yaml", customers)];
    const { code, out } = await run("margin", ...on);
    expect(code).toBe(0);
    expect(out).toMatch(/^acme +business +10\.00 +0\.00 +10\.00 +100\.0 % +0$/m);
    expect(out).not.toMatch(/no price/);
    expect(JSON.parse((await run("margin", ...on, "--json")).out)).toMatchObject({
      rows: [{ customer: "acme", calls: 1, unpriced_calls: 0, cost: "0.0035", margin: "9.9965" }],
    });
  });

  it("says that a margin is too high by calls that have no price", async () => {
    const { path } = await ledgerWith("gpt-4o", "acme-llm-9");
    const on = ["--ledger", path, "--config", fileWith("keeptabs.yaml", customers)];
    const { out } = await run("margin", ...on);
    expect(out).toMatch(/^acme .* 1$/m);
    expect(out).toMatch(/^1 call has no price, or none for a part: the cost is higher than shown\.$/m);
    expect(JSON.parse((await run("margin", ...on, "--json")).out).rows).toMatchObject([
      { calls: 2, unpriced_calls: 1 },
    ]);
  });
});

describe("keeptabs doctor", () => {
  const span = (attributes: Record<string, string | number>) => ({
    resourceSpans: [
      {
        scopeSpans: [
          {
            scope: { name: "@opentelemetry/instrumentation-openai" },
            spans: [
              {
                traceId: "a".repeat(32),
                spanId: "b".repeat(16),
                name: "chat gpt-4o",
                kind: 3,
                startTimeUnixNano: "1760000000000000000",
                endTimeUnixNano: "1760000001000000000",
                attributes: Object.entries(attributes).map(([key, value]) => ({
                  key,
                  value: typeof value === "number" ? { intValue: value } : { stringValue: value },
                })),
              },
            ],
          },
        ],
      },
    ],
  });
  const CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.system": "openai",
    "gen_ai.response.model": "gpt-4o",
  };

  it("tells per span dialect, usage, quality and customer, and what is missing and how to get it", async () => {
    const file = fileWith(
      "spans.json",
      span({ ...CHAT, "gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 5 }),
    );
    const { code, out } = await run("doctor", "--spans", file);
    expect(code).toBe(1);
    expect(out).toMatch(/^1 span, of which 1 is an LLM call\.$/m);
    expect(out).toMatch(/chat gpt-4o +otel-openai +openai +gpt-4o +input 10, output 5 +partial +nobody/);
    expect(out).toMatch(/No customer is named\. Use withCustomer\(\)/);
    expect(out).toMatch(/leaves out a part of the usage, such as cached tokens/);
  });

  it("says how to get usage when there is none, and reads JSON lines", async () => {
    const line = JSON.stringify(span(CHAT));
    const { out } = await run("doctor", "--spans", fileWith("spans.jsonl", `${line}\n${line}\n`), "--json");
    const rows = JSON.parse(out);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({ status: "unpriced", reason: "usage_missing", cost: null });
    expect(rows[0].advice.join(" ")).toMatch(/stream_options\.include_usage/);
  });

  it("charges as a processor with the same configuration would: own prices, discounts, genai-prices", async () => {
    const config = fileWith(
      "keeptabs.yaml",
      `prices:\n  files: [${priceFileFor("acme-llm-9")}]\noverrides:\n  - { name: deal, from: "2020-01-01T00:00:00Z", provider: openai, percent_off: "50" }\n`,
    );
    const cost = async (provider: string, model: string, ...options: string[]): Promise<unknown> => {
      const usage = { "gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100 };
      const told = { ...CHAT, ...usage, "gen_ai.system": provider, "gen_ai.response.model": model };
      const file = fileWith("spans.json", span(told));
      return JSON.parse((await run("doctor", "--spans", file, "--json", ...options)).out)[0].cost;
    };
    expect(await cost("openai", "acme-llm-9")).toBeNull();
    expect(await cost("openai", "acme-llm-9", "--config", config)).toBe("0.0006");
    expect(await cost("perplexity", "sonar")).not.toBeNull();
  });

  it("refuses what is no export in one sentence", async () => {
    expect(await run("doctor", "--spans", fileWith("x.json", '{"resourceSpans": 7}'))).toMatchObject({
      code: 2,
    });
    expect((await run("doctor", "--spans", fileWith("spans.csv", "trace,span\n1,2\n"))).err).toMatch(
      /^keeptabs: --spans: \S+spans\.csv is no OTLP export in JSON or protobuf: .*\n$/,
    );
    expect((await run("doctor", "--spans", "/nowhere.json")).err).toMatch(
      /--spans: cannot read \/nowhere\.json/,
    );
  });
});
