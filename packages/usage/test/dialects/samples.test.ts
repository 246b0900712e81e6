import { readdirSync, readFileSync } from "node:fs";
import {
  attributesReadWith,
  type Call,
  DEFAULT_ATTRIBUTION_RULES,
  readSpan,
  type Span,
} from "@keeptabs/usage";
import { afterAll, describe, expect, it } from "vitest";
import { spansOf } from "./otlp-json.ts";

const FIXTURES = new URL("../fixtures/", import.meta.url);

interface Truth {
  readonly input_uncached: number;
  readonly cache_read: number;
  readonly cache_write: number;
  readonly cache_write_5m?: number;
  readonly cache_write_1h?: number;
  readonly output_total: number;
}

interface Leaf {
  readonly spanId: string;
  readonly name: string;
  readonly provider_call: string;
  readonly truth: Truth | null;
}

const { samples } = JSON.parse(readFileSync(new URL("dialects-expected.json", FIXTURES), "utf8")) as {
  samples: Record<string, { leaves: Leaf[] }>;
};

const names = readdirSync(new URL("dialects/", FIXTURES)).map((file) => file.replace(".json", ""));

function load(name: string): { readonly spans: readonly Span[]; readonly leaves: readonly Leaf[] } {
  return {
    spans: spansOf(readFileSync(new URL(`dialects/${name}.json`, FIXTURES), "utf8")),
    leaves: samples[name]?.leaves ?? [],
  };
}

function callOf(span: Span): Call | undefined {
  const reading = readSpan(span);
  return reading.kind === "call" && !reading.call.aggregate ? reading.call : undefined;
}

/** The units that money hangs on. Whether reasoning is told apart from output moves no price. */
function asTruth(call: Call): Record<string, number> {
  const of = (unit: string): number => call.usage.quantities.get(unit) ?? 0;
  return {
    input_uncached: of("input"),
    cache_read: of("cache_read"),
    cache_write: of("cache_write") + of("cache_write_5m") + of("cache_write_1h"),
    cache_write_1h: of("cache_write_1h"),
    output_total: of("output") + of("output_reasoning") + of("output_image"),
  };
}

function expected(truth: Truth): Record<string, number> {
  const { input_uncached, cache_read, cache_write, cache_write_1h = 0, output_total } = truth;
  return { input_uncached, cache_read, cache_write, cache_write_1h, output_total };
}

const table: (readonly [string, number, number, number])[] = [];

afterAll(() => {
  const lines = table.map(
    ([name, right, marked, wrong]) =>
      `${name.padEnd(34)}${right} right, ${marked} incomplete and marked, ${wrong} wrong`,
  );
  process.stdout.write(`${lines.join("\n")}\n`);
});

describe.each(names)("the spans of %s", (name) => {
  const { spans, leaves } = load(name);

  it("are calls exactly where the library made one provider call", () => {
    expect(leaves.length).toBeGreaterThan(0);
    const calls = spans.filter((span) => callOf(span) !== undefined);
    expect(calls.map(({ spanId }) => spanId).toSorted()).toEqual(
      leaves.map(({ spanId }) => spanId).toSorted(),
    );
  });

  it("give what the provider returned, or say that they do not know all of it", () => {
    let right = 0;
    let marked = 0;
    const wrong: unknown[] = [];
    for (const leaf of leaves) {
      const span = spans.find(({ spanId }) => spanId === leaf.spanId);
      const call = span === undefined ? undefined : callOf(span);
      if (call === undefined) continue;
      const found = asTruth(call);
      if (leaf.truth === null) {
        // Nothing was billed, and nothing may be charged.
        if (call.usage.quantities.size === 0) right += 1;
        else wrong.push([leaf.name, found]);
      } else if (JSON.stringify(found) === JSON.stringify(expected(leaf.truth))) right += 1;
      else if (call.usage.quality !== "reported") marked += 1;
      else wrong.push([leaf.name, found, expected(leaf.truth)]);
    }
    table.push([name, right, marked, wrong.length]);
    expect(wrong).toEqual([]);
  });

  it("read the same when all attributes that nobody reads are left out", () => {
    const { names: exact, prefixes } = attributesReadWith(DEFAULT_ATTRIBUTION_RULES);
    const kept = new Set(exact);
    for (const span of spans) {
      const attributes = new Map(
        [...span.attributes].filter(
          ([key]) => kept.has(key) || prefixes.some((prefix) => key.startsWith(prefix)),
        ),
      );
      expect(readSpan({ ...span, attributes })).toEqual(readSpan(span));
    }
  });

  it("do not yield a prompt among the attributes that are read", () => {
    const { names: exact, prefixes } = attributesReadWith(DEFAULT_ATTRIBUTION_RULES);
    const read = (key: string): boolean =>
      exact.includes(key) || prefixes.some((prefix) => key.startsWith(prefix));
    const keys = new Set(spans.flatMap(({ attributes }) => [...attributes.keys()]));
    expect(
      [...keys].filter(
        (key) => /prompt|messages|input\.value|\.content/.test(key) && read(key) && !/token|usage/i.test(key),
      ),
    ).toEqual([]);
  });
});
