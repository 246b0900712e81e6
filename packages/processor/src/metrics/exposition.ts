import { setImmediate } from "node:timers/promises";
import type { Family } from "./family.ts";
import type { TextFormat } from "./text-format.ts";

/** Lines that are written before the clock is looked at. */
const STEP = 256;
/** How long lines are written before others get their turn. */
const TURN_MS = 2;
/** Beyond so many changed lines they are written ahead of the next scrape. */
const AHEAD = 2048;
const AHEAD_MS = 50;

/** All families at one instant. */
export interface Snapshot {
  /** The text in pieces that never change, without the line that ends OpenMetrics. */
  pieces(format: TextFormat): readonly Buffer[];
  /** To be called when a scraper has it: series that it showed at 0 may show their values now. */
  delivered(): void;
}

/** The text of families, kept ready: lines are written as their values change, in turns that let others work. */
export class Exposition {
  readonly #families: readonly Family[];
  #ahead: NodeJS.Timeout | undefined;

  constructor(families: readonly Family[]) {
    this.#families = families;
  }

  /** How many lines are still to be written. */
  get waiting(): number {
    return this.#families.reduce((sum, family) => sum + family.changed, 0);
  }

  /** All families at the instant at which it resolves. */
  async snapshot(): Promise<Snapshot> {
    while (!this.#writeUntil(STEP)) await setImmediate();
    // What changed meanwhile is little: from here on nothing is awaited, so the families agree with each other.
    for (const family of this.#families) family.write(family.changed);
    const given = this.#families.map((family) => ({ family, size: family.size, ...family.give() }));
    return {
      pieces: (format) => given.flatMap(({ head, lines }) => [head[format], ...lines]),
      delivered: () => {
        for (const { family, size } of given) family.show(size);
      },
    };
  }

  /** To be called after changes: sees to it that a scrape never has much to write, however seldom it comes. */
  changed(): void {
    if (this.#ahead !== undefined || this.waiting <= AHEAD) return;
    this.#ahead = setTimeout(() => {
      this.#ahead = undefined;
      this.#writeUntil(0);
      this.changed();
    }, AHEAD_MS).unref();
  }

  /** Writes for one turn; true when no more than `rest` lines are left. */
  #writeUntil(rest: number): boolean {
    const end = performance.now() + TURN_MS;
    while (this.waiting > rest) {
      if (performance.now() >= end) return false;
      for (const family of this.#families) family.write(STEP);
    }
    return true;
  }
}
