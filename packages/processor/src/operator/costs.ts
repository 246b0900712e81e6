import type { Period } from "@keeptabs/billing";
import type { TotalsQuery } from "@keeptabs/ledger";
import { type AttoUsd, sumUsd } from "@keeptabs/pricing";
import type { LedgerView } from "../access/index.ts";

/** What costs can be grouped by; days and months are those of a time zone. */
export const COST_DIMENSIONS = ["customer", "feature", "provider", "model", "day", "month"] as const;
export type CostDimension = (typeof COST_DIMENSIONS)[number];

/** Which costs are asked for. */
export interface CostQuery {
  readonly period: Period;
  readonly timeZone: string;
  readonly groupBy: readonly CostDimension[];
  readonly filter: CallFilter;
  /** Only so many groups, the dearest, and all others as one. */
  readonly top?: number | undefined;
}

/** Whose calls, and on what. */
export type CallFilter = Pick<TotalsQuery, "customer" | "feature" | "provider" | "model">;

/** Calls and their cost. */
export interface Cost {
  readonly calls: number;
  readonly unpricedCalls: number;
  readonly failedCalls: number;
  readonly net: AttoUsd;
}

/** A sum for one value of each dimension, in the order in which they were asked for. */
export interface CostRow extends Cost {
  readonly key: readonly string[];
  /** How many groups this one stands for; its key then says nothing. */
  readonly folded?: number;
}

/**
 * Costs by group: the earliest first, and at one time the dearest; with `top` the dearest first. Groups without
 * calls are absent.
 */
export function costRows(
  reader: LedgerView,
  { period: { fromMs, untilMs }, timeZone, groupBy, filter, top }: CostQuery,
): readonly CostRow[] {
  const query = { ...filter, fromMs, untilMs, timeZone, groupBy };
  if (top !== undefined) return reader.totals({ ...query, top });
  const time = groupBy.indexOf(groupBy.includes("day") ? "day" : "month");
  const at = ({ key }: CostRow): string => key[time] ?? "";
  return reader.totals(query).sort((a, b) => {
    if (at(a) !== at(b)) return at(a) < at(b) ? -1 : 1;
    if (a.net !== b.net) return a.net > b.net ? -1 : 1;
    return compareKeys(a.key, b.key);
  });
}

/** What was used of one unit. */
export interface QuantityRow {
  readonly key: readonly string[];
  readonly unit: string;
  readonly quantity: bigint;
}

/** Quantities by unit and group, in the order of their groups and then of their units. */
export function quantityRows(
  reader: LedgerView,
  { period: { fromMs, untilMs }, timeZone, groupBy, filter }: Omit<CostQuery, "top">,
): readonly QuantityRow[] {
  return reader
    .quantities({ ...filter, fromMs, untilMs, timeZone, groupBy })
    .sort((a, b) => compareKeys([...a.key, a.unit], [...b.key, b.unit]));
}

/** By their first parts, then by their second ones, and so on. */
function compareKeys(a: readonly string[], b: readonly string[]): number {
  const differs = a.findIndex((part, i) => part !== b[i]);
  return differs === -1 ? 0 : (a[differs] ?? "") < (b[differs] ?? "") ? -1 : 1;
}

/** The sum of costs. */
export function sumOfCosts(costs: readonly Cost[]): Cost {
  return {
    calls: costs.reduce((sum, { calls }) => sum + calls, 0),
    unpricedCalls: costs.reduce((sum, { unpricedCalls }) => sum + unpricedCalls, 0),
    failedCalls: costs.reduce((sum, { failedCalls }) => sum + failedCalls, 0),
    net: sumUsd(costs.map(({ net }) => net)),
  };
}

/** The filter that is meant, without what was not given. */
export function callFilter(
  given: {
    readonly [Name in keyof CallFilter]?: string | undefined;
  },
): CallFilter {
  const { customer, feature, provider, model } = given;
  return {
    ...(customer === undefined ? {} : { customer }),
    ...(feature === undefined ? {} : { feature }),
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
  };
}
