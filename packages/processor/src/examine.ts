import type { Charge } from "@keeptabs/pricing";
import type { Call, Span } from "@keeptabs/usage";
import { type BookingRules, batchOf } from "./booking.ts";
import { reasonText } from "./operator/reasons.ts";
import { compileSelection, decodeTraces, type OtlpEncoding } from "./otlp/index.ts";

/** What Keeptabs understood of one LLM span, and what its user could do to make it understood better. */
export interface Finding {
  readonly span: string;
  readonly call: Call;
  readonly charge: Charge;
  readonly customer: string | undefined;
  readonly feature: string | undefined;
  readonly advice: readonly string[];
}

/** What Keeptabs understood of an export. */
export interface Examination {
  readonly spans: number;
  readonly findings: readonly Finding[];
  /** Spans that are no LLM calls of their own, by name; the commonest first. */
  readonly others: readonly (readonly [name: string, count: number])[];
  readonly rejected: readonly string[];
}

/**
 * Examines an export as the ingest port would read it; nothing is booked. `now` is Unix nanoseconds. Throws
 * DecodeError for bytes that are no OTLP trace export.
 */
export function examineExport(
  body: Uint8Array,
  encoding: OtlpEncoding,
  rules: BookingRules,
  select: { readonly names: readonly string[]; readonly prefixes: readonly string[] },
  now: bigint,
): Examination {
  const { spans, rejected } = decodeTraces(body, encoding, compileSelection(select));
  return { ...examine(spans, rules, now), rejected: rejected.map(({ reason }) => reason) };
}

function examine(spans: readonly Span[], rules: BookingRules, now: bigint): Omit<Examination, "rejected"> {
  const { bookings } = batchOf(spans, "doctor", rules, now);
  const names = new Map(spans.map((span) => [span.traceId + span.spanId, span.name]));
  const others = new Map<string, number>();
  const calls = new Set(bookings.map(({ call }) => call.traceId + call.spanId));
  for (const { traceId, spanId, name } of spans) {
    if (!calls.has(traceId + spanId)) others.set(name, (others.get(name) ?? 0) + 1);
  }
  const findings = bookings
    .toSorted((a, b) => (a.call.startedAt < b.call.startedAt ? -1 : 1))
    .map(({ call, charge, customer, feature }) => ({
      span: names.get(call.traceId + call.spanId) ?? "",
      call,
      charge,
      customer,
      feature,
      advice: adviceFor(call, charge, customer),
    }));
  return { spans: spans.length, findings, others: [...others].toSorted(([, a], [, b]) => b - a) };
}

function adviceFor(call: Call, charge: Charge, customer: string | undefined): string[] {
  const advice: string[] = [];
  const { quality, lowerBound, notes } = call.usage;
  if (customer === undefined) {
    advice.push("No customer is named. Use withCustomer(), or set customer.id on this span or one above it.");
  }
  if (quality === "estimated") {
    advice.push(
      `The instrumentation ${call.scope} makes these numbers up. Use one that records the provider's usage.`,
    );
  }
  if (quality === "partial") {
    advice.push(
      `The instrumentation ${call.scope} leaves out a part of the usage, such as cached tokens: the cost may be wrong. Use one that records all of it.`,
    );
  }
  if (lowerBound)
    advice.push("The call was broken off: the provider may have billed more than the span says.");
  if (call.aggregate) {
    advice.push("This is an agent's sum. It is charged only if no call below it is seen within ten minutes.");
  }
  for (const note of notes) advice.push(`Note: ${note.replaceAll("_", " ")}.`);
  if (charge.status === "unpriced" || charge.status === "partly_unpriced") {
    const { why, remedy } = reasonText(charge.reason ?? "");
    const nearest = charge.nearest.length === 0 ? "" : ` Known names like it: ${charge.nearest.join(", ")}.`;
    advice.push(`${why}${nearest} ${remedy}`);
  }
  return advice;
}
