import { tallyIterations } from "./anthropic-iterations.ts";
import { anthropicTokens, messageOf } from "./anthropic-tokens.ts";
import { field, items, overlaid, text } from "./field.ts";
import type { RequestFacts, ResponseReading } from "./response.ts";
import type { Assembly } from "./stream.ts";
import { Tally } from "./tally.ts";

/** Anthropic's messages, as whole answers or as lines of a batch result. */
export function readAnthropic(body: unknown, facts: RequestFacts): ResponseReading {
  const message = messageOf(body);
  const tally = new Tally(message === body ? facts : { ...facts, batch: true });
  const usage = field(message, "usage");
  const billTo = facts.billTo ?? field(message, "billing_policy", "bill_to");
  if (billTo === "user_profile") tally.free("billed_to_user_profile");
  tallyCircumstances(tally, usage);

  const top = anthropicTokens(tally, usage);
  if (top === undefined) return tally.reading(field(message, "model"), field(message, "id"));
  const { own, servedBy } = tallyIterations(tally, usage, top);
  for (const [unit, quantity] of own) tally.add(unit, quantity);
  tally.addTool("web_search", tally.count(usage, "server_tool_use", "web_search_requests") ?? 0);

  // The retry is billed as if the whole conversation had run on its model: only the bill knows the amount.
  if (field(usage, "fallback_credit", "status", "type") === "redeemed") {
    tally.distrust("fallback_credit_redeemed");
  }
  if (isEmptyRefusal(message)) tally.free("refused_before_output");
  return tally.reading(servedBy ?? field(message, "model"), field(message, "id"));
}

function tallyCircumstances(tally: Tally, usage: unknown): void {
  const serviceTier = text(field(usage, "service_tier"));
  const geo = text(field(usage, "inference_geo"));
  tally.circumstances({
    serviceTier,
    speed: text(field(usage, "speed")),
    region: geo === "not_available" ? undefined : geo,
    batch: serviceTier === "batch" ? true : undefined,
  });
}

/** A request refused before any output is not billed; its tokens are reported all the same. */
function isEmptyRefusal(message: unknown): boolean {
  const iterations = items(field(message, "usage", "iterations"));
  return (
    field(message, "stop_reason") === "refusal" &&
    field(message, "usage", "output_tokens") === 0 &&
    iterations.every((one) => field(one, "output_tokens") === 0)
  );
}

/** The usage so far with later counts in place of earlier ones. */
function cumulative(before: unknown, later: unknown): unknown {
  const usage = overlaid(before, later);
  const split =
    Number(field(usage, "cache_creation", "ephemeral_5m_input_tokens") ?? 0) +
    Number(field(usage, "cache_creation", "ephemeral_1h_input_tokens") ?? 0);
  // After a fallback in mid-stream the first event's split belongs to the model that declined.
  const outdated = Number(field(usage, "cache_creation_input_tokens") ?? split) < split;
  return outdated ? { ...usage, cache_creation: null } : usage;
}

/**
 * Puts the events of a streamed message together: the prompt is stated by `message_start`, the final counts
 * by the last `message_delta`. Its counts are cumulative, so they replace what was there and add nothing.
 */
export function anthropicAssembly(): Assembly {
  let message: Readonly<Record<string, unknown>> = {};
  let final = false;
  return {
    take(event: object): void {
      switch (field(event, "type")) {
        case "message_start":
          message = overlaid(message, field(event, "message"));
          break;
        case "message_delta": {
          const usage = cumulative(message["usage"], field(event, "usage"));
          const stopReason = text(field(event, "delta", "stop_reason"));
          message = overlaid(message, { usage, stop_reason: stopReason });
          if (stopReason !== undefined && field(event, "usage", "output_tokens") !== undefined) final = true;
          break;
        }
      }
    },
    get complete(): boolean {
      return final;
    },
    body: () => message,
  };
}
