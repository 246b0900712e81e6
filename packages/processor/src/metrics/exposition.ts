import { setImmediate } from "node:timers/promises";
import type { Family } from "./family.ts";
import type { Piece } from "./piece.ts";
import type { TextFormat } from "./text-format.ts";

/** Lines that are written before the clock is looked at. */
const STEP = 32;
/** How long lines are written before others get their turn. */
const TURN_MS = 2;
/** So few lines are written at once. */
const REST = 256;
/** Beyond so many changed lines they are written ahead of the next scrape. */
const AHEAD = 1024;
const AHEAD_MS = 20;
/** For so long lines are left as they are while a snapshot is sent, since writing would copy the chunks that it holds. */
const SENDING_MS = 250;

/** All families at one instant. */
export interface Snapshot {
  /** The text in pieces that stay as they are until the end, without the line that ends OpenMetrics. */
  pieces(format: TextFormat): readonly Piece[];
  /**
   * To be called once, when the pieces are not read any more. When they were delivered whole, series that were shown
   * at 0 may show their values now.
   */
  end(delivered: boolean): void;
}

/** The text of families, kept ready: lines are written as their values change, in turns that let others work. */
export class Exposition {
  readonly #families: readonly Family[];
  #ahead: NodeJS.Timeout | undefined;
  /** The latest snapshot that has not ended, and when it was made. */
  #sending: { readonly atMs: number } | undefined;

  constructor(families: readonly Family[]) {
    this.#families = families;
  }

  /** How many lines are still to be written. */
  get waiting(): number {
    return this.#families.reduce((sum, family) => sum + family.changed, 0);
  }

  /** All families at the instant at which it resolves. */
  async snapshot(): Promise<Snapshot> {
    while (!this.#writeUntil(REST)) await setImmediate();
    // What changed meanwhile is little: from here on nothing is awaited, so the families agree with each other.
    for (const family of this.#families) family.write(family.changed);
    const given = this.#families.map((family) => ({ family, size: family.size, ...family.give() }));
    for (const { lines } of given) for (const piece of lines) piece.hold();
    const sending = { atMs: performance.now() };
    this.#sending = sending;
    return {
      pieces: (format) => given.flatMap(({ head, lines }) => [head[format], ...lines]),
      end: (delivered) => {
        for (const { lines } of given) for (const piece of lines) piece.release();
        if (this.#sending === sending) this.#sending = undefined;
        if (delivered) for (const { family, size } of given) family.show(size);
        this.changed();
      },
    };
  }

  /** To be called after changes: sees to it that a scrape never has much to write, however seldom it comes. */
  changed(): void {
    if (this.#ahead !== undefined || this.waiting <= AHEAD) return;
    this.#ahead = setTimeout(() => {
      this.#ahead = undefined;
      if (!this.#isSending) this.#writeUntil(0);
      this.changed();
    }, AHEAD_MS).unref();
  }

  get #isSending(): boolean {
    return this.#sending !== undefined && performance.now() < this.#sending.atMs + SENDING_MS;
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
