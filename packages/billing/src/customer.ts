import { type AttoUsd, parseUsd } from "@keeptabs/pricing";

/** What is known of a customer beyond the calls: who it is, what it pays, what it may cost. */
export interface Customer {
  readonly id: string;
  readonly name: string;
  readonly plan: string | undefined;
  /** What it pays a month, each from a month (YYYY-MM) on; oldest first. Empty: not known. */
  readonly revenue: readonly MonthlyRevenue[];
  /** What it may cost a month. */
  readonly budget: AttoUsd | undefined;
}

/** A monthly revenue from a month (YYYY-MM) on; without a month: always. */
export interface MonthlyRevenue {
  readonly from: string | undefined;
  readonly monthly: AttoUsd;
}

/** What a customer pays for a month, or undefined when nobody said. */
export function revenueIn(customer: Customer | undefined, month: string): AttoUsd | undefined {
  return customer?.revenue.findLast(({ from }) => from === undefined || from <= month)?.monthly;
}

/** The customers by id. */
export type Customers = ReadonlyMap<string, Customer>;

/** Makes a customer from plain values; money as decimal strings. Throws RangeError for bad money. */
export function customerOf(plain: {
  readonly id: string;
  readonly name?: string | undefined;
  readonly plan?: string | undefined;
  readonly revenue?: readonly { readonly from?: string | undefined; readonly monthly: string }[] | undefined;
  readonly budget?: string | undefined;
}): Customer {
  return {
    id: plain.id,
    name: plain.name ?? plain.id,
    plan: plain.plan,
    revenue: (plain.revenue ?? [])
      .map(({ from, monthly }) => ({ from, monthly: parseUsd(monthly) }))
      .toSorted((a, b) => ((a.from ?? "") < (b.from ?? "") ? -1 : 1)),
    budget: plain.budget === undefined ? undefined : parseUsd(plain.budget),
  };
}
