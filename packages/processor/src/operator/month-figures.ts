import { type MarginReport, marginReport, monthOf, monthPeriod, type Period } from "@keeptabs/billing";
import type { AttoUsd } from "@keeptabs/pricing";
import type { LedgerView } from "../access/index.ts";
import { type Before, type CostBefore, monthBefore } from "./comparison.ts";
import { type Cost, costRows, sumOfCosts } from "./costs.ts";
import { type DaySeries, daySeries } from "./day-series.ts";
import { type Trust, trustOf } from "./trust.ts";
import { type UsageRow, usageRows } from "./usage-figures.ts";
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
  readonly features: readonly UsageRow[];
  /** Keys are provider and model. */
  readonly models: readonly UsageRow[];
  /** What the month is compared with. */
  readonly before: PartBefore | undefined;
  readonly trust: Trust;
  /** Spans that came again with other content, since the ledger began. */
  readonly conflicts: number;
  /** When the ledger was read, Unix milliseconds. */
  readonly readAtMs: number;
  /** Unix milliseconds; undefined in an empty ledger. */
  readonly lastCallMs: number | undefined;
}

/** What calls cost in the month before, as far as it is comparable. */
export interface PartBefore extends CostBefore {
  readonly byCustomer: ReadonlyMap<string, AttoUsd>;
}

/** The figures of a month `YYYY-MM`. Throws RangeError when it is not one. */
export function monthFigures(view: OperatorView, month: string): MonthFigures {
  const { reader, customers, timeZone } = view;
  const period = monthPeriod(month, timeZone);
  const nowMs = view.now();
  return reader.consistently(() => {
    const margins = marginReport(reader, customers, period);
    const query = { period, timeZone, filter: {} };
    const before = monthBefore(month, timeZone, nowMs);
    const features = usageRows(reader, { ...query, groupBy: ["feature"], countCustomers: true }, before);
    const models = usageRows(reader, { ...query, groupBy: ["provider", "model"] }, before);
    const days = daySeries(reader, { ...query, nowMs, splits: ["customer", "feature", "model"] });
    const total = sumOfCosts(costRows(reader, { ...query, groupBy: [] }));
    const parts = [...days.by.values()].map((split) => sumOfDays([...split.values()].flat()));
    const sums = [margins, sumOfCosts(features), sumOfCosts(models), sumOfDays(days.all), ...parts];
    return {
      month,
      period,
      timeZone,
      current: monthOf(nowMs, timeZone) <= month,
      margins,
      total,
      agrees: sums.every(({ net, calls }) => net === total.net && calls === total.calls),
      days,
      features,
      models,
      before: before === undefined ? undefined : partBefore(reader, before),
      trust: trustOf(reader.quality(period.fromMs, period.untilMs)),
      conflicts: reader.conflicts(),
      readAtMs: nowMs,
      lastCallMs: reader.lastCallMs(),
    };
  });
}

function sumOfDays(days: DaySeries["all"]): Cost {
  return sumOfCosts(days.map(({ net, calls }) => ({ net, calls, unpricedCalls: 0, failedCalls: 0 })));
}

function partBefore(reader: LedgerView, before: Before): PartBefore {
  const totals = reader.totals({ ...before.period, groupBy: ["customer"] });
  const byCustomer = new Map(totals.map(({ key, net }) => [key[0] ?? "", net]));
  return { ...before, total: sumOfCosts(totals), byCustomer };
}
