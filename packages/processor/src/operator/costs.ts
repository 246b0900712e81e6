import { daysOf, monthOf, monthPeriod, type Period } from "@keeptabs/billing";
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
  readonly filter: Pick<TotalsQuery, "customer" | "feature" | "provider" | "model">;
}

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
}

const NAMED = ["customer", "feature", "provider", "model"] as const;

/** Costs by group: the earliest first, and at one time the dearest. Groups without calls are absent. */
export function costRows(reader: LedgerView, { period, timeZone, groupBy, filter }: CostQuery): CostRow[] {
  const named = NAMED.filter((dimension) => groupBy.includes(dimension));
  const timed = groupBy.includes("day") || groupBy.includes("month");
  const rows = slicesOf(period, timeZone, groupBy).flatMap((slice) =>
    reader
      .totals({ ...filter, fromMs: slice.fromMs, untilMs: slice.untilMs, groupBy: named })
      .map(({ key, ...cost }) => {
        const of = (dimension: CostDimension): string => {
          if (dimension === "day") return slice.name;
          if (dimension === "month") return slice.name.slice(0, 7);
          return key[named.indexOf(dimension)] ?? "";
        };
        return { row: { key: groupBy.map(of), ...cost }, when: timed ? slice.fromMs : 0 };
      }),
  );
  return rows.sort((a, b) => a.when - b.when || dearestFirst(a.row, b.row)).map(({ row }) => row);
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

function slicesOf(period: Period, timeZone: string, groupBy: readonly CostDimension[]): readonly Period[] {
  if (groupBy.includes("day")) return daysOf(period, timeZone);
  return groupBy.includes("month") ? monthsOf(period, timeZone) : [period];
}

/** The parts of a period that lie in different months. */
function monthsOf(period: Period, timeZone: string): readonly Period[] {
  const months: Period[] = [];
  for (let fromMs = period.fromMs; fromMs < period.untilMs; ) {
    const name = monthOf(fromMs, timeZone);
    const untilMs = Math.min(monthPeriod(name, timeZone).untilMs, period.untilMs);
    months.push({ name, fromMs, untilMs });
    fromMs = untilMs;
  }
  return months;
}

function dearestFirst(a: CostRow, b: CostRow): number {
  if (a.net !== b.net) return a.net > b.net ? -1 : 1;
  return JSON.stringify(a.key) < JSON.stringify(b.key) ? -1 : 1;
}
