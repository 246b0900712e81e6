import type { Outcome, Reading } from "../call.ts";
import { type Span, STATUS_CODE_ERROR } from "../span.ts";
import type { Usage } from "../usage.ts";
import { AI_SDK } from "./ai-sdk.ts";
import { AttributeReader } from "./attribute-reader.ts";
import { type AttributionRules, attributionOf, DEFAULT_ATTRIBUTION_RULES } from "./attribution.ts";
import type { Dialect, DialectCall } from "./dialect.ts";
import { GEN_AI, genAiDialectName, refusedUsage } from "./gen-ai.ts";
import { GOOGLE_ADK } from "./google-adk.ts";
import { LANGFUSE } from "./langfuse.ts";
import { LANGSMITH } from "./langsmith.ts";
import { OPENINFERENCE } from "./openinference.ts";
import { OWN } from "./own.ts";

/** From the particular to the general: the first that knows a span has it. */
const DIALECTS: readonly Dialect[] = [OWN, OPENINFERENCE, LANGFUSE, LANGSMITH, AI_SDK, GOOGLE_ADK, GEN_AI];

/**
 * What a span means for the bill: a call of a model, or none, and whom it names. Understands every dialect in
 * which LLM calls are written on spans. Never throws, whatever the attributes hold.
 */
export function readSpan(span: Span, rules: AttributionRules = DEFAULT_ATTRIBUTION_RULES): Reading {
  const attribution = attributionOf(span, rules);
  const attributes = new AttributeReader(span.attributes);
  for (const dialect of DIALECTS) {
    const read = safely(dialect, span, attributes);
    if (read === undefined) continue;
    if (read === "none") break;
    const outcome = read.outcome ?? outcomeOf(span, read.usage);
    return {
      kind: "call",
      call: {
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId,
        startedAt: span.startTimeUnixNano,
        occurredAt: span.endTimeUnixNano,
        dialect: dialect === GEN_AI ? genAiDialectName(span) : dialect.name,
        scope: span.scope.name,
        provider: read.provider,
        requestModel: read.requestModel,
        responseModel: read.responseModel,
        operation: read.operation,
        responseId: read.responseId,
        usage: usageByOutcome(read.usage, outcome, attributes),
        outcome,
        attribution,
        aggregate: read.kind === "aggregate",
      },
    };
  }
  return { kind: "not_llm", attribution };
}

function safely(dialect: Dialect, span: Span, attributes: AttributeReader): DialectCall | "none" | undefined {
  try {
    return dialect.read(span, attributes);
  } catch {
    // Sums above the largest quantity, and whatever else a forged span may provoke: it is no call we can read.
    return undefined;
  }
}

/** A failed call that has usage was broken off after it had begun. */
function outcomeOf(span: Span, usage: Usage): Outcome {
  if (span.statusCode !== STATUS_CODE_ERROR) return "ok";
  return usage.quantities.size > 0 ? "aborted" : "error";
}

const REFUSED_TYPES: ReadonlySet<string> = new Set([
  "rate_limit_error",
  "authentication_error",
  "permission_error",
  "not_found_error",
  "invalid_request_error",
  "request_too_large",
  "overloaded_error",
]);

/**
 * A call that the provider refused costs nothing, and is known by its status; one that failed otherwise may
 * have been billed for more than the span says.
 */
function usageByOutcome(usage: Usage, outcome: Outcome, attributes: AttributeReader): Usage {
  if (outcome === "ok" || usage.free !== undefined) return usage;
  const status = attributes.count("http.response.status_code") ?? attributes.count("error.type");
  const refused =
    (status !== undefined && status >= 400 && status < 600) ||
    REFUSED_TYPES.has(attributes.text("error.type") ?? "");
  if (refused && usage.quantities.size === 0) return refusedUsage(usage);
  // A reason of its own: failed calls are common, and mostly cost nothing.
  const problem = outcome === "error" && usage.quality === "missing" ? { problem: "call_failed" } : {};
  return { ...problem, ...usage, lowerBound: true };
}
