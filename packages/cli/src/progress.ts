import type { Terminal } from "./terminal.ts";

const EVERY_MS = 250;

/** A line that is written over, for a person who waits; nothing where nobody looks. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #startedMs: number;
  #shownMs = 0;
  #length = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#startedMs = terminal.now();
  }

  /** Shows how far it is: so many of what is counted, and how much of the whole (0 to 1) where that is known. */
  show(count: number, what: string, part?: number): void {
    const now = this.#terminal.now();
    if (!this.#terminal.isTerminal || now - this.#shownMs < EVERY_MS) return;
    this.#shownMs = now;
    const seconds = (now - this.#startedMs) / 1000;
    const rate = seconds > 0 ? `, ${Math.round(count / seconds).toLocaleString("en")} a second` : "";
    const percent = part === undefined ? "" : `${Math.floor(part * 100)} %, `;
    const text = `${percent}${count.toLocaleString("en")} ${what}${rate}`;
    this.#terminal.err(`\r${text.padEnd(this.#length)}`);
    this.#length = text.length;
  }

  /** Takes the line away. */
  end(): void {
    if (this.#length > 0) this.#terminal.err(`\r${" ".repeat(this.#length)}\r`);
    this.#length = 0;
  }
}
