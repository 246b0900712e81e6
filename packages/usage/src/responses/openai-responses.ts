import { entries, field, isObject, items, overlaid, text } from "./field.ts";
import { RESPONSES_NAMES, tallyOpenaiTokens } from "./openai-tokens.ts";
import type { RequestFacts, ResponseReading } from "./response.ts";
import type { Assembly } from "./stream.ts";
import { Tally } from "./tally.ts";

/** OpenAI's Responses API: tokens from `usage`, tool fees from the items of `output`. */
export function readOpenaiResponses(body: unknown, facts: RequestFacts): ResponseReading {
  const tally = new Tally(facts);
  tallyResponses(tally, body);
  tallyTools(tally, body, facts);
  return tally.reading(field(body, "model"), field(body, "id"));
}

/** Tokens and service tier of a response. */
export function tallyResponses(tally: Tally, body: unknown): void {
  tally.circumstances({ serviceTier: text(field(body, "service_tier")) });
  tallyOpenaiTokens(tally, field(body, "usage"), RESPONSES_NAMES);
}

/**
 * Adds the tools that OpenAI bills by use, which `usage` does not count.
 *
 * A web search is billed for the action `search`, not for opening or searching a page. Where the response
 * has `tool_usage`, its count of billable searches is taken instead. Code interpreter is billed by container,
 * so calls that share one count once.
 */
export function tallyTools(tally: Tally, body: unknown, facts: RequestFacts): void {
  const output = items(field(body, "output"));
  const searches = ofType(output, "web_search_call").filter((call) => {
    const action = field(call, "action", "type");
    return action === undefined || action === "search";
  }).length;
  const billable = tally.count(body, "tool_usage", "web_search", "num_requests");
  tally.addTool("web_search", billable ?? searches);
  tally.addTool("file_search", ofType(output, "file_search_call").length);
  const containers = ofType(output, "code_interpreter_call").map(
    (call, index) => text(field(call, "container_id")) ?? index,
  );
  tally.addTool("code_execution", new Set(containers).size);
  tallyImageTool(tally, body, ofType(output, "image_generation_call").length, facts);
}

/** Tokens of the image tool, which runs on a model of its own. */
function tallyImageTool(tally: Tally, body: unknown, calls: number, facts: RequestFacts): void {
  const own = new Tally(facts);
  tallyOpenaiTokens(own, field(body, "tool_usage", "image_gen"), { ...RESPONSES_NAMES, exhaustive: true });
  const { quantities } = own.usage();
  if (quantities.size > 0) {
    const tool = items(field(body, "tools")).find((item) => field(item, "type") === "image_generation");
    tally.addOther(text(field(tool, "model")) ?? "image_generation", quantities);
  } else if (calls > 0) {
    // A unit without a price: the charge then says that something is missing from it.
    tally.addTool("image_generation", calls);
    tally.partial("image_generation_usage_not_reported");
  }
}

function ofType(output: readonly unknown[], type: string): readonly unknown[] {
  return output.filter((item) => field(item, "type") === type);
}

const FINAL = new Set(["response.completed", "response.incomplete", "response.failed", "response.cancelled"]);

/** Puts the events of a streamed response together: the last one carries the whole response. */
export function responsesAssembly(): Assembly {
  let body: Readonly<Record<string, unknown>> = {};
  const output: unknown[] = [];
  let complete = false;
  return {
    take(event: object): void {
      const type = text(field(event, "type")) ?? "";
      const response = field(event, "response");
      if (type === "response.output_item.done") output.push(field(event, "item"));
      if (entries(response).length > 0) body = overlaid(body, response);
      if (FINAL.has(type)) complete = isObject(field(response, "usage"));
    },
    get complete(): boolean {
      return complete;
    },
    body: () => (complete ? body : overlaid(body, { output })),
  };
}
