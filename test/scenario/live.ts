import type { RunningApp } from "../sample-app/run.ts";
import type { Answer, ProviderRequest } from "../stand-in/answer.ts";
import type { BilledCall } from "../stand-in/bill.ts";

/** The bearer tokens of the sample app's customers. */
export const TOKENS: ReadonlyMap<string, string> = new Map([
  ["token-of-acme", "acme"],
  ["token-of-globex", "globex"],
  ["token-of-initech", "initech"],
]);

interface Step {
  readonly customer: string | undefined;
  readonly route: string;
  readonly body: object;
}

const ask = (customer: string, question: string, stream = false): Step => ({
  customer,
  route: "/assistant",
  body: { question, stream },
});

/** What the customers do live, through the real SDKs of the sample app. */
export const STEPS: readonly Step[] = [
  ask("acme", "Where is my order?"),
  ask("acme", "Where is my other order?", true),
  ask("acme", "Can I send it back?", true),
  { customer: "acme", route: "/search", body: { query: "When is support there?" } },
  { customer: "acme", route: "/summarise", body: { text: "A long letter." } },
  { customer: "globex", route: "/agent", body: { task: "Find all late orders." } },
  { customer: "globex", route: "/agent", body: { task: "Tell their customers." } },
  ask("globex", "Is the agent done?", true),
  ask("initech", "Hello?"),
  // The provider is busy at first; the SDK tries again by itself.
  ask("initech", "BUSY Are you there?"),
  // The stream breaks off in the middle: billed by the provider, but it never said how much.
  ask("initech", "BREAK Tell me a long story.", true),
  { customer: undefined, route: "/cron/digest", body: {} },
];

/** Calls of the steps whose cost only the provider knows. */
export const BROKEN_OFF = 1;

/** Makes the stand-in's answers: an agent that calls its tool twice, a provider that is busy, a stream that breaks. */
export function answers(): (request: ProviderRequest) => Answer {
  let busy = true;
  return ({ path, body, model }) => {
    const text = JSON.stringify(body["messages"] ?? body["input"] ?? "");
    if (text.includes("BUSY") && busy) {
      busy = false;
      return { error: { status: 429, retryAfterMs: 10 } };
    }
    if (text.includes("BREAK")) return { usage: { input: 300, output: 4000 }, breakAfterEvents: 3 };
    if (path === "/v1/embeddings") return { usage: { input: 48 } };
    if (path === "/v1/messages") {
      const turns = Array.isArray(body["messages"]) ? body["messages"].length : 1;
      const usage = {
        input: 120 + turns,
        cache_read: turns > 1 ? 2200 : 0,
        cache_write_5m: 2200,
        cache_write_1h: 40,
        output: 310,
      };
      return turns < 5
        ? { usage, toolCalls: [{ name: "order_status", input: { order: "A-1" } }] }
        : { usage };
    }
    if (path === "/v1/responses")
      return { usage: { input: 86, cache_read: 1920, output: 172, output_reasoning: 128 } };
    if (model === "gpt-5-mini") return { usage: { input: 410, output: 60, output_reasoning: 64 } };
    return { usage: { input: 75, cache_read: 1024, output: 42 } };
  };
}

/** Does all steps, one after the other. A step whose answer breaks off counts as done. */
export async function liveTraffic(
  app: RunningApp,
  onStep: (done: number) => void = () => undefined,
): Promise<void> {
  const tokens = new Map([...TOKENS].map(([token, customer]) => [customer, token]));
  for (const [i, { customer, route, body }] of STEPS.entries()) {
    try {
      const response = await app.post(route, body, customer === undefined ? undefined : tokens.get(customer));
      await response.text();
    } catch {
      // The app tells its customer about a broken stream by breaking off too.
    }
    onStep(i + 1);
  }
}

/** A live call as the provider bills it, in the form in which `billBy` adds up. */
export interface LiveCall {
  readonly responseModel: string;
  readonly quantities: Readonly<Record<string, number>>;
}

/** The calls on the provider's bill of which it told the customer how much they were. */
export function statedCalls(bill: readonly BilledCall[]): LiveCall[] {
  return bill
    .filter(({ usageSent }) => usageSent)
    .map(({ model, consumption }) => ({ responseModel: model, quantities: consumption }));
}
