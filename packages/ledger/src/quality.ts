import { type AttoUsd, type CostSource, joinUsd } from "@keeptabs/pricing";
import type { Outcome, UsageQuality } from "@keeptabs/usage";
import type { EntryKind } from "./entry.ts";
import type { Statements } from "./statements.ts";

/** Calls of a period that can be trusted alike: how they were priced, how they ended, what is known of their usage. */
export interface QualityTotal {
  readonly kind: EntryKind;
  readonly outcome: Outcome;
  readonly quality: UsageQuality;
  readonly lowerBound: boolean;
  readonly costSource: CostSource;
  /** What could not be priced and why; undefined for every other kind, so that the groups stay few. */
  readonly unpriced:
    | { readonly provider: string; readonly model: string; readonly reason: string }
    | undefined;
  /** Entries by what they were first charged as, or else booked as; with a customer, those that it was named for then. */
  readonly entries: number;
  /** Those of them that count now: neither covered, nor held, nor superseded. */
  readonly calls: number;
  /** What they cost, adjustments included. */
  readonly net: AttoUsd;
}

/** A group as SQL gives it; integers are bigint. */
interface QualityRow {
  readonly kind: EntryKind;
  readonly outcome: Outcome;
  readonly quality: UsageQuality;
  readonly lower_bound: bigint;
  readonly cost_source: CostSource;
  readonly provider: string | null;
  readonly model: string | null;
  readonly reason: string | null;
  readonly entries: bigint;
  readonly calls: bigint;
  readonly nano: bigint;
  readonly atto: bigint;
}

/** Groups by what a posting counts as: an entry's own kind, or the one that an adjustment gave it. */
const group = (kind: string): string => {
  const unpriced = `${kind} IN ('unpriced', 'partly_unpriced')`;
  return `${kind} AS kind, e.outcome, e.quality, e.lower_bound, e.cost_source,
    CASE WHEN ${unpriced} THEN e.provider END AS of_provider, CASE WHEN ${unpriced} THEN e.model END AS of_model,
    CASE WHEN ${unpriced} THEN e.reason END AS why`;
};

const WHICH = "e.occurred_at >= ?1 AND e.occurred_at < ?2";

/** Selects `QualityRow`s of the entries that ended in `[?1, ?2)`, Unix nanoseconds, and were posted to `?3` if it is one. */
const groups = (ofCustomer: boolean): string => `
  SELECT kind, outcome, quality, lower_bound, cost_source, p.name AS provider, m.name AS model, why AS reason,
    sum(entries) AS entries, sum(calls) AS calls, sum(nano) AS nano, sum(atto) AS atto
  FROM (
    SELECT ${group("e.kind")}, count(*) AS entries, sum(e.kind NOT IN ('covered', 'held')) AS calls,
      sum((e.kind NOT IN ('covered', 'held')) * e.net_nano) AS nano,
      sum((e.kind NOT IN ('covered', 'held')) * e.net_atto) AS atto
    FROM full_entries e WHERE ${WHICH} ${ofCustomer ? "AND e.customer = ?3" : ""} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    UNION ALL
    SELECT ${group("a.charge_kind")}, sum(a.kind = 'released'), sum(a.calls), sum(a.net_nano), sum(a.net_atto)
    FROM adjustments a JOIN full_entries e ON e.id = a.entry
    WHERE ${WHICH} ${ofCustomer ? "AND a.customer = ?3" : ""} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    UNION ALL
    SELECT ${group("e.kind")}, -count(*), 0, 0, 0
    FROM adjustments a JOIN full_entries e ON e.id = a.entry
    WHERE a.kind = 'released' AND ${WHICH} ${ofCustomer ? "AND e.customer = ?3" : ""} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
  )
  LEFT JOIN names p ON p.id = of_provider LEFT JOIN names m ON m.id = of_model
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY calls DESC, model, reason`;

/** Calls by how far they can be trusted; see `LedgerReader.quality`. */
export function qualityOf(
  statements: Statements,
  {
    fromMs,
    untilMs,
    customer,
  }: { readonly fromMs: number; readonly untilMs: number; readonly customer?: string },
): QualityTotal[] {
  const whose = customer === undefined ? [] : [statements.idOf(customer, "customers") ?? -1n];
  const parameters = [BigInt(fromMs) * 1_000_000n, BigInt(untilMs) * 1_000_000n, ...whose];
  return statements
    .all<QualityRow>(groups(customer !== undefined), parameters)
    .map(({ kind, outcome, quality, lower_bound, cost_source, provider, model, reason, ...sums }) => ({
      kind,
      outcome,
      quality,
      lowerBound: lower_bound === 1n,
      costSource: cost_source,
      unpriced:
        provider === null || model === null || reason === null ? undefined : { provider, model, reason },
      entries: Number(sums.entries),
      calls: Number(sums.calls),
      net: joinUsd(sums.nano, sums.atto),
    }));
}
