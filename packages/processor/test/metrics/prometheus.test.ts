import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Running, spanOf, startTestProcessor } from "../running.ts";
import { emptyMetrics, posting, scrape } from "./posting.ts";
import { samplesOf } from "./sample-text.ts";

/** Whether Prometheus is here; KEEPTABS_REQUIRE makes its absence a failure. */
function hasPrometheus(): boolean {
  if (spawnSync("promtool", ["--version"], { stdio: "ignore" }).error === undefined) return true;
  const required = (process.env["KEEPTABS_REQUIRE"] ?? "").split(",").map((name) => name.trim());
  if (required.includes("prometheus"))
    throw new Error("KEEPTABS_REQUIRE asks for prometheus, but there is no promtool");
  process.stderr.write("Skipped: prometheus is not installed here (promtool cannot be started).\n");
  return false;
}

const STRANGE = [
  'a"b',
  "back\\slash",
  "line\nbreak",
  "tab\t",
  "comma,brace}",
  "nul\0",
  "\u202e\u2028é😀",
  "\ud800",
];

describe.skipIf(!hasPrometheus())("a real Prometheus", () => {
  it("reads padded values and strange labels without a complaint", async () => {
    const { metrics } = await emptyMetrics({
      customers: [{ id: "acme", name: 'Acme "the" Corp', revenue: [{ monthly: "0" }], budget: "30" }],
    });
    const all = STRANGE.map((customer) => posting({ customer, feature: customer, model: customer }));
    metrics.take([...all, posting({ amount: 12_345_678_901n * 10n ** 18n + 1n })]);
    await scrape(metrics);
    const text = await scrape(metrics);
    // It must have something to complain about: a margin below zero, a width that grew.
    expect(text).toMatch(/margin_month_to_date_usd\{customer="acme"\} -\d+\.\d+$/m);
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], {
      input: text,
      encoding: "utf8",
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
    const broken = spawnSync("promtool", ["check", "metrics"], {
      input: text.replace('"} 0', '"} x'),
      encoding: "utf8",
    });
    expect(broken.status).not.toBe(0);
  });

  describe("that scrapes OpenMetrics, compressed", () => {
    let processor: Running;
    let prometheus: ChildProcess;
    let url: string;

    beforeAll(async () => {
      processor = await startTestProcessor();
      await processor.postSpans(
        ...Array.from({ length: 1300 }, (_, i) =>
          spanOf({ "customer.id": `customer-${i}`, "keeptabs.feature": 'the "chat"' }),
        ),
      );
      await processor.metrics();
      [prometheus, url] = await startPrometheus(processor.operatorUrl);
    });

    afterAll(async () => {
      const ended = once(prometheus, "exit");
      prometheus.kill("SIGTERM");
      await ended;
      await processor.stop();
    });

    /** The only sample of a query, once there is one. */
    async function only(promql: string): Promise<string | undefined> {
      const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(promql)}`);
      const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
      return data.result[0]?.value[1];
    }

    it("takes every series, with the value that the text says", async () => {
      await expect
        .poll(() => only("up").catch(() => undefined), { timeout: 20_000, interval: 200 })
        .toBe("1");
      const text = await processor.metrics();
      const shown = [...samplesOf(text).keys()].filter((series) => series.startsWith("llm_"));
      await expect
        .poll(() => only('count({__name__=~"llm_.+"})'), { timeout: 20_000, interval: 200 })
        .toBe(String(shown.length));
      expect(await only("sum(llm_tokens_total)")).toBe(String(1300 * 1100));
      expect(await only('llm_cost_usd_total{customer="customer-1299",feature="the \\"chat\\""}')).toBe(
        "0.0035",
      );
      expect(await only('llm_customer_cost_month_to_date_usd{customer="customer-0"}')).toBe("0.0035");
      expect(await only('keeptabs_spans_total{result="booked"}')).toBe("1300");
    });

    it("knows the families by their OpenMetrics types", async () => {
      const response = await fetch(`${url}/api/v1/targets/metadata?metric=llm_cost_usd`);
      const { data } = (await response.json()) as { data: { type: string }[] };
      expect(data.map(({ type }) => type)).toEqual(["counter"]);
    });
  });
});

/** Starts a Prometheus that scrapes a processor every second. */
async function startPrometheus(operatorUrl: string): Promise<[ChildProcess, string]> {
  const folder = mkdtempSync(join(tmpdir(), "keeptabs-prometheus-"));
  const config = join(folder, "prometheus.yml");
  writeFileSync(
    config,
    `global: { scrape_interval: 1s }
scrape_configs:
  - { job_name: keeptabs, static_configs: [{ targets: ["${new URL(operatorUrl).host}"] }] }
`,
  );
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = `127.0.0.1:${(probe.address() as { port: number }).port}`;
  probe.close();
  await once(probe, "close");
  const child = spawn(
    "prometheus",
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=${address}`,
    ],
    { stdio: "ignore" },
  );
  return [child, `http://${address}`];
}
