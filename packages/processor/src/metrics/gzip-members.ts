import { promisify } from "node:util";
import { gzip } from "node:zlib";

const compress = promisify(gzip);

/** More compressions at once than threads gain nothing, and setting up many together stalls the loop. */
const MAX_RUNNING = 4;
/** Pieces whose compression is asked for before the first of them is sent. */
const AHEAD = 8;

/**
 * Compresses pieces of text, each into a gzip member of its own; members one after another are one gzip file. A
 * piece that was compressed before is not compressed again: pieces never change.
 */
export class GzipMembers {
  readonly #members = new WeakMap<Buffer, Promise<Buffer>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** The members of the pieces, in their order. */
  async *of(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
    for (const piece of pieces.slice(0, AHEAD)) void this.#member(piece);
    for (const [i, piece] of pieces.entries()) {
      const ahead = pieces[i + AHEAD];
      if (ahead !== undefined) void this.#member(ahead);
      yield await this.#member(piece);
    }
  }

  #member(piece: Buffer): Promise<Buffer> {
    let member = this.#members.get(piece);
    if (member === undefined) {
      member = this.#compress(piece);
      // Whoever awaits it sees a failure; a scraper that went away awaits nothing.
      member.catch(() => this.#members.delete(piece));
      this.#members.set(piece, member);
    }
    return member;
  }

  async #compress(piece: Buffer): Promise<Buffer> {
    if (this.#running >= MAX_RUNNING) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await compress(piece, { level: 1 });
    } finally {
      // The place is handed on, so that nobody takes it in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
