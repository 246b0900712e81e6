import { LEDGER_FAMILIES } from "@keeptabs/processor";
import { afterEach, describe, expect, it } from "vitest";
import { type Running, spanOf, startTestProcessor } from "../running.ts";
import { attoOf, sample, samplesOf } from "./sample-text.ts";

const YAML = `
time_zone: Europe/Berlin
series_budget: 100
customers:
  - { id: acme, name: 'Acme "the" Corp', plan: flat, revenue: "49", budget: "30" }
`;

let processor: Running;

afterEach(async () => {
  await processor.stop();
});

const COST = 'llm_cost_usd_total{customer="acme",feature="chat",provider="openai",model="gpt-4o-2024-08-06"}';
const ACME = { "customer.id": "acme", "keeptabs.feature": "chat" };

/** Sums over customers of what comes from the ledger: which customers are folded may change with a restart. */
function withoutCustomer(text: string): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const [series, value] of samplesOf(text)) {
    if (!series.startsWith("llm_")) continue;
    const key = series.replace(/customer="(?:customer-\d+|__other__)"/, "");
    sums.set(key, (sums.get(key) ?? 0n) + attoOf(value));
  }
  return sums;
}

describe("/metrics", () => {
  it("shows a new series as 0 once, then exactly what the ledger holds", async () => {
    processor = await startTestProcessor(YAML);
    await processor.postSpans(spanOf(ACME), spanOf(ACME));
    expect(sample(await processor.metrics(), COST)).toBe("0");
    const text = await processor.metrics();
    expect(sample(text, COST)).toBe("0.007");
    expect(
      sample(
        text,
        'llm_tokens_total{customer="acme",provider="openai",model="gpt-4o-2024-08-06",type="input"}',
      ),
    ).toBe("2000");
    expect(sample(text, 'llm_calls_total{customer="acme",feature="chat",outcome="ok"}')).toBe("2");
  });

  it("starts after a restart from what the ledger counted, without a 0 in between", async () => {
    processor = await startTestProcessor(YAML);
    await processor.postSpans(spanOf(ACME));
    await processor.stop();
    processor = await startTestProcessor(YAML, processor.ledgerPath);
    expect(sample(await processor.metrics(), COST)).toBe("0.0035");
    await processor.postSpans(spanOf(ACME));
    expect(sample(await processor.metrics(), COST)).toBe("0.007");
  });

  it("shows after a restart every series of the ledger as before it, month and folded customers too", async () => {
    processor = await startTestProcessor(YAML);
    const spans = Array.from({ length: 150 }, (_, i) =>
      spanOf({ "customer.id": `customer-${i % 50}`, "keeptabs.feature": `feature-${i % 3}` }),
    );
    await processor.postSpans(...spans);
    await processor.metrics();
    const before = await processor.metrics();
    expect(before).toContain("__other__");
    await processor.stop();
    processor = await startTestProcessor(YAML, processor.ledgerPath);
    expect(withoutCustomer(await processor.metrics())).toEqual(withoutCustomer(before));
  });

  it("shows the month so far in the reporting time zone, over the turn of the month", async () => {
    processor = await startTestProcessor(YAML);
    // 22:59:59.999 and 23:00 UTC on 31 October are the last and the first instant of a month in Berlin.
    const turn = Date.parse("2026-10-31T23:00:00Z");
    processor.now = turn - 1;
    await processor.postSpans(
      spanOf(ACME, { endTimeUnixNano: `${turn - 1}000000` }),
      spanOf(ACME, { endTimeUnixNano: `${turn}000000` }),
    );
    const gauge = 'llm_customer_cost_month_to_date_usd{customer="acme"}';
    expect(sample(await processor.metrics(), gauge)).toBe("0.0035");
    await processor.postSpans(spanOf(ACME, { endTimeUnixNano: `${turn + 1}000000` }));
    processor.now = turn + 1;
    const text = await processor.metrics();
    expect(sample(text, gauge)).toBe("0.007");
    expect(sample(text, 'llm_feature_cost_month_to_date_usd{feature="chat"}')).toBe("0.007");
    expect(sample(text, 'llm_customer_margin_month_to_date_usd{customer="acme"}')).toBe("48.993");
  });

  it("shows revenue, budget and name of customers also without calls", async () => {
    processor = await startTestProcessor(YAML);
    const text = await processor.metrics();
    expect(sample(text, 'llm_customer_revenue_month_usd{customer="acme"}')).toBe("49");
    expect(sample(text, 'llm_customer_budget_month_usd{customer="acme"}')).toBe("30");
    expect(sample(text, 'llm_customer_info{customer="acme",name="Acme \\"the\\" Corp",plan="flat"}')).toBe(
      "1",
    );
    expect(sample(text, 'llm_customer_cost_month_to_date_usd{customer="acme"}')).toBeUndefined();
  });

  it("counts what can't be priced by model and reason", async () => {
    processor = await startTestProcessor(YAML);
    await processor.postSpans(spanOf({ ...ACME, "gen_ai.response.model": "acme-llm-9" }));
    await processor.metrics();
    const series = 'llm_unpriced_calls_total{provider="openai",model="acme-llm-9",reason="model_not_found"}';
    expect(sample(await processor.metrics(), series)).toBe("1");
  });

  it("folds customers beyond the series budget into one, and the sum stays true", async () => {
    processor = await startTestProcessor(YAML);
    const spans = Array.from({ length: 200 }, (_, i) =>
      spanOf({ "customer.id": `customer-${i}`, "keeptabs.feature": "chat" }),
    );
    await processor.postSpans(...spans);
    await processor.metrics();
    const text = await processor.metrics();
    const costs = [...text.matchAll(/^llm_cost_usd_total\{customer="([^"]*)".*\} (\S+)$/gm)];
    expect(costs.length).toBeLessThan(60);
    expect(costs.map(([, customer]) => customer)).toContain("__other__");
    const micros = costs.reduce((sum, [, , value]) => sum + Math.round(Number(value) * 1e6), 0);
    expect(micros).toBe(200 * 3500);
    expect(Number(sample(text, "keeptabs_series_overflow_total"))).toBeGreaterThan(0);
    const months = [...text.matchAll(/^llm_customer_cost_month_to_date_usd\{.*\} (\S+)$/gm)];
    expect(months.reduce((sum, [, value]) => sum + Math.round(Number(value) * 1e6), 0)).toBe(200 * 3500);
  });

  it("is written in the text format: every family has help and type, every label is one of its own", async () => {
    processor = await startTestProcessor(YAML);
    await processor.postSpans(spanOf(ACME));
    const text = await processor.metrics();
    for (const { name, type, labels } of Object.values(LEDGER_FAMILIES)) {
      expect(text).toContain(`# TYPE ${name} ${type}\n`);
      for (const [, found] of text.matchAll(new RegExp(`^${name}\\{(.*)\\} \\S+$`, "gm"))) {
        expect([...(found ?? "").matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)].map(([, label]) => label)).toEqual([
          ...labels,
        ]);
      }
    }
  });
});
