import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { NotDone, type Terminal, WrongUse } from "../terminal.ts";

/** Where an export is written. */
export interface Output {
  write(bytes: string | Uint8Array): void;
  /** To be called when all is written. */
  finish(): void;
  /** To be called when it is not going to be: nothing is left behind. */
  discard(): void;
}

const FLUSH_BYTES = 256 * 1024;

/** Standard output, or a file. An existing file is only replaced with `force`, and then as a whole, at the end. */
export function outputTo(path: string | undefined, force: boolean, terminal: Terminal): Output {
  if (path === undefined) return new Gathered((text) => terminal.out(text.toString("utf8")));
  const place = force ? `${path}.new` : path;
  let fd: number;
  try {
    // Others need not see what customers cost.
    fd = openSync(place, force ? "w" : "wx", 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      throw new WrongUse(`--output: ${path} exists; replace it with --force`);
    throw new WrongUse(`--output: cannot write ${path}: ${(error as Error).message}`);
  }
  let isOpen = true;
  const close = (): void => {
    if (isOpen) closeSync(fd);
    isOpen = false;
  };
  const gathered = new Gathered((bytes) => {
    written(path, () => {
      for (let from = 0; from < bytes.length; ) from += writeSync(fd, bytes, from);
    });
  });
  return {
    write: (bytes) => gathered.write(bytes),
    finish: () => {
      gathered.finish();
      written(path, () => {
        fsyncSync(fd);
        close();
        if (force) renameSync(place, path);
      });
    },
    discard: () => {
      close();
      rmSync(place, { force: true });
    },
  };
}

function written(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new NotDone(`--output: cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Gathers small pieces into large ones. */
class Gathered implements Output {
  readonly #flush: (bytes: Buffer) => void;
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(flush: (bytes: Buffer) => void) {
    this.#flush = flush;
  }

  write(bytes: string | Uint8Array): void {
    const piece = Buffer.from(bytes);
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length >= FLUSH_BYTES) this.finish();
  }

  finish(): void {
    if (this.#length > 0) this.#flush(Buffer.concat(this.#pieces, this.#length));
    this.#pieces = [];
    this.#length = 0;
  }

  discard(): void {
    this.#pieces = [];
  }
}
