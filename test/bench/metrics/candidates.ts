import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzip } from "node:zlib";
import express from "express";
import { Ledger, LedgerReader, type Posting } from "../../../packages/ledger/src/index.ts";
import { defaultPriceBook, usdToNumber } from "../../../packages/pricing/src/index.ts";
import { LEDGER_FAMILIES } from "../../../packages/processor/src/metrics/catalogue.ts";
import { Family, USD } from "../../../packages/processor/src/metrics/family.ts";
import { LedgerMetrics } from "../../../packages/processor/src/metrics/ledger-metrics.ts";
import { metricsRoute } from "../../../packages/processor/src/metrics/route.ts";
import { TripleIds } from "../../../packages/processor/src/metrics/series-keys.ts";
import { processMetrics } from "../../../packages/processor/src/process-metrics.ts";
import { AT_MS } from "./traffic.ts";

/** Something that counts postings and answers scrapes. */
export interface Counting {
  take(postings: readonly Posting[]): void;
  answer(request: IncomingMessage, response: ServerResponse): void;
}

/** The processor's metrics, as it serves them. */
export async function oursOf(): Promise<Counting> {
  const folder = mkdtempSync(join(tmpdir(), "keeptabs-bench-"));
  const path = join(folder, "ledger.db");
  await (await Ledger.open(path)).close();
  const reader = LedgerReader.open(path);
  const metrics = new LedgerMetrics({
    reader,
    customers: new Map(),
    priceBook: defaultPriceBook,
    timeZone: "UTC",
    seriesBudget: 1_000_000,
    now: () => AT_MS,
    untaken: () => 0,
    overflow: () => undefined,
  });
  reader.close();
  rmSync(folder, { recursive: true });
  const app = express();
  app.get(
    "/metrics",
    metricsRoute(
      metrics,
      processMetrics(() => 0),
    ),
  );
  return { take: (postings) => metrics.take(postings), answer: app };
}

/** The part of prom-client that is measured; it is a dependency of the processor only. */
interface PromClient {
  readonly Registry: new () => { metrics(): Promise<string> };
  readonly Counter: new (options: object) => { inc(labels: object, value: number): void };
}

/** The same families in prom-client, as one would write them. */
export function promClient(): Counting {
  const requireByProcessor = createRequire(
    new URL("../../../packages/processor/package.json", import.meta.url),
  );
  const { Registry, Counter, Gauge } = requireByProcessor("prom-client") as PromClient & {
    readonly Gauge: PromClient["Counter"];
  };
  const registry = new Registry();
  const made = (Kind: PromClient["Counter"], name: string, labelNames: readonly string[]) =>
    new Kind({ name, help: name, labelNames, registers: [registry] });
  const cost = made(Counter, "llm_cost_usd_total", ["customer", "feature", "provider", "model"]);
  const calls = made(Counter, "llm_calls_total", ["customer", "feature", "outcome"]);
  const tokens = made(Counter, "llm_tokens_total", ["customer", "provider", "model", "type"]);
  const month = made(Gauge, "llm_customer_cost_month_to_date_usd", ["customer"]);
  return {
    take: (postings) => {
      for (const {
        customer,
        feature,
        provider,
        model,
        outcome,
        amount,
        calls: count,
        tokens: units,
      } of postings) {
        const usd = usdToNumber(amount);
        cost.inc({ customer, feature, provider, model }, usd);
        calls.inc({ customer, feature, outcome }, count);
        for (const [type, quantity] of units) tokens.inc({ customer, provider, model, type }, quantity);
        month.inc({ customer }, usd);
      }
    },
    answer: (request, response) => {
      void registry.metrics().then((text) => {
        if (!request.headers["accept-encoding"]?.includes("gzip")) return response.end(text);
        return gzip(text, { level: 1 }, (_error, packed) =>
          response.setHeader("content-encoding", "gzip").end(packed),
        );
      });
    },
  };
}

/** Nanoseconds of CPU time to find a series by the numbers of its labels and add to it, all over 100,000 series. */
export function internedIncrement(): number {
  const keys = new TripleIds();
  const family = new Family(LEDGER_FAMILIES.cost, USD);
  const series = 100_000;
  const amount = 1_250_000_000_000_000n;
  for (let i = 0; i < series; i += 1) family.open([String(keys.of(i >> 2, i & 1, (i >> 1) & 1)), "", "", ""]);
  family.show(series);
  const times: number[] = [];
  const steps = 10 * series;
  for (let round = 0; round < 7; round += 1) {
    const start = process.cpuUsage();
    for (let step = 0, i = 0; step < steps; step += 1, i = (i + 7919) % series) {
      family.add(keys.of(i >> 2, i & 1, (i >> 1) & 1), amount);
    }
    const { user, system } = process.cpuUsage(start);
    times.push(((user + system) * 1000) / steps);
  }
  return times.sort((a, b) => a - b)[3] ?? Number.NaN;
}

/** Counts nothing and answers with the same bytes each time: what sending costs by itself. */
export function fixedText(bytes: number): Counting {
  const text = Buffer.alloc(bytes, "x");
  return { take: () => undefined, answer: (_request, response) => void response.end(text) };
}
