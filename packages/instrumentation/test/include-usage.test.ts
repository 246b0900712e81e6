import { register } from "@keeptabs/instrumentation";
import OpenAI from "openai";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { answer, CHAT_USAGE, chat, data } from "./answers.ts";
import { type Answer, type Provider, type Received, startProvider } from "./provider.ts";
import { lastAttributes, PRICES, startTracing, type Tracing } from "./tracing.ts";

let provider: Provider;
let tracing: Tracing;
let respond: (request: Received) => Answer = answer;

beforeAll(async () => {
  provider = await startProvider((request) => respond(request));
});
afterAll(() => provider.close());
beforeEach(() => {
  respond = answer;
  provider.received.length = 0;
  tracing = startTracing();
});
afterEach(() => tracing.stop());

const QUESTION = { model: "gpt-4o-mini", messages: [{ role: "user" as const, content: "Where?" }] };

function hooked(options: { includeUsage?: boolean } = {}): typeof fetch {
  const target = { fetch: globalThis.fetch };
  register({ priceBook: PRICES, ...options, target });
  return target.fetch;
}

async function streamed(
  more: Partial<OpenAI.ChatCompletionCreateParamsStreaming> = {},
  options: { includeUsage?: boolean } = {},
): Promise<OpenAI.ChatCompletionChunk[]> {
  const openai = new OpenAI({
    fetch: hooked(options),
    baseURL: `${provider.url}/v1`,
    apiKey: "k",
    maxRetries: 0,
  });
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  for await (const chunk of await openai.chat.completions.create({ ...QUESTION, ...more, stream: true }))
    chunks.push(chunk);
  return chunks;
}

async function post(path: string, body: string, headers: Record<string, string> = {}): Promise<string> {
  const init = { method: "POST", body, headers: { "content-type": "application/json", ...headers } };
  return (await hooked()(`${provider.url}${path}`, init)).text();
}

describe("asking a streamed chat for its usage", () => {
  it("is done for the application, which does not see the chunk it did not ask for", async () => {
    const chunks = await streamed();
    expect(provider.received[0]?.body).toEqual({
      ...QUESTION,
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(chunks.filter(({ choices }) => choices.length === 0)).toEqual([]);
    expect(lastAttributes(tracing)).toMatchObject({ "gen_ai.usage.input_tokens": 2006 });
  });

  it("leaves the chunk to an application that asked for it", async () => {
    const chunks = await streamed({ stream_options: { include_usage: true } });
    expect(chunks.at(-1)?.usage).toEqual(CHAT_USAGE);
    expect(lastAttributes(tracing)).toMatchObject({ "gen_ai.usage.input_tokens": 2006 });
  });

  it("keeps the other options of a stream", async () => {
    await streamed({ stream_options: { include_obfuscation: false } });
    expect(provider.received[0]?.body["stream_options"]).toEqual({
      include_obfuscation: false,
      include_usage: true,
    });
  });

  it("is not done where it is switched off", async () => {
    await streamed({}, { includeUsage: false });
    expect(provider.received[0]?.body).not.toHaveProperty("stream_options");
    expect(lastAttributes(tracing)).toMatchObject({
      "keeptabs.outcome": "ok",
      "keeptabs.cost.status": "unpriced:usage_missing",
    });
  });

  it("leaves the rest of the body byte for byte as it was", async () => {
    const body =
      '{ "stream" : true,\n "seed":12345678901234567890, "seed":1, "messages":[], "model":"é" } \n';
    await post("/v1/chat/completions", body);
    expect(provider.received[0]?.text).toBe(
      '{ "stream" : true,\n "seed":12345678901234567890, "seed":1, "messages":[], "model":"é" ,"stream_options":{"include_usage":true}}',
    );
    const own = '{"stream":true,"seed":12345678901234567890,"stream_options":{}}';
    await post("/v1/chat/completions", own);
    expect(provider.received[1]?.text).toBe(own);
  });

  it.each([
    ["a chat that is not streamed", "/v1/chat/completions", { ...QUESTION }, {}],
    ["the Responses API", "/v1/responses", { model: "gpt-5", stream: true }, {}],
    ["Anthropic's messages", "/v1/messages", { model: "claude-opus-5", stream: true }, {}],
    [
      "a signed body",
      "/v1/chat/completions",
      { ...QUESTION, stream: true },
      { "x-amz-date": "20261101T000000Z" },
    ],
    [
      "a body with its digest",
      "/v1/chat/completions",
      { ...QUESTION, stream: true },
      { "content-digest": "sha-256=:x:" },
    ],
  ])("is not done for %s", async (_, path, body, headers) => {
    await post(path, JSON.stringify(body), headers);
    expect(provider.received.map(({ text }) => text)).toEqual([JSON.stringify(body)]);
  });

  it("is withdrawn where the server refuses it, and not tried there again", async () => {
    respond = (request) =>
      "stream_options" in request.body
        ? {
            status: 400,
            json: { error: { message: "Unrecognized request argument supplied: stream_options" } },
          }
        : chat(request);
    const body = JSON.stringify({ ...QUESTION, model: "old", stream: true });
    const first = await post("/v1/chat/completions", body);
    const second = await post("/v1/chat/completions", body);
    expect(first).toContain("[DONE]");
    expect(second).toBe(first);
    expect(provider.received.map(({ body }) => "stream_options" in body)).toEqual([true, false, false]);
    expect(tracing.ours().map(({ attributes }) => attributes["keeptabs.outcome"])).toEqual(["ok", "ok"]);
  });

  it("does not repeat a request that was refused for another reason", async () => {
    respond = () => ({ status: 400, json: { error: { message: "Unknown model" } } });
    await expect(streamed()).rejects.toThrow("400 Unknown model");
    expect(provider.received).toHaveLength(1);
  });

  it("takes away only the chunk that holds nothing but usage", async () => {
    const filter = data({ choices: [], prompt_filter_results: [{ prompt_index: 0 }], usage: null });
    const both = data({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage: CHAT_USAGE });
    respond = () => ({
      events: [": hello\n\n", filter, both, data({ choices: [], usage: CHAT_USAGE }), "data: [DONE]\n\n"],
    });
    const seen = await post("/v1/chat/completions", JSON.stringify({ ...QUESTION, stream: true }));
    expect(seen).toBe(`: hello\n\n${filter}${both}data: [DONE]\n\n`);
  });
});
