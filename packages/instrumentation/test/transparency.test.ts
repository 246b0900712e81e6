import Anthropic from "@anthropic-ai/sdk";
import { register } from "@keeptabs/instrumentation";
import OpenAI from "openai";
import { makeParseableResponseFormat } from "openai/lib/parser";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { answer, data } from "./answers.ts";
import { type Answer, type Provider, type Received, startProvider } from "./provider.ts";
import { PRICES, startTracing, type Tracing } from "./tracing.ts";

interface Clients {
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
  readonly fetch: typeof fetch;
}

let provider: Provider;
let tracing: Tracing;
let respond: (request: Received, nth: number) => Answer = answer;
let plain: Clients;
let hooked: Clients;

beforeAll(async () => {
  provider = await startProvider((request, nth) => respond(request, nth));
});
afterAll(() => provider.close());

beforeEach(() => {
  tracing = startTracing();
  respond = answer;
  provider.received.length = 0;
  const target = { fetch: globalThis.fetch };
  register({ target, priceBook: PRICES });
  plain = clients(globalThis.fetch);
  hooked = clients(target.fetch);
});
afterEach(() => tracing.stop());

function clients(fetch: typeof globalThis.fetch): Clients {
  return {
    fetch,
    openai: new OpenAI({ fetch, baseURL: `${provider.url}/v1`, apiKey: "sk-test", maxRetries: 0 }),
    anthropic: new Anthropic({
      fetch,
      baseURL: provider.url,
      apiKey: "sk-ant",
      maxRetries: 0,
      openTelemetry: false,
    }),
  };
}

/** Whatever comes of a use of the clients: its value, or its error as the application sees it. */
async function outcome(use: (clients: Clients) => Promise<unknown>, on: Clients): Promise<unknown> {
  try {
    return { value: await use(on) };
  } catch (thrown) {
    const error = thrown as Error & { status?: number; code?: unknown; error?: unknown };
    const { name, message, status, code, cause } = error;
    return {
      thrown: error.constructor.name,
      name,
      message,
      status,
      code,
      error: error.error,
      cause: String(cause),
    };
  }
}

/** Uses the clients without and with us, and compares what the application gets and how often it asks. */
async function sameEitherWay(use: (clients: Clients) => Promise<unknown>): Promise<void> {
  provider.received.length = 0;
  tracing.exporter.reset();
  const without = await outcome(use, plain);
  expect(tracing.ours()).toEqual([]);
  const asked = provider.received.splice(0).length;
  const withUs = await outcome(use, hooked);
  expect(withUs).toEqual(without);
  expect(provider.received).toHaveLength(asked);
  expect(tracing.ours()).toHaveLength(Math.max(asked, 1));
}

const chat = { model: "gpt-4o-mini", messages: [{ role: "user" as const, content: "Where is it?" }] };
const message = { model: "claude-opus-5", max_tokens: 99, messages: chat.messages };
const response_format = makeParseableResponseFormat(
  { type: "json_schema", json_schema: { name: "reply", strict: true, schema: { type: "object" } } },
  (text) => JSON.parse(text),
);

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = [];
  for await (const item of items) seen.push(item);
  return seen;
}

async function first<T>(items: AsyncIterable<T>, count: number): Promise<T[]> {
  const seen: T[] = [];
  for await (const item of items) if (seen.push(item) === count) break;
  return seen;
}

/** What can be seen of a response; the date and connection headers are the server's own affair. */
async function seen(response: Response) {
  const { ok, status, statusText, url, type, redirected } = response;
  const headers = [...response.headers].filter(([name]) => name !== "date");
  const before = response.bodyUsed;
  const copy = response.clone();
  const text = await response.text();
  const again = { text: await copy.text(), url: copy.url, type: copy.type, redirected: copy.redirected };
  const is = response instanceof Response && response.body instanceof ReadableStream;
  return {
    ok,
    status,
    statusText,
    url,
    type,
    redirected,
    headers,
    before,
    text,
    again,
    is,
    after: response.bodyUsed,
  };
}

const USES: Record<string, (clients: Clients) => Promise<unknown>> = {
  "create()": ({ openai }) => openai.chat.completions.create(chat),
  "create().asResponse()": async ({ openai }) =>
    seen(await openai.chat.completions.create(chat).asResponse()),
  "create().withResponse()": async ({ openai }) => {
    const { data, response } = await openai.chat.completions.create(chat).withResponse();
    return [data, response.status, response.url];
  },
  "one promise awaited twice": async ({ openai }) => {
    const promise = openai.chat.completions.create(chat);
    return [await promise, await promise.withResponse().then(({ data }) => data)];
  },
  "chat.completions.parse()": ({ openai }) => openai.chat.completions.parse({ ...chat, response_format }),
  "chat.completions.stream()": async ({ openai }) => {
    const stream = openai.chat.completions.stream({ ...chat, response_format });
    const events: string[] = [];
    stream.on("content.delta", ({ delta }) => events.push(delta));
    const final = await stream.finalChatCompletion();
    return [events, final, await stream.totalUsage()];
  },
  "a stream read to its end": async ({ openai }) =>
    all(await openai.chat.completions.create({ ...chat, stream: true })),
  "a stream read to its end that asks for usage": async ({ openai }) =>
    all(
      await openai.chat.completions.create({
        ...chat,
        stream: true,
        stream_options: { include_usage: true },
      }),
    ),
  "a stream left by break": async ({ openai }) =>
    first(await openai.chat.completions.create({ ...chat, stream: true }), 3),
  "a stream in two branches": async ({ openai }) => {
    const [left, right] = (await openai.chat.completions.create({ ...chat, stream: true })).tee();
    return Promise.all([all(left), all(right)]);
  },
  "a stream as bytes": async ({ openai }) =>
    new Response((await openai.chat.completions.create({ ...chat, stream: true })).toReadableStream()).text(),
  "responses.create()": ({ openai }) => openai.responses.create({ model: "gpt-5", input: "Where?" }),
  "responses.parse()": ({ openai }) =>
    openai.responses.parse({ model: "gpt-5", input: "Where?", text: { format: { type: "text" } } }),
  "responses.stream()": async ({ openai }) => {
    const stream = openai.responses.stream({ model: "gpt-5", input: "Where?" });
    return [(await all(stream)).length, await stream.finalResponse()];
  },
  "embeddings.create()": ({ openai }) =>
    openai.embeddings.create({ model: "text-embedding-3-small", input: "x" }),
  "messages.create()": ({ anthropic }) => anthropic.messages.create(message),
  "messages.create().asResponse()": async ({ anthropic }) =>
    seen(await anthropic.messages.create(message).asResponse()),
  "messages.stream().finalMessage()": async ({ anthropic }) => {
    const stream = anthropic.messages.stream(message);
    const texts: string[] = [];
    stream.on("text", (text) => texts.push(text));
    return [texts, await stream.finalMessage()];
  },
  "a message's stream left by break": async ({ anthropic }) =>
    first(await anthropic.messages.create({ ...message, stream: true }), 4),
  "fetch with a Request": async ({ fetch }) => {
    const init = {
      method: "POST",
      body: JSON.stringify(chat),
      headers: { "content-type": "application/json" },
    };
    return seen(await fetch(new Request(`${provider.url}/v1/chat/completions`, init)));
  },
  "fetch read into buffers of the reader's own": async ({ fetch }) => {
    const init = { method: "POST", body: JSON.stringify({ ...chat, stream: true }) };
    const { body } = await fetch(new URL(`${provider.url}/v1/chat/completions`), init);
    const reader = body!.getReader({ mode: "byob" });
    let text = "";
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(100));
      if (done) return [text, value?.byteLength];
      text += Buffer.from(value).toString("latin1");
    }
  },
};

describe("an application with us gets what it gets without us", () => {
  it.each(Object.entries(USES))("from %s", async (_, use) => {
    await sameEitherWay(use);
  });

  it.each([400, 401, 404, 429, 500, 529])("from an answer with status %s", async (status) => {
    const error = { type: "some_error", code: "some_code", message: "It did not work." };
    respond = () => ({ status, json: { type: "error", error }, headers: { "x-request-id": "req_1" } });
    await sameEitherWay(({ openai }) => openai.chat.completions.create({ ...chat, stream: true }));
    await sameEitherWay(({ anthropic }) => anthropic.messages.create(message));
  });

  it("from a body that breaks off", async () => {
    respond = (request) => ({ ...answer(request), breakAfter: 1 });
    await sameEitherWay(({ openai }) => openai.chat.completions.create(chat));
  });

  it("from a stream that breaks off", async () => {
    respond = (request) => ({ ...answer(request), breakAfter: 4 });
    await sameEitherWay(async ({ openai }) =>
      all(await openai.chat.completions.create({ ...chat, stream: true })),
    );
    await sameEitherWay(({ anthropic }) => anthropic.messages.stream(message).finalMessage());
  });

  it("from a stream in which the provider reports an error", async () => {
    const error = { type: "overloaded_error", message: "Overloaded" };
    respond = () => ({ events: [`event: error\n${data({ type: "error", error })}`] });
    await sameEitherWay(async ({ anthropic }) =>
      all(await anthropic.messages.create({ ...message, stream: true })),
    );
    await sameEitherWay(async ({ openai }) =>
      all(await openai.chat.completions.create({ ...chat, stream: true })),
    );
  });

  it("from an answer that is no JSON, or empty, or of another type", async () => {
    for (const odd of [
      { text: "{" },
      { text: "" },
      { text: "<html>", headers: { "content-type": "text/html" } },
    ]) {
      respond = () => odd;
      await sameEitherWay(({ openai }) => openai.chat.completions.create(chat));
      await sameEitherWay(({ anthropic }) => anthropic.messages.create(message));
    }
    respond = () => ({ status: 204, text: "" });
    await sameEitherWay(({ openai }) => openai.chat.completions.create(chat));
  });

  it("when it aborts a stream", async () => {
    respond = (request) => ({ ...answer(request), stallAfter: 3 });
    for (const reason of [undefined, new Error("enough"), "enough"]) {
      await sameEitherWay(async ({ openai }) => {
        const abort = new AbortController();
        const options = { signal: abort.signal };
        const texts: unknown[] = [];
        for await (const chunk of await openai.chat.completions.create({ ...chat, stream: true }, options)) {
          if (texts.push(chunk) === 3) abort.abort(reason);
        }
        return texts;
      });
      await sameEitherWay(async ({ fetch }) => {
        const abort = new AbortController();
        const init = { method: "POST", body: JSON.stringify(chat), signal: abort.signal };
        const response = await fetch(`${provider.url}/v1/chat/completions`, init);
        setTimeout(() => abort.abort(reason), 10);
        return response.text();
      });
    }
  });

  it("when it gives up before there is an answer", async () => {
    respond = (request) => ({ ...answer(request), delayMs: 3000 });
    await sameEitherWay(({ openai }) => openai.chat.completions.create(chat, { timeout: 150 }));
    await sameEitherWay(({ openai }) =>
      openai.chat.completions.create(chat, { signal: AbortSignal.timeout(150) }),
    );
    await sameEitherWay(({ anthropic }) =>
      anthropic.messages.create(message, { signal: AbortSignal.timeout(150) }),
    );
  });

  it("when nobody answers at the address", async () => {
    const gone = await startProvider(answer);
    await gone.close();
    await sameEitherWay(({ openai }) =>
      openai.withOptions({ baseURL: `${gone.url}/v1` }).chat.completions.create(chat),
    );
    await sameEitherWay(({ fetch }) => fetch(`${gone.url}/v1/chat/completions`, { method: "POST" }));
  });

  it("when the client retries", async () => {
    let nth = 0;
    respond = (request) => {
      nth += 1;
      return nth % 3 === 0 ? answer(request) : { status: 429, json: {}, headers: { "retry-after-ms": "1" } };
    };
    await sameEitherWay(({ openai }) => openai.withOptions({ maxRetries: 2 }).chat.completions.create(chat));
  });
});
