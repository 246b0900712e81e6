import { existsSync } from "node:fs";
import { monthOf, type Period, requireTimeZone, writtenInstant, writtenMonth } from "@keeptabs/billing";
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
  return named("--month", () => writtenMonth(month ?? monthOf(nowMs, timeZone), timeZone));
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

/** An instant, or the beginning of a day of the time zone. Throws WrongUse naming the option. */
export function instantOf(option: string, text: string, timeZone: string): number {
  return named(option, () => writtenInstant(text, timeZone));
}

function named<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new WrongUse(`${option}: ${(error as Error).message}`);
  }
}
