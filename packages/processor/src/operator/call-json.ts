import type { Entry } from "@keeptabs/ledger";
import { type AttoUsd, formatUsd } from "@keeptabs/pricing";

type Json = Readonly<Record<string, unknown>>;

/** A call as lists show it. */
export function callSummary(entry: Entry): Json {
  return {
    trace_id: entry.traceId,
    span_id: entry.spanId,
    occurred_at: instantText(entry.occurredAt),
    customer: entry.customer,
    feature: entry.feature,
    provider: entry.provider,
    model: entry.responseModel ?? entry.requestModel ?? null,
    outcome: entry.outcome,
    status: entry.kind,
    reason: entry.reason ?? null,
    cost_usd: knownUsd(entry, entry.net),
    lower_bound: entry.lowerBound,
  };
}

/** A call with its charge explained; `chargedAs` is the entry that is charged in its place. */
export function callExplained(entry: Entry, chargedAs: Entry | undefined): Json {
  return {
    ...callSummary(entry),
    counted: entry.posted,
    charged_as: chargedAs === undefined ? null : { trace_id: chargedAs.traceId, span_id: chargedAs.spanId },
    source: entry.source,
    request_model: entry.requestModel ?? null,
    response_model: entry.responseModel ?? null,
    operation: entry.operation,
    response_id: entry.responseId ?? null,
    dialect: entry.dialect,
    scope: entry.scope,
    usage_quality: entry.quality,
    started_at: instantText(entry.startedAt),
    booked_at: instantText(entry.bookedAt),
    list_cost_usd: knownUsd(entry, entry.list),
    cost_source: entry.costSource,
    price_version: entry.priceVersion ?? null,
    quantities: entry.quantities.map(([unit, quantity]) => ({ unit, quantity })),
    lines: entry.lines.map((line) => ({
      unit: line.unit,
      quantity: line.quantity,
      model: line.model ?? null,
      rate_usd: line.rate,
      per: line.per,
      factors: line.factors,
      amount_usd: formatUsd(line.amount),
      rounded: line.rounded,
      price_version: line.priceVersion,
      price_source: line.source,
      price_checked: line.checked,
    })),
    notes: entry.notes,
  };
}

/** What has no price costs something that is not known: null, never zero. */
function knownUsd({ kind }: Entry, amount: AttoUsd): string | null {
  return kind === "unpriced" ? null : formatUsd(amount);
}

/** RFC 3339 with all nine digits of the second. */
export function instantText(nanos: bigint): string {
  const below = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const seconds = new Date(Number((nanos - below) / 1_000_000n)).toISOString().slice(0, 19);
  return `${seconds}.${below.toString().padStart(9, "0")}Z`;
}
