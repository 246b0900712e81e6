import { daysOf, monthPeriod, type Period } from "@keeptabs/billing";
import type { Entry, LedgerReader } from "@keeptabs/ledger";
import { callExplained } from "@keeptabs/processor";
import { usageToJson } from "@keeptabs/usage";
import { type Cell, csvRow, number, text } from "./csv.ts";

const PAGE = 1_000;
const HOUR_MS = 3_600_000;

/** The days of a period, or the parts of them that lie in it, in which there are calls that count. */
export function daysWithCalls(
  reader: LedgerReader,
  period: Pick<Period, "fromMs" | "untilMs">,
  timeZone: string,
): readonly Period[] {
  const { fromMs, untilMs } = period;
  const days = reader.totals({ fromMs, untilMs, timeZone, groupBy: ["day"] });
  const names = new Set(days.filter(({ calls }) => calls > 0).map(({ key }) => key[0] ?? ""));
  const months = new Set([...names].map((name) => name.slice(0, "2026-10".length)).toSorted());
  return [...months]
    .flatMap((month) => daysOf(monthPeriod(month, timeZone), timeZone))
    .filter(({ name }) => names.has(name))
    .map((day) => ({
      name: day.name,
      fromMs: Math.max(day.fromMs, fromMs),
      untilMs: Math.min(day.untilMs, untilMs),
    }));
}

/**
 * The calls that count of a period (Unix milliseconds), of one customer or of all: hour by hour of the days that have
 * some. Holds a page of them at a time; short stretches spare the database sorting a month for each page.
 */
export function* callsIn(
  reader: LedgerReader,
  period: Pick<Period, "fromMs" | "untilMs">,
  customer: string | undefined,
): Generator<Entry> {
  for (const day of daysWithCalls(reader, period, "UTC")) yield* callsByHour(reader, day, customer);
}

function* callsByHour(reader: LedgerReader, period: Period, customer: string | undefined): Generator<Entry> {
  for (let fromMs = period.fromMs; fromMs < period.untilMs; fromMs += HOUR_MS) {
    const untilMs = Math.min(fromMs + HOUR_MS, period.untilMs);
    for (let after = 0; ; ) {
      const page = reader.entries({ fromMs, untilMs, after, limit: PAGE });
      for (const entry of page) if (customer === undefined || entry.customer === customer) yield entry;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) break;
      after = last.id;
    }
  }
}

/** A call as a line of JSON: as the API shows it, and its usage in full, so that `keeptabs import` reads all of it back. */
export function jsonLine(entry: Entry): string {
  return `${JSON.stringify({ ...callExplained(entry, undefined), usage: JSON.parse(usageToJson(entry.usage)) })}\n`;
}

type Explained = Readonly<Record<string, unknown>>;

/** Fields of the API that stand in a CSV file, in their order. */
const TEXTS = [
  "trace_id",
  "span_id",
  "source",
  "started_at",
  "occurred_at",
  "booked_at",
  "customer",
  "feature",
  "provider",
  "request_model",
  "response_model",
  "operation",
  "response_id",
  "dialect",
  "scope",
  "outcome",
  "status",
  "reason",
  "usage_quality",
  "lower_bound",
] as const;
const AMOUNTS = ["list_cost_usd", "cost_usd"] as const;
const MORE = ["cost_source", "price_version"] as const;
/** The commonest units have columns of their own; all of them stand together in the last one. */
const UNITS = [
  "input",
  "cache_read",
  "cache_write",
  "cache_write_5m",
  "cache_write_1h",
  "output",
  "output_reasoning",
];

export const CSV_HEADER: string = csvRow(
  [...TEXTS, ...UNITS, ...AMOUNTS, ...MORE, "quantities"].map((name) => text(name)),
);

/** A call as a row of CSV. */
export function csvLine(entry: Entry): string {
  const call: Explained = callExplained(entry, undefined);
  const quantities = new Map(entry.quantities);
  const cell = (name: string): Cell => text(call[name] === null ? null : String(call[name]));
  return csvRow([
    ...TEXTS.map(cell),
    ...UNITS.map((unit) => number(quantities.get(unit)?.toString())),
    ...AMOUNTS.map((name) => number(call[name] as string | null)),
    ...MORE.map(cell),
    text(JSON.stringify(Object.fromEntries(quantities))),
  ]);
}
