import { readdirSync, readFileSync } from "node:fs";
import {
  type Attributes,
  type AttributeValue,
  attributesReadWith,
  DEFAULT_ATTRIBUTION_RULES,
  readSpan,
  type Span,
} from "@keeptabs/usage";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spansOf } from "./otlp-json.ts";
import { spanWith, usageIn } from "./spans.ts";

const FOLDER = new URL("../fixtures/dialects/", import.meta.url);
const samples = readdirSync(FOLDER).flatMap((file) => spansOf(readFileSync(new URL(file, FOLDER), "utf8")));
const read = attributesReadWith(DEFAULT_ATTRIBUTION_RULES);
const declared = new Set(read.names);

/** Attributes that write down what is asked of them. */
class Watched extends Map<string, AttributeValue> {
  readonly asked: Set<string>;

  constructor(attributes: Attributes, asked: Set<string>) {
    super();
    this.asked = asked;
    for (const [name, value] of attributes) this.set(name, value);
  }

  override get(name: string): AttributeValue | undefined {
    this.asked?.add(name);
    return super.get(name);
  }

  override has(name: string): boolean {
    this.asked?.add(name);
    return super.has(name);
  }
}

describe("the attributes that are read", () => {
  it("are all declared, so that the decoder keeps them", () => {
    const asked = new Set<string>();
    for (const span of samples) {
      readSpan({
        ...span,
        attributes: new Watched(span.attributes, asked),
        resource: new Watched(span.resource, asked),
      });
    }
    expect(asked.size).toBeGreaterThan(100);
    expect([...asked].filter((name) => !declared.has(name))).toEqual([]);
  });

  it("suffice: a span without all others reads the same", () => {
    for (const span of samples) {
      const attributes = new Map([...span.attributes].filter(([name]) => declared.has(name)));
      expect(readSpan({ ...span, attributes })).toEqual(readSpan(span));
    }
  });

  it("may stand in any order, and beside as many of their synonyms as there are", () => {
    const counts = read.names.filter((name) => /^(?:gen_ai|llm)\..*tokens$/.test(name));
    expect(counts.length).toBeGreaterThan(30);
    const value = fc.oneof(fc.nat(500), fc.nat(500).map(String), fc.constantFrom(-1, "unknown", null));
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.constantFrom(...counts), value), { selector: ([name]) => name }),
        fc.integer(),
        (attributes, seed) => {
          const [some, others] = [
            attributes,
            fc.sample(fc.shuffledSubarray(attributes, { minLength: attributes.length }), {
              numRuns: 1,
              seed,
            })[0] ?? [],
          ].map((all) =>
            readSpan(spanWith({ ...Object.fromEntries(all), "gen_ai.request.model": "gpt-4o" })),
          );
          expect(others).toEqual(some);
        },
      ),
    );
    const input = (attributes: Readonly<Record<string, AttributeValue>>) =>
      usageIn({ ...attributes, "gen_ai.request.model": "gpt-4o" })["input"];
    const newer = { "gen_ai.usage.input_tokens": 5 };
    const older = { "gen_ai.usage.prompt_tokens": 7 };
    expect([input({ ...newer, ...older }), input({ ...older, ...newer })]).toEqual([5, 5]);
    expect(input({ "gen_ai.usage.input_tokens": "?", ...older })).toBe(7);
  });

  it("contain no prompt and no tool's arguments", () => {
    const written = new Set(samples.flatMap(({ attributes }) => [...attributes.keys()]));
    const content = [...written].filter((name) =>
      /messages?\b(?!\.stop_reason)|prompt(?!_tokens|_details|Tokens|$)|input\.value|arguments|toolCall|system_instructions|\.text$/.test(
        name,
      ),
    );
    expect(content.length).toBeGreaterThan(10);
    expect(content.filter((name) => declared.has(name))).toEqual([]);
  });

  it("include those of configured rules, and of the lists that tags stand in", () => {
    const { names } = attributesReadWith({
      customer: ["org", "baggage#account"],
      person: ["login"],
      feature: ["tag:team"],
    });
    expect(names).toEqual(expect.arrayContaining(["org", "baggage", "login", "tag.tags", "gen_ai.system"]));
    expect(names).not.toContain("user.id");
  });
});

const value: fc.Arbitrary<AttributeValue> = fc.oneof(
  fc.integer(),
  fc.bigInt(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.json(),
  fc.string(),
  fc.array(fc.string()),
  fc.nat(5000),
  fc.nat(5000).map(String),
  fc.constantFrom<AttributeValue>(
    "LLM",
    "generation",
    "llm",
    "chat",
    "ai.streamText.doStream",
    new Map<string, AttributeValue>([["__proto__", new Map([["input", 1]])]]),
    '{"usage":{"input_tokens":1e99,"output_tokens":-1},"type":"message"}',
    '{"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":9000000000000}}',
    `${"[".repeat(50_000)}`,
  ),
);
const scope = fc.constantFrom(
  "",
  "ai",
  "gen_ai",
  "litellm",
  "strands-agents",
  "langfuse-sdk",
  "com.anthropic.sdk.typescript",
  "mistralai_sdk_tracer",
  "gcp.vertex.agent",
  "@traceloop/instrumentation-openai",
);
const spans: fc.Arbitrary<Span> = fc
  .tuple(fc.dictionary(fc.constantFrom(...read.names), value, { maxKeys: 14 }), scope, fc.boolean())
  .map(([attributes, name, failed]) => spanWith(attributes, { scope: name, failed }));

describe("any span whatever", () => {
  it("is read without throwing, to integers that are no less than one", () => {
    fc.assert(
      fc.property(spans, (span) => {
        const reading = readSpan(span);
        if (reading.kind !== "call") return;
        const { quantities, quality, claims } = reading.call.usage;
        for (const quantity of quantities.values()) {
          expect(Number.isSafeInteger(quantity) && quantity > 0).toBe(true);
        }
        if (quality === "missing") expect(quantities.size).toBe(0);
        for (const { amount } of claims) expect(amount).toMatch(/^\d+(?:\.\d+)?$/);
      }),
      { numRuns: 500 },
    );
  });
});

/** What a call consumed, as a provider would say it. */
const truths = fc.record({
  input: fc.nat(10_000),
  read: fc.integer({ min: 1, max: 10_000 }),
  written: fc.integer({ min: 1, max: 10_000 }),
  output: fc.nat(5000),
  thought: fc.integer({ min: 1, max: 5000 }),
});

describe("what a call consumed", () => {
  it("is the same whether its writer counts the cache in the input or beside it", () => {
    fc.assert(
      fc.property(truths, fc.boolean(), ({ input, read, written, output, thought }, inside) => {
        const attributes = {
          "gen_ai.operation.name": "chat",
          "gen_ai.provider.name": "anthropic",
          "gen_ai.request.model": "claude-opus-5",
          "gen_ai.usage.input_tokens": input + (inside ? read + written : 0),
          "gen_ai.usage.output_tokens": output + thought,
          "gen_ai.usage.cache_read.input_tokens": read,
          "gen_ai.usage.cache_creation.input_tokens": written,
          "gen_ai.usage.reasoning.output_tokens": thought,
        };
        const writer = inside ? "com.anthropic.sdk.typescript" : "@traceloop/instrumentation-anthropic";
        const reading = readSpan(spanWith(attributes, { scope: writer }));
        const found = reading.kind === "call" ? reading.call.usage.quantities : new Map();
        const of = (unit: string): number => found.get(unit) ?? 0;
        expect([
          of("input"),
          of("cache_read"),
          of("cache_write_5m"),
          of("output"),
          of("output_reasoning"),
        ]).toEqual([input, read, written, output, thought]);
      }),
    );
  });
});

describe("whom a span names", () => {
  const named = (
    attributes: Readonly<Record<string, AttributeValue>>,
    resource: Readonly<Record<string, AttributeValue>> = {},
    rules = DEFAULT_ATTRIBUTION_RULES,
  ) => {
    const reading = readSpan(spanWith(attributes, { resource }), rules);
    return reading.kind === "call" ? reading.call.attribution : reading.attribution;
  };

  it.each<Readonly<Record<string, AttributeValue>>>([
    { "keeptabs.customer.id": "acme", "keeptabs.feature": "chat", "customer.id": "other" },
    { "tenant.id": "acme", "user.id": "u1", feature: "chat" },
    { "traceloop.association.properties.customer_id": "acme", "traceloop.workflow.name": "chat" },
    { "ai.telemetry.metadata.customerId": "acme", "ai.telemetry.functionId": "chat" },
    { "ai.settings.context.customerId": "acme", "ai.settings.context.feature": "chat" },
    { "langfuse.trace.metadata.customer": "acme", "langfuse.trace.tags": ["x", "feature:chat"] },
    { "langsmith.metadata.customer_id": "acme", "langsmith.span.tags": "x, feature:chat" },
    { metadata: '{"customer":"acme","feature":"chat"}' },
    { metadata: new Map([["tenant", "acme"]]), "tag.tags": '["feature:chat"]' },
  ])("%o are the customer acme and the feature chat", (attributes) => {
    expect(named(attributes)).toEqual({ customer: "acme", feature: "chat" });
  });

  it("is taken from the resource when the span names nobody", () => {
    expect(named({}, { "customer.id": "acme" })).toEqual({ customer: "acme" });
    expect(named({ "customer.id": "globex" }, { "customer.id": "acme" })).toEqual({ customer: "globex" });
  });

  it("is taken from a resource that many spans share by the rules in force", () => {
    const resource = new Map([
      ["customer.id", "acme"],
      ["org", "globex"],
    ]);
    const attributionBy = (rules = DEFAULT_ATTRIBUTION_RULES) => {
      const reading = readSpan({ ...spanWith({}), resource }, rules);
      return reading.kind === "call" ? reading.call.attribution : reading.attribution;
    };
    const others = { customer: ["org"], person: [], feature: ["customer.id"] };
    for (const _ of [1, 2]) {
      expect(attributionBy()).toEqual({ customer: "acme" });
      expect(attributionBy(others)).toEqual({ customer: "globex", feature: "acme" });
    }
  });

  it("is, of two tags for one rule, the one in the first of the lists, however the attributes stand", () => {
    const tags = [
      ["tags", ["customer:second"]],
      ["langfuse.trace.tags", ["customer:first", "customer:third"]],
    ] as const;
    for (const order of [tags, tags.toReversed()]) {
      expect(named(Object.fromEntries(order))).toEqual({ customer: "first" });
    }
  });

  it("is nobody who could not be booked: such a name is passed over", () => {
    expect(named({ "customer.id": " acme", "tenant.id": "__other__", "user.id": 42 })).toEqual({
      person: "42",
    });
    expect(named({ "customer.id": true, "tenant.id": 1.5 })).toEqual({});
  });

  it("follows the configured rules in their order, and those alone", () => {
    const rules = { customer: ["org", "info#account"], person: [], feature: ["tag:team"] };
    expect(
      named({ info: '{"account":"acme"}', tags: ["team:search:eu"], "user.id": "u" }, {}, rules),
    ).toEqual({
      customer: "acme",
      feature: "search:eu",
    });
    expect(named({ info: '{"__proto__":{"account":"x"}}', "user.id": "u" }, {}, rules)).toEqual({});
  });
});
