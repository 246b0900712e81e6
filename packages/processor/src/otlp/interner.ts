import { hashBytes, sameBytes, viewOf } from "./bytes.ts";

const SLOTS = 8192;
const SLOT_BYTES = 64;

/**
 * Gives equal short byte sequences the same string, so that a model or customer name that repeats in
 * span after span is made once. It holds at most 8192 strings of 64 bytes: a new one takes the place of
 * the one in its slot, so that no sender can make it grow.
 */
export class Interner {
  readonly #bytes = Buffer.alloc(SLOTS * SLOT_BYTES);
  readonly #view = viewOf(this.#bytes);
  readonly #lengths = new Uint8Array(SLOTS);
  readonly #strings: string[] = new Array<string>(SLOTS).fill("");
  /** Per slot the hash of what was not kept there last. */
  readonly #refused = new Int32Array(SLOTS);

  /** The text of a range as UTF-8, with replacement characters where it is not. Longer ranges are not kept. */
  text(bytes: Buffer, view: DataView, start: number, end: number): string {
    const length = end - start;
    if (length > SLOT_BYTES) return bytes.toString("utf8", start, end);
    if (length === 0) return "";
    const hash = hashBytes(view, start, length);
    const slot = hash & (SLOTS - 1);
    const kept = slot * SLOT_BYTES;
    if (this.#lengths[slot] === length && sameBytes(view, start, this.#view, kept, length)) {
      return this.#strings[slot] as string;
    }
    const text = bytes.toString("utf8", start, end);
    if (this.#refused[slot] === hash) {
      bytes.copy(this.#bytes, kept, start, end);
      this.#lengths[slot] = length;
      this.#strings[slot] = text;
    } else {
      // What comes once, such as a response id, must not push out what comes often.
      this.#refused[slot] = hash;
    }
    return text;
  }
}
