import { type MarginReport, marginReport, monthOf, monthPeriod, type Period } from "@keeptabs/billing";
import { type Cost, type CostRow, costRows, sumOfCosts } from "./costs.ts";
import { type DaySeries, daySeries } from "./day-series.ts";
import { type Trust, trustOf } from "./trust.ts";
import type { OperatorView } from "./view.ts";

/** Everything that the report page says about a month; read at one instant of the ledger. */
export interface MonthFigures {
  readonly month: string;
  readonly period: Period;
  readonly timeZone: string;
  /** True when the month is not over. */
  readonly current: boolean;
  readonly margins: MarginReport;
  /** The total as the ledger sums it without regard to customers. */
  readonly total: Cost;
  /** True when the sums over customers, features, models and days all equal the total, to the last digit. */
  readonly agrees: boolean;
  readonly days: DaySeries;
  readonly features: readonly CostRow[];
  /** Keys are provider and model. */
  readonly models: readonly CostRow[];
  readonly trust: Trust;
  /** Spans that came again with other content, since the ledger began. */
  readonly conflicts: number;
  /** When the ledger was read, Unix milliseconds. */
  readonly readAtMs: number;
  /** Unix milliseconds; undefined in an empty ledger. */
  readonly lastCallMs: number | undefined;
}

/** The figures of a month `YYYY-MM`. Throws RangeError when it is not one. */
export function monthFigures(view: OperatorView, month: string): MonthFigures {
  const { reader, customers, timeZone } = view;
  const period = monthPeriod(month, timeZone);
  return reader.consistently(() => {
    const margins = marginReport(reader, customers, period);
    const query = { period, timeZone, filter: {} };
    const features = costRows(reader, { ...query, groupBy: ["feature"] });
    const models = costRows(reader, { ...query, groupBy: ["provider", "model"] });
    const days = daySeries(reader, period, timeZone, {});
    const total = sumOfCosts(costRows(reader, { ...query, groupBy: [] }));
    const sums = [margins, sumOfCosts(features), sumOfCosts(models), sumOfDays(days.all)];
    return {
      month,
      period,
      timeZone,
      current: monthOf(view.now(), timeZone) <= month,
      margins,
      total,
      agrees: sums.every(({ net, calls }) => net === total.net && calls === total.calls),
      days,
      features,
      models,
      trust: trustOf(reader.quality(period.fromMs, period.untilMs)),
      conflicts: reader.conflicts(),
      readAtMs: view.now(),
      lastCallMs: reader.lastCallMs(),
    };
  });
}

function sumOfDays(days: DaySeries["all"]): Cost {
  return sumOfCosts(days.map(({ net, calls }) => ({ net, calls, unpricedCalls: 0, failedCalls: 0 })));
}
