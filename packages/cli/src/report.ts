import type { Period } from "@keeptabs/billing";
import { type Dimension, dearestFirst, type LedgerReader, type TotalsQuery } from "@keeptabs/ledger";
import { lateReport } from "./late-report.ts";
import { type CostReport, costText, type Figures, reportCsv, reportJson, unitsText } from "./report-form.ts";
import {
  askedPeriod,
  type CommonOptions,
  configFor,
  instantOf,
  type PeriodOptions,
  readerFor,
  timeZoneFor,
} from "./settings.ts";
import { EXIT_DONE, type Terminal, WrongUse } from "./terminal.ts";

/** Options of `keeptabs report`. */
export interface ReportOptions extends CommonOptions, PeriodOptions {
  readonly customer?: string;
  readonly feature?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly groupBy: string;
  readonly top?: string;
  readonly timeZone?: string;
  readonly bookedAfter?: string;
  readonly exact?: boolean;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** What a report can be grouped by. */
export const GROUPS = ["customer", "feature", "provider", "model", "unit", "day", "month"] as const;
export type Group = (typeof GROUPS)[number];

export const REPORT_EXAMPLES = `
Examples:
  keeptabs report --month 2026-10 --group-by customer,feature
  keeptabs report --month 2026-10 --group-by day --time-zone Asia/Kolkata --customer acme
  keeptabs report --from 2026-10-01 --to 2026-10-16T12:00:00+02:00 --group-by model,unit
  keeptabs report --month 2026-10 --group-by customer --top 10 --csv
  keeptabs report --month 2026-10 --booked-after 2026-11-03
`;

/** What the calls of a period cost, or used, by what was asked for; or what came into the period late. */
export function report(options: ReportOptions, terminal: Terminal): number {
  if (options.json === true && options.csv === true) throw new WrongUse("--csv: give either --json or --csv");
  const config = configFor(options);
  const timeZone = timeZoneFor(options.timeZone, config);
  const period = askedPeriod(options, timeZone, terminal.now());
  const groups = groupsOf(options.groupBy);
  const top = topOf(options.top, groups);
  if (top !== undefined && options.bookedAfter !== undefined)
    throw new WrongUse("--top: does not go with --booked-after, which lists bookings, not groups");
  const filter = filterOf(options);
  const reader = readerFor(config);
  try {
    if (options.bookedAfter !== undefined) {
      const bookedAfterMs = instantOf("--booked-after", options.bookedAfter, timeZone);
      terminal.out(lateReport(reader, { period, timeZone, filter, bookedAfterMs }, options));
      return EXIT_DONE;
    }
    const query = { fromMs: period.fromMs, untilMs: period.untilMs, timeZone, ...filter };
    const asked = { groups, period, timeZone };
    const figures = groups.includes("unit")
      ? unitsOf(reader, query, groups)
      : costsOf(reader, query, groups as readonly Dimension[], top);
    if (options.json === true) terminal.out(reportJson(asked, figures));
    else if (options.csv === true) terminal.out(reportCsv(asked, figures));
    else if (figures.kind === "units") terminal.out(unitsText(asked, figures));
    else terminal.out(costText(asked, figures, options.exact === true));
    return EXIT_DONE;
  } finally {
    reader.close();
  }
}

function groupsOf(text: string): readonly Group[] {
  const names = text.split(",").map((name) => name.trim());
  const wrong = names.find((name) => !GROUPS.includes(name as Group));
  if (wrong !== undefined) throw new WrongUse(`--group-by: "${wrong}" is none of ${GROUPS.join(", ")}`);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new WrongUse(`--group-by: names ${twice} twice`);
  return names as Group[];
}

function topOf(text: string | undefined, groups: readonly Group[]): number | undefined {
  if (text === undefined) return undefined;
  if (groups.includes("unit"))
    throw new WrongUse("--top: quantities of different units have no order; leave out unit");
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new WrongUse(`--top: "${text}" is not a whole number from 1 on`);
  return Number(text);
}

function filterOf({
  customer,
  feature,
  provider,
  model,
}: ReportOptions): Pick<TotalsQuery, "customer" | "feature" | "provider" | "model"> {
  return {
    ...(customer === undefined ? {} : { customer }),
    ...(feature === undefined ? {} : { feature }),
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
  };
}

/** The dearest first; where time is asked for first, the earliest. */
function costsOf(
  reader: LedgerReader,
  query: Omit<TotalsQuery, "groupBy">,
  groupBy: readonly Dimension[],
  top: number | undefined,
): CostReport {
  const rows = reader.totals({ ...query, groupBy, ...(top === undefined ? {} : { top }) });
  if (top !== undefined) return { kind: "costs", rows };
  const sorted = dearestFirst(rows);
  const timed = groupBy[0] === "day" || groupBy[0] === "month";
  const at = (key: readonly string[]): string => key[0] ?? "";
  return {
    kind: "costs",
    rows: timed
      ? sorted.toSorted((a, b) => Number(at(a.key) > at(b.key)) - Number(at(a.key) < at(b.key)))
      : sorted,
  };
}

/** Quantities, in the order of their keys. */
function unitsOf(
  reader: LedgerReader,
  query: Omit<TotalsQuery, "groupBy">,
  groups: readonly Group[],
): Figures {
  const at = groups.indexOf("unit");
  const groupBy = groups.filter((group) => group !== "unit");
  const rows = reader
    .quantities({ ...query, groupBy })
    .map(({ key, unit, quantity }) => ({ key: key.toSpliced(at, 0, unit), quantity }));
  return {
    kind: "units",
    rows: rows.toSorted((a, b) => (JSON.stringify(a.key) < JSON.stringify(b.key) ? -1 : 1)),
  };
}

/** What a report is of. */
export interface Asked {
  readonly groups: readonly Group[];
  readonly period: Period;
  readonly timeZone: string;
}
