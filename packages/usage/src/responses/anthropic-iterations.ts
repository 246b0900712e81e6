import type { Unit } from "../unit.ts";
import { type AnthropicTokens, addTokens, anthropicTokens, sameTokens } from "./anthropic-tokens.ts";
import { field, items, text } from "./field.ts";
import type { Tally } from "./tally.ts";

interface Iteration {
  readonly type: string;
  readonly model: string | undefined;
  readonly tokens: AnthropicTokens;
}

/** What the iterations of a message add to its top-level usage. */
export interface Iterations {
  /** The model that answered, where a fallback did; streams name it nowhere else. */
  readonly servedBy: string | undefined;
  /** The message's own tokens, with what the top level leaves out and without what ran elsewhere. */
  readonly own: AnthropicTokens;
}

/**
 * Reads `usage.iterations`.
 *
 * `message` entries repeat the top level. `compaction` entries are not in it and are added.
 * `advisor_message` entries ran on another model. When a `fallback_message` entry shows that another model
 * served the answer, the top level counts that model only, and the attempts of the models that declined
 * are charged at their own prices, unless they declined before any output: those are not billed.
 * Sources: BetaUsage of @anthropic-ai/sdk 1.12.0; platform.claude.com/docs, refusals and fallback.
 */
export function tallyIterations(tally: Tally, usage: unknown, top: AnthropicTokens): Iterations {
  const iterations = readIterations(tally, usage);
  const ofType = (type: string): readonly Iteration[] => iterations.filter((one) => one.type === type);
  for (const advisor of ofType("advisor_message")) addElsewhere(tally, advisor);
  for (const { type } of iterations) if (!TYPES.has(type)) tally.partial("unknown_iteration_type");

  const fallback = ofType("fallback_message").at(-1);
  const own = fallback === undefined ? top : withoutDeclined(tally, top, fallback, ofType("message"));
  const compaction = ofType("compaction").map(({ tokens }) => tokens);
  return { servedBy: fallback?.model, own: addTokens([own, ...compaction]) };
}

const TYPES: ReadonlySet<string> = new Set(["message", "compaction", "advisor_message", "fallback_message"]);

function readIterations(tally: Tally, usage: unknown): readonly Iteration[] {
  const result: Iteration[] = [];
  for (const item of items(field(usage, "iterations"))) {
    const tokens = anthropicTokens(tally, item);
    const type = text(field(item, "type")) ?? "";
    if (tokens !== undefined) result.push({ type, model: text(field(item, "model")), tokens });
    else if (type !== "message") tally.partial("unreadable:iterations");
  }
  return result;
}

/** Charges the attempts that declined to their models and returns what the serving model consumed. */
function withoutDeclined(
  tally: Tally,
  top: AnthropicTokens,
  fallback: Iteration,
  messages: readonly Iteration[],
): AnthropicTokens {
  tally.note("served_by_fallback");
  const declined = messages.filter(({ model }) => model !== fallback.model);
  const serving = messages.filter(({ model }) => model === fallback.model);
  const servingTokens = addTokens([fallback, ...serving].map(({ tokens }) => tokens));
  const all = addTokens([servingTokens, ...declined.map(({ tokens }) => tokens)]);
  for (const attempt of declined) {
    if (outputOf(attempt.tokens) === 0) tally.note("declined_attempt_not_billed");
    else addElsewhere(tally, attempt);
  }
  if (sameTokens(top, servingTokens)) return top;
  if (sameTokens(top, all)) return servingTokens;
  tally.partial("iterations_do_not_match_usage");
  return top;
}

function addElsewhere(tally: Tally, { model, tokens }: Iteration): void {
  if (model === undefined) tally.partial("iteration_without_model");
  else tally.addOther(model, tokens);
}

function outputOf(tokens: ReadonlyMap<Unit, number>): number {
  return (tokens.get("output") ?? 0) + (tokens.get("output_reasoning") ?? 0);
}
