import { type AttributeValue, DEFAULT_ATTRIBUTION_RULES, readSpan, type Span } from "@keeptabs/usage";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callOf, plain, spanOf } from "./spans.ts";

const CHAT = { "gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o" };

describe("quantities from outside", () => {
  it("count only when they are integers from 0 on, in whatever type they come", () => {
    const read = (value: AttributeValue) =>
      plain(
        callOf(spanOf({ ...CHAT, "gen_ai.usage.input_tokens": value, "gen_ai.usage.output_tokens": 1 })).usage
          .quantities,
      )["input"];
    for (const value of [7, 7n, "7", 7.0]) expect(read(value)).toBe(7);
    for (const value of [
      -1,
      "-1",
      1.5,
      "1.5",
      "",
      " 7",
      "0x10",
      "7abc",
      Number.NaN,
      Number.POSITIVE_INFINITY,
      true,
      1e308,
      2n ** 63n,
      null,
    ]) {
      expect([value, read(value)]).toEqual([value, undefined]);
    }
  });

  it("are never the sum of two names for one thing", () => {
    const call = callOf(
      spanOf({
        ...CHAT,
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.prompt_tokens": 100,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.completion_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 40,
        "gen_ai.usage.cache_read_input_tokens": 40,
      }),
    );
    expect(plain(call.usage.quantities)).toEqual({ input: 60, cache_read: 40, output: 5 });
  });

  it("that contradict each other leave the call without a usage, and say why", () => {
    const reasoning = { "gen_ai.usage.output_tokens": 5, "gen_ai.usage.reasoning.output_tokens": 50 };
    const call = callOf(
      spanOf({ ...CHAT, "gen_ai.usage.input_tokens": 1, ...reasoning }, { scope: "pydantic-ai" }),
    );
    expect(call.usage).toMatchObject({ quality: "missing", problem: "subset_exceeds_total" });
  });
});

describe("a claimed cost", () => {
  const claims = (attributes: Record<string, AttributeValue>) =>
    callOf(spanOf({ ...CHAT, ...attributes })).usage.claims;

  it("is kept as a claim with its source, and 0 means that it is not known", () => {
    expect(claims({ "gen_ai.usage.cost": 1.5e-7 })).toEqual([
      { amount: "0.00000015", source: "tool", field: "gen_ai.usage.cost" },
    ]);
    expect(claims({ "litellm.cost.total": 0.25 })).toEqual([
      { amount: "0.25", source: "gateway", field: "litellm.cost.total" },
    ]);
    for (const nothing of [0, "0", "0.00", -1, Number.NaN, "free", "1e999"])
      expect(claims({ "gen_ai.usage.cost": nothing })).toEqual([]);
  });
});

describe("an outcome", () => {
  it("is an error that costs nothing when the provider refused, and one with a reason of its own otherwise", () => {
    const failed = (attributes: Record<string, AttributeValue>) =>
      callOf(spanOf({ ...CHAT, ...attributes }, { statusCode: 2 }));
    expect(failed({ "error.type": "429" })).toMatchObject({
      outcome: "error",
      usage: { free: "refused_by_provider" },
    });
    expect(failed({ "http.response.status_code": 500 })).toMatchObject({
      usage: { free: "refused_by_provider" },
    });
    expect(failed({ "error.type": "TypeError" })).toMatchObject({
      outcome: "error",
      usage: { problem: "call_failed", lowerBound: true },
    });
  });

  it("is an abort with a lower bound when the failed call had begun to use something", () => {
    const call = callOf(
      spanOf({ ...CHAT, "gen_ai.usage.input_tokens": 10, "error.type": "500" }, { statusCode: 2 }),
    );
    expect(call).toMatchObject({ outcome: "aborted", usage: { lowerBound: true } });
  });

  it("is an error for Langfuse's level, although the status is unset", () => {
    const span = spanOf({ "langfuse.observation.type": "generation", "langfuse.observation.level": "ERROR" });
    expect(callOf(span).outcome).toBe("error");
  });
});

describe("whom a call is for", () => {
  const named = (
    attributes: Record<string, AttributeValue>,
    resource: Record<string, AttributeValue> = {},
  ) => {
    const span: Span = { ...spanOf({ ...CHAT, ...attributes }), resource: new Map(Object.entries(resource)) };
    return callOf(span).attribution;
  };

  it("is read from every framework's way of saying so", () => {
    const ways: Record<string, AttributeValue>[] = [
      { "keeptabs.customer.id": "acme" },
      { "customer.id": "acme" },
      { "tenant.id": "acme" },
      { "traceloop.association.properties.customer_id": "acme" },
      { "ai.telemetry.metadata.customerId": "acme" },
      { "ai.settings.context.tenant": "acme" },
      { "langfuse.trace.metadata.customer": "acme" },
      { "langsmith.metadata.customer_id": "acme" },
      { metadata: '{"customer":"acme"}' },
      { "tag.tags": '["x","customer:acme"]' },
      { "langfuse.trace.tags": ["customer:acme"] },
      { "enduser.id": "acme" },
      { "user.id": "acme" },
    ];
    for (const way of ways) expect([way, named(way).customer ?? named(way).person]).toEqual([way, "acme"]);
  });

  it("is the first name in the order of the rules, the span before its resource, a person last", () => {
    expect(named({ "user.id": "u1", "tenant.id": "acme" })).toEqual({ customer: "acme" });
    expect(named({ "user.id": "u1" }, { "tenant.id": "acme" })).toEqual({ customer: "acme" });
    expect(named({ "user.id": "u1" })).toEqual({ person: "u1" });
    expect(named({}, { "tenant.id": "acme" }).customer).toBe("acme");
  });

  it("follows configured attributes in their order", () => {
    const rules = { ...DEFAULT_ATTRIBUTION_RULES, customer: ["org", "account"] };
    const reading = readSpan(spanOf({ ...CHAT, account: "b", org: 42, "customer.id": "x" }), rules);
    expect(reading.kind === "call" && reading.call.attribution.customer).toBe("42");
  });

  it("is not taken from a name that can't be one", () => {
    for (const name of ["", " acme", "a\u0000b", "a\u200bb", "__other__", "x".repeat(129)]) {
      expect(named({ "customer.id": name, "user.id": "u1" })).toEqual({ person: "u1" });
    }
  });

  it("is taken from any other as it stands, in its composed form", () => {
    for (const name of ["__", "__acme", "acme__", "a b", "x".repeat(128)]) {
      expect(named({ "customer.id": name })).toEqual({ customer: name });
    }
    expect(named({ "customer.id": "cafe\u0301" })).toEqual({ customer: "caf\u00e9" });
  });
});

describe("any span at all", () => {
  it("is read without throwing, and touches no prototype", () => {
    const keys = fc.oneof(
      fc.constantFrom(
        ...[
          "gen_ai.system",
          "gen_ai.operation.name",
          "gen_ai.usage.input_tokens",
          "gen_ai.usage.cost",
          "openinference.span.kind",
        ],
        ...[
          "output.value",
          "metadata",
          "ai.operationId",
          "ai.response.providerMetadata",
          "langfuse.observation.type",
        ],
        ...[
          "langfuse.observation.usage_details",
          "langsmith.span.kind",
          "keeptabs.usage",
          "gcp.vertex.agent.llm_response",
          "__proto__",
        ],
      ),
      fc.string(),
    );
    const values: fc.Arbitrary<AttributeValue> = fc.oneof(
      fc.string(),
      fc.json(),
      fc.double(),
      fc.bigInt(),
      fc.boolean(),
      fc.array(fc.string()),
      fc.constantFrom(
        "LLM",
        "generation",
        "llm",
        "ai.generateText.doGenerate",
        "chat",
        '{"usage":{"input_tokens":1e99}}',
        '{"__proto__":{"x":1}}',
      ),
    );
    const before = Object.getOwnPropertyNames(Object.prototype).join();
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, values), { maxLength: 12 }), (pairs) => {
        const span = { ...spanOf({}), attributes: new Map(pairs) };
        const reading = readSpan(span);
        if (reading.kind === "call") {
          for (const quantity of reading.call.usage.quantities.values()) expect(quantity).toBeGreaterThan(0);
        }
      }),
      { numRuns: 3000 },
    );
    expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
  });
});
