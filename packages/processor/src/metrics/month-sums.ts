import { monthOf, monthPeriod, type Period } from "@keeptabs/billing";
import type { LedgerReader } from "@keeptabs/ledger";
import { type AttoUsd, addUsd, ZERO_USD } from "@keeptabs/pricing";

/** What each customer and feature cost in a calendar month. */
export interface MonthSums {
  readonly period: Period;
  readonly customers: Map<string, AttoUsd>;
  readonly features: Map<string, AttoUsd>;
}

/** A month as the ledger has it. */
export function readMonth(reader: LedgerReader, month: string, timeZone: string): MonthSums {
  const period = monthPeriod(month, timeZone);
  const sums = (dimension: "customer" | "feature"): Map<string, AttoUsd> =>
    new Map(reader.totals({ ...period, groupBy: [dimension] }).map(({ key, net }) => [key[0] ?? "", net]));
  return { period, customers: sums("customer"), features: sums("feature") };
}

/** The month after a period. */
export function monthAfter(period: Period, timeZone: string): string {
  return monthOf(period.untilMs, timeZone);
}

/** Adds an amount to the sum of a name. */
export function addTo(sums: Map<string, AttoUsd>, name: string, amount: AttoUsd): void {
  sums.set(name, addUsd(sums.get(name) ?? ZERO_USD, amount));
}
