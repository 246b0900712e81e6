import Anthropic from "@anthropic-ai/sdk";
import { register, withCustomer } from "@keeptabs/instrumentation";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import OpenAI from "openai";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { answer } from "./answers.ts";
import { type Provider, startProvider } from "./provider.ts";
import { lastAttributes, PRICES, startTracing, type Tracing } from "./tracing.ts";

const QUESTION = "Where is the parcel that my neighbour took?";
const ACME = { customer: "acme", feature: "assistant" };

let provider: Provider;
let tracing: Tracing;
let openai: OpenAI;
let anthropic: Anthropic;

beforeAll(async () => {
  provider = await startProvider(answer);
});
afterAll(() => provider.close());

beforeEach(() => {
  tracing = startTracing();
  const target = { fetch: globalThis.fetch };
  register({ target, priceBook: PRICES });
  const common = { fetch: target.fetch, maxRetries: 0 };
  openai = new OpenAI({ ...common, baseURL: `${provider.url}/v1`, apiKey: "sk-test" });
  anthropic = new Anthropic({
    ...common,
    baseURL: provider.url,
    apiKey: "sk-ant-test",
    openTelemetry: false,
  });
});
afterEach(() => tracing.stop());

const messages = [{ role: "user" as const, content: QUESTION }];

/** What every span of these tests says. */
function expected(model: string, stream: boolean) {
  return {
    "keeptabs.customer.id": "acme",
    "keeptabs.feature": "assistant",
    "keeptabs.outcome": "ok",
    "keeptabs.cost.currency": "USD",
    "keeptabs.cost.source": "computed",
    "keeptabs.cost.status": "charged",
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": model,
    "gen_ai.request.stream": stream,
    "server.address": "127.0.0.1",
    "server.port": Number(new URL(provider.url).port),
  };
}

// 86 at 0.15, 1920 at 0.075, 300 at 0.6 USD for a million.
const CHAT = {
  "gen_ai.provider.name": "openai",
  "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
  "gen_ai.response.id": "chatcmpl-1",
  "gen_ai.usage.input_tokens": 2006,
  "gen_ai.usage.cache_read.input_tokens": 1920,
  "gen_ai.usage.output_tokens": 300,
  "gen_ai.usage.reasoning.output_tokens": 128,
  "gen_ai.usage.cost": 0.0003369,
  "keeptabs.cost.amount": "0.0003369",
  "keeptabs.cost.price": "openai/gpt-4o-mini-2024-07-18@release",
  "keeptabs.usage": {
    quantities: { input: 86, cache_read: 1920, output: 172, output_reasoning: 128 },
    circumstances: { serviceTier: "default" },
  },
};

describe("one call of a model", () => {
  it("is one client span with usage, customer and exact cost: a chat", async () => {
    await withCustomer(ACME, () => openai.chat.completions.create({ model: "gpt-4o-mini", messages }));
    const [span, ...others] = tracing.ours();
    expect(others).toEqual([]);
    expect(span).toMatchObject({
      name: "chat gpt-4o-mini",
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
      events: [],
    });
    expect(lastAttributes(tracing)).toEqual({ ...expected("gpt-4o-mini", false), ...CHAT });
  });

  it("is the same when it is streamed, although the application did not ask for usage", async () => {
    await withCustomer(ACME, async () => {
      for await (const _ of await openai.chat.completions.create({
        model: "gpt-4o-mini",
        messages,
        stream: true,
      }));
    });
    expect(tracing.ours()).toHaveLength(1);
    expect(lastAttributes(tracing)).toEqual({ ...expected("gpt-4o-mini", true), ...CHAT });
  });

  it.each([false, true])("is read from the Responses API, streamed: %s", async (stream) => {
    await withCustomer(ACME, async () => {
      const response = await openai.responses.create({ model: "gpt-5", input: QUESTION, stream });
      if (Symbol.asyncIterator in response) for await (const _ of response);
    });
    expect(tracing.ours()).toHaveLength(1);
    expect(lastAttributes(tracing)).toEqual({
      ...expected("gpt-5", stream),
      ...CHAT,
      "gen_ai.response.model": "gpt-5-2025-08-07",
      "gen_ai.response.id": "resp_1",
      "gen_ai.usage.cost": 0.0033475,
      "keeptabs.cost.amount": "0.0033475",
      "keeptabs.cost.price": "openai/gpt-5-2025-08-07@release",
    });
  });

  it.each([false, true])("is read from Anthropic's messages, streamed: %s", async (stream) => {
    await withCustomer(ACME, async () => {
      const message = await anthropic.messages.create({
        model: "claude-opus-5",
        max_tokens: 9,
        messages,
        stream,
      });
      if (Symbol.asyncIterator in message) for await (const _ of message);
    });
    expect(tracing.ours()).toHaveLength(1);
    expect(lastAttributes(tracing)).toMatchObject({
      ...expected("claude-opus-5", stream),
      "gen_ai.provider.name": "anthropic",
      "gen_ai.response.model": "claude-opus-5-20260901",
      "gen_ai.response.id": "msg_01",
      "gen_ai.usage.input_tokens": 2098,
      "gen_ai.usage.cache_read.input_tokens": 1024,
      "gen_ai.usage.cache_write.input_tokens": 1024,
      "gen_ai.usage.output_tokens": 503,
      // 50 at 3, 1024 at 0.3, 1000 at 3.75, 24 at 6, 503 at 15 USD for a million.
      "keeptabs.cost.amount": "0.0118962",
    });
  });

  it("is read from embeddings", async () => {
    await openai.embeddings.create({ model: "text-embedding-3-small", input: QUESTION });
    expect(tracing.ours()[0]?.name).toBe("embeddings text-embedding-3-small");
    expect(lastAttributes(tracing)).toMatchObject({
      "gen_ai.usage.input_tokens": 8,
      "keeptabs.cost.amount": "0.00000016",
    });
  });

  it("has customer and cost also where no span processor of ours is installed", async () => {
    tracing.stop();
    tracing = startTracing({ processor: false });
    await withCustomer(ACME, () => openai.chat.completions.create({ model: "gpt-4o-mini", messages }));
    expect(lastAttributes(tracing)).toEqual({ ...expected("gpt-4o-mini", false), ...CHAT });
  });

  it("names no customer outside of withCustomer", async () => {
    await openai.chat.completions.create({ model: "gpt-4o-mini", messages });
    expect(Object.keys(lastAttributes(tracing)).filter((name) => /customer|feature/.test(name))).toEqual([]);
  });

  it("leaves out the cost as a double where that is switched off", async () => {
    const target = { fetch: globalThis.fetch };
    register({ target, priceBook: PRICES, costAttribute: false });
    const client = openai.withOptions({ fetch: target.fetch });
    await client.chat.completions.create({ model: "gpt-4o-mini", messages });
    expect(lastAttributes(tracing)).toMatchObject({ "keeptabs.cost.amount": "0.0003369" });
    expect(lastAttributes(tracing)).not.toHaveProperty(["gen_ai.usage.cost"]);
  });

  it("says unpriced with the reason, and no amount, for a model without a price", async () => {
    const target = { fetch: globalThis.fetch };
    register({ target, priceBook: PRICES });
    const body = JSON.stringify({ model: "gpt-9", messages });
    const other = await startProvider(() => ({
      json: { id: "x", model: "gpt-9", usage: { prompt_tokens: 1, completion_tokens: 1 } },
    }));
    await (await target.fetch(`${other.url}/v1/chat/completions`, { method: "POST", body })).text();
    await other.close();
    expect(lastAttributes(tracing)).toMatchObject({ "keeptabs.cost.status": "unpriced:model_not_found" });
    expect(
      Object.keys(lastAttributes(tracing)).filter((name) => /cost\.amount|usage\.cost/.test(name)),
    ).toEqual([]);
  });

  it("puts neither prompt nor answer nor key on any span", async () => {
    await openai.chat.completions.create({ model: "gpt-4o-mini", messages });
    await openai.responses.create({ model: "gpt-5", input: QUESTION });
    await anthropic.messages.create({ model: "claude-opus-5", max_tokens: 9, messages });
    const told = JSON.stringify(
      tracing.exporter.getFinishedSpans().map(({ name, attributes, events }) => [name, attributes, events]),
    );
    expect(tracing.ours()).toHaveLength(3);
    for (const secret of ["neighbour", "on its way", "its way", "sk-"]) expect(told).not.toContain(secret);
  });
});
