import type { Posting } from "@keeptabs/ledger";
import type { LedgerMetrics } from "./metrics/ledger-metrics.ts";

/** The ledger's metrics, which can be made anew from the ledger while scrapes go on. */
export class CurrentMetrics implements Pick<LedgerMetrics, "take" | "snapshot"> {
  readonly #make: () => LedgerMetrics;
  #metrics: LedgerMetrics;

  constructor(make: () => LedgerMetrics) {
    this.#make = make;
    this.#metrics = make();
  }

  take(postings: readonly Posting[]): void {
    this.#metrics.take(postings);
  }

  snapshot(): ReturnType<LedgerMetrics["snapshot"]> {
    return this.#metrics.snapshot();
  }

  /**
   * Reads everything from the ledger once more, as a restart would: values stay, names are those of now. Only while
   * the ledger is at rest, since what is read and then taken too would count twice.
   */
  renew(): void {
    this.#metrics = this.#make();
  }
}
