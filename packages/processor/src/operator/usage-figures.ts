import type { AttoUsd } from "@keeptabs/pricing";
import { UNATTRIBUTED } from "@keeptabs/usage";
import type { LedgerView } from "../access/index.ts";
import type { Before } from "./comparison.ts";
import { type CostQuery, type CostRow, costRows } from "./costs.ts";
import { groupKey, NO_TOKENS, type Tokens, tokensBy } from "./tokens.ts";

/** What a feature or model cost, beside what was used for it. */
export interface UsageRow extends CostRow {
  readonly tokens: Tokens;
  /** What it cost in the month before; undefined where it had no calls. */
  readonly before: AttoUsd | undefined;
  /** How many named customers it was used for; 0 where nobody asked for it. */
  readonly customers: number;
}

type Group = "customer" | "feature" | "provider" | "model";

/** What is asked for: costs, and whether to count the customers of each group. */
export interface UsageQuery extends CostQuery {
  readonly groupBy: readonly Group[];
  readonly countCustomers?: boolean;
}

/** Cost against usage by group, the dearest first. */
export function usageRows(
  reader: LedgerView,
  query: UsageQuery,
  before: Before | undefined,
): readonly UsageRow[] {
  const { groupBy, filter, period } = query;
  const tokens = tokensBy(reader, { ...filter, ...period, groupBy });
  const earlier = new Map(
    before === undefined
      ? []
      : reader
          .totals({ ...filter, ...before.period, groupBy })
          .map(({ key, net }) => [groupKey(key), net] as const),
  );
  const customers = customersOf(reader, query);
  return costRows(reader, query).map((row) => {
    const name = groupKey(row.key);
    return {
      ...row,
      tokens: tokens.get(name) ?? NO_TOKENS,
      before: earlier.get(name),
      customers: customers.get(name) ?? 0,
    };
  });
}

function customersOf(
  reader: LedgerView,
  { groupBy, filter, period, countCustomers }: UsageQuery,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  if (countCustomers !== true) return counts;
  for (const { key, calls } of reader.totals({ ...filter, ...period, groupBy: [...groupBy, "customer"] })) {
    if (calls === 0 || key.at(-1) === UNATTRIBUTED) continue;
    const name = groupKey(key.slice(0, -1));
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
