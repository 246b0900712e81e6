import { FOCUS_COLUMNS, FocusDay, type FocusRow, type Period } from "@keeptabs/billing";
import type { LedgerReader } from "@keeptabs/ledger";
import type { Config } from "@keeptabs/processor";
import { counted } from "./counted.ts";
import { CSV_HEADER, callsIn, csvLine, daysWithCalls, jsonLine } from "./export/calls.ts";
import { csvRow, number, text } from "./export/csv.ts";
import { type Output, outputTo } from "./export/output.ts";
import { ParquetCalls } from "./export/parquet.ts";
import { Progress } from "./progress.ts";
import { askedPeriod, type CommonOptions, configFor, type PeriodOptions, readerFor } from "./settings.ts";
import { EXIT_DONE, type Terminal, WrongUse } from "./terminal.ts";

/** Options of `keeptabs export`. */
export interface ExportOptions extends CommonOptions, PeriodOptions {
  readonly format: string;
  readonly customer?: string;
  readonly output?: string;
  readonly force?: boolean;
  readonly billingAccount: string;
}

/** What `--help` adds. */
export const EXPORT_HELP = `
Formats:
  jsonl    a call a line with the fields of the API; \`keeptabs import\` reads it back
  csv      a call a row; what a spreadsheet could take for a formula has a ' in front
  parquet  a call a row, money as DECIMAL(38,18); needs --output
  focus    FOCUS 1.2 as CSV, with the split cost allocation of 1.3: a row for each day, customer, feature, model, unit
           and price. A call without a price has an empty cost, and tags that say why.
Customer and feature are those of now. An import prices calls by its own price book; what a provider charged stays.

Examples:
  keeptabs export --month 2026-10 --output october.jsonl
  keeptabs export --format csv --customer acme --from 2026-10-01 --to 2026-10-08 > acme.csv
  keeptabs export --format focus --month 2026-10 --output october-focus.csv
`;

interface Format {
  /** Writes all calls of the period, and returns how many. */
  readonly write: (reader: LedgerReader, output: Output, what: What) => number;
  readonly needsFile?: true;
}

interface What {
  readonly config: Config;
  readonly options: ExportOptions;
  readonly period: Period;
  readonly progress: Progress;
}

const FORMATS: ReadonlyMap<string, Format> = new Map<string, Format>([
  ["jsonl", { write: (...what) => writeCalls(...what, "", jsonLine) }],
  ["csv", { write: (...what) => writeCalls(...what, CSV_HEADER, csvLine) }],
  ["parquet", { write: writeParquet, needsFile: true }],
  ["focus", { write: writeFocus }],
]);

/** Writes the calls of a period out, all as they are at one instant, also while the processor books more. */
export function exportCalls(options: ExportOptions, terminal: Terminal): number {
  const format = FORMATS.get(options.format);
  if (format === undefined)
    throw new WrongUse(`--format: "${options.format}" is none of ${[...FORMATS.keys()].join(", ")}`);
  if (format.needsFile === true && options.output === undefined)
    throw new WrongUse(`--output: needed with --format ${options.format}, which is no text`);
  const config = configFor(options);
  const period = askedPeriod(options, config.timeZone, terminal.now());
  const reader = readerFor(config);
  const progress = new Progress(terminal);
  try {
    const output = outputTo(options.output, options.force === true, terminal);
    let calls: number;
    try {
      calls = reader.consistently(() => format.write(reader, output, { config, options, period, progress }));
      output.finish();
    } catch (error) {
      output.discard();
      throw error;
    }
    progress.end();
    if (options.output !== undefined) {
      terminal.out(`${counted(calls, "call", "calls")} of ${period.name} in ${options.output}\n`);
    }
    return EXIT_DONE;
  } finally {
    progress.end();
    reader.close();
  }
}

function writeCalls(
  reader: LedgerReader,
  output: Output,
  { period, options, progress }: What,
  header: string,
  line: typeof jsonLine,
): number {
  output.write(header);
  let calls = 0;
  for (const entry of callsIn(reader, period, options.customer)) {
    output.write(line(entry));
    calls += 1;
    progress.show(calls, "calls", partOf(period, Number(entry.occurredAt / 1_000_000n)));
  }
  return calls;
}

function writeParquet(reader: LedgerReader, output: Output, { period, options, progress }: What): number {
  const parquet = new ParquetCalls(output);
  let calls = 0;
  for (const entry of callsIn(reader, period, options.customer)) {
    parquet.add(entry);
    calls += 1;
    progress.show(calls, "calls", partOf(period, Number(entry.occurredAt / 1_000_000n)));
  }
  parquet.finish();
  return calls;
}

function writeFocus(
  reader: LedgerReader,
  output: Output,
  { config, period, options, progress }: What,
): number {
  output.write(csvRow(FOCUS_COLUMNS.map(({ id }) => text(id))));
  const { timeZone, customers } = config;
  const { customer, billingAccount } = options;
  let calls = 0;
  for (const day of daysWithCalls(reader, period, timeZone)) {
    const rows = new FocusDay(day, {
      timeZone,
      customers,
      billingAccount,
      ...(customer === undefined ? {} : { customer }),
    });
    // A call that was moved to another customer later has rows of both: so all are looked at.
    for (const entry of callsIn(reader, day, undefined)) {
      rows.add(entry, reader.adjustments(entry.id));
      calls += 1;
      progress.show(calls, "calls", partOf(period, day.fromMs));
    }
    for (const row of rows.rows()) output.write(focusLine(row));
  }
  return calls;
}

function focusLine(row: FocusRow): string {
  return csvRow(FOCUS_COLUMNS.map(({ id, type }) => (type === "decimal" ? number(row[id]) : text(row[id]))));
}

function partOf({ fromMs, untilMs }: Period, atMs: number): number {
  return (atMs - fromMs) / (untilMs - fromMs);
}
