import { dayOf, type Period } from "@keeptabs/billing";
import type { Dimension, LedgerReader, Total } from "@keeptabs/ledger";
import { addUsd, formatUsd, roundUsd, sumUsd } from "@keeptabs/pricing";
import { type CommonOptions, configFor, periodFor, readerFor } from "./settings.ts";
import { type Column, table } from "./table.ts";
import { EXIT_DONE, type Terminal, WrongUse } from "./terminal.ts";

/** Options of `keeptabs report`. */
export interface ReportOptions extends CommonOptions {
  readonly month?: string;
  readonly customer?: string;
  readonly feature?: string;
  readonly groupBy: string;
  readonly exact?: boolean;
  readonly json?: boolean;
}

const GROUPS = ["customer", "feature", "provider", "model", "day"] as const;
type Group = (typeof GROUPS)[number];

/** What a month cost, by what was asked for, the dearest first. */
export function report(options: ReportOptions, terminal: Terminal): number {
  const config = configFor(options);
  const period = periodFor(options.month, config, terminal.now());
  const groups = groupsOf(options.groupBy);
  const reader = readerFor(config);
  try {
    const filter = {
      ...(options.customer === undefined ? {} : { customer: options.customer }),
      ...(options.feature === undefined ? {} : { feature: options.feature }),
    };
    const totals = totalsBy(groups, reader, period, config.timeZone, filter);
    terminal.out(
      options.json === true
        ? `${JSON.stringify(asJson(groups, totals, period, config.timeZone), undefined, 2)}\n`
        : asText(groups, totals, period, config.timeZone, options.exact === true),
    );
    return EXIT_DONE;
  } finally {
    reader.close();
  }
}

function groupsOf(text: string): readonly Group[] {
  const names = text.split(",").map((name) => name.trim());
  const wrong = names.find((name) => !GROUPS.includes(name as Group));
  if (wrong !== undefined) throw new WrongUse(`--group-by: "${wrong}" is none of ${GROUPS.join(", ")}`);
  return names as Group[];
}

function totalsBy(
  groups: readonly Group[],
  reader: LedgerReader,
  period: Period,
  timeZone: string,
  filter: { readonly customer?: string; readonly feature?: string },
): Total[] {
  const groupBy = groups.map((group): Dimension => (group === "day" ? "hour" : group));
  const rows = reader.totals({ ...period, groupBy, ...filter });
  const folded = groups.includes("day") ? foldDays(rows, groups.indexOf("day"), timeZone) : rows;
  return folded.sort(
    groups[0] === "day"
      ? (a, b) => ((a.key[0] ?? "") < (b.key[0] ?? "") ? -1 : 1)
      : (a, b) => (a.net === b.net ? (a.key.join() < b.key.join() ? -1 : 1) : a.net > b.net ? -1 : 1),
  );
}

function foldDays(rows: readonly Total[], at: number, timeZone: string): Total[] {
  const days = new Map<string, Total>();
  for (const row of rows) {
    const key = row.key.with(at, dayOf(Number(row.key[at]) * 3_600_000, timeZone));
    const name = JSON.stringify(key);
    const known = days.get(name);
    days.set(name, {
      key,
      calls: row.calls + (known?.calls ?? 0),
      unpricedCalls: row.unpricedCalls + (known?.unpricedCalls ?? 0),
      failedCalls: row.failedCalls + (known?.failedCalls ?? 0),
      net: known === undefined ? row.net : addUsd(row.net, known.net),
    });
  }
  return [...days.values()];
}

function asText(
  groups: readonly Group[],
  totals: readonly Total[],
  period: Period,
  timeZone: string,
  exact: boolean,
): string {
  if (totals.length === 0) return `No calls in ${period.name} (${timeZone}).\n`;
  const columns: Column[] = [
    ...groups.map((heading) => ({ heading })),
    { heading: "calls", numeric: true },
    { heading: "unpriced", numeric: true },
    { heading: "cost USD", numeric: true },
  ];
  const money = (amount: Total["net"]): string => (exact ? formatUsd(amount) : roundUsd(amount, 4));
  const sum = (field: "calls" | "unpricedCalls"): number => totals.reduce((all, row) => all + row[field], 0);
  const rows = totals.map((row) => [
    ...row.key.map((name) => (name === "" ? "(none)" : name)),
    String(row.calls),
    String(row.unpricedCalls),
    money(row.net),
  ]);
  rows.push([
    "total",
    ...groups.slice(1).map(() => ""),
    String(sum("calls")),
    String(sum("unpricedCalls")),
    money(sumUsd(totals.map(({ net }) => net))),
  ]);
  const unpriced = sum("unpricedCalls");
  const warning =
    unpriced === 0
      ? ""
      : `\n${unpriced} ${unpriced === 1 ? "call has" : "calls have"} no price, or none for a part; they are not in the cost.\n`;
  return `Cost of LLM calls in ${period.name} (${timeZone})\n\n${table(columns, rows)}${warning}`;
}

function asJson(
  groups: readonly Group[],
  totals: readonly Total[],
  period: Period,
  timeZone: string,
): unknown {
  return {
    month: period.name,
    time_zone: timeZone,
    currency: "USD",
    total: formatUsd(sumUsd(totals.map(({ net }) => net))),
    rows: totals.map((row) => ({
      ...Object.fromEntries(groups.map((group, i) => [group, row.key[i]])),
      calls: row.calls,
      unpriced_calls: row.unpricedCalls,
      failed_calls: row.failedCalls,
      cost: formatUsd(row.net),
    })),
  };
}
