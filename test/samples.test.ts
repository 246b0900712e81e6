import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LedgerReader } from "@keeptabs/ledger";
import { defaultConfig, type Processor, startProcessor } from "@keeptabs/processor";
import { pino } from "pino";
import { describe, expect, it } from "vitest";

const FIXTURES = new URL("../packages/usage/test/fixtures/", import.meta.url);

interface Leaf {
  readonly spanId: string;
  readonly duplicate_of_descendant: boolean;
}

const { samples } = JSON.parse(readFileSync(new URL("dialects-expected.json", FIXTURES), "utf8")) as {
  samples: Record<string, { leaves: Leaf[] }>;
};

type Json = Readonly<Record<string, unknown>>;

/** Each span of an export as an export of its own. */
function oneByOne(name: string): string[] {
  const { resourceSpans } = JSON.parse(readFileSync(new URL(`dialects/${name}.json`, FIXTURES), "utf8")) as {
    resourceSpans: (Json & { scopeSpans: (Json & { spans: Json[] })[] })[];
  };
  return resourceSpans.flatMap(({ scopeSpans, ...resource }) =>
    scopeSpans.flatMap(({ spans, ...scope }) =>
      spans.map((span) =>
        JSON.stringify({ resourceSpans: [{ ...resource, scopeSpans: [{ ...scope, spans: [span] }] }] }),
      ),
    ),
  );
}

function start(ledgerPath: string): Promise<Processor> {
  const config = defaultConfig();
  return startProcessor({
    config: {
      ...config,
      ledgerPath,
      ingest: { ...config.ingest, port: 0 },
      operator: { ...config.operator, port: 0 },
    },
    log: pino({ level: "silent" }),
  });
}

async function send(processor: Processor, body: string): Promise<void> {
  const response = await fetch(`${processor.ingestUrl}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  expect(response.status).toBe(200);
}

/** The spans that are charged in the end, and how many calls they are. */
function charged(ledgerPath: string, leaves: readonly Leaf[], traceOf: (spanId: string) => string): string[] {
  const reader = LedgerReader.open(ledgerPath);
  try {
    const [total] = reader.totals({ fromMs: 0, untilMs: Date.parse("2100-01-01"), groupBy: [] });
    const posted = leaves.filter(({ spanId }) => reader.entry(traceOf(spanId), spanId)?.posted === true);
    expect(posted.length, "calls in the totals").toBe(total?.calls ?? 0);
    return posted.map(({ spanId }) => spanId).toSorted();
  } finally {
    reader.close();
  }
}

function shuffled<T>(list: readonly T[], seed: number): T[] {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
  return list
    .map((item) => ({ item, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** Of this one's five leaves, two are siblings that describe one streamed call. */
const SIBLINGS: Readonly<Record<string, number>> = { "traceloop-anthropic-plus-native": 1 };

const names = readdirSync(new URL("dialects/", FIXTURES)).map((file) => file.replace(".json", ""));

describe.each(names)("the real export of %s", (name) => {
  const leaves = samples[name]?.leaves ?? [];
  const exports = oneByOne(name);
  const traces = new Map(
    exports.map((body) => {
      const [span] = JSON.parse(body).resourceSpans[0].scopeSpans[0].spans;
      return [span.spanId as string, span.traceId as string];
    }),
  );
  // One call, one charge: of two leaves of a call it does not matter here which one.
  const callCount =
    leaves.filter(({ duplicate_of_descendant }) => !duplicate_of_descendant).length - (SIBLINGS[name] ?? 0);

  it("is charged once per call, whole or span by span in any order, twice, and with a restart in between", async () => {
    const newLedger = (): string => join(mkdtempSync(join(tmpdir(), "keeptabs-samples-")), "ledger.db");
    const traceOf = (spanId: string): string => traces.get(spanId) ?? "";

    const whole = newLedger();
    let processor = await start(whole);
    await send(processor, readFileSync(new URL(`dialects/${name}.json`, FIXTURES), "utf8"));
    await processor.stop();
    const atOnce = charged(whole, leaves, traceOf);
    expect(atOnce).toHaveLength(callCount);

    for (const seed of [1]) {
      const scattered = newLedger();
      processor = await start(scattered);
      const order = shuffled([...exports, ...exports], seed);
      for (const [i, body] of order.entries()) {
        if (i === exports.length) {
          await processor.stop();
          processor = await start(scattered);
        }
        await send(processor, body);
      }
      await processor.stop();
      expect(charged(scattered, leaves, traceOf)).toEqual(atOnce);
    }
  });
});
