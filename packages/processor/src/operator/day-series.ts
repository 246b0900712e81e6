import { daysOf, type Period } from "@keeptabs/billing";
import type { TotalsQuery } from "@keeptabs/ledger";
import { type AttoUsd, addUsd, ZERO_USD } from "@keeptabs/pricing";
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

/** Cost per day of a time zone. One query a day: a day begins where the zone says, not at a multiple of 24 hours. */
export function daySeries(
  reader: LedgerView,
  { period, timeZone, nowMs, filter, splits }: DayQuery,
): DaySeries {
  const days = daysOf(period, timeZone);
  // A sender's clock may be ahead: a day with calls is shown, whenever it is.
  const empty = days.map(({ name: day, fromMs }) => ({
    day,
    net: ZERO_USD,
    calls: 0,
    coming: fromMs > nowMs,
  }));
  const by = new Map(splits.map((split) => [split, new Map<string, DayCost[]>()]));
  const all = days.map(({ name: day, fromMs, untilMs }, index) => {
    const sums = [...by].map(([split, parts]) => {
      let sum: DayCost = empty[index] ?? { day, net: ZERO_USD, calls: 0, coming: false };
      for (const { key, net, calls } of reader.totals({ ...filter, fromMs, untilMs, groupBy: [split] })) {
        const name = key[0] ?? "";
        let series = parts.get(name);
        if (series === undefined) {
          series = [...empty];
          parts.set(name, series);
        }
        series[index] = { day, net, calls, coming: false };
        sum = { day, net: addUsd(sum.net, net), calls: sum.calls + calls, coming: false };
      }
      return sum;
    });
    return sums[0] ?? empty[index] ?? { day, net: ZERO_USD, calls: 0, coming: false };
  });
  return { all, by };
}

/** The days that have begun, and any further one up to the last that has calls. */
export function begun(days: readonly DayCost[]): readonly DayCost[] {
  return days.slice(0, days.findLastIndex(({ coming }) => !coming) + 1);
}
