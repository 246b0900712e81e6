import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Answer, Consumption } from "./stand-in/answer.ts";
import { type StandIn, startStandIn } from "./stand-in/stand-in.ts";

let next: Answer = {};
let standIn: StandIn;
let openai: OpenAI;
let anthropic: Anthropic;

beforeAll(async () => {
  standIn = await startStandIn({ respond: () => next });
  openai = new OpenAI({ baseURL: standIn.openaiBaseUrl, apiKey: "sk-test", maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: standIn.anthropicBaseUrl, apiKey: "sk-ant-test", maxRetries: 0 });
});
afterAll(() => standIn.close());

const messages = [{ role: "user" as const, content: "Why is the sky blue?" }];
const chat = { model: "gpt-4o-mini", messages };
const claude = { model: "claude-haiku-4-5", max_tokens: 100, messages };
const tool = {
  name: "look_up",
  description: "Looks a thing up.",
  input_schema: { type: "object" as const },
};
const text = "Blue light is  scattered\nmost.";

const OPENAI_USAGE: Consumption = {
  input: 86,
  cache_read: 1920,
  cache_write: 10,
  output: 172,
  output_reasoning: 128,
};
const CHAT_USAGE = {
  prompt_tokens: 2016,
  completion_tokens: 300,
  total_tokens: 2316,
  prompt_tokens_details: { cached_tokens: 1920, cache_write_tokens: 10, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: 128,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
};
const CLAUDE_USAGE: Consumption = {
  input: 50,
  cache_read: 1800,
  cache_write_5m: 148,
  cache_write_1h: 100,
  output: 383,
  output_reasoning: 120,
};
const MESSAGE_COUNTS = {
  input_tokens: 50,
  cache_read_input_tokens: 1800,
  cache_creation_input_tokens: 248,
  output_tokens: 503,
  output_tokens_details: { thinking_tokens: 120 },
};

const lastBilled = () => standIn.bill().at(-1);

describe("OpenAI's SDK against the stand-in", () => {
  it("gets a chat completion of the dated model, and the bill holds the usage as sent", async () => {
    next = { usage: OPENAI_USAGE, text };
    const { data, response, request_id } = await openai.chat.completions.create(chat).withResponse();
    expect(data.choices[0]?.message.content).toBe(text);
    expect(data.model).toBe("gpt-4o-mini-2024-07-18");
    expect(data.usage).toEqual(CHAT_USAGE);
    expect(data.service_tier).toBe("default");
    expect(data.id).toMatch(/^chatcmpl-[A-Za-z0-9]{29}$/);
    expect(response.headers.get("openai-processing-ms")).toMatch(/^\d+$/);
    expect(lastBilled()).toMatchObject({
      provider: "openai",
      path: "/v1/chat/completions",
      model: "gpt-4o-mini-2024-07-18",
      responseId: data.id,
      requestId: request_id,
      usage: CHAT_USAGE,
      consumption: OPENAI_USAGE,
      serviceTier: "default",
      delivery: "whole",
      usageSent: true,
    });
  });

  it("is told the usage of a chat stream only when it asked for it, and billed either way", async () => {
    next = { usage: OPENAI_USAGE, text };
    const read = async (stream_options: { include_usage: boolean } | null) => {
      const chunks = [];
      const stream = await openai.chat.completions.create({ ...chat, stream: true, stream_options });
      for await (const chunk of stream) chunks.push(chunk);
      return chunks;
    };
    const silent = await read(null);
    expect(silent.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toBe(text);
    expect(silent.some((chunk) => "usage" in chunk)).toBe(false);
    expect(lastBilled()).toMatchObject({ usage: CHAT_USAGE, delivery: "whole", usageSent: false });

    const asked = await read({ include_usage: true });
    expect(asked.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
    expect(asked.at(-1)).toMatchObject({ choices: [], usage: CHAT_USAGE });
    expect(new Set(asked.map((chunk) => chunk.id))).toEqual(new Set([lastBilled()?.responseId]));
    expect(lastBilled()).toMatchObject({ usageSent: true });
  });

  it("assembles tool calls of a chat with its stream helper", async () => {
    next = { toolCalls: [{ name: "look_up", input: { word: "sky" } }] };
    const stream = openai.chat.completions.stream({
      ...chat,
      stream_options: { include_usage: true },
      tools: [{ type: "function", function: { name: "look_up", parameters: tool.input_schema } }],
    });
    const { choices, usage } = await stream.finalChatCompletion();
    expect(choices[0]?.finish_reason).toBe("tool_calls");
    expect(choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: "look_up", arguments: '{"word":"sky"}' },
    });
    expect(usage).toEqual(lastBilled()?.usage);
  });

  it("gets the same response whole and streamed, with searches, reasoning and cache writes", async () => {
    next = {
      usage: {
        input: 40,
        cache_read: 200,
        cache_write_30m: 7,
        output: 20,
        output_reasoning: 5,
        web_search: 2,
      },
      text,
      serviceTier: "flex",
    };
    const usage = {
      input_tokens: 247,
      input_tokens_details: {
        cached_tokens: 200,
        cache_write_tokens: 7,
        cache_write_tokens_details: { ttl_30m_tokens: 7, ttl_12h_tokens: 0 },
      },
      output_tokens: 25,
      output_tokens_details: { reasoning_tokens: 5 },
      total_tokens: 272,
    };
    const items = ["web_search_call", "web_search_call", "reasoning", "message"];
    const request = { model: "gpt-5", input: "Why is the sky blue?" };
    const whole = await openai.responses.create(request);
    const streamed = await openai.responses.stream(request).finalResponse();
    for (const response of [whole, streamed]) {
      expect(response.output_text).toBe(text);
      expect(response.output.map((item) => item.type)).toEqual(items);
      expect(response.usage).toEqual(usage);
      expect(response.model).toBe("gpt-5-2025-08-07");
      expect(response.service_tier).toBe("flex");
      expect(response.id).toMatch(/^resp_[0-9a-f]{50}$/);
    }
    expect(
      standIn
        .bill()
        .slice(-2)
        .map((call) => call.responseId),
    ).toEqual([whole.id, streamed.id]);
    expect(lastBilled()?.usage).toEqual(usage);
  });

  it("sees the events of a response in their order, numbered from 0", async () => {
    next = { text: "Two words", toolCalls: [] };
    const seen = [];
    const stream = await openai.responses.create({ model: "gpt-5", input: "Hi", stream: true });
    for await (const event of stream) seen.push(event);
    expect(seen.map((event) => event.type)).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    expect(seen.map((event) => event.sequence_number)).toEqual(seen.map((_, index) => index));
  });

  it("gets one embedding for each text, alike as numbers and as base64", async () => {
    next = { usage: { input: 12 } };
    const ask = { model: "text-embedding-3-small", input: ["sky", "sea"], dimensions: 4 };
    const plain = await openai.embeddings.create({ ...ask, encoding_format: "float" });
    const packed = await openai.embeddings.create(ask);
    expect(plain.data).toHaveLength(2);
    expect(plain.data[0]?.embedding).not.toEqual(plain.data[1]?.embedding);
    expect(packed.data[0]?.embedding).toEqual(plain.data[0]?.embedding);
    expect(plain.usage).toEqual({ prompt_tokens: 12, total_tokens: 12 });
    expect(lastBilled()).toMatchObject({ responseId: undefined, consumption: { input: 12 } });
  });

  it("bills a request for the fast tier as priority", async () => {
    next = {};
    const { service_tier } = await openai.chat.completions.create({ ...chat, service_tier: "fast" });
    expect(service_tier).toBe("priority");
    expect(lastBilled()?.serviceTier).toBe("priority");
  });
});

describe("Anthropic's SDK against the stand-in", () => {
  it("gets a message with cache writes split by their time to live", async () => {
    next = { usage: CLAUDE_USAGE, text };
    const { data, response, request_id } = await anthropic.messages.create(claude).withResponse();
    expect(data.model).toBe("claude-haiku-4-5-20251001");
    expect(data.content).toMatchObject([{ type: "text", text }]);
    expect(data.usage).toEqual({
      ...MESSAGE_COUNTS,
      cache_creation: { ephemeral_5m_input_tokens: 148, ephemeral_1h_input_tokens: 100 },
      server_tool_use: null,
      service_tier: "standard",
      inference_geo: "global",
      speed: "standard",
    });
    expect(data.id).toMatch(/^msg_01[A-Za-z0-9]{22}$/);
    expect(response.headers.get("anthropic-ratelimit-requests-limit")).toBe("4000");
    expect(lastBilled()).toMatchObject({
      provider: "anthropic",
      model: data.model,
      responseId: data.id,
      requestId: request_id,
      usage: data.usage,
      consumption: CLAUDE_USAGE,
    });
  });

  it("learns the prompt's count at the start of a stream and the cumulative counts at its end", async () => {
    next = { usage: CLAUDE_USAGE, text };
    const events = [];
    for await (const event of await anthropic.messages.create({ ...claude, stream: true })) {
      events.push(event);
    }
    const start = events[0];
    if (start?.type !== "message_start") throw new Error("a stream begins with message_start");
    expect(start.message.usage).toMatchObject({
      input_tokens: 50,
      output_tokens: 1,
      service_tier: "standard",
    });
    expect(events.at(-2)).toMatchObject({ type: "message_delta", usage: MESSAGE_COUNTS });
    expect(events.at(-1)).toEqual({ type: "message_stop" });
    expect(lastBilled()).toMatchObject({ responseId: start.message.id, usageSent: true });
  });

  it("assembles text, tool use and usage with its stream helper", async () => {
    next = {
      usage: { ...CLAUDE_USAGE, web_search: 3 },
      text,
      toolCalls: [{ name: "look_up", input: { word: "sky" } }],
    };
    const final = await anthropic.messages.stream({ ...claude, tools: [tool] }).finalMessage();
    expect(final.stop_reason).toBe("tool_use");
    expect(final.content).toMatchObject([
      { type: "text", text },
      { type: "tool_use", name: "look_up", input: { word: "sky" } },
    ]);
    expect(final.usage).toEqual(lastBilled()?.usage);
    expect(final.usage.server_tool_use?.web_search_requests).toBe(3);
  });
});

describe("a call that fails", () => {
  it.each([
    [400, OpenAI.BadRequestError, "invalid_request_error"],
    [401, OpenAI.AuthenticationError, "invalid_request_error"],
    [429, OpenAI.RateLimitError, "requests"],
    [500, OpenAI.InternalServerError, "server_error"],
  ])("is OpenAI's own error for %i and is not billed", async (status, type, kind) => {
    next = { error: { status } };
    const billed = standIn.bill().length;
    const error = await openai.chat.completions.create(chat).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ status, type: kind, requestID: expect.stringMatching(/^req_/) });
    expect(standIn.bill()).toHaveLength(billed);
    expect(standIn.requests().at(-1)).toMatchObject({ status, model: "gpt-4o-mini" });
  });

  it.each([
    [400, Anthropic.BadRequestError, "invalid_request_error"],
    [401, Anthropic.AuthenticationError, "authentication_error"],
    [429, Anthropic.RateLimitError, "rate_limit_error"],
    [500, Anthropic.InternalServerError, "api_error"],
    [529, Anthropic.OverloadedError, "overloaded_error"],
  ])("is Anthropic's own error for %i and is not billed", async (status, type, kind) => {
    next = { error: { status } };
    const billed = standIn.bill().length;
    const error = await anthropic.messages.create(claude).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ status, type: kind, requestID: expect.stringMatching(/^req_011C/) });
    expect(standIn.bill()).toHaveLength(billed);
  });

  it("is tried again by the SDK after the pause that the provider asked for, and billed once", async () => {
    let refusals = 2;
    const fickle = await startStandIn({
      respond: () => (refusals-- > 0 ? { error: { status: 429, retryAfterMs: 5 } } : {}),
    });
    const client = new OpenAI({ baseURL: fickle.openaiBaseUrl, apiKey: "sk-test", maxRetries: 2 });
    await client.chat.completions.create(chat);
    expect(fickle.requests().map((request) => request.status)).toEqual([429, 429, 200]);
    expect(fickle.bill()).toHaveLength(1);
    await fickle.close();
  });

  it("says when to try again as each provider says it", async () => {
    next = { error: { status: 429, retryAfterMs: 1500 } };
    const openaiError = await openai.chat.completions.create(chat).catch((cause: unknown) => cause);
    const anthropicError = await anthropic.messages.create(claude).catch((cause: unknown) => cause);
    if (!(openaiError instanceof OpenAI.APIError && anthropicError instanceof Anthropic.APIError)) {
      throw new TypeError("both calls are refused");
    }
    expect(openaiError.headers?.get("retry-after")).toBe("2");
    expect(openaiError.headers?.get("retry-after-ms")).toBe("1500");
    expect(anthropicError.headers?.get("retry-after")).toBe("2");
    expect(anthropicError.headers?.get("retry-after-ms")).toBeNull();
  });

  it("without a key or a model is refused as the provider refuses it", async () => {
    const bare = await fetch(`${standIn.anthropicBaseUrl}/v1/messages`, { method: "POST", body: "{}" });
    expect(bare.status).toBe(401);
    expect(await bare.json()).toMatchObject({ type: "error", error: { type: "authentication_error" } });
    const nameless = openai.chat.completions.create({ ...chat, model: "" });
    await expect(nameless).rejects.toThrow("400 you must provide a model parameter");
  });

  it("says so when the test plans usage that the API cannot state", async () => {
    next = { usage: { input: 1, cache_write_1h: 1 } };
    await expect(openai.chat.completions.create(chat)).rejects.toThrow(
      "can't state a quantity of cache_write_1h",
    );
  });
});

describe("an answer that does not arrive whole", () => {
  const readAll = async (stream: AsyncIterable<unknown>) => {
    let count = 0;
    for await (const _ of stream) count += 1;
    return count;
  };
  const openaiStream = () => openai.chat.completions.create({ ...chat, stream: true });
  const responseStream = () => openai.responses.create({ model: "gpt-5", input: "Hi", stream: true });
  const claudeStream = () => anthropic.messages.create({ ...claude, stream: true });

  it.each([
    ["OpenAI chat", openaiStream],
    ["OpenAI responses", responseStream],
    ["Anthropic messages", claudeStream],
  ])("raises in the SDK when the connection breaks in a stream, and is billed: %s", async (_, begin) => {
    next = { usage: { input: 9, output: 90 }, breakAfterEvents: 4 };
    await expect(readAll(await begin())).rejects.toThrow("terminated");
    await standIn.idle();
    expect(lastBilled()).toMatchObject({
      consumption: { input: 9, output: 90 },
      delivery: "broken_off",
      usageSent: false,
    });
  });

  it.each([
    ["OpenAI chat", openaiStream, OpenAI.APIError],
    ["OpenAI responses", responseStream, OpenAI.APIError],
    ["Anthropic messages", claudeStream, Anthropic.APIError],
  ])("raises the provider's error when it gives up in a stream: %s", async (_, begin, type) => {
    next = { breakAfterEvents: 3, breakWith: "event" };
    await expect(readAll(await begin())).rejects.toBeInstanceOf(type);
    expect(lastBilled()).toMatchObject({ delivery: "broken_off", usageSent: false });
  });

  it("raises when the connection breaks inside a body that is not streamed, and is billed", async () => {
    next = { breakAfterEvents: 0 };
    await expect(openai.chat.completions.create(chat)).rejects.toThrow();
    expect(lastBilled()).toMatchObject({ delivery: "broken_off", usageSent: false });
  });

  it("is billed when the client stops listening", async () => {
    next = { usage: { input: 9, output: 90 }, eventDelayMs: 5, text: "word ".repeat(100) };
    for await (const _ of await openaiStream()) break;
    await standIn.idle();
    expect(lastBilled()).toMatchObject({
      consumption: { input: 9, output: 90 },
      delivery: "abandoned_by_client",
      usageSent: false,
    });
  });
});

it("never gives two answers the same id", () => {
  const ids = standIn.bill().flatMap((call) => call.responseId ?? []);
  expect(ids.length).toBeGreaterThan(15);
  expect(new Set(ids).size).toBe(ids.length);
});
