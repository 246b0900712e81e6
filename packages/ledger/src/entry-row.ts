import { missingUsage, type Outcome, type UsageQuality, usageFromJson } from "@keeptabs/usage";
import { type CallStatus, COUNTS_NOW, CUSTOMER_NOW, FEATURE_NOW, STATUS_NOW } from "./call-status.ts";
import { allQuantities } from "./content-hash.ts";
import type { Entry, EntryKind } from "./entry.ts";
import type { Statements } from "./statements.ts";
import { decodeCharge } from "./stored-charge.ts";

/** An entry as SQL gives it; integers are bigint. */
export interface EntryRow {
  readonly id: bigint;
  readonly source: string;
  readonly trace_id: Uint8Array;
  readonly span_id: Uint8Array;
  readonly kind: EntryKind;
  readonly customer: string;
  readonly feature: string;
  readonly provider: string;
  readonly request_model: string | null;
  readonly response_model: string | null;
  readonly operation: string;
  readonly dialect: string;
  readonly scope: string;
  readonly response_id: string | null;
  readonly outcome: Outcome;
  readonly quality: UsageQuality;
  readonly lower_bound: bigint;
  readonly started_at: bigint;
  readonly occurred_at: bigint;
  readonly booked_at: bigint;
  readonly usage: string;
  /** The charge after the last repricing. */
  readonly charge_now: string;
  readonly covered_by: bigint | null;
  readonly counts: bigint;
  readonly status: CallStatus;
}

/** Selects `EntryRow`s, with customer and feature as they are now; a WHERE clause on `e` follows. */
export const ENTRY_COLUMNS: string = `
  SELECT e.id, s.name AS source, e.trace_id, e.span_id, e.kind, c.name AS customer, f.name AS feature,
    p.name AS provider, rq.name AS request_model, rs.name AS response_model, o.name AS operation, d.name AS dialect,
    sc.name AS scope, e.response_id, e.outcome, e.quality, e.lower_bound, e.started_at, e.occurred_at, e.booked_at,
    e.usage, e.covered_by,
    coalesce((SELECT a.charge FROM adjustments a WHERE a.entry = e.id AND a.charge IS NOT NULL ORDER BY a.id DESC LIMIT 1),
      e.charge) AS charge_now,
    ${COUNTS_NOW} AS counts, ${STATUS_NOW} AS status
  FROM full_entries e JOIN names s ON s.id = e.source JOIN customers c ON c.id = ${CUSTOMER_NOW}
    JOIN names f ON f.id = ${FEATURE_NOW}
    JOIN names p ON p.id = e.provider LEFT JOIN names rq ON rq.id = e.request_model
    LEFT JOIN names rs ON rs.id = e.response_model JOIN names o ON o.id = e.operation
    JOIN names d ON d.id = e.dialect JOIN names sc ON sc.id = e.scope`;

/** The entry that a row holds. */
export function entryOf(statements: Statements, row: EntryRow): Entry {
  const usage = usageFromJson(row.usage) ?? missingUsage({ problem: "unreadable_usage" });
  const charge = decodeCharge(row.charge_now, (rate) => statements.rateText(rate));
  const counts = row.counts === 1n;
  return {
    id: Number(row.id),
    source: row.source,
    traceId: Buffer.from(row.trace_id).toString("hex"),
    spanId: Buffer.from(row.span_id).toString("hex"),
    kind: !counts && (row.kind === "covered" || row.kind === "held") ? row.kind : charge.status,
    reason: charge.reason,
    status: row.status,
    posted: counts,
    customer: row.customer,
    feature: row.feature,
    provider: row.provider,
    requestModel: row.request_model ?? undefined,
    responseModel: row.response_model ?? undefined,
    operation: row.operation,
    responseId: row.response_id ?? undefined,
    dialect: row.dialect,
    scope: row.scope,
    outcome: row.outcome,
    quality: row.quality,
    lowerBound: row.lower_bound === 1n,
    startedAt: row.started_at,
    occurredAt: row.occurred_at,
    bookedAt: row.booked_at,
    list: charge.list,
    net: charge.net,
    costSource: charge.source,
    priceVersion: charge.priceVersion,
    coveredBy: counts || row.covered_by === null ? undefined : Number(row.covered_by),
    usage,
    quantities: allQuantities(usage),
    lines: charge.lines,
    notes: usage.notes,
  };
}
