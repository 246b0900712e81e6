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
}

/** The days of a period, of all calls and of each customer; every day is there, also one without calls. */
export interface DaySeries {
  readonly all: readonly DayCost[];
  readonly byCustomer: ReadonlyMap<string, readonly DayCost[]>;
}

/** Cost per day of a time zone. One query a day: a day begins where the zone says, not at a multiple of 24 hours. */
export function daySeries(
  reader: LedgerView,
  period: Period,
  timeZone: string,
  filter: Pick<TotalsQuery, "customer">,
): DaySeries {
  const days = daysOf(period, timeZone);
  const all: DayCost[] = [];
  const byCustomer = new Map<string, DayCost[]>();
  for (const [index, { name: day, fromMs, untilMs }] of days.entries()) {
    let sum: DayCost = { day, net: ZERO_USD, calls: 0 };
    for (const { key, net, calls } of reader.totals({ ...filter, fromMs, untilMs, groupBy: ["customer"] })) {
      const customer = key[0] ?? "";
      let series = byCustomer.get(customer);
      if (series === undefined) {
        series = days.map(({ name }) => ({ day: name, net: ZERO_USD, calls: 0 }));
        byCustomer.set(customer, series);
      }
      series[index] = { day, net, calls };
      sum = { day, net: addUsd(sum.net, net), calls: sum.calls + calls };
    }
    all.push(sum);
  }
  return { all, byCustomer };
}
