import { setTimeout as sleep } from "node:timers/promises";
import type { Appended, Ledger } from "@keeptabs/ledger";

/** How often it is looked whether everything that was asked of the ledger is answered. */
const LOOK_MS = 2;

/** The ledger's writing side as several share it, of whom one may ask that the others wait for it. */
export class SharedLedger implements Pick<Ledger, "append" | "release" | "reprice" | "probe"> {
  readonly #ledger: Ledger;
  #resting: Promise<void> | undefined;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  append(...given: Parameters<Ledger["append"]>): Promise<Appended> {
    return this.#inTurn(() => this.#ledger.append(...given));
  }

  release(...given: Parameters<Ledger["release"]>): Promise<Appended> {
    return this.#inTurn(() => this.#ledger.release(...given));
  }

  reprice(...given: Parameters<Ledger["reprice"]>): Promise<Appended> {
    return this.#inTurn(() => this.#ledger.reprice(...given));
  }

  probe(): Promise<void> {
    return this.#inTurn(() => this.#ledger.probe());
  }

  /**
   * Does something while nobody writes: everything that was asked for before is committed, and known to those who
   * asked; what is asked for meanwhile waits.
   */
  async atRest<T>(work: (ledger: Ledger) => Promise<T>): Promise<T> {
    while (this.#resting !== undefined) await this.#resting;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resting = promise;
    try {
      // A turn of the event loop after the last answer, whoever waited for it has heard it.
      do await sleep(LOOK_MS);
      while (this.#ledger.waiting > 0);
      return await work(this.#ledger);
    } finally {
      this.#resting = undefined;
      resolve();
    }
  }

  #inTurn<T>(ask: () => Promise<T>): Promise<T> {
    return this.#resting === undefined ? ask() : this.#resting.then(() => this.#inTurn(ask));
  }
}
