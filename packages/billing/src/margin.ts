import type { LedgerReader, Total } from "@keeptabs/ledger";
import { type AttoUsd, subtractUsd, sumUsd, ZERO_USD } from "@keeptabs/pricing";
import { UNATTRIBUTED } from "@keeptabs/usage";
import { type Customers, revenueIn } from "./customer.ts";
import type { Period } from "./period.ts";

/** What a customer cost, paid and left in a month. */
export interface MarginRow {
  readonly customer: string;
  readonly name: string;
  readonly plan: string | undefined;
  readonly calls: number;
  readonly unpricedCalls: number;
  readonly failedCalls: number;
  readonly net: AttoUsd;
  /** Undefined when nobody said what the customer pays; there is then no margin either. */
  readonly revenue: AttoUsd | undefined;
  readonly margin: AttoUsd | undefined;
  /** Margin in parts of revenue: 0.25 is a quarter; undefined without revenue. */
  readonly marginRatio: number | undefined;
  readonly budget: AttoUsd | undefined;
}

/** All customers of a month, the dearest first, and their sum. */
export interface MarginReport {
  readonly month: string;
  readonly rows: readonly MarginRow[];
  readonly net: AttoUsd;
  /** Over the customers whose revenue is known. */
  readonly revenue: AttoUsd;
  readonly margin: AttoUsd;
  readonly calls: number;
  readonly unpricedCalls: number;
  readonly customersWithRevenue: number;
  /** Calls that name nobody are listed, but are no customer. */
  readonly customersWithoutRevenue: number;
}

/**
 * Cost, revenue and margin per customer in a month. Customers of whom there are calls or a revenue are
 * listed; special customers such as `__unattributed__` have calls but no revenue.
 */
export function marginReport(
  reader: Pick<LedgerReader, "totals">,
  customers: Customers,
  period: Period,
): MarginReport {
  const totals = reader.totals({ ...period, groupBy: ["customer"] });
  return marginsOf(totals, customers, period.name);
}

/** The same from sums that were read before. Pure. */
export function marginsOf(totals: readonly Total[], customers: Customers, month: string): MarginReport {
  const byCustomer = new Map(totals.map((total) => [total.key[0] ?? "", total]));
  const paying = [...customers.values()].filter((customer) => revenueIn(customer, month) !== undefined);
  const ids = new Set([...byCustomer.keys(), ...paying.map(({ id }) => id)]);
  const rows = [...ids].map((id) => marginRow(id, byCustomer.get(id), customers, month)).sort(dearestFirst);
  const known = rows.filter(({ revenue }) => revenue !== undefined);
  const revenue = sumUsd(known.map((row) => row.revenue ?? ZERO_USD));
  return {
    month,
    rows,
    net: sumUsd(rows.map(({ net }) => net)),
    revenue,
    margin: subtractUsd(revenue, sumUsd(known.map(({ net }) => net))),
    calls: rows.reduce((sum, { calls }) => sum + calls, 0),
    unpricedCalls: rows.reduce((sum, { unpricedCalls }) => sum + unpricedCalls, 0),
    customersWithRevenue: known.length,
    customersWithoutRevenue: rows.filter((row) => row.revenue === undefined && row.customer !== UNATTRIBUTED)
      .length,
  };
}

function marginRow(id: string, total: Total | undefined, customers: Customers, month: string): MarginRow {
  const customer = customers.get(id);
  const net = total?.net ?? ZERO_USD;
  const revenue = revenueIn(customer, month);
  const margin = revenue === undefined ? undefined : subtractUsd(revenue, net);
  return {
    customer: id,
    name: customer?.name ?? id,
    plan: customer?.plan,
    calls: total?.calls ?? 0,
    unpricedCalls: total?.unpricedCalls ?? 0,
    failedCalls: total?.failedCalls ?? 0,
    net,
    revenue,
    margin,
    marginRatio: margin === undefined || revenue === undefined ? undefined : ratio(margin, revenue),
    budget: customer?.budget,
  };
}

function dearestFirst(a: MarginRow, b: MarginRow): number {
  if (a.net !== b.net) return a.net > b.net ? -1 : 1;
  return a.customer < b.customer ? -1 : 1;
}

/** Rounded to a ten-thousandth: a figure to look at. */
function ratio(part: AttoUsd, whole: AttoUsd): number | undefined {
  return whole === 0n ? undefined : Number((part * 10_000n) / whole) / 10_000;
}
