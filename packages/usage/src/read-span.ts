import type { Attribution, Reading } from "./call.ts";
import { AttributeReader } from "./dialects/attribute-reader.ts";
import { attributionOf } from "./dialects/attribution.ts";
import { type AttributionRules, DEFAULT_ATTRIBUTION_RULES } from "./dialects/attribution-rules.ts";
import type { Dialect, DialectCall } from "./dialects/dialect.ts";
import { endingOf, outcomeOf, usageByOutcome } from "./dialects/ending.ts";
import { dialectOf } from "./dialects/index.ts";
import type { Span } from "./span.ts";
import { missingUsage } from "./usage.ts";

/**
 * What a span means for the bill: a call of a model, or none, and whom it names. Understands every dialect in
 * which LLM calls are written on spans. Never throws, whatever the attributes hold.
 */
export function readSpan(span: Span, rules: AttributionRules = DEFAULT_ATTRIBUTION_RULES): Reading {
  const attribution = attributionOf(span, rules);
  const attributes = new AttributeReader(span.attributes);
  const dialect = dialectOf(span, attributes);
  if (dialect === undefined) return { kind: "not_llm", attribution };
  const call = readSafely(dialect, span, attributes);
  return call === "none" ? { kind: "not_llm", attribution } : reading(span, dialect, call, attribution);
}

function readSafely(dialect: Dialect, span: Span, attributes: AttributeReader): DialectCall | "none" {
  try {
    return dialect.read(span, attributes);
  } catch {
    // Sums above the largest quantity, and whatever else a forged span provokes: it is seen, and never priced.
    return {
      kind: "call",
      provider: "",
      requestModel: undefined,
      responseModel: undefined,
      operation: "",
      responseId: undefined,
      usage: missingUsage({ problem: "unreadable_span" }),
      ending: endingOf(span, attributes),
    };
  }
}

function reading(span: Span, dialect: Dialect, call: DialectCall, attribution: Attribution): Reading {
  const begun = call.responseId !== undefined || call.usage.quantities.size > 0;
  const outcome = outcomeOf(call.ending, call.usage, begun);
  return {
    kind: "call",
    call: {
      traceId: span.traceId,
      spanId: span.spanId,
      parentSpanId: span.parentSpanId,
      startedAt: span.startTimeUnixNano,
      occurredAt: span.endTimeUnixNano,
      dialect: dialect.name,
      scope: span.scope.name,
      provider: call.provider,
      requestModel: call.requestModel,
      responseModel: call.responseModel,
      operation: call.operation,
      responseId: call.responseId,
      usage: usageByOutcome(call.usage, outcome, call.ending),
      outcome,
      attribution,
      aggregate: call.kind === "aggregate",
    },
  };
}
