import { monthPeriod, type Period } from "@keeptabs/billing";
import type { Total } from "@keeptabs/ledger";
import { formatUsd, roundUsd, sumUsd } from "@keeptabs/pricing";
import { csv } from "./csv.ts";
import type { Asked } from "./report.ts";
import { table } from "./table.ts";

/** Costs by group. */
export interface CostReport {
  readonly kind: "costs";
  readonly rows: readonly Total[];
}

/** Quantities by group, of which one is the unit. */
export interface UnitReport {
  readonly kind: "units";
  readonly rows: readonly { readonly key: readonly string[]; readonly quantity: bigint }[];
}

export type Figures = CostReport | UnitReport;

/** Costs for a person; with every digit when asked. */
export function costText({ groups, period, timeZone }: Asked, { rows }: CostReport, exact: boolean): string {
  if (rows.length === 0) return noCalls(period, timeZone);
  const money = (amount: Total["net"]): string => (exact ? formatUsd(amount) : roundUsd(amount, 4));
  const sum = (field: "calls" | "unpricedCalls"): number => rows.reduce((all, row) => all + row[field], 0);
  const lines = rows.map(({ key, calls, unpricedCalls, net, folded }) => [
    ...key.map((name, i) => (folded === undefined || i > 0 ? shown(name) : `${name} ${folded} groups`)),
    String(calls),
    String(unpricedCalls),
    money(net),
  ]);
  lines.push([
    "total",
    ...groups.slice(1).map(() => ""),
    String(sum("calls")),
    String(sum("unpricedCalls")),
    money(sumUsd(rows.map(({ net }) => net))),
  ]);
  const columns = [
    ...groups.map((heading) => ({ heading })),
    { heading: "calls", numeric: true },
    { heading: "unpriced", numeric: true },
    { heading: "cost USD", numeric: true },
  ];
  return `Cost of LLM calls in ${period.name} (${timeZone})\n\n${table(columns, lines)}${unpricedNote(sum("unpricedCalls"))}`;
}

/** Under a table of costs: that they are not all. */
export function unpricedNote(calls: number): string {
  if (calls === 0) return "";
  const which = calls === 1 ? "1 call has" : `${calls} calls have`;
  return `\n${which} no price, or none for a part: the cost is higher than shown.\n`;
}

/** Quantities for a person. */
export function unitsText({ groups, period, timeZone }: Asked, { rows }: UnitReport): string {
  if (rows.length === 0) return noCalls(period, timeZone);
  const columns = [...groups.map((heading) => ({ heading })), { heading: "quantity", numeric: true }];
  const lines = rows.map(({ key, quantity }) => [...key.map(shown), String(quantity)]);
  return `Use of LLM calls in ${period.name} (${timeZone})\n\n${table(columns, lines)}`;
}

/** The same for machines; money and quantities are decimal strings. */
export function reportJson({ groups, period, timeZone }: Asked, figures: Figures): string {
  const named = (key: readonly string[]): object =>
    Object.fromEntries(groups.map((group, i) => [group, key[i]]));
  const head = { ...periodJson(period, timeZone), time_zone: timeZone };
  const body =
    figures.kind === "units"
      ? {
          ...head,
          rows: figures.rows.map(({ key, quantity }) => ({ ...named(key), quantity: String(quantity) })),
        }
      : {
          ...head,
          currency: "USD",
          total: formatUsd(sumUsd(figures.rows.map(({ net }) => net))),
          rows: figures.rows.map((row) => ({
            ...named(row.key),
            calls: row.calls,
            unpriced_calls: row.unpricedCalls,
            failed_calls: row.failedCalls,
            cost: formatUsd(row.net),
            ...(row.folded === undefined ? {} : { folded_groups: row.folded }),
          })),
        };
  return `${JSON.stringify(body, undefined, 2)}\n`;
}

/** The same for spreadsheets, without a total. */
export function reportCsv({ groups }: Asked, figures: Figures): string {
  const names = groups.map((heading) => ({ heading }));
  const numbers = (...headings: string[]): { heading: string; numeric: true }[] =>
    headings.map((heading) => ({ heading, numeric: true }));
  if (figures.kind === "units") {
    return csv(
      [...names, ...numbers("quantity")],
      figures.rows.map(({ key, quantity }) => [...key, String(quantity)]),
    );
  }
  return csv(
    [...names, ...numbers("calls", "unpriced_calls", "failed_calls", "cost_usd")],
    figures.rows.map(({ key, calls, unpricedCalls, failedCalls, net }) => [
      ...key,
      String(calls),
      String(unpricedCalls),
      String(failedCalls),
      formatUsd(net),
    ]),
  );
}

/** A period in JSON: its ends, and its month when it is one. */
export function periodJson({ name, fromMs, untilMs }: Period, timeZone: string): object {
  const isMonth = /^\d{4}-\d{2}$/.test(name) && monthPeriod(name, timeZone).fromMs === fromMs;
  return {
    ...(isMonth ? { month: name } : {}),
    from: new Date(fromMs).toISOString(),
    to: new Date(untilMs).toISOString(),
  };
}

function noCalls(period: Period, timeZone: string): string {
  return `No calls in ${period.name} (${timeZone}).\n`;
}

function shown(name: string): string {
  return name === "" ? "(none)" : name;
}
