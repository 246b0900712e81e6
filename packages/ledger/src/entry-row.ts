import { missingUsage, type Outcome, type UsageQuality, usageFromJson } from "@keeptabs/usage";
import { allQuantities } from "./content-hash.ts";
import type { Entry, EntryKind } from "./entry.ts";
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
  readonly adjusted_calls: bigint;
}

/** The last value of a column that an adjustment gave an entry by putting it somewhere. */
const moved = (column: "customer" | "feature"): string =>
  `(SELECT a.${column} FROM adjustments a WHERE a.entry = e.id AND a.calls > 0 ORDER BY a.id DESC LIMIT 1)`;

/** SQL for the number of the customer that an entry `e` belongs to now. */
export const CUSTOMER_NOW: string = `coalesce(${moved("customer")}, e.customer)`;

/** SQL that holds for an entry `e` that counts now: it was posted, or released, and not taken back. */
export const COUNTS_NOW: string = `(e.kind NOT IN ('covered', 'held'))
  + coalesce((SELECT sum(a.calls) FROM adjustments a WHERE a.entry = e.id), 0) > 0`;

/** SQL for what an entry `e` counts as after the last repricing. */
export const KIND_NOW: string = `coalesce(
  (SELECT a.charge_kind FROM adjustments a WHERE a.entry = e.id AND a.calls > 0 ORDER BY a.id DESC LIMIT 1), e.kind)`;

/** Selects `EntryRow`s, with customer and feature as they are now; a WHERE clause on `e` follows. */
export const ENTRY_COLUMNS: string = `
  SELECT e.id, s.name AS source, e.trace_id, e.span_id, e.kind, c.name AS customer, f.name AS feature,
    p.name AS provider, rq.name AS request_model, rs.name AS response_model, o.name AS operation, d.name AS dialect,
    sc.name AS scope, e.response_id, e.outcome, e.quality, e.lower_bound, e.started_at, e.occurred_at, e.booked_at,
    e.usage, e.covered_by,
    coalesce((SELECT a.charge FROM adjustments a WHERE a.entry = e.id AND a.charge IS NOT NULL ORDER BY a.id DESC LIMIT 1),
      e.charge) AS charge_now,
    coalesce((SELECT sum(a.calls) FROM adjustments a WHERE a.entry = e.id), 0) AS adjusted_calls
  FROM entries e JOIN names s ON s.id = e.source JOIN customers c ON c.id = ${CUSTOMER_NOW}
    JOIN names f ON f.id = coalesce(${moved("feature")}, e.feature)
    JOIN names p ON p.id = e.provider LEFT JOIN names rq ON rq.id = e.request_model
    LEFT JOIN names rs ON rs.id = e.response_model JOIN names o ON o.id = e.operation
    JOIN names d ON d.id = e.dialect JOIN names sc ON sc.id = e.scope`;

/** The entry that a row holds; `rateText` gives the text of a rate by its number. */
export function entryOf(row: EntryRow, rateText: (id: number) => string): Entry {
  const first = row.kind === "covered" || row.kind === "held" ? 0n : 1n;
  const usage = usageFromJson(row.usage) ?? missingUsage({ problem: "unreadable_usage" });
  const charge = decodeCharge(row.charge_now, rateText);
  return {
    id: Number(row.id),
    source: row.source,
    traceId: Buffer.from(row.trace_id).toString("hex"),
    spanId: Buffer.from(row.span_id).toString("hex"),
    kind: first === 1n ? charge.status : row.kind,
    reason: charge.reason,
    posted: first + row.adjusted_calls > 0n,
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
    coveredBy: row.covered_by === null ? undefined : Number(row.covered_by),
    usage,
    quantities: allQuantities(usage),
    lines: charge.lines,
    notes: usage.notes,
  };
}
