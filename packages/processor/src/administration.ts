import type { Ledger, LedgerReader } from "@keeptabs/ledger";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import type { CurrentMetrics } from "./current-metrics.ts";
import type { PriceSource } from "./price-source.ts";
import { removeRemains } from "./remains.ts";
import { type RepricedCalls, repriceCalls } from "./repricing.ts";
import type { SharedLedger } from "./shared-ledger.ts";

/** What was found of a customer who is forgotten. */
export interface Forgotten {
  /** True when there were calls, or spans, of the customer; they now belong to a pseudonym. */
  readonly inLedger: boolean;
  /** How many files beside the ledger held the identity. They are gone. */
  readonly filesRemoved: number;
  /** Where the configuration names the customer: that is for a person to change. */
  readonly namedInConfiguration: readonly string[];
}

/**
 * Forgets a customer for ever: the ledger keeps the money under a pseudonym, and what else stands beside it and
 * holds the identity is removed. Undefined when nobody knows the customer. `nowMs` is Unix milliseconds.
 */
export async function forgetCustomer(
  ledger: Pick<Ledger, "forget" | "path">,
  config: Pick<Config, "placesNaming">,
  customer: string,
  nowMs: number,
): Promise<Forgotten | undefined> {
  const inLedger = await ledger.forget(customer, BigInt(nowMs) * 1_000_000n);
  // Also of one whom the ledger does not know: what was asked for before may have broken off here.
  const filesRemoved = await removeRemains(ledger.path, customer);
  const namedInConfiguration = config.placesNaming.get(customer) ?? [];
  if (!inLedger && filesRemoved === 0 && namedInConfiguration.length === 0) return undefined;
  return { inLedger, filesRemoved, namedInConfiguration };
}

/** What calls are charged anew, and why. */
export interface AskedRepricing {
  readonly fromMs: number;
  readonly untilMs: number;
  /** For the adjustments. */
  readonly reason: string;
  /** Only tells what differs. */
  readonly dryRun: boolean;
}

/** What an administration works with. */
export interface AdministrationParts {
  readonly config: Config;
  /** The customers that pages and metrics show; a forgotten one is taken out. */
  readonly customers: Map<string, unknown>;
  readonly ledger: SharedLedger;
  readonly reader: LedgerReader;
  readonly metrics: CurrentMetrics;
  readonly prices: PriceSource;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
}

/** What an admin may change while the processor runs. */
export class Administration {
  readonly #parts: AdministrationParts;

  constructor(parts: AdministrationParts) {
    this.#parts = parts;
  }

  /** As `forgetCustomer`; pages and metrics show the pseudonym from then on. `by` is who asked, for the log. */
  async forget(customer: string, by: string): Promise<Forgotten | undefined> {
    const { config, customers, ledger, metrics, now, log } = this.#parts;
    const forgotten = await ledger.atRest(async (resting) => {
      const found = await forgetCustomer(resting, config, customer, now());
      if (found === undefined) return undefined;
      customers.delete(customer);
      metrics.renew();
      return found;
    });
    // Not who was forgotten: logs are kept.
    if (forgotten !== undefined) log.info({ by, files: forgotten.filesRemoved }, "a customer was forgotten");
    return forgotten;
  }

  /** As `repriceCalls`, by the prices in force; metrics follow. */
  async reprice(asked: AskedRepricing, by: string): Promise<readonly RepricedCalls[]> {
    const { config, ledger, reader, metrics, prices, now, log } = this.#parts;
    const { fromMs, untilMs, reason, dryRun } = asked;
    const query = { fromMs, untilMs, priceBook: prices.book, overrides: config.prices.overrides };
    const differences = await repriceCalls(
      reader,
      query,
      dryRun
        ? undefined
        : async (repricings) => {
            const { postings } = await ledger.reprice(repricings, reason, BigInt(now()) * 1_000_000n);
            metrics.take(postings);
          },
    );
    const calls = differences.reduce((sum, difference) => sum + difference.calls, 0);
    if (!dryRun) log.info({ by, fromMs, untilMs, calls }, "calls were charged anew");
    return differences;
  }
}
