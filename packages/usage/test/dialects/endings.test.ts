import type { AttributeValue } from "@keeptabs/usage";
import { describe, expect, it } from "vitest";
import { callIn } from "./spans.ts";

const CHAT: Readonly<Record<string, AttributeValue>> = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": "gpt-4o",
};
const failed = (attributes: Readonly<Record<string, AttributeValue>>) =>
  callIn({ ...CHAT, ...attributes }, { failed: true });

describe("a call that failed", () => {
  it.each([
    { "http.response.status_code": 429 },
    { "http.response.status_code": "401" },
    { "error.type": "429" },
    { "error.type": "RateLimitError" },
    { "error.type": "openai.BadRequestError" },
    { "error.type": "rate_limit_error" },
    { "error.type": "ThrottlingException" },
  ])("because the provider refused it (%o) costs nothing", (attributes) => {
    expect(failed(attributes)).toMatchObject({
      outcome: "error",
      usage: { quality: "missing", free: "refused_by_provider", lowerBound: false },
    });
  });

  it.each([{}, { "error.type": "TypeError" }, { "error.type": "AI_TypeValidationError" }])(
    "for a reason that does not say whether the model ran (%o) is not free",
    (attributes) => {
      const call = failed(attributes);
      expect(call).toMatchObject({ outcome: "error", usage: { problem: "call_failed", lowerBound: true } });
      expect(call?.usage.free).toBeUndefined();
    },
  );

  it.each([
    { "error.type": "AbortError" },
    { "error.type": "APIConnectionTimeoutError" },
    { "error.type": "asyncio.CancelledError" },
    { "gen_ai.usage.input_tokens": 10, "error.type": "500" },
    { "gen_ai.response.id": "chatcmpl-1" },
  ])("after the model had begun, or because nobody waited (%o), was broken off", (attributes) => {
    expect(failed(attributes)).toMatchObject({ outcome: "aborted", usage: { lowerBound: true } });
  });

  it("after its answer had come to an end is charged for all of it", () => {
    const call = failed({
      "gen_ai.usage.input_tokens": 10,
      "gen_ai.usage.output_tokens": 5,
      "gen_ai.usage.cache_read.input_tokens": 0,
      "gen_ai.response.finish_reasons": ["stop"],
    });
    expect(call).toMatchObject({ outcome: "error", usage: { quality: "reported", lowerBound: false } });
  });
});

describe("a stream", () => {
  const stream = { ...CHAT, "gen_ai.request.stream": true, "gen_ai.usage.input_tokens": 10 };

  it("that ended without output was broken off, although its status is unset", () => {
    expect(callIn(stream)).toMatchObject({
      outcome: "aborted",
      usage: { quality: "partial", lowerBound: true },
    });
  });

  it("that ended with a reason is only recorded badly", () => {
    expect(callIn({ ...stream, "gen_ai.response.finish_reasons": ["stop"] })).toMatchObject({
      outcome: "ok",
      usage: { quality: "partial", lowerBound: true },
    });
  });
});

describe("a claimed cost", () => {
  const claims = (attributes: Readonly<Record<string, AttributeValue>>) =>
    callIn({ ...CHAT, ...attributes })?.usage.claims.map(({ source, amount }) => [source, amount]);

  it("has the source that it names, or that of the tool that wrote it", () => {
    const proposed = { "gen_ai.usage.cost.amount": 0.0125, "gen_ai.usage.cost.currency": "USD" };
    expect(claims({ ...proposed, "gen_ai.usage.cost.source": "provider" })).toEqual([["provider", "0.0125"]]);
    expect(claims({ ...proposed, "gen_ai.usage.cost.source": "local" })).toEqual([["tool", "0.0125"]]);
    expect(claims({ "operation.cost": 1.5e-7 })).toEqual([["tool", "0.00000015"]]);
  });

  it("in another currency, of nothing, or of no number is none", () => {
    expect(claims({ "gen_ai.usage.cost.amount": 1, "gen_ai.usage.cost.currency": "EUR" })).toEqual([]);
    for (const none of [0, "0.00", -1, Number.NaN, "free", "1e999"]) {
      expect(claims({ "gen_ai.usage.cost": none })).toEqual([]);
    }
  });
});
