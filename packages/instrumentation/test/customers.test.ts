import { setTimeout as pause } from "node:timers/promises";
import Anthropic from "@anthropic-ai/sdk";
import { currentCustomer, KeeptabsSpanProcessor, register, withCustomer } from "@keeptabs/instrumentation";
import { context, DiagLogLevel, diag, propagation, ROOT_CONTEXT, type Span, trace } from "@opentelemetry/api";
import OpenAI from "openai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answer, chat, messages } from "./answers.ts";
import { startProvider } from "./provider.ts";
import { PRICES, startTracing, type Tracing } from "./tracing.ts";

let tracing: Tracing;
const warnings: string[] = [];

beforeEach(() => {
  tracing = startTracing();
  warnings.length = 0;
  const nothing = () => undefined;
  const logger = {
    error: nothing,
    info: nothing,
    debug: nothing,
    verbose: nothing,
    warn: (text: string) => warnings.push(text),
  };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  warnings.length = 0;
});
afterEach(() => {
  diag.disable();
  tracing.stop();
});

describe("withCustomer", () => {
  it("returns what the function returns, or throws what it throws", async () => {
    const value = {};
    expect(withCustomer({ customer: "acme" }, () => value)).toBe(value);
    const promise = Promise.resolve(value);
    expect(withCustomer({ customer: "acme" }, () => promise)).toBe(promise);
    const error = new Error("mine");
    expect(() =>
      withCustomer({ customer: "acme" }, () => {
        throw error;
      }),
    ).toThrow(error);
    await expect(withCustomer({ customer: "acme" }, () => Promise.reject(error))).rejects.toBe(error);
  });

  it("holds across awaits, timers and callbacks, and no longer than its function", async () => {
    const later = await withCustomer({ customer: "acme", feature: "search" }, async () => {
      await pause(1);
      return new Promise((resolve) => setImmediate(() => resolve(currentCustomer())));
    });
    expect(later).toEqual({ customer: "acme", feature: "search" });
    expect(currentCustomer()).toBeUndefined();
  });

  it("inherits what it does not name", () => {
    withCustomer({ customer: "acme", feature: "search" }, () => {
      expect(withCustomer({ feature: "agent" }, currentCustomer)).toEqual({
        customer: "acme",
        feature: "agent",
      });
      expect(withCustomer({ customer: "globex" }, currentCustomer)).toEqual({
        customer: "globex",
        feature: "search",
      });
      expect(currentCustomer()).toEqual({ customer: "acme", feature: "search" });
    });
  });

  it("never charges the customer around it for one whose id can't be one, and says why once", () => {
    for (const customer of ["", " acme", "a\nb", "__other__", "a".repeat(129), undefined, 7] as string[]) {
      const inner = () => withCustomer({ customer }, currentCustomer);
      expect(withCustomer({ customer: "acme", feature: "search" }, inner)).toEqual({ feature: "search" });
      expect(withCustomer({ customer: "acme", feature: "search" }, inner)).toEqual({ feature: "search" });
    }
    expect(warnings.toSorted()).toEqual(
      ["control_character", "empty", "not_a_string", "reserved", "surrounding_space", "too_long"].map(
        (problem) => expect.stringContaining(`(${problem})`),
      ),
    );
    expect(warnings.join()).not.toContain("acme");
  });

  it("runs the function also when it is called wrongly or without a context manager, and says so", () => {
    expect(withCustomer(undefined as never, () => 1)).toBe(1);
    context.disable();
    expect(withCustomer({ customer: "acme" }, () => 2)).toBe(2);
    expect(warnings).toContainEqual(expect.stringContaining("context manager"));
  });

  it("writes customer and feature on every span at its start", () => {
    const tracer = trace.getTracer("the application");
    withCustomer({ customer: "acme", feature: "search" }, () => {
      tracer.startActiveSpan("outer", (outer) => {
        tracer.startSpan("inner").end();
        outer.end();
      });
    });
    tracer.startSpan("outside").end();
    const told = tracing.exporter.getFinishedSpans().map(({ name, attributes }) => [name, attributes]);
    const attributes = { "keeptabs.customer.id": "acme", "keeptabs.feature": "search" };
    expect(told).toEqual([
      ["inner", attributes],
      ["outer", attributes],
      ["outside", {}],
    ]);
  });

  it("survives a span that takes no attributes", async () => {
    const processor = new KeeptabsSpanProcessor();
    expect(() =>
      withCustomer({ customer: "acme" }, () => processor.onStart({} as Span, context.active())),
    ).not.toThrow();
    expect(() => processor.onStart({} as Span, ROOT_CONTEXT)).not.toThrow();
    await processor.forceFlush();
    await processor.shutdown();
  });
});

describe("who a call is for", () => {
  it("is never told to the provider, whatever is propagated", async () => {
    const provider = await startProvider(answer);
    const target = { fetch: globalThis.fetch };
    register({ target, priceBook: PRICES });
    const { fetch } = target;
    // Its own tracing is on: it sends what the global propagator injects.
    const anthropic = new Anthropic({ fetch, baseURL: provider.url, apiKey: "k" });
    const openai = new OpenAI({ fetch, baseURL: `${provider.url}/v1`, apiKey: "k" });
    const question = [{ role: "user" as const, content: "Where?" }];
    const mine = propagation.createBaggage({ region: { value: "eu" } });
    await withCustomer({ customer: "acme-industries", feature: "assistant" }, () =>
      context.with(propagation.setBaggage(context.active(), mine), async () => {
        await anthropic.messages.create({ model: "claude-opus-5", max_tokens: 9, messages: question });
        await openai.chat.completions.create({ model: "gpt-4o-mini", messages: question });
      }),
    );
    await provider.close();
    expect(provider.received).toHaveLength(2);
    expect(provider.received[0]?.headers).toMatchObject({ baggage: "region=eu" });
    expect(JSON.stringify(provider.received)).not.toMatch(/acme|assistant/);
    const named = tracing.exporter
      .getFinishedSpans()
      .map(({ attributes }) => attributes["keeptabs.customer.id"]);
    expect(new Set(named)).toEqual(new Set(["acme-industries"]));
  });

  it("is never mixed up between 240 calls that run at once", async () => {
    let inFlight = 0;
    let most = 0;
    const provider = await startProvider((request) => {
      // The answer's id says whose question it was.
      const { content } = (request.body["messages"] as { content: string }[])[0]!;
      const whole = request.path.endsWith("/messages") ? messages(request) : chat(request);
      const renamed = JSON.parse(JSON.stringify(whole).replaceAll(/chatcmpl-1|msg_01/g, content));
      return { ...renamed, delayMs: (Number(content.split("/")[1]) * 7919) % 23 };
    });
    const target = { fetch: globalThis.fetch };
    register({ target, priceBook: PRICES });
    const { fetch } = target;
    const anthropic = new Anthropic({ fetch, baseURL: provider.url, apiKey: "k", openTelemetry: false });
    const openai = new OpenAI({ fetch, baseURL: `${provider.url}/v1`, apiKey: "k" });

    const call = async (n: number): Promise<void> => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await pause((n * 31) % 17);
      const question = [{ role: "user" as const, content: `${currentCustomer()?.customer}/${n}` }];
      const stream = n % 2 === 0;
      if (n % 3 === 0) {
        const told = await anthropic.messages.create({
          model: "claude-opus-5",
          max_tokens: 9,
          messages: question,
          stream,
        });
        if (Symbol.asyncIterator in told) for await (const _ of told) await pause(n % 2);
      } else {
        const told = await openai.chat.completions.create({
          model: "gpt-4o-mini",
          messages: question,
          stream,
        });
        if (Symbol.asyncIterator in told) for await (const _ of told) if (n % 5 === 0) break;
      }
      inFlight -= 1;
    };
    const customers = Array.from({ length: 240 }, (_, n) => `customer-${n % 40}`);
    await Promise.all(customers.map((customer, n) => withCustomer({ customer }, () => call(n))));
    await provider.close();

    const spans = tracing.ours();
    expect(most).toBe(240);
    expect(spans).toHaveLength(240);
    const wrong = spans.filter(
      ({ attributes }) =>
        String(attributes["gen_ai.response.id"]).split("/")[0] !== attributes["keeptabs.customer.id"],
    );
    expect(wrong.map(({ attributes }) => attributes)).toEqual([]);
    expect(new Set(spans.map(({ attributes }) => attributes["gen_ai.response.id"])).size).toBe(240);
  });
});
