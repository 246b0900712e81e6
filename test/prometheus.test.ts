import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LEDGER_FAMILIES } from "@keeptabs/processor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { METRICS } from "../grafana/metrics-catalogue.ts";
import { serverOrSkip } from "../grafana/test/require-server.ts";
import { billBy, historyOf } from "./scenario/history.ts";
import { send } from "./scenario/otlp.ts";
import { type RunningPrometheus, startPrometheus } from "./scenario/prometheus.ts";
import { usd } from "./scenario/rates.ts";
import { type Serving, serve } from "./scenario/serve.ts";

/** Planned for the month-end reconciliation; the dashboards know it already. */
const NOT_YET = ["llm_reconciliation_difference_usd"];

describe("the catalogue that dashboards and rules are checked against", () => {
  it("has exactly the metrics and labels that the processor exposes from its ledger", () => {
    const exposed = Object.values(LEDGER_FAMILIES).map(({ name, type, labels }) => [
      name,
      { type, labels: [...labels] },
    ]);
    const known = [...METRICS].filter(([name]) => name.startsWith("llm_") && !NOT_YET.includes(name));
    expect(new Map(known)).toEqual(new Map(exposed as [string, { type: "counter"; labels: string[] }][]));
  });
});

describe.skipIf(!serverOrSkip("prometheus", "prometheus"))(
  "a real Prometheus that scrapes the processor",
  () => {
    const history = historyOf("2026-10");
    let serving: Serving;
    let prometheus: RunningPrometheus;

    beforeAll(async () => {
      serving = await serve(join(mkdtempSync(join(tmpdir(), "keeptabs-prometheus-")), "ledger.db"));
      prometheus = await startPrometheus(serving.operatorUrl);
      // A scrape before any call, as in life.
      await prometheus.scraped(1);
      await send(() => serving.ingestUrl, history);
      await prometheus.scraped(5);
    });

    afterAll(async () => {
      await prometheus?.stop();
      await serving?.stop();
    });

    it("holds for each customer what the ledger holds, to the last digit of a double", async () => {
      const bills = billBy(history, ({ customer }) => customer ?? "__unattributed__");
      const samples = await prometheus.query("sum by (customer) (llm_cost_usd_total)");
      expect(
        new Map(samples.map(({ labels, value }) => [labels["customer"], Number(value).toFixed(9)])),
      ).toEqual(new Map([...bills].map(([customer, { pico }]) => [customer, Number(usd(pico)).toFixed(9)])));
    });

    it("sees every new series rise from 0, so that increase() misses no first call", async () => {
      const rises = await prometheus.query("count(min_over_time(llm_calls_total[10m]) == 0)");
      const all = await prometheus.query("count(llm_calls_total)");
      expect(rises[0]?.value).toBe(all[0]?.value);
    });

    it("counts calls and unpriced calls as the scenario does", async () => {
      const [calls] = await prometheus.query("sum(llm_calls_total)");
      const [unpriced] = await prometheus.query('sum(llm_unpriced_calls_total{reason="model_not_found"})');
      expect([Number(calls?.value), Number(unpriced?.value)]).toEqual([history.length, 62]);
    });

    it("evaluates every shipped rule without an error", async () => {
      const response = await fetch(`${prometheus.url}/api/v1/rules`);
      const { data } = (await response.json()) as {
        data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
      };
      const rules = data.groups.flatMap(({ rules }) => rules);
      expect(rules.length).toBeGreaterThan(5);
      expect(rules.filter(({ health }) => health === "err")).toEqual([]);
    });
  },
);
