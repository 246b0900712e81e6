import type { Unit } from "../unit.ts";
import { plain } from "./decimal.ts";
import { count, entries, field, isObject } from "./field.ts";
import { tallyChat } from "./openai-chat.ts";
import { tallyResponses, tallyTools } from "./openai-responses.ts";
import type { RequestFacts, ResponseReading } from "./response.ts";
import { Tally } from "./tally.ts";

/** xAI's chat completions: reasoning stands beside the completion. */
export function readXaiChat(body: unknown, facts: RequestFacts): ResponseReading {
  const tally = new Tally(facts);
  tallyChat(tally, body, "outside");
  tallyXai(tally, field(body, "usage"));
  return tally.reading(field(body, "model"), field(body, "id"));
}

/** xAI's Responses: reasoning is inside the output, as receipts prove. */
export function readXaiResponses(body: unknown, facts: RequestFacts): ResponseReading {
  const tally = new Tally(facts);
  tallyResponses(tally, body);
  const usage = field(body, "usage");
  // The items of the output count attempts as well; the details count what is billed.
  if (!isObject(field(usage, "server_side_tool_usage_details"))) tallyTools(tally, body, facts);
  tallyXai(tally, usage);
  return tally.reading(field(body, "model"), field(body, "id"));
}

/** xAI's counters by our units. Remote MCP is billed by its tokens alone. */
const TOOLS: ReadonlyMap<string, Unit | undefined> = new Map([
  ["web_search_calls", "web_search"],
  ["x_search_calls", "x_search"],
  ["code_interpreter_calls", "code_execution"],
  ["code_execution_calls", "code_execution"],
  ["attachment_search_calls", "attachment_search"],
  ["collections_search_calls", "collection_search"],
  // Its Responses API calls the search in collections by OpenAI's name.
  ["file_search_calls", "collection_search"],
  ["mcp_calls", undefined],
]);

/** 1 USD is 10^10 ticks. */
const TICK_DECIMALS = 10;

/** Server-side tools, and what xAI charged: the amount billed after all discounts, tools included. */
function tallyXai(tally: Tally, usage: unknown): void {
  for (const [name, value] of entries(field(usage, "server_side_tool_usage_details"))) {
    const unit = TOOLS.has(name) ? TOOLS.get(name) : /^([a-z][a-z0-9_]{0,40})_calls$/.exec(name)?.[1];
    if (unit !== undefined) tally.addTool(unit, count(value) ?? 0);
  }
  const ticks = field(usage, "cost_in_usd_ticks");
  if (typeof ticks === "number" && Number.isSafeInteger(ticks) && ticks > 0) {
    tally.claim("provider", "usage.cost_in_usd_ticks", plain(BigInt(ticks), TICK_DECIMALS));
  }
}
