import type { Api, RequestFacts, StreamReader } from "@keeptabs/usage";
import { streamReader, usageFromResponse } from "@keeptabs/usage";
import { describe, expect, it } from "vitest";

function reading(api: Api, events: readonly unknown[], facts?: RequestFacts): StreamReader {
  const reader = streamReader(api, facts);
  for (const event of events) reader.take(event);
  return reader;
}

const usage = {
  prompt_tokens: 2006,
  completion_tokens: 300,
  total_tokens: 2306,
  prompt_tokens_details: { cached_tokens: 1920 },
  completion_tokens_details: { reasoning_tokens: 128 },
};
const chunk = (rest: object): object => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  model: "gpt-5-2025-08-07",
  service_tier: "default",
  ...rest,
});
const text = chunk({ choices: [{ index: 0, delta: { content: "hi" }, finish_reason: null }], usage: null });
const stop = chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage: null });
const last = chunk({ choices: [], usage });
const whole = { id: "chatcmpl-1", model: "gpt-5-2025-08-07", service_tier: "default", usage };

interface Same {
  readonly name: string;
  readonly api: Api;
  readonly events: readonly unknown[];
  readonly body: unknown;
}

const start = {
  id: "msg_1",
  type: "message",
  model: "claude-opus-5",
  usage: {
    input_tokens: 50,
    output_tokens: 3,
    cache_read_input_tokens: 1500,
    cache_creation_input_tokens: 548,
    cache_creation: { ephemeral_5m_input_tokens: 500, ephemeral_1h_input_tokens: 48 },
    service_tier: "standard",
    inference_geo: "global",
  },
};
const anthropicEvents = [
  { type: "message_start", message: start },
  { type: "ping" },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "hi" } },
  { type: "message_delta", delta: { stop_reason: null }, usage: { output_tokens: 100 } },
  {
    type: "message_delta",
    delta: { stop_reason: "end_turn" },
    usage: { input_tokens: 50, output_tokens: 503, server_tool_use: { web_search_requests: 2 } },
  },
  { type: "message_stop" },
];
const anthropicBody = {
  ...start,
  usage: { ...start.usage, output_tokens: 503, server_tool_use: { web_search_requests: 2 } },
};

const response = {
  id: "resp_1",
  object: "response",
  model: "gpt-5",
  service_tier: "flex",
  output: [{ type: "web_search_call", action: { type: "search" } }],
  usage: {
    input_tokens: 9000,
    output_tokens: 700,
    total_tokens: 9700,
    output_tokens_details: { reasoning_tokens: 256 },
  },
};

const gemini = {
  modelVersion: "gemini-3.1-pro-preview",
  responseId: "r1",
  usageMetadata: {
    promptTokenCount: 10,
    candidatesTokenCount: 30,
    thoughtsTokenCount: 20,
    totalTokenCount: 60,
  },
};
const grounding = { groundingMetadata: { webSearchQueries: ["a", "b"] } };

const SAME: readonly Same[] = [
  { name: "chat with include_usage", api: "openai.chat", events: [text, stop, last], body: whole },
  ...(["mistral.chat", "deepseek.chat", "xai.chat", "openrouter.chat", "vercel.gateway"] as const).map(
    (api) => ({
      name: `chat of ${api}, usage beside the finish reason`,
      api,
      events: [text, { ...stop, usage: { ...usage, cost: 0.01, cost_in_usd_ticks: 100 } }],
      body: { ...whole, usage: { ...usage, cost: 0.01, cost_in_usd_ticks: 100 } },
    }),
  ),
  {
    name: "chat of Groq, usage below x_groq",
    api: "groq.chat",
    events: [text, { ...stop, x_groq: { id: "req_1", usage } }],
    body: whole,
  },
  {
    name: "Vercel's gateway, cost in a delta",
    api: "vercel.gateway",
    events: [
      text,
      chunk({
        choices: [{ delta: { provider_metadata: { gateway: { cost: "0.0042" } } }, finish_reason: "stop" }],
      }),
      last,
    ],
    body: { ...whole, provider_metadata: { gateway: { cost: "0.0042" } } },
  },
  {
    name: "Vercel's gateway by the AI SDK",
    api: "vercel.gateway",
    events: [
      { type: "response-metadata", id: "gen-1", modelId: "openai/gpt-5" },
      { type: "text-delta", delta: "hi" },
      {
        type: "finish",
        usage: { inputTokens: 5, outputTokens: 6 },
        providerMetadata: { gateway: { cost: "0.1" } },
      },
    ],
    body: {
      response: { id: "gen-1", modelId: "openai/gpt-5" },
      usage: { inputTokens: 5, outputTokens: 6 },
      providerMetadata: { gateway: { cost: "0.1" } },
    },
  },
  ...["response.completed", "response.incomplete", "response.failed"].map((type) => ({
    name: `Responses ending in ${type}`,
    api: "openai.responses" as const,
    events: [
      {
        type: "response.created",
        response: { id: "resp_1", model: "gpt-5", service_tier: "auto", usage: null },
      },
      { type: "response.output_item.done", item: response.output[0] },
      { type, response },
    ],
    body: response,
  })),
  {
    name: "OpenRouter's Responses",
    api: "openrouter.chat",
    events: [{ type: "response.completed", response }],
    body: response,
  },
  { name: "Anthropic's messages", api: "anthropic.messages", events: anthropicEvents, body: anthropicBody },
  {
    name: "Anthropic's messages at OpenRouter",
    api: "openrouter.chat",
    events: anthropicEvents,
    body: anthropicBody,
  },
  {
    name: "Anthropic's messages at Bedrock",
    api: "bedrock.invoke",
    events: anthropicEvents,
    body: anthropicBody,
  },
  {
    name: "Gemini's chunks",
    api: "gemini.generate_content",
    events: [
      {
        ...gemini,
        candidates: [{}],
        usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 9, totalTokenCount: 19 },
      },
      { ...gemini, candidates: [{ finishReason: "STOP", ...grounding }] },
    ],
    body: { ...gemini, candidates: [grounding] },
  },
  {
    name: "Bedrock's ConverseStream",
    api: "bedrock.converse",
    events: [
      { messageStart: { role: "assistant" } },
      { messageStop: { stopReason: "end_turn" } },
      {
        metadata: {
          usage: { inputTokens: 5, outputTokens: 6, totalTokens: 11 },
          serviceTier: { type: "flex" },
        },
      },
    ],
    body: { usage: { inputTokens: 5, outputTokens: 6, totalTokens: 11 }, serviceTier: { type: "flex" } },
  },
  {
    name: "Bedrock's InvokeModel with invocation metrics",
    api: "bedrock.invoke",
    events: [
      { generation: "a" },
      { generation: "", "amazon-bedrock-invocationMetrics": { inputTokenCount: 5, outputTokenCount: 7 } },
    ],
    body: { prompt_token_count: 5, generation_token_count: 7 },
  },
  {
    name: "Cohere's chat",
    api: "cohere",
    events: [
      { type: "message-start", id: "c1" },
      {
        type: "message-end",
        delta: { finish_reason: "COMPLETE", usage: { billed_units: { input_tokens: 5, output_tokens: 7 } } },
      },
    ],
    body: { id: "c1", usage: { billed_units: { input_tokens: 5, output_tokens: 7 } } },
  },
  {
    name: "transcriptions",
    api: "openai.transcription",
    events: [
      { type: "transcript.text.delta", delta: "a" },
      {
        type: "transcript.text.done",
        text: "a",
        usage: { input_tokens: 14, output_tokens: 45, total_tokens: 59 },
      },
    ],
    body: { text: "a", usage: { input_tokens: 14, output_tokens: 45, total_tokens: 59 } },
  },
];

describe("a streamed call reads like the same call not streamed", () => {
  it.each(SAME.map((same) => [same.name, same] as const))("%s", (_, { api, events, body }) => {
    const reader = reading(api, events);
    expect(reader.complete).toBe(true);
    expect(reader.reading()).toEqual(usageFromResponse(api, body));
    expect(reader.reading().usage.quality).toBe("reported");
  });
});

describe("a stream that was broken off", () => {
  it.each(SAME.map((same) => [same.name, same] as const))(
    "is never complete before its last event: %s",
    (_, same) => {
      // Anthropic's message_stop adds nothing to the message_delta before it.
      const cut = same.events.slice(0, same.events.at(-1) === anthropicEvents.at(-1) ? -2 : -1);
      const reader = reading(same.api, cut);
      expect(reader.complete).toBe(false);
      expect(reader.reading().usage.lowerBound).toBe(true);
      expect(["partial", "missing"]).toContain(reader.reading().usage.quality);
    },
  );

  it("of chat without include_usage has no usage, and a model", () => {
    const reader = reading("openai.chat", [text, stop]);
    expect(reader.complete).toBe(false);
    const { usage: missing, responseModel, responseId } = reader.reading();
    expect(missing).toMatchObject({ quality: "missing", lowerBound: true });
    expect({ responseModel, responseId }).toEqual({
      responseModel: "gpt-5-2025-08-07",
      responseId: "chatcmpl-1",
    });
  });

  it("of a server that counts in every chunk keeps the last count as a lower bound", () => {
    const counting = (completion_tokens: number): object => ({
      ...text,
      usage: { prompt_tokens: 5, completion_tokens, total_tokens: 5 + completion_tokens },
    });
    const reader = reading("openai.chat", [counting(1), counting(2)]);
    expect(reader.complete).toBe(false);
    expect(Object.fromEntries(reader.reading().usage.quantities)).toEqual({ input: 5, output: 2 });
    reader.take(stop);
    expect(reader.complete).toBe(true);
  });

  it("of Anthropic keeps the prompt, which comes first", () => {
    const { usage: partial } = reading("anthropic.messages", anthropicEvents.slice(0, 3)).reading();
    expect(partial).toMatchObject({ quality: "partial", lowerBound: true });
    expect(partial.quantities.get("cache_read")).toBe(1500);
  });

  it("of Responses keeps the searches that were made", () => {
    const item = { type: "web_search_call", action: { type: "search" } };
    const events = [
      { type: "response.created", response: { id: "resp_1", model: "gpt-5", output: [] } },
      { type: "response.output_item.done", item },
    ];
    const { usage: partial, responseId } = reading("openai.responses", events).reading();
    expect(Object.fromEntries(partial.quantities)).toEqual({ web_search: 1 });
    expect(partial).toMatchObject({ quality: "partial", lowerBound: true });
    expect(responseId).toBe("resp_1");
  });

  it("of Responses that failed without usage stays unknown", () => {
    const events = [{ type: "response.failed", response: { id: "resp_1", usage: null } }];
    const reader = reading("openai.responses", events);
    expect(reader.complete).toBe(false);
    expect(reader.reading().usage).toMatchObject({ quality: "missing", lowerBound: true });
  });
});

describe("Anthropic's streams", () => {
  it("take the last cumulative output and add nothing up", () => {
    const { quantities } = reading("anthropic.messages", anthropicEvents).reading().usage;
    expect(quantities.get("output")).toBe(503);
  });

  it("charge a fallback in mid-stream to both models, with the cache of the one that served", () => {
    const iterations = [
      {
        type: "message",
        model: "claude-opus-5",
        input_tokens: 50,
        output_tokens: 30,
        cache_creation_input_tokens: 548,
      },
      { type: "fallback_message", model: "claude-opus-4-8", input_tokens: 60, output_tokens: 90 },
    ];
    const counts = {
      input_tokens: 60,
      output_tokens: 90,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 0,
    };
    const { usage: read, responseModel } = reading("anthropic.messages", [
      anthropicEvents[0],
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { ...counts, iterations } },
    ]).reading();
    expect(responseModel).toBe("claude-opus-4-8");
    expect(Object.fromEntries(read.quantities)).toEqual({ input: 60, output: 90 });
    expect(read.otherModels[0]?.model).toBe("claude-opus-5");
    expect(read.otherModels[0]?.quantities.get("cache_write_5m")).toBe(548);
  });
});

describe("realtime", () => {
  it("reads one response, and says so when there were more", () => {
    const done = {
      type: "response.done",
      response: { usage: { input_tokens: 5, output_tokens: 5, total_tokens: 10 } },
    };
    expect(reading("openai.realtime", [done]).reading().usage.quality).toBe("reported");
    const { usage: two } = reading("openai.realtime", [done, done]).reading();
    expect(two).toMatchObject({ quality: "partial", lowerBound: true, notes: ["several_answers_in_stream"] });
  });
});
