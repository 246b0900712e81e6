import { existsSync } from "node:fs";
import { monthOf, monthPeriod, type Period } from "@keeptabs/billing";
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

/** The month that was asked for, or the current one. Throws WrongUse naming the option. */
export function periodFor(month: string | undefined, config: Config, nowMs: number): Period {
  try {
    return monthPeriod(month ?? monthOf(nowMs, config.timeZone), config.timeZone);
  } catch (error) {
    throw new WrongUse(`--month: ${(error as Error).message}`);
  }
}
