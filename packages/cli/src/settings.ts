import { existsSync } from "node:fs";
import { daysOf, monthOf, monthPeriod, type Period, requireTimeZone } from "@keeptabs/billing";
import { LedgerReader } from "@keeptabs/ledger";
import { type Config, defaultConfig, readConfig } from "@keeptabs/processor";
import { WrongUse } from "./terminal.ts";

/** Options that every command takes. */
export interface CommonOptions {
  readonly config?: string;
  readonly ledger?: string;
}

const DEFAULT_CONFIG = "keeptabs.yaml";

/** The configuration: the file that was named, `keeptabs.yaml` if it is there, or the defaults. Throws ConfigError. */
export function configFor(options: CommonOptions): Config {
  const config =
    options.config !== undefined
      ? readConfig(options.config)
      : existsSync(DEFAULT_CONFIG)
        ? readConfig(DEFAULT_CONFIG)
        : defaultConfig();
  return options.ledger === undefined ? config : { ...config, ledgerPath: options.ledger };
}

/** Opens the ledger for looking. Throws WrongUse when there is none, with what to do. */
export function readerFor(config: Config): LedgerReader {
  requireLedger(config.ledgerPath);
  return LedgerReader.open(config.ledgerPath);
}

/** Throws WrongUse when there is no file. */
export function requireLedger(path: string): void {
  if (!existsSync(path)) {
    throw new WrongUse(
      `there is no ledger at ${path}; name it with --ledger, or start one with \`keeptabs serve\``,
    );
  }
}

/** How a period is asked for. */
export interface PeriodOptions {
  readonly month?: string;
  readonly from?: string;
  readonly to?: string;
}

/** The month that was asked for, or the current one. Throws WrongUse naming the option. */
export function periodFor(
  month: string | undefined,
  { timeZone }: Pick<Config, "timeZone">,
  nowMs: number,
): Period {
  return named("--month", () => monthPeriod(month ?? monthOf(nowMs, timeZone), timeZone));
}

/** The period that was asked for: a month, or from one day or instant to another; else the current month. */
export function askedPeriod({ month, from, to }: PeriodOptions, timeZone: string, nowMs: number): Period {
  if (from === undefined && to === undefined) return periodFor(month, { timeZone }, nowMs);
  if (month !== undefined) throw new WrongUse("--month: give either a month, or --from and --to");
  if (from === undefined) throw new WrongUse("--from: needed with --to");
  if (to === undefined) throw new WrongUse("--to: needed with --from");
  const fromMs = instantOf("--from", from, timeZone);
  const untilMs = instantOf("--to", to, timeZone);
  if (fromMs >= untilMs) throw new WrongUse("--to: must be later than --from; it is not included");
  return { name: `${from} to ${to}`, fromMs, untilMs };
}

/** The time zone that was asked for, or the configured one. */
export function timeZoneFor(asked: string | undefined, config: Config): string {
  return asked === undefined ? config.timeZone : named("--time-zone", () => requireTimeZone(asked));
}

const DAY = /^\d{4}-(?:0[1-9]|1[0-2])-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** An instant, or the beginning of a day of the time zone. Throws WrongUse naming the option. */
export function instantOf(option: string, text: string, timeZone: string): number {
  const atMs = DAY.test(text) ? startOf(text, timeZone) : INSTANT.test(text) ? Date.parse(text) : undefined;
  if (atMs !== undefined && !Number.isNaN(atMs)) return atMs;
  throw new WrongUse(
    `${option}: "${text}" is neither a day such as 2026-10-01 nor an instant with its offset such as 2026-10-01T00:00:00Z`,
  );
}

/** Undefined for a day that is not in the calendar. */
function startOf(day: string, timeZone: string): number | undefined {
  return daysOf(monthPeriod(day.slice(0, 7), timeZone), timeZone).find(({ name }) => name === day)?.fromMs;
}

function named<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new WrongUse(`${option}: ${(error as Error).message}`);
  }
}
