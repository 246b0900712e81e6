import type { AttoUsd, CostSource } from "@keeptabs/pricing";
import type { Outcome, UsageQuality } from "@keeptabs/usage";
import type { EntryKind } from "./entry.ts";

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
  /** Entries as they were booked. */
  readonly entries: number;
  /** Those of them that count now: neither covered, nor held, nor superseded. */
  readonly calls: number;
  /** What they cost, adjustments included. */
  readonly net: AttoUsd;
}

/** A group as SQL gives it; integers are bigint. */
export interface QualityRow {
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

/** Selects `QualityRow`s of the entries that ended in `[?, ?)`, Unix nanoseconds. */
export const QUALITY_GROUPS = `
  SELECT kind, outcome, quality, lower_bound, cost_source, p.name AS provider, m.name AS model, why AS reason,
    count(*) AS entries, sum(counted + adjusted_calls) AS calls,
    sum(counted * net_nano + adjusted_nano) AS nano, sum(counted * net_atto + adjusted_atto) AS atto
  FROM (
    SELECT e.*, e.kind NOT IN ('covered', 'held') AS counted,
      CASE WHEN e.kind IN ('unpriced', 'partly_unpriced') THEN e.provider END AS of_provider,
      CASE WHEN e.kind IN ('unpriced', 'partly_unpriced') THEN e.model END AS of_model,
      CASE WHEN e.kind IN ('unpriced', 'partly_unpriced') THEN e.reason END AS why,
      coalesce((SELECT sum(a.calls) FROM adjustments a WHERE a.entry = e.id), 0) AS adjusted_calls,
      coalesce((SELECT sum(a.net_nano) FROM adjustments a WHERE a.entry = e.id), 0) AS adjusted_nano,
      coalesce((SELECT sum(a.net_atto) FROM adjustments a WHERE a.entry = e.id), 0) AS adjusted_atto
    FROM entries e WHERE e.occurred_at >= ? AND e.occurred_at < ?
  )
  LEFT JOIN names p ON p.id = of_provider LEFT JOIN names m ON m.id = of_model
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY calls DESC, model, reason`;
