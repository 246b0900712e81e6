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
import { dearestCalls } from "./calls.ts";
import { type CostRow, costRows } from "./costs.ts";
import { type DayCost, daySeries } from "./day-series.ts";
import type { OperatorView } from "./view.ts";

/** Everything that a customer's page says about a month. */
export interface CustomerFigures {
  readonly month: string;
  readonly timeZone: string;
  readonly current: boolean;
  readonly customer: Customer | undefined;
  readonly margin: MarginRow;
  readonly days: readonly DayCost[];
  readonly features: readonly CostRow[];
  /** Keys are provider and model. */
  readonly models: readonly CostRow[];
  readonly dearest: readonly Entry[];
  readonly lastCallMs: number | undefined;
}

const DEAREST = 20;
const MS_PER_HOUR = 3_600_000;

/** The figures of a customer in a month; undefined for one who is not configured and never had a call. */
export function customerFigures(view: OperatorView, id: string, month: string): CustomerFigures | undefined {
  const { reader, customers, timeZone } = view;
  const period = monthPeriod(month, timeZone);
  return reader.consistently(() => {
    const totals = reader.totals({ ...period, groupBy: ["customer"], customer: id });
    const customer = customers.get(id);
    if (totals.length === 0 && customer === undefined) {
      const untilMs = Math.ceil(view.now() / MS_PER_HOUR + 1) * MS_PER_HOUR;
      if (reader.totals({ fromMs: 0, untilMs, groupBy: [], customer: id }).length === 0) return undefined;
    }
    const none: Total = { key: [id], calls: 0, unpricedCalls: 0, failedCalls: 0, net: ZERO_USD };
    const only: Customers = new Map(customer === undefined ? [] : [[id, customer]]);
    const [margin] = marginsOf(totals.length === 0 ? [none] : totals, only, month).rows;
    if (margin === undefined) return undefined;
    const query = { period, timeZone, filter: { customer: id } };
    return {
      month,
      timeZone,
      current: monthOf(view.now(), timeZone) <= month,
      customer,
      margin,
      days: daySeries(reader, period, timeZone, { customer: id }).all,
      features: costRows(reader, { ...query, groupBy: ["feature"] }),
      models: costRows(reader, { ...query, groupBy: ["provider", "model"] }),
      dearest: dearestCalls(reader, period, id, DEAREST),
      lastCallMs: reader.lastCallMs(),
    };
  });
}
