import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { Ledger, LedgerError } from "@keeptabs/ledger";
import { type BookingRules, bookingsOfSpans } from "@keeptabs/processor";
import type { Span } from "@keeptabs/usage";
import type { Tally } from "./tally.ts";

/** Spans with the ingest source that they come from. */
export type SourcedSpan = { readonly span: Span; readonly source: string };

/** Where an import's spans go. */
export interface Target {
  /** Takes spans and answers when they are safe. */
  take(spans: readonly SourcedSpan[]): Promise<void>;
  /** To be called once everything was taken. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** The ledger's file, through the same pipeline as the ingest port. */
export class LedgerTarget implements Target {
  readonly #ledger: Ledger;
  readonly #rules: BookingRules;
  readonly #tally: Tally;
  readonly #now: () => bigint;

  private constructor(ledger: Ledger, rules: BookingRules, tally: Tally, now: () => bigint) {
    this.#ledger = ledger;
    this.#rules = rules;
    this.#tally = tally;
    this.#now = now;
  }

  /** `now` is Unix nanoseconds. Rejects with LedgerError. */
  static async open(
    path: string,
    rules: BookingRules,
    tally: Tally,
    now: () => bigint,
  ): Promise<LedgerTarget> {
    // What a file names as customer counts, whatever the attributes are by which live spans name theirs.
    const { customer, feature, person } = rules.attribution;
    const attribution = {
      customer: [...new Set(["keeptabs.customer.id", ...customer])],
      feature: [...new Set(["keeptabs.feature", ...feature])],
      person,
    };
    return new LedgerTarget(await Ledger.open(path), { ...rules, attribution }, tally, now);
  }

  async take(spans: readonly SourcedSpan[]): Promise<void> {
    const now = this.#now();
    for (const [source, group] of Map.groupBy(spans, (sourced) => sourced.source)) {
      const { bookings, notes } = bookingsOfSpans(
        group.map(({ span }) => span),
        source,
        this.#rules,
        now,
      );
      this.#tally.add(await this.#ledger.append(bookings, now, notes));
      this.#tally.others += notes.length;
    }
  }

  /** An agent's sum waits for calls below it; the whole file was read, so that there will be none. */
  async finish(): Promise<void> {
    const now = this.#now();
    this.#tally.add(await this.#ledger.release(now + 1n, now));
  }

  close(): Promise<void> {
    return this.#ledger.close();
  }
}

/**
 * A copy of a ledger as it is now, or an empty one where there is none, for trying out what an import would do. It
 * stands beside the ledger, where there is room for it. Returns its path, and the function that takes it away.
 */
export async function copyOfLedger(
  path: string,
): Promise<{ readonly path: string; readonly remove: () => void }> {
  const folder = mkdtempSync(join(dirname(path), ".keeptabs-dry-run-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const copy = join(folder, "ledger.db");
  if (!existsSync(path)) return { path: copy, remove };
  try {
    const ledger = new DatabaseSync(path, { readOnly: true });
    try {
      await backup(ledger, copy, { rate: 10_000 });
    } finally {
      ledger.close();
    }
    return { path: copy, remove };
  } catch (error) {
    remove();
    throw new LedgerError(`cannot copy the ledger ${path}: ${(error as Error).message}`, { cause: error });
  }
}
