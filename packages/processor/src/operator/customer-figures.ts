import {
  type Customer,
  type Customers,
  type MarginRow,
  marginsOf,
  monthOf,
  monthPeriod,
} from "@keeptabs/billing";
import type { Entry, Total } from "@keeptabs/ledger";
import { ZERO_USD } from "@keeptabs/pricing";
import { callsPage } from "./calls-query.ts";
import { type CostBefore, costBefore, monthBefore } from "./comparison.ts";
import { type DaySeries, daySeries } from "./day-series.ts";
import { type UsageRow, usageRows } from "./usage-figures.ts";
import type { OperatorView } from "./view.ts";

/** Everything that a customer's page says about a month. */
export interface CustomerFigures {
  readonly month: string;
  readonly timeZone: string;
  readonly current: boolean;
  readonly customer: Customer | undefined;
  readonly margin: MarginRow;
  readonly days: DaySeries;
  readonly features: readonly UsageRow[];
  /** Keys are provider and model. */
  readonly models: readonly UsageRow[];
  /** What the month is compared with. */
  readonly before: CostBefore | undefined;
  readonly dearest: readonly Entry[];
  readonly lastCallMs: number | undefined;
}

const DEAREST = 20;
const MS_PER_HOUR = 3_600_000;

/** The figures of a customer in a month; undefined for one who is not configured and never had a call. */
export function customerFigures(view: OperatorView, id: string, month: string): CustomerFigures | undefined {
  const { reader, customers, timeZone } = view;
  const period = monthPeriod(month, timeZone);
  const nowMs = view.now();
  return reader.consistently(() => {
    const totals = reader.totals({ ...period, groupBy: ["customer"], customer: id });
    const customer = customers.get(id);
    if (totals.length === 0 && customer === undefined) {
      const untilMs = Math.ceil(nowMs / MS_PER_HOUR + 1) * MS_PER_HOUR;
      if (reader.totals({ fromMs: 0, untilMs, groupBy: [], customer: id }).length === 0) return undefined;
    }
    const none: Total = { key: [id], calls: 0, unpricedCalls: 0, failedCalls: 0, net: ZERO_USD };
    const only: Customers = new Map(customer === undefined ? [] : [[id, customer]]);
    const [margin] = marginsOf(totals.length === 0 ? [none] : totals, only, month).rows;
    if (margin === undefined) return undefined;
    const before = monthBefore(month, timeZone, nowMs);
    const query = { period, timeZone, filter: { customer: id } };
    return {
      month,
      timeZone,
      current: monthOf(nowMs, timeZone) <= month,
      customer,
      margin,
      days: daySeries(reader, { ...query, nowMs, splits: ["feature", "model"] }),
      features: usageRows(reader, { ...query, groupBy: ["feature"] }, before),
      models: usageRows(reader, { ...query, groupBy: ["provider", "model"] }, before),
      before: costBefore(reader, before, { customer: id }),
      dearest: callsPage(reader, period, { customer: id, order: "dearest", limit: DEAREST }).calls,
      lastCallMs: reader.lastCallMs(),
    };
  });
}
