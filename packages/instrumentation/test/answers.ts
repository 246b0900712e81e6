import type { Answer, Received } from "./provider.ts";

export const CHAT_USAGE = {
  prompt_tokens: 2006,
  completion_tokens: 300,
  total_tokens: 2306,
  prompt_tokens_details: { cached_tokens: 1920 },
  completion_tokens_details: { reasoning_tokens: 128 },
};

const CHAT = {
  id: "chatcmpl-1",
  created: 1_760_000_000,
  model: "gpt-4o-mini-2024-07-18",
  service_tier: "default",
};
const PIECES = ["{", '"answer": "', "It is ü 🚚 on", ' its way."', "}"];
export const ANSWER: string = PIECES.join("");

/** As OpenAI answers a chat; of a stream it states the usage only when asked. */
export function chat({ body }: Pick<Received, "body">): Answer {
  const head = CHAT;
  if (body["stream"] !== true) {
    const message = { role: "assistant", content: ANSWER, refusal: null };
    const choices = [{ index: 0, message, logprobs: null, finish_reason: "stop" }];
    return { json: { ...head, object: "chat.completion", choices, usage: CHAT_USAGE } };
  }
  const asked = (body["stream_options"] as { include_usage?: boolean } | undefined)?.include_usage === true;
  const chunk = (delta: object, finish_reason: string | null = null) =>
    data({
      ...head,
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    });
  return {
    events: [
      chunk({ role: "assistant", content: "", refusal: null }),
      ...PIECES.map((content) => chunk({ content })),
      chunk({}, "stop"),
      ...(asked ? [data({ ...head, object: "chat.completion.chunk", choices: [], usage: CHAT_USAGE })] : []),
      "data: [DONE]\n\n",
    ],
  };
}

const RESPONSES_USAGE = {
  input_tokens: 2006,
  input_tokens_details: { cached_tokens: 1920 },
  output_tokens: 300,
  output_tokens_details: { reasoning_tokens: 128 },
  total_tokens: 2306,
};

/** As OpenAI's Responses API answers. */
export function responses({ body }: Pick<Received, "body">): Answer {
  const item = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    status: "completed",
    content: [{ type: "output_text", text: ANSWER, annotations: [], logprobs: [] }],
  };
  const begun = {
    id: "resp_1",
    object: "response",
    created_at: 1_760_000_000,
    model: "gpt-5-2025-08-07",
    error: null,
  };
  const whole = {
    ...begun,
    status: "completed",
    output: [item],
    service_tier: "default",
    usage: RESPONSES_USAGE,
  };
  if (body["stream"] !== true) return { json: whole };
  let sequence_number = 0;
  const event = (type: string, rest: object) => {
    sequence_number += 1;
    return named(type, { type, sequence_number, ...rest });
  };
  const at = { item_id: "msg_1", output_index: 0, content_index: 0, logprobs: [] };
  return {
    events: [
      event("response.created", { response: { ...begun, status: "in_progress", output: [], usage: null } }),
      event("response.output_item.added", {
        output_index: 0,
        item: { ...item, status: "in_progress", content: [] },
      }),
      event("response.content_part.added", {
        ...at,
        part: { type: "output_text", text: "", annotations: [] },
      }),
      ...PIECES.map((delta) => event("response.output_text.delta", { ...at, delta })),
      event("response.output_text.done", { ...at, text: ANSWER }),
      event("response.output_item.done", { output_index: 0, item }),
      event("response.completed", { response: whole }),
    ],
  };
}

export const MESSAGE_USAGE = {
  input_tokens: 50,
  cache_creation_input_tokens: 1024,
  cache_read_input_tokens: 1024,
  cache_creation: { ephemeral_5m_input_tokens: 1000, ephemeral_1h_input_tokens: 24 },
  output_tokens: 503,
  service_tier: "standard",
};

/** As Anthropic answers. */
export function messages({ body }: Pick<Received, "body">): Answer {
  const content = [{ type: "text", text: ANSWER, citations: null }];
  const head = { id: "msg_01", type: "message", role: "assistant", model: "claude-opus-5-20260901" };
  const whole = { ...head, content, stop_reason: "end_turn", stop_sequence: null, usage: MESSAGE_USAGE };
  if (body["stream"] !== true) return { json: whole };
  const begun = { ...whole, content: [], stop_reason: null, usage: { ...MESSAGE_USAGE, output_tokens: 1 } };
  const event = (type: string, rest: object = {}) => named(type, { type, ...rest });
  return {
    events: [
      event("message_start", { message: begun }),
      event("content_block_start", { index: 0, content_block: { type: "text", text: "", citations: null } }),
      event("ping"),
      ...PIECES.map((text) =>
        event("content_block_delta", { index: 0, delta: { type: "text_delta", text } }),
      ),
      event("content_block_stop", { index: 0 }),
      event("message_delta", {
        delta: { stop_reason: "end_turn", stop_sequence: null },
        usage: { output_tokens: 503 },
      }),
      event("message_stop"),
    ],
  };
}

/** Answers each path as its provider does. */
export function answer(request: Received): Answer {
  if (request.path.endsWith("/messages")) return messages(request);
  if (request.path.endsWith("/responses")) return responses(request);
  if (request.path.endsWith("/embeddings")) {
    const list = [{ object: "embedding", index: 0, embedding: [0.5, -0.25] }];
    const usage = { prompt_tokens: 8, total_tokens: 8 };
    return { json: { object: "list", data: list, model: "text-embedding-3-small", usage } };
  }
  return chat(request);
}

export function data(json: object): string {
  return `data: ${JSON.stringify(json)}\n\n`;
}

function named(event: string, json: object): string {
  return `event: ${event}\n${data(json)}`;
}
