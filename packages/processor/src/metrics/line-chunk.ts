import { Piece } from "./piece.ts";

const ZERO = 48;
const MINUS = 45;

/** How many lines a chunk holds at most. */
export const CHUNK_LINES = 512;
/** Decimals are added by so many, so that a chunk is seldom laid out anew. */
const DECIMALS_STEP = 3;

/**
 * Lines of exposition text whose values are decimals of one width, padded with zeros, so that a value is
 * written over the one before without moving anything. The width is what the values needed so far: one that needs
 * more digits widens the whole chunk. Bytes that somebody holds are left to them: the next change is made in a copy.
 */
export class LineChunk {
  /** Decimals of the values that are written: they count units of the last one. */
  readonly #scale: number;
  /** Characters before the point, with room for a minus, and after it. */
  #whole = 1;
  #decimals = 0;
  #bytes: Buffer = Buffer.allocUnsafeSlow(2048);
  #used = 0;
  /** The text as it is now, once it was given out. */
  #piece: Piece | undefined;
  readonly #valueAt = new Uint32Array(CHUNK_LINES);
  #lines = 0;

  constructor(scale: number) {
    this.#scale = scale;
  }

  get isFull(): boolean {
    return this.#lines === CHUNK_LINES;
  }

  /** Adds a line for a series (its name and labels) with the value 0. */
  append(series: string): void {
    const line = `${series} ${"0".repeat(this.#whole)}${this.#decimals === 0 ? "" : `.${"0".repeat(this.#decimals)}`}\n`;
    const length = Buffer.byteLength(line);
    this.#own(this.#used + length);
    this.#bytes.write(line, this.#used);
    this.#used += length;
    this.#valueAt[this.#lines] = this.#used - 1 - this.#valueLength;
    this.#lines += 1;
  }

  /** Writes the value of a line, in units of its last decimal. */
  write(line: number, value: bigint): void {
    const digits = (value < 0n ? -value : value).toString();
    /** Where the decimals begin; before the first digit when that is further behind the point. */
    const point = digits.length - this.#scale;
    let decimals = this.#scale;
    while (decimals > this.#decimals && !(digits.charCodeAt(point + decimals - 1) > ZERO)) decimals -= 1;
    const whole = Math.max(point, 1) + (value < 0n ? 1 : 0);
    if (whole > this.#whole || decimals > this.#decimals) this.#widen(whole, decimals);
    else this.#own(this.#used);
    const bytes = this.#bytes;
    const start = this.#valueAt[line] ?? 0;
    let at = start;
    for (let i = point - this.#whole; i < point; i += 1) bytes[at++] = digitAt(digits, i);
    // The point stands there already.
    at += 1;
    for (let i = point; i < point + this.#decimals; i += 1) bytes[at++] = digitAt(digits, i);
    if (value < 0n) bytes[start] = MINUS;
  }

  /** The text as it is now; the bytes stay as they are while they are held. */
  give(): Piece {
    this.#piece ??= new Piece(this.#bytes.subarray(0, this.#used));
    return this.#piece;
  }

  get #valueLength(): number {
    return this.#whole + (this.#decimals === 0 ? 0 : 1 + this.#decimals);
  }

  /** Sees to it that the bytes are ours to change and that there is room for `length` of them. */
  #own(length: number): void {
    const held = this.#piece?.isHeld === true;
    this.#piece = undefined;
    if (!held && length <= this.#bytes.length) return;
    const room = length <= this.#bytes.length || this.isFull ? length : length * 2;
    const bytes = Buffer.allocUnsafeSlow(room);
    this.#bytes.copy(bytes, 0, 0, this.#used);
    this.#bytes = bytes;
  }

  /** Lays the lines out anew with at least so many characters before and after the point. */
  #widen(needed: number, decimalsNeeded: number): void {
    const whole = needed > this.#whole ? needed + 1 : this.#whole;
    const decimals =
      decimalsNeeded > this.#decimals
        ? Math.min(Math.ceil(decimalsNeeded / DECIMALS_STEP) * DECIMALS_STEP, this.#scale)
        : this.#decimals;
    const more = whole - this.#whole;
    const tail = `${this.#decimals === 0 && decimals > 0 ? "." : ""}${"0".repeat(decimals - this.#decimals)}`;
    const length = this.#valueLength;
    const old = this.#bytes;
    const bytes = Buffer.allocUnsafeSlow(this.#used + (more + tail.length) * this.#lines);
    let from = 0;
    let to = 0;
    for (let line = 0; line < this.#lines; line += 1) {
      const valueAt = this.#valueAt[line] ?? 0;
      to += old.copy(bytes, to, from, valueAt);
      this.#valueAt[line] = to;
      bytes.fill(ZERO, to, to + more);
      from = valueAt + length;
      old.copy(bytes, to + more, valueAt, from);
      if (old[valueAt] === MINUS) {
        bytes[to + more] = ZERO;
        bytes[to] = MINUS;
      }
      to += more + length;
      to += bytes.write(tail, to, "latin1");
    }
    to += old.copy(bytes, to, from, this.#used);
    this.#bytes = bytes;
    this.#used = to;
    this.#whole = whole;
    this.#decimals = decimals;
    this.#piece = undefined;
  }
}

/** The character of a number's digits at a place; 0 before the first. */
function digitAt(digits: string, at: number): number {
  return at < 0 ? ZERO : digits.charCodeAt(at);
}
