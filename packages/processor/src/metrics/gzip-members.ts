import { gzipSync, type ZlibOptions } from "node:zlib";
import type { Piece } from "./piece.ts";

/** As fast and as dense for 50 kB of such lines as more memory, which would be asked for and given back for each piece. */
const OPTIONS: ZlibOptions = { level: 1, windowBits: 13, memLevel: 6, chunkSize: 8192 };

/**
 * Compresses pieces of text, each into a gzip member of its own; members one after another are one gzip file. A
 * piece that was compressed before is not compressed again: what changed is another piece.
 */
export class GzipMembers {
  readonly #members = new WeakMap<Piece, Buffer>();

  /** The member of a piece. A tenth of a millisecond for 50 kB; to hand it to another thread takes longer. */
  of(piece: Piece): Buffer {
    let member = this.#members.get(piece);
    if (member === undefined) {
      member = gzipSync(piece.bytes, OPTIONS);
      this.#members.set(piece, member);
    }
    return member;
  }
}
