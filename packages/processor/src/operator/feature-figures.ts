import { monthOf, monthPeriod } from "@keeptabs/billing";
import type { Entry } from "@keeptabs/ledger";
import { callsPage } from "./calls-query.ts";
import { type CostBefore, costBefore, monthBefore } from "./comparison.ts";
import { type Cost, costRows, sumOfCosts } from "./costs.ts";
import { type DaySeries, daySeries } from "./day-series.ts";
import { sumOfTokens, type Tokens } from "./tokens.ts";
import { type UsageRow, usageRows } from "./usage-figures.ts";
import type { OperatorView } from "./view.ts";

/** Cost against usage of all features in a month. */
export interface FeaturesFigures {
  readonly month: string;
  readonly timeZone: string;
  readonly current: boolean;
  readonly features: readonly UsageRow[];
  readonly total: Cost;
  readonly before: CostBefore | undefined;
}

/** Everything that a feature's page says about a month. */
export interface FeatureFigures {
  readonly month: string;
  readonly timeZone: string;
  readonly current: boolean;
  /** Empty for calls that name no feature. */
  readonly feature: string;
  readonly total: Cost;
  readonly tokens: Tokens;
  readonly days: DaySeries;
  readonly customers: readonly UsageRow[];
  /** What the configuration calls a customer. */
  readonly nameOf: (customer: string) => string;
  /** Keys are provider and model. */
  readonly models: readonly UsageRow[];
  readonly before: CostBefore | undefined;
  readonly dearest: readonly Entry[];
}

/** The figures of all features in a month. Throws RangeError when it is not one. */
export function featuresFigures({ reader, timeZone, now }: OperatorView, month: string): FeaturesFigures {
  const period = monthPeriod(month, timeZone);
  const nowMs = now();
  const before = monthBefore(month, timeZone, nowMs);
  return reader.consistently(() => ({
    month,
    timeZone,
    current: monthOf(nowMs, timeZone) <= month,
    features: usageRows(
      reader,
      { period, timeZone, filter: {}, groupBy: ["feature"], countCustomers: true },
      before,
    ),
    total: sumOfCosts(reader.totals({ ...period, groupBy: [] })),
    before: costBefore(reader, before, {}),
  }));
}

const DEAREST = 20;
const MS_PER_HOUR = 3_600_000;

/** The figures of a feature in a month; undefined for one that never had a call. */
export function featureFigures(
  view: OperatorView,
  feature: string,
  month: string,
): FeatureFigures | undefined {
  const { reader, customers, timeZone } = view;
  const period = monthPeriod(month, timeZone);
  const nowMs = view.now();
  const before = monthBefore(month, timeZone, nowMs);
  const query = { period, timeZone, filter: { feature } };
  return reader.consistently(() => {
    const total = sumOfCosts(costRows(reader, { ...query, groupBy: [] }));
    if (total.calls === 0) {
      const untilMs = Math.ceil(nowMs / MS_PER_HOUR + 1) * MS_PER_HOUR;
      if (reader.totals({ fromMs: 0, untilMs, groupBy: [], feature }).length === 0) return undefined;
    }
    const models = usageRows(reader, { ...query, groupBy: ["provider", "model"] }, before);
    return {
      month,
      timeZone,
      current: monthOf(nowMs, timeZone) <= month,
      feature,
      total,
      tokens: sumOfTokens(models.map(({ tokens }) => tokens)),
      days: daySeries(reader, { ...query, nowMs, splits: ["customer", "model"] }),
      customers: usageRows(reader, { ...query, groupBy: ["customer"] }, before),
      nameOf: (customer) => customers.get(customer)?.name ?? customer,
      models,
      before: costBefore(reader, before, { feature }),
      dearest: callsPage(reader, period, { feature, order: "dearest", limit: DEAREST }).calls,
    };
  });
}
