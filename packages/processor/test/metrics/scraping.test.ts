import { get } from "node:http";
import { connect } from "node:net";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { Snapshot } from "../../src/metrics/exposition.ts";
import { type Running, spanOf, startTestProcessor } from "../running.ts";
import { emptyMetrics, posting, scrape, textOf } from "./posting.ts";
import { attoOf, sample, samplesOf } from "./sample-text.ts";

const COST = 'llm_cost_usd_total{customer="acme",feature="chat",provider="openai",model="gpt-4o"}';
const OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

describe("a scrape", () => {
  it("is of one instant: what is posted afterwards is not in it, although it is sent later", async () => {
    const { metrics } = await emptyMetrics();
    metrics.take([posting()]);
    await scrape(metrics);
    const [early, same] = await Promise.all([metrics.snapshot(), metrics.snapshot()]);
    metrics.take([posting(), posting({ customer: "globex" })]);
    const late = await metrics.snapshot();
    expect(sample(textOf(early), COST)).toBe("0.0035");
    expect(textOf(same)).toBe(textOf(early));
    expect(sample(textOf(late), COST)).toBe("0.007");
    expect(textOf(early)).not.toContain("globex");
  });

  it("never sees a counter fall, and sees cost and calls agree, whoever else scrapes", async () => {
    const { metrics } = await emptyMetrics();
    const calls = 'llm_calls_total{customer="acme",feature="chat",outcome="ok"}';
    const scraper = async (): Promise<void> => {
      let before = new Map<string, bigint>();
      for (let i = 0; i < 8; i += 1) {
        const snapshot = await metrics.snapshot();
        await new Promise((resolve) => setImmediate(resolve));
        const samples = samplesOf(textOf(snapshot));
        const now = new Map([...samples].map(([series, value]) => [series, attoOf(value)]));
        for (const [series, value] of before) expect(now.get(series)).toBeGreaterThanOrEqual(value);
        expect((now.get(calls) ?? 0n) * 35n).toBe((now.get(COST) ?? 0n) * 10_000n);
        before = now;
        snapshot.end(true);
      }
    };
    let scraping = true;
    const posting_ = (async () => {
      for (let i = 0; scraping; i += 1) {
        metrics.take([posting(), posting({ customer: `customer-${i % 3000}` })]);
        if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await Promise.all([scraper(), scraper(), scraper()]);
    scraping = false;
    await posting_;
    await scrape(metrics);
  });

  it("is written over the one before once that has ended, and beside it until then", async () => {
    const { metrics } = await emptyMetrics();
    metrics.take([posting()]);
    await scrape(metrics);
    await scrape(metrics);
    const memoryOfCost = ({ pieces }: Snapshot): ArrayBufferLike | undefined =>
      pieces("prometheus").find(({ bytes }) => bytes.includes(COST))?.bytes.buffer;
    const first = await metrics.snapshot();
    metrics.take([posting()]);
    const second = await metrics.snapshot();
    expect(memoryOfCost(second)).not.toBe(memoryOfCost(first));
    first.end(true);
    metrics.take([posting()]);
    const third = await metrics.snapshot();
    expect(memoryOfCost(third)).not.toBe(memoryOfCost(second));
    expect(sample(textOf(second), COST)).toBe("0.007");
    second.end(true);
    third.end(true);
    metrics.take([posting()]);
    const fourth = await metrics.snapshot();
    expect(memoryOfCost(fourth)).toBe(memoryOfCost(third));
    expect(sample(textOf(fourth), COST)).toBe("0.014");
  });

  it("shows a new series at 0 to the first scraper that gets it, and its value from then on", async () => {
    const { metrics } = await emptyMetrics();
    metrics.take([posting()]);
    const abandoned = await metrics.snapshot();
    expect(sample(textOf(abandoned), COST)).toBe("0");
    abandoned.end(false);
    expect(sample(await scrape(metrics), COST)).toBe("0");
    expect(sample(await scrape(metrics), COST)).toBe("0.0035");
  });

  it("that was delivered shows nothing that came after it began", async () => {
    const { metrics } = await emptyMetrics();
    metrics.take([posting()]);
    const snapshot = await metrics.snapshot();
    metrics.take([posting({ customer: "globex" })]);
    snapshot.end(true);
    const text = await scrape(metrics);
    expect(sample(text, COST)).toBe("0.0035");
    expect(sample(text, COST.replace("acme", "globex"))).toBe("0");
  });

  it("makes room for a value that needs more digits, and leaves its neighbours as they are", async () => {
    const huge = fc.array(
      fc.tuple(fc.nat(1200), fc.bigInt(0n, 10n ** 33n), fc.integer({ min: 0, max: 2 ** 50 })),
      { minLength: 1, maxLength: 8 },
    );
    const { metrics } = await emptyMetrics({
      customers: [
        { id: "c-7", revenue: [{ monthly: "12.5" }], budget: "123456789012" },
        { id: "c-8", revenue: [{ monthly: "0" }] },
      ],
    });
    const customer = (i: number): string => `c-${i}${i % 5 === 0 ? "ü".repeat(i % 40) : ""}`;
    const sums = new Map<number, bigint>();
    const calls = new Map<number, bigint>();
    const take = (i: number, amount: bigint, count: number): void => {
      sums.set(i, (sums.get(i) ?? 0n) + amount);
      calls.set(i, (calls.get(i) ?? 0n) + BigInt(count));
      metrics.take([posting({ customer: customer(i), amount, calls: count })]);
    };
    for (let i = 0; i <= 1200; i += 1) take(i, 1n, 1);
    await scrape(metrics);
    // The margin of one grows far below zero; its neighbour's, a little below, must keep its sign.
    take(7, 10n ** 30n, 1);
    await fc.assert(
      fc.asyncProperty(huge, async (all) => {
        for (const one of all) take(...one);
        const samples = samplesOf(await scrape(metrics));
        for (const i of sums.keys()) {
          const id = customer(i);
          const cost = samples.get(COST.replace("acme", id)) ?? "";
          const count = samples.get(`llm_calls_total{customer="${id}",feature="chat",outcome="ok"}`);
          expect([id, attoOf(cost), count]).toEqual([id, sums.get(i), String(calls.get(i))]);
        }
        expect(samples.get('llm_customer_budget_month_usd{customer="c-7"}')).toBe("123456789012");
        const margin = (id: string): bigint =>
          attoOf(samples.get(`llm_customer_margin_month_to_date_usd{customer="${id}"}`) ?? "");
        expect(margin("c-7")).toBe(125n * 10n ** 17n - (sums.get(7) ?? 0n));
        expect(margin("c-8")).toBe(-(sums.get(8) ?? 0n));
      }),
      { numRuns: 20 },
    );
  });

  it("writes values ahead, so that little is left when one comes", async () => {
    const { metrics } = await emptyMetrics();
    const all = Array.from({ length: 5000 }, (_, i) => posting({ customer: `customer-${i}` }));
    metrics.take(all);
    await scrape(metrics);
    metrics.take(all);
    // What is left fits into one turn of the scrape itself.
    await expect.poll(() => metrics.waitingLines, { timeout: 20_000 }).toBeLessThanOrEqual(1024);
    const samples = samplesOf(await scrape(metrics));
    expect(samples.get(COST.replace("acme", "customer-4999"))).toBe("0.007");
  });
});

describe("GET /metrics", () => {
  let processor: Running;

  afterEach(async () => {
    await processor.stop();
  });

  /** The raw answer; `fetch` would decompress it. */
  function raw(headers: Record<string, string>, method = "GET"): Promise<{ body: Buffer; headers: Headers }> {
    return new Promise((resolve, reject) => {
      get(`${processor.operatorUrl}/metrics`, { headers, method }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({
            body: Buffer.concat(chunks),
            headers: new Headers(response.headers as Record<string, string>),
          }),
        );
      }).on("error", reject);
    });
  }

  /** The samples whose labels are ours: Node's own come and go, with a first collection of garbage or a socket. */
  const ourSamples = (text: string): string[] =>
    [...samplesOf(text.replace("# EOF\n", "")).keys()].filter((name) => /^(llm|keeptabs)_/.test(name)).sort();

  /** All families, by the name that Prometheus text gives them. */
  const familiesOf = (text: string): string[] =>
    Array.from(
      text.matchAll(/^# TYPE (\S+?)(?:_total)? (\S+)$/gm),
      ([, name, type]) => `${name} ${type}`,
    ).sort();

  const ledgerLines = (text: string): string[] => text.split("\n").filter((line) => line.startsWith("llm_"));

  it("says the same compressed as plain, also the second time", async () => {
    processor = await startTestProcessor();
    const spans = Array.from({ length: 700 }, (_, i) =>
      spanOf({ "customer.id": `customer-${i}`, "keeptabs.feature": "chat" }),
    );
    await processor.postSpans(...spans);
    await processor.metrics();
    for (let i = 0; i < 2; i += 1) {
      const gzip = await raw({ "accept-encoding": "gzip" });
      const plain = await raw({});
      expect(gzip.headers.get("content-encoding")).toBe("gzip");
      expect(gzip.body.length * 4).toBeLessThan(plain.body.length);
      expect(plain.headers.get("content-encoding")).toBeNull();
      expect(ledgerLines(gunzipSync(gzip.body).toString())).toEqual(ledgerLines(plain.body.toString()));
      await processor.postSpans(spanOf({ "customer.id": "customer-3", "keeptabs.feature": "chat" }));
    }
    const text = gunzipSync((await raw({ "accept-encoding": "gzip" })).body).toString();
    expect(sample(text, COST.replace("acme", "customer-3").replace("4o", "4o-2024-08-06"))).toBe("0.0105");
  });

  it("is OpenMetrics text for whoever prefers it: families without _total, an end, the same samples", async () => {
    processor = await startTestProcessor();
    await processor.postSpans(spanOf({ "customer.id": "acme", "keeptabs.feature": "chat" }));
    await processor.metrics();
    const plain = await raw({});
    expect(plain.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const { body, headers } = await raw({ accept: OPENMETRICS });
    expect(headers.get("content-type")).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
    const text = body.toString();
    expect(text.endsWith("\n# EOF\n")).toBe(true);
    expect(text.match(/# EOF/g)).toHaveLength(1);
    expect(text).not.toContain("\n\n");
    expect(text).toContain("# TYPE llm_cost_usd counter\n");
    expect(text).toContain("# TYPE keeptabs_spans counter\n");
    expect(text).toContain("# TYPE llm_customer_cost_month_to_date_usd gauge\n");
    expect(text).toContain("# TYPE nodejs_active_handles_total gauge\n");
    expect(text).not.toMatch(/_total counter$/m);
    expect(ledgerLines(text)).toEqual(ledgerLines(plain.body.toString()));
    expect(text).toMatch(/^keeptabs_spans_total\{result="booked"\} 1$/m);
    const again = (await raw({})).body.toString();
    expect(ourSamples(text)).toEqual(ourSamples(again));
    expect(familiesOf(text)).toEqual(familiesOf(again));
  });

  it("answers in Prometheus text when OpenMetrics is less welcome or of another version", async () => {
    processor = await startTestProcessor();
    for (const accept of [
      "*/*",
      "text/html,*/*;q=0.8",
      "text/plain,application/openmetrics-text;version=1.0.0;q=0.5",
      "application/openmetrics-text;version=0.0.1,text/plain;q=0.5",
      "application/openmetrics-text;version=1.0.0;q=0",
    ]) {
      const { headers } = await raw({ accept });
      expect([accept, headers.get("content-type")]).toEqual([
        accept,
        "text/plain; version=0.0.4; charset=utf-8",
      ]);
    }
  });

  it("is plain for a browser, since browsers stop after the first member of a gzip file", async () => {
    processor = await startTestProcessor();
    const { headers } = await raw({ accept: "text/html,*/*;q=0.8", "accept-encoding": "gzip, deflate" });
    expect(headers.get("content-encoding")).toBeNull();
  });

  it("does not take a HEAD request or a scraper that went away for one that has seen the 0", async () => {
    processor = await startTestProcessor();
    const spans = Array.from({ length: 9000 }, (_, i) =>
      spanOf({ "customer.id": `customer-${i}`, "keeptabs.feature": "chat" }),
    );
    await processor.postSpans(...spans);
    expect((await raw({}, "HEAD")).body.length).toBe(0);
    await goAway();
    const series = COST.replace("acme", "customer-7").replace("4o", "4o-2024-08-06");
    expect(sample(await processor.metrics(), series)).toBe("0");
    expect(sample(await processor.metrics(), series)).toBe("0.0035");
  });

  /** Asks for the metrics, reads the beginning and cuts the connection. */
  function goAway(): Promise<void> {
    const { hostname, port } = new URL(processor.operatorUrl);
    return new Promise((resolve) => {
      const socket = connect(Number(port), hostname, () =>
        socket.write("GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n"),
      );
      socket.once("data", () => {
        socket.destroy();
        setTimeout(resolve, 50);
      });
    });
  }
});
