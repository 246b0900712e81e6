import { isUnpriced, type Posting, reasonCode } from "@keeptabs/ledger";
import { OTHER } from "@keeptabs/usage";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NOON } from "../running.ts";
import { emptyMetrics, posting, scrape } from "./posting.ts";
import { attoOf, samplesOf } from "./sample-text.ts";

const ONE = 10n ** 18n;
const NAMES = ["a", "b", 'c"\\', "a,b", "é"];
const NEXT_MONTH = NOON + 20 * 86_400_000;
/** Instants in the month of the test, the one before and the one to come. */
const INSTANTS = [NOON, NOON - 40 * 86_400_000, NEXT_MONTH, NOON - 1];

interface Drawn extends Omit<Posting, "amount" | "occurredAt"> {
  readonly amount: bigint;
  readonly negative: boolean;
  readonly atMs: number;
}

const postings = fc.array(
  fc.record<Drawn>({
    customer: fc.constantFrom(...NAMES),
    feature: fc.constantFrom(...NAMES),
    provider: fc.constantFrom("openai", "anthropic"),
    model: fc.constantFrom("gpt-4o", "claude", "a", "b"),
    amount: fc.oneof(fc.bigInt(0n, 10n ** 17n), fc.bigInt(0n, 10n ** 21n), fc.bigInt(0n, 10n ** 30n)),
    calls: fc.integer({ min: 0, max: 100_000 }),
    first: fc.boolean(),
    negative: fc.boolean(),
    kind: fc.constantFrom("charged" as const, "unpriced" as const, "partly_unpriced" as const),
    reason: fc.constantFrom("model_not_found", "unit_not_priced:web_search"),
    outcome: fc.constantFrom("ok" as const, "error" as const, "aborted" as const),
    tokens: fc.array(
      fc.tuple(fc.constantFrom("input", "output", "web_search"), fc.nat(Number.MAX_SAFE_INTEGER)),
      { maxLength: 3 },
    ),
    atMs: fc.constantFrom(...INSTANTS),
  }),
  { maxLength: 60 },
);

/** Only an adjustment takes something back. */
function posted({ atMs, negative, ...fields }: Drawn): Posting {
  const sign = negative && !fields.first ? -1n : 1n;
  return posting({
    ...fields,
    occurredAt: BigInt(atMs) * 1_000_000n,
    amount: sign * fields.amount,
    calls: Number(sign) * fields.calls,
  });
}

/** The model: sums in a Map of BigInts, by the text of the series. */
function sumsOf(all: readonly Posting[], month = "2026-10"): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  const add = (series: string, amount: bigint): void => {
    sums.set(series, (sums.get(series) ?? 0n) + amount);
  };
  for (const one of all) {
    const { customer, feature, provider, model, outcome } = one;
    if (new Date(Number(one.occurredAt / 1_000_000n)).toISOString().startsWith(month)) {
      add(`llm_customer_cost_month_to_date_usd|${customer}`, one.amount);
      add(`llm_feature_cost_month_to_date_usd|${feature}`, one.amount);
    }
    if (!one.first) continue;
    add(`llm_cost_usd_total|${customer}|${feature}|${provider}|${model}`, one.amount);
    add(`llm_calls_total|${customer}|${feature}|${outcome}`, BigInt(one.calls) * ONE);
    if (isUnpriced(one.kind))
      add(`llm_unpriced_calls_total|${provider}|${model}|${reasonCode(one.reason)}`, BigInt(one.calls) * ONE);
    for (const [unit, quantity] of one.tokens) {
      if (unit !== "web_search")
        add(`llm_tokens_total|${customer}|${provider}|${model}|${unit}`, BigInt(quantity) * ONE);
    }
  }
  return sums;
}

/** The same from an exposition. */
function shownSums(text: string): Map<string, bigint> {
  const shown = new Map<string, bigint>();
  for (const [series, value] of samplesOf(text)) {
    if (!/^llm_(?:cost|calls|unpriced|tokens|customer_cost|feature_cost)/.test(series)) continue;
    const labels = [...series.matchAll(/\w+="((?:[^"\\]|\\.)*)"/g)].map(([, label = ""]) =>
      label.replace(/\\(.)/g, "$1"),
    );
    shown.set([series.slice(0, series.indexOf("{")), ...labels].join("|"), attoOf(value));
  }
  return shown;
}

describe("what /metrics shows", () => {
  it("is the exact sum of the postings, whatever they are and however they are cut into appends", async () => {
    await fc.assert(
      fc.asyncProperty(postings, fc.nat(60), async (drawn, cut) => {
        const all = drawn.map(posted);
        const { metrics, clock } = await emptyMetrics();
        metrics.take(all.slice(0, cut));
        await scrape(metrics);
        metrics.take(all.slice(cut));
        await scrape(metrics);
        expect(shownSums(await scrape(metrics))).toEqual(sumsOf(all));
        clock.now = NEXT_MONTH;
        expect(shownSums(await scrape(metrics))).toEqual(sumsOf(all, "2026-11"));
      }),
      { numRuns: 60 },
    );
  });

  it("has a series for each combination of labels, however alike they look", async () => {
    const word = fc.string({
      unit: fc.constantFrom("a", ",", '"', "\\", "=", ":", "\n", "\0", "ä"),
      maxLength: 3,
    });
    const tuples = fc.uniqueArray(fc.tuple(word, word, word, word), {
      minLength: 1,
      maxLength: 600,
      selector: (tuple) => JSON.stringify(tuple),
      size: "max",
    });
    await fc.assert(
      fc.asyncProperty(tuples, async (all) => {
        const { metrics } = await emptyMetrics();
        const postings = all.map(([customer, feature, provider, model], i) =>
          posting({ customer, feature, provider, model, amount: BigInt(i) }),
        );
        metrics.take(postings);
        metrics.take(postings);
        await scrape(metrics);
        const costs = [...samplesOf(await scrape(metrics))].filter(([series]) =>
          series.startsWith("llm_cost_usd"),
        );
        expect(costs.map(([, value]) => attoOf(value))).toEqual(all.map((_, i) => BigInt(2 * i)));
      }),
      { numRuns: 40 },
    );
  });

  it("is the same for one posting that sums many calls as for each call's own", async () => {
    const { metrics: single } = await emptyMetrics();
    const { metrics: summed } = await emptyMetrics();
    for (let i = 0; i < 7; i += 1) single.take([posting({ kind: "partly_unpriced", reason: "x" })]);
    summed.take([
      posting({
        kind: "partly_unpriced",
        reason: "x",
        calls: 7,
        amount: 7n * 3_500_000_000_000_000n,
        tokens: [["input", 7000]],
      }),
    ]);
    await scrape(single);
    await scrape(summed);
    const text = await scrape(summed);
    expect(text).toBe(await scrape(single));
    expect(samplesOf(text).get('llm_calls_total{customer="acme",feature="chat",outcome="ok"}')).toBe("7");
  });

  it("keeps every sum when customers are folded, and counts how often", async () => {
    await fc.assert(
      fc.asyncProperty(postings, fc.integer({ min: 1, max: 30 }), async (drawn, seriesBudget) => {
        const all = drawn.map(posted);
        const { metrics, folded } = await emptyMetrics({ seriesBudget });
        for (const one of all) metrics.take([one]);
        await scrape(metrics);
        const shown = shownSums(await scrape(metrics));
        expect(withoutCustomer(shown)).toEqual(withoutCustomer(sumsOf(all)));
        if ([...shown.keys()].some((series) => series.includes(OTHER))) expect(folded()).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  });

  it("shows a customer that only later adjustments name under its own name", async () => {
    const { metrics } = await emptyMetrics();
    metrics.take([posting({ customer: "__unattributed__", amount: 5n })]);
    metrics.take([
      posting({ customer: "__unattributed__", amount: -5n, calls: -1, first: false }),
      posting({ customer: "late", amount: 5n, first: false }),
    ]);
    const samples = samplesOf(await scrape(metrics));
    expect(samples.get('llm_customer_cost_month_to_date_usd{customer="late"}')).toBe("0.000000000000000005");
    expect(samples.get('llm_customer_cost_month_to_date_usd{customer="__unattributed__"}')).toBe("0");
  });
});

/** Sums over customers. */
function withoutCustomer(sums: ReadonlyMap<string, bigint>): Map<string, bigint> {
  const folded = new Map<string, bigint>();
  for (const [series, amount] of sums) {
    const [name = "", ...labels] = series.split("|");
    const customerFirst = !/unpriced|feature_cost/.test(name);
    const key = [name, ...(customerFirst ? labels.slice(1) : labels)].join("|");
    folded.set(key, (folded.get(key) ?? 0n) + amount);
  }
  return folded;
}
