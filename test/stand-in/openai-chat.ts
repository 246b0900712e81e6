import type { ChatCompletion, ChatCompletionChunk } from "openai/resources/chat/completions";
import type { CompletionUsage } from "openai/resources/completions";
import type { ConsumedUnit, Consumption } from "./answer.ts";
import { newId } from "./names.ts";
import { openaiTier } from "./openai-tier.ts";
import { type Order, pieces, type Reply, refuseUnstatable, type ServerSentEvent, sum } from "./reply.ts";

const STATABLE: ReadonlySet<ConsumedUnit> = new Set([
  "input",
  "cache_read",
  "cache_write",
  "input_audio",
  "output",
  "output_reasoning",
  "output_audio",
]);

function usageOf(used: Consumption): CompletionUsage {
  const prompt = sum(used, "input", "cache_read", "cache_write", "input_audio");
  const completion = sum(used, "output", "output_reasoning", "output_audio");
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: sum(used, "cache_read"),
      cache_write_tokens: sum(used, "cache_write"),
      audio_tokens: sum(used, "input_audio"),
    },
    completion_tokens_details: {
      reasoning_tokens: sum(used, "output_reasoning"),
      audio_tokens: sum(used, "output_audio"),
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** Answers `POST /v1/chat/completions`. */
export function chatCompletion(order: Order): Reply {
  refuseUnstatable(order, STATABLE);
  const { answer, model, request } = order;
  const calls = answer.toolCalls.map((call) => ({
    id: newId.openaiToolCall(),
    type: "function" as const,
    function: { name: call.name, arguments: JSON.stringify(call.input) },
  }));
  const head = {
    id: newId.chatCompletion(),
    created: Math.floor(order.at.getTime() / 1000),
    model,
    service_tier: openaiTier(request.body["service_tier"], answer.serviceTier),
    system_fingerprint: "fp_560af6e559",
  };
  const text = calls.length > 0 ? null : answer.text;
  const finish_reason = calls.length > 0 ? ("tool_calls" as const) : ("stop" as const);
  const usage = usageOf(answer.usage);
  const body: ChatCompletion = {
    ...head,
    object: "chat.completion",
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: text,
          refusal: null,
          annotations: [],
          ...(calls.length > 0 && { tool_calls: calls }),
        },
        logprobs: null,
        finish_reason,
      },
    ],
    usage,
  };

  const withUsage = asksForUsage(request.body["stream_options"]);
  const chunk = (
    delta: ChatCompletionChunk.Choice.Delta,
    reason: typeof finish_reason | null = null,
  ): ServerSentEvent => ({
    data: {
      ...head,
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
      // The field is there in every chunk, null, as soon as usage was asked for.
      ...(withUsage && { usage: null }),
    } satisfies ChatCompletionChunk,
  });
  const last = {
    ...head,
    object: "chat.completion.chunk",
    choices: [],
    usage,
  } satisfies ChatCompletionChunk;
  const events: readonly ServerSentEvent[] = [
    chunk({ role: "assistant", content: text === null ? null : "", refusal: null }),
    ...(text === null ? [] : pieces(text).map((content) => chunk({ content }))),
    ...calls.flatMap((call, index) => [
      chunk({ tool_calls: [{ ...call, index, function: { ...call.function, arguments: "" } }] }),
      chunk({ tool_calls: [{ index, function: { arguments: call.function.arguments } }] }),
    ]),
    chunk({}, finish_reason),
    ...(withUsage ? [{ data: last, final: true }] : []),
    { data: "[DONE]" },
  ];
  return { id: head.id, model, serviceTier: head.service_tier, usage, body, events };
}

function asksForUsage(options: unknown): boolean {
  return (
    typeof options === "object" &&
    options !== null &&
    "include_usage" in options &&
    options.include_usage === true
  );
}
