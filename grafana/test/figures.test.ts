import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CUSTOMER_TABLE, HEALTH, LISTS, MONTH, TRENDS } from "../queries.ts";
import { END, ledgerFixture, ODD, START } from "./ledger-fixture.ts";
import { asSent, type Choice, panelQueries } from "./panel-queries.ts";
import { PrometheusServer, type Sample } from "./prometheus-server.ts";
import { serverOrSkip } from "./require-server.ts";
import { allRules } from "./rule-files.ts";

const here = ["prometheus", "promtool"].every((command) => serverOrSkip("prometheus", command));

describe.skipIf(!here)("On a real Prometheus", () => {
  let server: PrometheusServer;
  beforeAll(async () => {
    server = await PrometheusServer.holding(ledgerFixture());
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
  });

  async function number(expr: string, choice?: Choice): Promise<number | "no data"> {
    const samples = await server.instant(asSent(expr, choice), END);
    expect(samples.length).toBeLessThanOrEqual(1);
    return samples[0]?.value ?? "no data";
  }
  const rows = async (expr: string, choice?: Choice): Promise<Record<string, number>> =>
    byName(await server.instant(asSent(expr, choice), END));
  const lastOfLines = async (expr: string, choice?: Choice): Promise<Record<string, number>> =>
    byName(await server.range(asSent(expr, choice), START, END));

  it.each(panelQueries())("the query of $panel, $refId, is answered with data", async ({ expr, instant }) => {
    const samples = instant
      ? await server.instant(asSent(expr), END)
      : await server.range(asSent(expr), START, END);
    expect(samples.length).toBeGreaterThan(0);
    for (const { value } of samples) expect(value).not.toBeNaN();
  });

  it.each(panelQueries())(
    "the query of $panel, $refId, finds nothing for a customer that does not exist, but no error",
    async ({ expr, instant }) => {
      const query = asSent(expr, { customer: "nobody" });
      await (instant ? server.instant(query, END) : server.range(query, START, END));
    },
  );

  describe("the month to date", () => {
    it("is the sum of the customers, one processor's, each once although two targets show it", async () => {
      expect(await number(MONTH.spend)).toBeCloseTo(18.4 + 23.6 + 100 + 1.12 + 6.2 + 0.74 + 1.2, 9);
    });

    it("has the margin of those whose revenue is known", async () => {
      expect(await number(MONTH.margin)).toBeCloseTo(31.6 + 6.4 - 20 - 1.2 + 25, 9);
      expect(await number(MONTH.marginRatio)).toBeCloseTo(41.8 / 185, 9);
    });

    it("shows what nobody pays for beside it, so that the parts are the whole", async () => {
      const withoutRevenue = await number(MONTH.spendWithoutRevenue);
      expect(withoutRevenue).toBeCloseTo(1.12 + 0.74, 9);
      const share = await number(MONTH.unattributedShare);
      expect(share).toBeCloseTo(6.2 / 151.26, 9);
      expect(185 - 41.8 + Number(withoutRevenue) + Number(share) * 151.26).toBeCloseTo(151.26, 9);
    });

    it("is that of the chosen customers, without those whose revenue is unknown having a margin", async () => {
      expect(await number(MONTH.spend, { customer: "acme" })).toBeCloseTo(18.4, 9);
      expect(await number(MONTH.spendWithoutRevenue, { customer: "acme" })).toBe(0);
      expect(await number(MONTH.spend, { customer: "__other__" })).toBeCloseTo(0.74, 9);
      expect(await number(MONTH.margin, { customer: "__other__" })).toBe("no data");
      expect(await number(MONTH.marginRatio, { customer: "late" })).toBe("no data");
    });

    it("is no zero where there is nothing to say", async () => {
      for (const expr of [MONTH.spend, MONTH.margin, MONTH.marginRatio, MONTH.spendWithoutRevenue]) {
        expect(await number(expr, { customer: "nobody" })).toBe("no data");
      }
      for (const expr of Object.values(HEALTH))
        expect(await server.instant(asSent(expr), END + 3 * 3600)).toEqual([]);
    });

    it("has a row for each of the dearest customers, with revenue and margin only where they are known", async () => {
      expect(await rows(CUSTOMER_TABLE.spend)).toEqual(
        close({
          lossy: 100,
          globex: 23.6,
          acme: 18.4,
          __unattributed__: 6.2,
          late: 1.2,
          [ODD]: 1.12,
          __other__: 0.74,
        }),
      );
      expect(await rows(CUSTOMER_TABLE.revenue)).toEqual(close({ lossy: 80, globex: 30, acme: 50, late: 0 }));
      expect(await rows(CUSTOMER_TABLE.margin)).toEqual(
        close({ lossy: -20, globex: 6.4, acme: 31.6, late: -1.2 }),
      );
      expect(await rows(CUSTOMER_TABLE.marginRatio)).toEqual(
        close({ lossy: -0.25, globex: 6.4 / 30, acme: 0.632 }),
      );
      expect(await rows(CUSTOMER_TABLE.spend, { limit: 2 })).toEqual(close({ lossy: 100, globex: 23.6 }));
      expect(await rows(CUSTOMER_TABLE.revenue, { limit: 2 })).toEqual(close({ lossy: 80, globex: 30 }));
    });

    it("has one name and plan per customer, also while the plan changes", async () => {
      const info = await server.instant(asSent(CUSTOMER_TABLE.info), END);
      expect(info.map(({ labels }) => labels["customer"]).sort()).toEqual(["acme", "globex"]);
      expect(info.find(({ labels }) => labels["customer"] === "acme")?.labels).toEqual({
        customer: "acme",
        name: "Acme Inc",
        plan: "pro",
      });
    });

    it("names the customers below zero and the dearest features", async () => {
      expect(await rows(LISTS.belowZero)).toEqual(close({ lossy: -20, late: -1.2 }));
      expect(await rows(LISTS.features)).toEqual(close({ agent: 112.4, chat: 32, summaries: 6.2 }));
      expect(await rows(LISTS.features, { feature: "agent" })).toEqual(close({ agent: 112.4 }));
    });
  });

  describe("the time range", () => {
    it("has USD per hour by customer, those that began in it included", async () => {
      expect(await lastOfLines(TRENDS.spendByCustomer)).toEqual(
        close({
          lossy: 30,
          acme: 4.2,
          late: 2.4,
          globex: 1.8,
          __unattributed__: 0.6,
          __other__: 0.12,
          [ODD]: 0.06,
        }),
      );
      expect(await lastOfLines(TRENDS.spendByCustomer, { customer: "acme", feature: "agent" })).toEqual(
        close({ acme: 1.2 }),
      );
    });

    it("shows the same few lines from its beginning to its end", async () => {
      const lines = await server.range(asSent(TRENDS.spendByCustomer, { limit: 2 }), START, END);
      expect(byName(lines)).toEqual(close({ lossy: 30, acme: 4.2 }));
      // A rate needs two samples: all points of the range but the first.
      for (const { points } of lines) expect(points).toBe(120);
    });

    it("has USD per hour by feature, by both and by model", async () => {
      expect(await lastOfLines(TRENDS.spendByFeature)).toEqual(
        close({ agent: 31.2, chat: 7.38, summaries: 0.6 }),
      );
      expect(await lastOfLines(TRENDS.spendByCustomerFeature, { limit: 3 })).toEqual(
        close({ "agent lossy": 30, "acme chat": 3, "chat globex": 1.8 }),
      );
      expect(await lastOfLines(TRENDS.spendByModel)).toEqual(close({ "gpt-5 openai": 39.18 }));
    });

    it("has tokens by type, calls by outcome and spans by result, per minute", async () => {
      expect(await lastOfLines(TRENDS.tokensByType)).toEqual(close({ input: 150, output: 20 }));
      expect(await lastOfLines(TRENDS.callsByOutcome)).toEqual(close({ ok: 8, error: 1 }));
      expect(await lastOfLines(TRENDS.callsByOutcome, { feature: "chat", customer: "acme" })).toEqual(
        close({ ok: 6 }),
      );
      expect(await lastOfLines(HEALTH.spansByResult)).toEqual(close({ booked: 9, duplicate: 1 }));
    });

    it("has the spend of each pair of customer and feature", async () => {
      const spend = await rows(LISTS.customerFeature, { limit: 3 });
      expect(spend).toEqual(close({ "agent lossy": 60, "acme chat": 6, "chat globex": 3.6 }));
      expect(await rows(LISTS.customerFeature, { customer: "late" })).toEqual(close({ "chat late": 1.2 }));
    });

    it("counts the unpriced calls in it and not those before, and says 0 only while the processor is seen", async () => {
      expect(await number(HEALTH.unpricedCalls)).toBe(3);
      expect(await rows(HEALTH.unpricedByModel)).toEqual({ "gpt-new openai unknown_model": 3 });
      expect(
        await number(
          HEALTH.unpricedCalls.replaceAll("llm_unpriced_calls_total", "llm_unpriced_calls_total_of_nobody"),
        ),
      ).toBe(0);
    });

    it("ends with the age of the price book and of the last call", async () => {
      expect(await number(HEALTH.priceBookAge)).toBe(10 * 86_400);
      expect(await number(HEALTH.lastCallAge)).toBe(30);
    });
  });

  describe("the rules", () => {
    const expr = (name: string): string =>
      allRules().find(({ record, alert }) => name === (record ?? alert))?.expr ?? "absent rule";

    it.each(allRules().map((rule) => ({ name: rule.record ?? rule.alert ?? "" })))(
      "$name is evaluated without an error",
      async ({ name }) => {
        await server.instant(expr(name), END);
      },
    );

    it("record what was spent", async () => {
      const increase1h = expr("job_customer:llm_cost_usd:increase1h").replace(
        "llm_cost_usd_total",
        'llm_cost_usd_total{job="keeptabs"}',
      );
      expect(await rows(`sum by (customer) (${increase1h})`)).toEqual(
        close({
          acme: 4.2,
          globex: 1.8,
          lossy: 30,
          late: 1.2,
          __unattributed__: 0.6,
          __other__: 0.12,
          [ODD]: 0.06,
        }),
      );
      const pairs = await server.instant(expr("job_customer_feature:llm_cost_usd:increase10m"), END);
      const agent = pairs.find(
        ({ labels }) => labels["customer"] === "lossy" && labels["feature"] === "agent",
      );
      expect(agent).toEqual({
        labels: { job: "keeptabs", customer: "lossy", feature: "agent" },
        value: expect.closeTo(5, 6),
      });
    });

    it("report the margin below zero of the customer that pays, and the new unpriced calls", async () => {
      expect(await rows(expr("KeeptabsCustomerMarginNegative"))).toEqual(close({ "keeptabs lossy": -20 }));
      expect(await rows(expr("KeeptabsUnpricedModel"))).toEqual(
        close({ "gpt-new keeptabs openai unknown_model": 3 }),
      );
    });

    it("report nothing else", async () => {
      for (const name of ["KeeptabsUnattributedSpend", "KeeptabsDown", "KeeptabsNoCalls"]) {
        expect(await server.instant(expr(name), END)).toEqual([]);
      }
    });
  });
});

/** Values by the labels' values, in the order of the values. */
function byName(samples: readonly Sample[]): Record<string, number> {
  return Object.fromEntries(
    samples.map(({ labels, value }) => [Object.values(labels).sort().join(" "), value]),
  );
}

/** Expects the same names, and values that agree to a millionth of a dollar. */
function close(expected: Readonly<Record<string, number>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(expected).map(([name, value]) => [name, expect.closeTo(value, 6)]),
  );
}
