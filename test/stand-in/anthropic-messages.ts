import type {
  Message,
  MessageDeltaUsage,
  RawMessageStreamEvent,
  TextBlock,
  ToolUseBlock,
  Usage,
} from "@anthropic-ai/sdk/resources/messages";
import type { ConsumedUnit } from "./answer.ts";
import { newId } from "./names.ts";
import { type Order, pieces, type Reply, refuseUnstatable, type ServerSentEvent, sum } from "./reply.ts";

const STATABLE: ReadonlySet<ConsumedUnit> = new Set([
  "input",
  "cache_read",
  "cache_write_5m",
  "cache_write_1h",
  "output",
  "output_reasoning",
  "web_search",
]);

const TIERS = ["standard", "priority", "batch"] as const;

function usageOf({ answer, request }: Order): Usage {
  const used = answer.usage;
  const written = {
    ephemeral_5m_input_tokens: sum(used, "cache_write_5m"),
    ephemeral_1h_input_tokens: sum(used, "cache_write_1h"),
  };
  const thinking = sum(used, "output_reasoning");
  const searches = sum(used, "web_search");
  const geo = request.body["inference_geo"];
  return {
    input_tokens: sum(used, "input"),
    cache_creation_input_tokens: written.ephemeral_5m_input_tokens + written.ephemeral_1h_input_tokens,
    cache_read_input_tokens: sum(used, "cache_read"),
    cache_creation: written,
    output_tokens: sum(used, "output", "output_reasoning"),
    output_tokens_details: thinking > 0 ? { thinking_tokens: thinking } : null,
    server_tool_use: searches > 0 ? { web_search_requests: searches, web_fetch_requests: 0 } : null,
    service_tier: TIERS.find((tier) => tier === answer.serviceTier) ?? "standard",
    inference_geo: typeof geo === "string" ? geo : "global",
    speed: request.body["speed"] === "fast" ? "fast" : "standard",
  };
}

/** Answers `POST /v1/messages`. */
export function message(order: Order): Reply {
  refuseUnstatable(order, STATABLE);
  const { answer, model } = order;
  const usage = usageOf(order);
  const tools = answer.toolCalls.map(
    (call): ToolUseBlock => ({
      type: "tool_use",
      id: newId.anthropicToolUse(),
      name: call.name,
      input: call.input,
      caller: { type: "direct" },
    }),
  );
  const text: TextBlock = { type: "text", text: answer.text, citations: null };
  const content = [text, ...tools];
  const body: Message = {
    id: newId.message(),
    type: "message",
    role: "assistant",
    model,
    content,
    container: null,
    diagnostics: null,
    stop_details: null,
    stop_reason: tools.length > 0 ? "tool_use" : "end_turn",
    stop_sequence: null,
    usage,
  };
  const events = [...begin(body), ...content.flatMap(blockEvents), ...end(body)].map(
    (data): ServerSentEvent => ({ event: data.type, data, final: data.type === "message_delta" }),
  );
  return { id: body.id, model, serviceTier: usage.service_tier ?? undefined, usage, body, events };
}

/** The prompt is counted at the start; of the output only the first token is known there. */
function begin(body: Message): readonly (RawMessageStreamEvent | { readonly type: "ping" })[] {
  const usage: Usage = {
    ...body.usage,
    output_tokens: 1,
    output_tokens_details: null,
    server_tool_use: null,
  };
  return [
    { type: "message_start", message: { ...body, content: [], stop_reason: null, usage } },
    { type: "ping" },
  ];
}

function blockEvents(block: TextBlock | ToolUseBlock, index: number): readonly RawMessageStreamEvent[] {
  const empty = block.type === "text" ? { ...block, text: "" } : { ...block, input: {} };
  const deltas =
    block.type === "text"
      ? pieces(block.text).map((text) => ({ type: "text_delta" as const, text }))
      : ["", JSON.stringify(block.input)].map((partial_json) => ({
          type: "input_json_delta" as const,
          partial_json,
        }));
  return [
    { type: "content_block_start", index, content_block: empty },
    ...deltas.map((delta) => ({ type: "content_block_delta" as const, index, delta })),
    { type: "content_block_stop", index },
  ];
}

/** Counts at the end are cumulative: they replace those of the start and are not added to them. */
function end(body: Message): readonly RawMessageStreamEvent[] {
  const {
    input_tokens,
    cache_creation_input_tokens,
    cache_read_input_tokens,
    output_tokens,
    output_tokens_details,
    server_tool_use,
  } = body.usage;
  const usage: MessageDeltaUsage = {
    input_tokens,
    cache_creation_input_tokens,
    cache_read_input_tokens,
    output_tokens,
    output_tokens_details,
    server_tool_use,
  };
  return [
    {
      type: "message_delta",
      delta: { container: null, stop_details: null, stop_reason: body.stop_reason, stop_sequence: null },
      usage,
    },
    { type: "message_stop" },
  ];
}
