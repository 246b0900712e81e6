import { daysOf, type Period } from "@keeptabs/billing";
import type { TotalsQuery } from "@keeptabs/ledger";
import { type AttoUsd, ZERO_USD } from "@keeptabs/pricing";
import type { LedgerView } from "../access/index.ts";

/** What one day cost. */
export interface DayCost {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly net: AttoUsd;
  readonly calls: number;
  /** True when the day has not begun: that it cost nothing is then no news. */
  readonly coming: boolean;
}

/** What days can be split by. */
export type Split = "customer" | "feature" | "model";

/** The days of a period, of all calls and of each part; every day is there, also one without calls. */
export interface DaySeries {
  readonly all: readonly DayCost[];
  /** By what they were split, and then by name. */
  readonly by: ReadonlyMap<Split, ReadonlyMap<string, readonly DayCost[]>>;
}

/** Which days are asked for. */
export interface DayQuery {
  readonly period: Period;
  readonly timeZone: string;
  readonly nowMs: number;
  readonly filter: Pick<TotalsQuery, "customer" | "feature">;
  readonly splits: readonly Split[];
}

/** Cost per day of a time zone: one reading of the ledger for each way to split the days. */
export function daySeries(
  reader: LedgerView,
  { period, timeZone, nowMs, filter, splits }: DayQuery,
): DaySeries {
  const days = daysOf(period, timeZone);
  const indexOf = new Map(days.map(({ name }, index) => [name, index]));
  // A sender's clock may be ahead: a day with calls is shown, whenever it is.
  const empty = days.map(({ name: day, fromMs }): DayCost => {
    return { day, net: ZERO_USD, calls: 0, coming: fromMs > nowMs };
  });
  const query = { ...filter, fromMs: period.fromMs, untilMs: period.untilMs, timeZone };
  const all = [...empty];
  for (const { key, net, calls } of reader.totals({ ...query, groupBy: ["day"] })) {
    const [day = ""] = key;
    all[indexOf.get(day) ?? all.length] = { day, net, calls, coming: false };
  }
  const partsOf = (split: Split): ReadonlyMap<string, readonly DayCost[]> => {
    const parts = new Map<string, DayCost[]>();
    for (const { key, net, calls } of reader.totals({ ...query, groupBy: ["day", split] })) {
      const [day = "", name = ""] = key;
      let series = parts.get(name);
      if (series === undefined) {
        series = [...empty];
        parts.set(name, series);
      }
      series[indexOf.get(day) ?? series.length] = { day, net, calls, coming: false };
    }
    return parts;
  };
  return { all, by: new Map(splits.map((split) => [split, partsOf(split)])) };
}

/** The days that have begun, and any further one up to the last that has calls. */
export function begun(days: readonly DayCost[]): readonly DayCost[] {
  return days.slice(0, days.findLastIndex(({ coming }) => !coming) + 1);
}
