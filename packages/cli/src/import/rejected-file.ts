import { closeSync, fsyncSync, ftruncateSync, openSync, rmSync, writeSync } from "node:fs";
import { WrongUse } from "../terminal.ts";
import type { Rejected } from "./reading.ts";

/**
 * The file beside an imported one that tells what could not be read and why: a line of JSON each, with its place in
 * the imported file. The record itself is not repeated, since it may hold a prompt.
 */
export class RejectedFile {
  readonly path: string;
  #fd: number | undefined;
  #bytes: number;

  /** `keep` is the length of what an earlier run wrote and this one goes on after. */
  constructor(path: string, keep: number) {
    this.path = path;
    this.#bytes = keep;
    if (keep === 0) rmSync(path, { force: true });
    else this.#open();
  }

  /** Length of what is in the file. */
  get bytes(): number {
    return this.#bytes;
  }

  add(rejected: readonly Rejected[]): void {
    if (rejected.length === 0) return;
    const fd = this.#fd ?? this.#open();
    const text = rejected.map(({ place, field, reason }) => `${JSON.stringify({ place, field, reason })}\n`);
    const bytes = Buffer.from(text.join(""));
    for (let from = 0; from < bytes.length; ) {
      from += writeSync(fd, bytes, from, bytes.length - from, this.#bytes + from);
    }
    this.#bytes += bytes.length;
  }

  /** To be called before a position is kept that counts on what was written. */
  sync(): void {
    if (this.#fd !== undefined) fsyncSync(this.#fd);
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #open(): number {
    try {
      const fd = openSync(this.path, this.#bytes === 0 ? "w" : "r+", 0o600);
      // What was written after the position that is known is read, and written, once more.
      ftruncateSync(fd, this.#bytes);
      this.#fd = fd;
      return fd;
    } catch (error) {
      throw new WrongUse(`cannot write the rejected records to ${this.path}: ${(error as Error).message}`);
    }
  }
}
