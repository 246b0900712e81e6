import type Anthropic from "@anthropic-ai/sdk";

const MAX_TURNS = 8;

const ORDER_STATUS: Anthropic.Tool = {
  name: "order_status",
  description: "Says where an order is.",
  input_schema: { type: "object", properties: { order: { type: "string" } }, required: ["order"] },
};

/** What an agent came to, and how many model calls it took. */
export interface AgentResult {
  readonly answer: string;
  readonly turns: number;
}

/** Lets the model work on a task with a tool until it is done or has had its turns. */
export async function runAgent(anthropic: Anthropic, task: string): Promise<AgentResult> {
  const messages: Anthropic.MessageParam[] = [{ role: "user", content: task }];
  let answer = "";
  for (let turn = 1; turn <= MAX_TURNS; turn++) {
    const reply = await anthropic.messages
      .stream({ model: "claude-opus-5", max_tokens: 1024, tools: [ORDER_STATUS], messages })
      .finalMessage();
    answer = reply.content.map((block) => (block.type === "text" ? block.text : "")).join("");
    const uses = reply.content.filter((block) => block.type === "tool_use");
    if (uses.length === 0) return { answer, turns: turn };
    const results = uses.map((use) => ({
      type: "tool_result" as const,
      tool_use_id: use.id,
      content: "on its way",
    }));
    messages.push({ role: "assistant", content: reply.content }, { role: "user", content: results });
  }
  return { answer, turns: MAX_TURNS };
}
