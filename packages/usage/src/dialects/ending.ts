import type { Outcome } from "../call.ts";
import { type Span, STATUS_CODE_ERROR } from "../span.ts";
import type { Usage } from "../usage.ts";
import { AttributeNames } from "./attribute-names.ts";
import type { AttributeReader } from "./attribute-reader.ts";
import { countOf } from "./value.ts";

/** What a span says about how its call ended. */
export interface Ending {
  /** What our own instrumentation saw; it beats everything. */
  readonly outcome?: Outcome;
  /** The span says that something failed. */
  readonly failed: boolean;
  /** HTTP status of the answer. */
  readonly status: number | undefined;
  readonly errorType: string | undefined;
  readonly streamed: boolean | undefined;
  /** The answer came to its end: there is a reason why. */
  readonly finished: boolean;
}

const names = new AttributeNames();
const STATUS = names.of("http.response.status_code", "http.status_code");
const ERROR_TYPE = names.of("error.type");
const STREAMED = names.of(
  "gen_ai.request.stream",
  "gen_ai.request.is_stream",
  "gen_ai.is_streaming",
  "llm.is_streaming",
  "litellm.request.streaming",
  "langsmith.request.streaming",
);
const FINISHED = names.of(
  "gen_ai.response.finish_reasons",
  "gen_ai.response.finish_reason",
  "anthropic.message.stop_reason",
  "ai.response.finishReason",
  "llm.finish_reason",
  "llm.response.finish_reason",
  "llm.response.stop_reason",
);

export const ENDING_READS: readonly string[] = names.all;

/** How a span's call ended, by the attributes that all dialects share. */
export function endingOf(span: Span, attributes: AttributeReader): Ending {
  const errorType = attributes.text(ERROR_TYPE);
  const status = attributes.count(STATUS) ?? countOf(errorType);
  return {
    failed: span.statusCode === STATUS_CODE_ERROR || errorType !== undefined || (status ?? 0) >= 400,
    status,
    errorType,
    streamed: attributes.flag(STREAMED),
    finished: attributes.hasAny(FINISHED),
  };
}

/** True for a span that records streams, so that one with an answer begun and not ended was broken off. */
export function isStreamed(attributes: AttributeReader): boolean {
  return attributes.flag(STREAMED) === true;
}

/**
 * The outcome of a call. One that failed after its answer had begun, and a stream that ended without output, were
 * broken off and may have been billed.
 */
export function outcomeOf(ending: Ending, usage: Usage, begun: boolean): Outcome {
  if (ending.outcome !== undefined) return ending.outcome;
  if (ending.failed) {
    if (isRefusal(ending) && !begun) return "error";
    if (GIVEN_UP.test(ending.errorType ?? "")) return "aborted";
    return begun && !ending.finished ? "aborted" : "error";
  }
  const cut = usage.notes.includes("missing:output_tokens");
  return ending.streamed === true && cut && !ending.finished ? "aborted" : "ok";
}

/** Errors that say that somebody stopped waiting, not that the provider refused. */
const GIVEN_UP = /abort|cancel|timeout|timed.?out|disconnect|reset|terminated|GeneratorExit|closed/i;

/**
 * A call that the provider refused costs nothing; one that failed otherwise without usage has its own reason to be
 * unpriced; and whatever was broken off may have been billed for more than the span says.
 */
export function usageByOutcome(usage: Usage, outcome: Outcome, ending: Ending): Usage {
  if (outcome === "ok" || usage.free !== undefined) return usage;
  if (outcome === "aborted") return { ...usage, lowerBound: true };
  if (usage.quality !== "missing") return ending.finished ? usage : { ...usage, lowerBound: true };
  if (isRefusal(ending)) return { ...usage, free: "refused_by_provider" };
  return { problem: "call_failed", ...usage, lowerBound: true };
}

/** Statuses that say that somebody stopped waiting: the model may have run. */
const WAITED_TOO_LONG: ReadonlySet<number> = new Set([408, 499, 504, 524]);

/** Error classes of the providers' SDKs, and error codes of their APIs, for requests that never ran. */
const REFUSALS =
  /(?:^|[._])(?:rate_?limit|authentication|permission(?:_?denied)?|not_?found|bad_?request|invalid_?request|unprocessable_?entity|conflict|overloaded|billing|request_too_large|insufficient_quota|throttling|access_?denied|validation|resource_?not_?found|service_?quota_?exceeded|model_?not_?ready)(?:_?error|_?exception)?$/i;

function isRefusal({ status, errorType }: Ending): boolean {
  if (status !== undefined && status >= 400 && status < 600) return !WAITED_TOO_LONG.has(status);
  return errorType !== undefined && REFUSALS.test(errorType);
}
