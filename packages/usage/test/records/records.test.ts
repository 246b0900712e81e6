import { createHash } from "node:crypto";
import {
  fieldChoiceProblem,
  type RecordFormat,
  type RecordOptions,
  readSpan,
  recordFormatOf,
  type Span,
  spansOfRecord,
} from "@keeptabs/usage";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const OPTIONS: RecordOptions = { hash: (text) => createHash("sha256").update(text).digest("hex") };

const ROW = {
  request_id: "chatcmpl-1",
  call_type: "acompletion",
  startTime: "2026-10-14 09:20:46.847371",
  endTime: "2026-10-14 09:20:48.851954",
  model: "gpt-4o",
  custom_llm_provider: "openai",
  spend: 0.000225,
  total_tokens: 30,
  prompt_tokens: 10,
  completion_tokens: 20,
  metadata: {},
};
const OBSERVATION = {
  id: "f1b2c3d4e5f60718",
  traceId: "0af7651916cd43dd8448eb211c80319c",
  type: "GENERATION",
  startTime: "2026-10-14T09:00:00.000Z",
  endTime: "2026-10-14T09:00:02.250Z",
  model: "gpt-4o",
  usageDetails: { input: 10, output: 20, total: 30 },
};
const LINE = {
  trace_id: "0af7651916cd43dd8448eb211c80319c",
  span_id: "f1b2c3d4e5f60718",
  occurred_at: "2026-10-14T09:00:02.250000001Z",
  provider: "openai",
  request_model: "gpt-4o",
  quantities: [{ unit: "input", quantity: 10 }],
};

function spans(format: RecordFormat, record: object, options = OPTIONS): readonly Span[] {
  const reading = spansOfRecord(format, record, options);
  if (reading.kind !== "spans") throw new Error(JSON.stringify(reading));
  return reading.spans;
}

function call(format: RecordFormat, record: object, options = OPTIONS) {
  const reading = readSpan(spans(format, record, options)[0]!);
  if (reading.kind !== "call") throw new Error("not a call");
  return reading.call;
}

function problem(format: RecordFormat, record: object, options = OPTIONS) {
  return spansOfRecord(format, record, options);
}

describe("a row of LiteLLM's spend logs", () => {
  it("keeps every digit of its times, which are UTC where they name no zone", () => {
    const { startedAt, occurredAt } = call("litellm", ROW);
    expect([startedAt, occurredAt]).toEqual([1791969646847371000n, 1791969648851954000n]);
    expect(call("litellm", { ...ROW, endTime: "2026-10-14T11:20:48.5+02:00" }).occurredAt).toBe(
      1791969648500000000n,
    );
  });

  it("is known by its answer's id and gets ids that are the same each time", () => {
    const [first] = spans("litellm", ROW);
    expect(spans("litellm", ROW)[0]).toEqual(first);
    expect(first!.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(spans("litellm", { ...ROW, request_id: "chatcmpl-2" })[0]!.spanId).not.toBe(first!.spanId);
    expect(call("litellm", ROW).responseId).toBe("chatcmpl-1");
  });

  it("reads cached tokens inside the prompt once, wherever its version states them", () => {
    const counts = { prompt_tokens: 2098, completion_tokens: 172, total_tokens: 2270 };
    const cached = { cached_tokens: 1920, cache_creation_tokens: 92 };
    const anthropic = { ...ROW, ...counts, model: "claude-sonnet-4-5", custom_llm_provider: "anthropic" };
    const expected = { input: 86, cache_read: 1920, output: 172 };
    const now = call("litellm", {
      ...anthropic,
      metadata: { usage_object: { ...counts, prompt_tokens_details: cached } },
    });
    expect(Object.fromEntries(now.usage.quantities)).toMatchObject(expected);
    const before = call("litellm", {
      ...anthropic,
      metadata: {
        additional_usage_values: { cache_read_input_tokens: 1920, cache_creation_input_tokens: 92 },
      },
    });
    expect(Object.fromEntries(before.usage.quantities)).toEqual({ ...expected, cache_write_5m: 92 });
  });

  it("claims what LiteLLM computed as a gateway does, and claims nothing with 0", () => {
    expect(call("litellm", ROW).usage.claims).toEqual([
      { amount: "0.000225", source: "gateway", field: "gen_ai.cost.total_cost" },
    ]);
    expect(call("litellm", { ...ROW, spend: 0 }).usage.claims).toEqual([]);
  });

  it("names the provider by the model's prefix where the row has no column for it", () => {
    const old = call("litellm", {
      ...ROW,
      custom_llm_provider: undefined,
      model: "bedrock/amazon.nova-lite-v1:0",
    });
    expect([old.provider, old.responseModel]).toEqual(["aws.bedrock", "amazon.nova-lite-v1:0"]);
  });

  it("is no call when it lists or fetches something, unless that cost something", () => {
    const listing = { ...ROW, call_type: "alist_batches", spend: 0, total_tokens: 0 };
    expect(problem("litellm", listing)).toEqual({ kind: "no_call" });
    expect(call("litellm", { ...listing, spend: 0.01 }).usage.claims).toHaveLength(1);
  });

  it("names the customer by the field that was chosen and by no other", () => {
    const row = { ...ROW, end_user: "acme", team_id: "initech", request_tags: '["tenant:globex"]' };
    expect(call("litellm", row).attribution.customer).toBe("globex");
    expect(call("litellm", row, { ...OPTIONS, customerField: "team_id" }).attribution.customer).toBe(
      "initech",
    );
    expect(call("litellm", row, { ...OPTIONS, customerField: "tag:tenant" }).attribution.customer).toBe(
      "globex",
    );
    const nobody = { ...row, team_id: "" };
    expect(call("litellm", nobody, { ...OPTIONS, customerField: "team_id" }).attribution).toEqual({});
    expect(
      problem("litellm", { ...row, end_user: " acme" }, { ...OPTIONS, customerField: "end_user" }),
    ).toEqual({
      kind: "problem",
      field: "end_user",
      problem: "can't be an id: surrounding space",
    });
  });

  it("never lets a key become a customer", () => {
    const row = { ...ROW, api_key: "sk-1234567890" };
    expect(problem("litellm", row, { ...OPTIONS, customerField: "api_key" })).toMatchObject({
      field: "api_key",
    });
    expect(JSON.stringify([...spans("litellm", row)[0]!.attributes])).not.toMatch(/sk-1234/);
  });

  it.each([
    ["request_id", { request_id: "" }, /missing/],
    ["endTime", { endTime: "yesterday" }, /must be a time .* got "yesterday"/],
    ["endTime", { endTime: "2026-02-30 00:00:00" }, /must be a time/],
    ["prompt_tokens", { prompt_tokens: -1 }, /must be a whole number/],
    ["spend", { spend: "a lot" }, /must be an amount/],
    ["metadata", { metadata: "{" }, /not valid JSON/],
    ["request_tags", { request_tags: "{}" }, /must be a list/],
  ])("names the field %s when it is wrong", (field, change, why) => {
    expect(problem("litellm", { ...ROW, ...change })).toEqual({
      kind: "problem",
      field,
      problem: expect.stringMatching(why),
    });
  });
});

describe("an observation of Langfuse's", () => {
  it("keeps ids of OpenTelemetry's, and makes others of what it has", () => {
    const [own] = spans("langfuse", OBSERVATION);
    expect([own!.traceId, own!.spanId]).toEqual([OBSERVATION.traceId, OBSERVATION.id]);
    const old = { ...OBSERVATION, id: "clx1", traceId: "b3f9a1c5-77aa-4a0e-8f57-3a5c1f3f0b11" };
    const [made] = spans("langfuse", old);
    expect([made!.traceId, made!.spanId]).toEqual([
      expect.stringMatching(/^[0-9a-f]{32}$/),
      expect.stringMatching(/^[0-9a-f]{16}$/),
    ]);
    const [below] = spans("langfuse", { ...old, id: "clx2", parentObservationId: "clx1" });
    expect(below!.parentSpanId).toBe(made!.spanId);
  });

  it("counts parts that are disjoint once, and its cost as what a gateway claims", () => {
    const { usage, provider } = call("langfuse", {
      ...OBSERVATION,
      model: "claude-sonnet-4-5",
      usageDetails: {
        input: 86,
        input_cached_tokens: 1920,
        input_cache_creation_5m: 92,
        output: 172,
        total: 2270,
      },
      costDetails: { input: 0.001, output: 0.002 },
    });
    expect(Object.fromEntries(usage.quantities)).toEqual({
      input: 86,
      cache_read: 1920,
      cache_write_5m: 92,
      output: 172,
    });
    expect(usage.claims).toMatchObject([{ amount: "0.003", source: "gateway" }]);
    expect(provider).toBe("anthropic");
  });

  it("takes the counts of earlier versions and of tables, and never the prompt for one", () => {
    const { usageDetails: _, ...bare } = OBSERVATION;
    const quantities = (record: object) => Object.fromEntries(call("langfuse", record).usage.quantities);
    expect(quantities({ ...bare, usage: { input: 10, output: 20, total: 30, unit: "TOKENS" } })).toEqual({
      input: 10,
      output: 20,
    });
    expect(quantities({ ...bare, usage: { input: 10, output: 20, unit: "CHARACTERS" } })).toEqual({
      characters: 30,
    });
    expect(quantities({ ...bare, input: "17", output: "4", inputUsage: "10", outputUsage: "20" })).toEqual({
      input: 10,
      output: 20,
    });
    expect(call("langfuse", { ...bare, input: "17", output: "4" }).usage.quality).toBe("missing");
  });

  it("failed when its level says so", () => {
    expect(call("langfuse", { ...OBSERVATION, level: "ERROR" }).outcome).not.toBe("ok");
  });

  it("is a span above calls when it is no generation, and a trace is above all of them", () => {
    const trace = {
      id: OBSERVATION.traceId,
      timestamp: OBSERVATION.startTime,
      userId: "u-1",
      tags: ["customer:acme"],
    };
    const [above, inner] = spans("langfuse", { ...trace, observations: [{ ...OBSERVATION, type: "SPAN" }] });
    expect(readSpan(above!)).toMatchObject({ kind: "not_llm", attribution: { customer: "acme" } });
    expect(readSpan(inner!).kind).toBe("not_llm");
    expect(spans("langfuse", OBSERVATION)[0]!.parentSpanId).toBe(above!.spanId);
  });

  it("refuses a part of the usage that is no count, since it would be money lost", () => {
    expect(problem("langfuse", { ...OBSERVATION, usageDetails: { input: 10, output: -2 } })).toEqual({
      kind: "problem",
      field: "usageDetails.output",
      problem: "must be a whole number from 0 on, got -2",
    });
  });
});

describe("a line of our own", () => {
  it("is read as the API shows calls, also without its usage in full", () => {
    const read = call("keeptabs", {
      ...LINE,
      customer: "acme",
      feature: "chat",
      outcome: "aborted",
      lower_bound: true,
      cost_source: "provider",
      list_cost_usd: "0.01",
      usage_quality: "partial",
    });
    expect(read).toMatchObject({
      traceId: LINE.trace_id,
      occurredAt: 1791968402250000001n,
      outcome: "aborted",
      attribution: { customer: "acme", feature: "chat" },
      usage: { quality: "partial", lowerBound: true, claims: [{ amount: "0.01", source: "provider" }] },
    });
  });

  it("takes names for what they are, also those that others write for nothing", () => {
    expect(call("keeptabs", { ...LINE, customer: "None" }).attribution.customer).toBe("None");
    expect(call("keeptabs", { ...LINE, customer: "__unattributed__" }).attribution.customer).toBeUndefined();
  });

  it.each([
    ["trace_id", { trace_id: "0" }],
    ["span_id", { span_id: "0".repeat(16) }],
    ["occurred_at", { occurred_at: null }],
    ["outcome", { outcome: "maybe" }],
    ["customer", { customer: "__other__" }],
    ["quantities[0].quantity", { quantities: [{ unit: "input", quantity: 1.5 }] }],
    ["usage", { usage: { quantities: { input: -1 } } }],
  ])("names the field %s when it is wrong", (field, change) => {
    expect(problem("keeptabs", { ...LINE, ...change })).toMatchObject({ kind: "problem", field });
  });
});

describe("records", () => {
  it("tell their format by fields that no other has", () => {
    expect([ROW, OBSERVATION, LINE, { id: 1 }, [], null].map(recordFormatOf)).toEqual([
      "litellm",
      "langfuse",
      "keeptabs",
      undefined,
      undefined,
      undefined,
    ]);
    expect(fieldChoiceProblem("litellm", "userId")).toMatch(/"userId" is none of end_user, user/);
    expect(fieldChoiceProblem("langfuse", "metadata.tenant")).toBeUndefined();
  });

  it("never make their reader throw, whatever their fields hold", () => {
    const fields = [...new Set([ROW, OBSERVATION, LINE].flatMap((record) => Object.keys(record)))];
    const formats = fc.constantFrom<RecordFormat>("keeptabs", "litellm", "langfuse");
    const broken = fc.dictionary(fc.constantFrom(...fields, "observations", "usage", "tags"), fc.jsonValue());
    fc.assert(
      fc.property(formats, broken, (format, change) => {
        const base = { keeptabs: LINE, litellm: ROW, langfuse: OBSERVATION }[format];
        const reading = spansOfRecord(format, { ...base, ...change }, OPTIONS);
        if (reading.kind === "spans") for (const span of reading.spans) readSpan(span);
      }),
      { numRuns: 500 },
    );
  });
});
