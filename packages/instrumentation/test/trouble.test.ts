import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import Anthropic from "@anthropic-ai/sdk";
import { type RegisterOptions, register, withCustomer } from "@keeptabs/instrumentation";
import type { PriceBook } from "@keeptabs/pricing";
import { SpanStatusCode, trace } from "@opentelemetry/api";
import { AlwaysOffSampler, TracerProvider } from "@opentelemetry/sdk-trace";
import OpenAI from "openai";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ANSWER, answer, data, MESSAGE_USAGE } from "./answers.ts";
import { type Answer, type Provider, type Received, startProvider } from "./provider.ts";
import { lastAttributes, PRICES, startTracing, type Tracing } from "./tracing.ts";

let provider: Provider;
let tracing: Tracing;
let respond: (request: Received, nth: number) => Answer = answer;

beforeAll(async () => {
  provider = await startProvider((request, nth) => respond(request, nth));
});
afterAll(() => provider.close());
beforeEach(() => {
  respond = answer;
  provider.received.length = 0;
  tracing = startTracing();
});
afterEach(() => tracing.stop());

function clients(options: RegisterOptions = { priceBook: PRICES }, original = globalThis.fetch) {
  const target = { fetch: original };
  register({ ...options, target });
  const { fetch } = target;
  return {
    fetch,
    openai: new OpenAI({ fetch, baseURL: `${provider.url}/v1`, apiKey: "sk-test", maxRetries: 0 }),
    anthropic: new Anthropic({
      fetch,
      baseURL: provider.url,
      apiKey: "k",
      maxRetries: 0,
      openTelemetry: false,
    }),
  };
}

const chat = { model: "gpt-4o-mini", messages: [{ role: "user" as const, content: "Where is it?" }] };
const message = { model: "claude-opus-5", max_tokens: 99, messages: chat.messages };

const STREAMED = {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ ...message, stream: true }),
};

/** Attributes that only a known or guessed usage could have put there. */
function aboutUsage(): string[] {
  return Object.keys(lastAttributes(tracing)).filter((name) => /usage|cost/.test(name));
}

describe("a call that fails", () => {
  it("is an error with the status as its type, and makes up no usage", async () => {
    respond = () => ({ status: 429, json: { error: { type: "requests", message: "Slow down" } } });
    await expect(clients().openai.chat.completions.create(chat)).rejects.toThrow("429");
    expect(tracing.ours()[0]?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(lastAttributes(tracing)).toMatchObject({ "keeptabs.outcome": "error", "error.type": "429" });
    expect(aboutUsage()).toEqual([]);
  });

  it("is one span for each attempt, and only the one that was answered has a cost", async () => {
    respond = (request, nth) =>
      nth < 3 ? { status: 503, json: {}, headers: { "retry-after-ms": "1" } } : answer(request);
    const { openai } = clients();
    await withCustomer({ customer: "acme" }, () =>
      openai.withOptions({ maxRetries: 2 }).chat.completions.create(chat),
    );
    expect(tracing.ours().map(({ attributes }) => attributes["error.type"])).toEqual([
      "503",
      "503",
      undefined,
    ]);
    expect(tracing.ours().map(({ attributes }) => attributes["keeptabs.cost.amount"])).toEqual([
      undefined,
      undefined,
      "0.0003369",
    ]);
    expect(tracing.ours().map(({ attributes }) => attributes["keeptabs.customer.id"])).toEqual(
      Array(3).fill("acme"),
    );
  });

  it("is an error with the error's name where nobody answers", async () => {
    const gone = await startProvider(answer);
    await gone.close();
    await expect(clients().fetch(`${gone.url}/v1/chat/completions`, { method: "POST" })).rejects.toThrow(
      "fetch failed",
    );
    expect(lastAttributes(tracing)).toMatchObject({ "keeptabs.outcome": "error", "error.type": "TypeError" });
    expect(aboutUsage()).toEqual([]);
  });

  it("may have been billed when the application gives up waiting for the answer", async () => {
    respond = (request) => ({ ...answer(request), delayMs: 3000 });
    const { openai } = clients();
    await expect(openai.chat.completions.create(chat, { timeout: 150 })).rejects.toThrow("timed out");
    expect(lastAttributes(tracing)).toMatchObject({
      "keeptabs.outcome": "aborted",
      "keeptabs.cost.status": "unpriced:usage_missing",
      "keeptabs.usage": { quality: "missing", lowerBound: true },
    });
    expect(lastAttributes(tracing)).not.toHaveProperty(["error.type"]);
  });

  it("keeps what a stream said before the provider reported an error in it", async () => {
    const error = { type: "overloaded_error", message: "Overloaded" };
    respond = (request) => ({
      events: [
        ...(answer(request).events ?? []).slice(0, 4),
        `event: error\n${data({ type: "error", error })}`,
      ],
    });
    const { anthropic } = clients();
    await expect(anthropic.messages.stream(message).finalMessage()).rejects.toThrow("Overloaded");
    expect(tracing.ours()[0]?.status.code).toBe(SpanStatusCode.ERROR);
    expect(lastAttributes(tracing)).toMatchObject({
      "keeptabs.outcome": "error",
      "error.type": "overloaded_error",
      "gen_ai.usage.input_tokens": 2098,
      "keeptabs.usage": { quality: "partial", lowerBound: true },
    });
    expect(JSON.stringify(lastAttributes(tracing))).not.toContain("Overloaded");
  });
});

describe("a stream that is broken off", () => {
  const begun = {
    "keeptabs.outcome": "aborted",
    "gen_ai.response.id": "msg_01",
    "gen_ai.usage.input_tokens": 2098,
    "gen_ai.usage.cache_read.input_tokens": MESSAGE_USAGE.cache_read_input_tokens,
    "keeptabs.usage": { quality: "partial", lowerBound: true },
    "keeptabs.cost.amount": "0.0043662",
  };

  it("by the network is aborted, with what is known as a lower bound", async () => {
    respond = (request) => ({ ...answer(request), breakAfter: 5 });
    await expect(clients().anthropic.messages.stream(message).finalMessage()).rejects.toThrow();
    expect(lastAttributes(tracing)).toMatchObject({ ...begun, "error.type": "TypeError" });
  });

  it("by leaving the loop is aborted without an error, and the provider is left at once", async () => {
    respond = (request) => ({ ...answer(request), stallAfter: 5 });
    const left = provider.left();
    for await (const _ of await clients().anthropic.messages.create({ ...message, stream: true })) break;
    expect(lastAttributes(tracing)).toMatchObject(begun);
    expect(tracing.ours()[0]?.status.code).toBe(SpanStatusCode.UNSET);
    await expect.poll(() => provider.left()).toBe(left + 1);
  });

  it("by cancelling its body leaves the provider at once too", async () => {
    respond = (request) => ({ ...answer(request), stallAfter: 5 });
    const left = provider.left();
    const { body } = await clients().fetch(`${provider.url}/v1/messages`, STREAMED);
    await body?.cancel();
    expect(lastAttributes(tracing)).toMatchObject({ "keeptabs.outcome": "aborted" });
    await expect.poll(() => provider.left()).toBe(left + 1);
  });

  it("by an abort signal is aborted without an error", async () => {
    respond = (request) => ({ ...answer(request), stallAfter: 5 });
    const abort = new AbortController();
    const stream = await clients().anthropic.messages.create(
      { ...message, stream: true },
      { signal: abort.signal },
    );
    for await (const event of stream)
      if (event.type === "content_block_delta") abort.abort(new Error("mine"));
    expect(lastAttributes(tracing)).toMatchObject(begun);
    expect(lastAttributes(tracing)).not.toHaveProperty(["error.type"]);
  });

  it("is unpriced where the provider states usage only at the end", async () => {
    for await (const _ of await clients().openai.chat.completions.create({ ...chat, stream: true })) break;
    expect(lastAttributes(tracing)).toMatchObject({
      "keeptabs.outcome": "aborted",
      "gen_ai.response.id": "chatcmpl-1",
      "keeptabs.cost.status": "unpriced:usage_missing",
    });
  });

  it("is ok when the usage had been stated before the application left", async () => {
    const stream = await clients().anthropic.messages.create({ ...message, stream: true });
    for await (const event of stream) if (event.type === "message_delta") break;
    expect(lastAttributes(tracing)).toMatchObject({
      "keeptabs.outcome": "ok",
      "gen_ai.usage.output_tokens": 503,
    });
  });

  it("ends its span also when nobody ever reads it, once it is garbage", async () => {
    respond = (request) => ({ ...answer(request), stallAfter: 2 });
    const { fetch } = clients();
    await (async () => {
      const { status } = await fetch(`${provider.url}/v1/messages`, STREAMED);
      expect(status).toBe(200);
    })();
    expect(tracing.ours()).toEqual([]);
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    await expect
      .poll(
        () => {
          collect();
          return tracing.ours().length;
        },
        { timeout: 10_000 },
      )
      .toBe(1);
    expect(lastAttributes(tracing)).toMatchObject({ "keeptabs.outcome": "aborted" });
  });

  it("does not end its span while somebody still reads it slowly", async () => {
    const { fetch } = clients();
    const reader = (await fetch(`${provider.url}/v1/messages`, STREAMED)).body!.getReader();
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    let text = "";
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      text += Buffer.from(next.value).toString();
      collect();
      await pause(1);
      expect(tracing.ours()).toEqual([]);
    }
    expect(text).toContain("message_stop");
    expect(lastAttributes(tracing)).toMatchObject({ "keeptabs.outcome": "ok" });
  });
});

describe("a fault of ours", () => {
  const broken = new Proxy(
    {},
    {
      get: () => () => {
        throw new Error("no price today");
      },
    },
  ) as PriceBook;

  it("in the price book does not reach the application, and leaves the usage on the span", async () => {
    const { openai } = clients({ priceBook: broken });
    const completion = await openai.chat.completions.create(chat);
    expect(completion.choices[0]?.message.content).toBe(ANSWER);
    expect(lastAttributes(tracing)).toMatchObject({
      "gen_ai.usage.input_tokens": 2006,
      "keeptabs.outcome": "ok",
    });
    expect(lastAttributes(tracing)).not.toHaveProperty(["keeptabs.cost.status"]);
  });

  it.each(["onStart", "onEnding", "onEnd"])(
    "in a span processor's %s does not reach the application",
    async (hook) => {
      tracing.stop();
      const thrower = {
        [hook]: () => {
          throw new Error("processor");
        },
      };
      const processor = {
        onStart() {},
        onEnd() {},
        forceFlush: async () => {},
        shutdown: async () => {},
        ...thrower,
      };
      trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [processor] }));
      const { openai, anthropic } = clients();
      expect((await openai.chat.completions.create(chat)).choices[0]?.message.content).toBe(ANSWER);
      expect((await anthropic.messages.stream(message).finalMessage()).content).toHaveLength(1);
    },
  );

  it("in understanding an odd request or answer leaves both as they are", async () => {
    const odd = Object.defineProperty(new Response("as it is"), "headers", {
      get() {
        throw new Error("headers");
      },
    });
    const { fetch } = clients({}, async () => odd);
    const hostile = {
      method: "POST",
      get body(): string {
        throw new Error("body");
      },
    };
    expect(await fetch("https://api.openai.com/v1/responses", { method: "POST" })).toBe(odd);
    expect(await fetch("https://api.openai.com/v1/responses", hostile)).toBe(odd);
    expect(await fetch(undefined as never)).toBe(odd);
  });
});

describe("a span that is not recorded", () => {
  it("costs nothing and changes nothing, not even the request", async () => {
    tracing.stop();
    tracing = startTracing({ sampler: new AlwaysOffSampler() });
    const { openai } = clients();
    for await (const _ of await openai.chat.completions.create({ ...chat, stream: true }));
    expect(provider.received[0]?.body).not.toHaveProperty("stream_options");
    expect(tracing.ours()).toEqual([]);
  });

  it("becomes one as soon as a tracer provider is registered", async () => {
    tracing.stop();
    const { openai } = clients();
    await openai.chat.completions.create(chat);
    const late = startTracing();
    await openai.chat.completions.create(chat);
    expect(late.ours()).toHaveLength(1);
    late.stop();
  });
});
