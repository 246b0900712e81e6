import type {
  Response,
  ResponseOutputItem,
  ResponseStreamEvent,
  ResponseUsage,
} from "openai/resources/responses/responses";
import type { ConsumedUnit, Consumption } from "./answer.ts";
import { newId } from "./names.ts";
import { openaiTier } from "./openai-tier.ts";
import { type Order, pieces, type Reply, refuseUnstatable, type ServerSentEvent, sum } from "./reply.ts";

const STATABLE: ReadonlySet<ConsumedUnit> = new Set([
  "input",
  "cache_read",
  "cache_write",
  "cache_write_30m",
  "cache_write_12h",
  "output",
  "output_reasoning",
  "web_search",
]);

/** What the API sends: the SDK adds `output_text` itself. */
type SentResponse = Omit<Response, "output_text">;

function usageOf(used: Consumption): ResponseUsage {
  const written = sum(used, "cache_write", "cache_write_30m", "cache_write_12h");
  const input = sum(used, "input", "cache_read") + written;
  const output = sum(used, "output", "output_reasoning");
  const byTtl = {
    ttl_30m_tokens: sum(used, "cache_write_30m"),
    ttl_12h_tokens: sum(used, "cache_write_12h"),
  };
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: sum(used, "cache_read"),
      cache_write_tokens: written,
      ...(byTtl.ttl_30m_tokens + byTtl.ttl_12h_tokens > 0 && { cache_write_tokens_details: byTtl }),
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: sum(used, "output_reasoning") },
    total_tokens: input + output,
  };
}

/** The items of the answer in the order of the real API: searches, reasoning, then tools or the text. */
function outputOf({ answer }: Order): readonly ResponseOutputItem[] {
  const searches = Array.from({ length: sum(answer.usage, "web_search") }, (): ResponseOutputItem => {
    const query = "stand-in";
    return {
      id: newId.responseItem("ws"),
      type: "web_search_call",
      status: "completed",
      action: { type: "search", query, queries: [query] },
    };
  });
  const reasoning: readonly ResponseOutputItem[] =
    sum(answer.usage, "output_reasoning") > 0
      ? [{ id: newId.responseItem("rs"), type: "reasoning", summary: [] }]
      : [];
  const calls = answer.toolCalls.map(
    (call): ResponseOutputItem => ({
      id: newId.responseItem("fc"),
      type: "function_call",
      status: "completed",
      call_id: newId.openaiToolCall(),
      name: call.name,
      arguments: JSON.stringify(call.input),
    }),
  );
  const message: ResponseOutputItem = {
    id: newId.responseItem("msg"),
    type: "message",
    status: "completed",
    role: "assistant",
    content: [{ type: "output_text", text: answer.text, annotations: [], logprobs: [] }],
  };
  return [...searches, ...reasoning, ...(calls.length > 0 ? calls : [message])];
}

/** Omit that keeps a union's members apart. */
type Unnumbered<Event> = Event extends unknown ? Omit<Event, "sequence_number"> : never;
type ItemEvent = Unnumbered<ResponseStreamEvent>;

function itemEvents(item: ResponseOutputItem, output_index: number): readonly ItemEvent[] {
  if (item.type === "message") {
    const place = { item_id: item.id, output_index, content_index: 0 };
    const part = item.content[0];
    if (part?.type !== "output_text") return [];
    const { text } = part;
    return [
      {
        type: "response.output_item.added",
        output_index,
        item: { ...item, status: "in_progress", content: [] },
      },
      { type: "response.content_part.added", ...place, part: { ...part, text: "" } },
      ...pieces(text).map(
        (delta): ItemEvent => ({ type: "response.output_text.delta", ...place, delta, logprobs: [] }),
      ),
      { type: "response.output_text.done", ...place, text, logprobs: [] },
      { type: "response.content_part.done", ...place, part },
      { type: "response.output_item.done", output_index, item },
    ];
  }
  const done: ItemEvent = { type: "response.output_item.done", output_index, item };
  if (item.type === "function_call") {
    const place = { item_id: item.id ?? "", output_index };
    return [
      {
        type: "response.output_item.added",
        output_index,
        item: { ...item, status: "in_progress", arguments: "" },
      },
      { type: "response.function_call_arguments.delta", ...place, delta: item.arguments },
      {
        type: "response.function_call_arguments.done",
        ...place,
        arguments: item.arguments,
      },
      done,
    ];
  }
  if (item.type === "web_search_call") {
    const place = { item_id: item.id, output_index };
    return [
      { type: "response.output_item.added", output_index, item: { ...item, status: "in_progress" } },
      { type: "response.web_search_call.in_progress", ...place },
      { type: "response.web_search_call.searching", ...place },
      { type: "response.web_search_call.completed", ...place },
      done,
    ];
  }
  return [{ type: "response.output_item.added", output_index, item }, done];
}

/** Answers `POST /v1/responses`. */
export function response(order: Order): Reply {
  refuseUnstatable(order, STATABLE);
  const { answer, at, model, request } = order;
  const created_at = Math.floor(at.getTime() / 1000);
  const tier = openaiTier(request.body["service_tier"], answer.serviceTier);
  const output = [...outputOf(order)];
  const usage = usageOf(answer.usage);
  const begun: SentResponse = {
    id: newId.response(),
    object: "response",
    created_at,
    completed_at: null,
    status: "in_progress",
    background: false,
    access_programs: null,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    max_tool_calls: null,
    model,
    output: [],
    parallel_tool_calls: true,
    previous_response_id: null,
    prompt_cache_key: null,
    reasoning: { effort: null, summary: null },
    safety_identifier: null,
    service_tier: "auto",
    temperature: 1,
    text: { format: { type: "text" }, verbosity: "medium" },
    tool_choice: "auto",
    tools: [],
    top_logprobs: 0,
    top_p: 1,
    truncation: "disabled",
    metadata: {},
  };
  const body: SentResponse = {
    ...begun,
    completed_at: created_at,
    status: "completed",
    output,
    service_tier: tier,
    usage,
  };

  const unnumbered: readonly ItemEvent[] = [
    { type: "response.created", response: begun as Response },
    { type: "response.in_progress", response: begun as Response },
    ...output.flatMap((item, index) => itemEvents(item, index)),
    { type: "response.completed", response: body as Response },
  ];
  const events = unnumbered.map(
    (event, sequence_number): ServerSentEvent => ({
      event: event.type,
      data: { ...event, sequence_number },
      final: event.type === "response.completed",
    }),
  );
  return { id: body.id, model, serviceTier: tier, usage, body, events };
}
