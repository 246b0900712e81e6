const ZERO = 48;
const MINUS = 45;

/** How many lines a chunk holds at most. */
export const CHUNK_LINES = 512;

/**
 * Lines of exposition text whose values are decimals of one width, padded with zeros, so that a value is
 * written over the one before without moving anything. A value that needs more digits widens the whole chunk.
 * Bytes that were given out never change: the next change is made in a copy.
 */
export class LineChunk {
  readonly #decimals: number;
  /** Characters before the point, with room for a minus. */
  #whole: number;
  #bytes: Buffer = Buffer.allocUnsafeSlow(2048);
  #used = 0;
  #given: Buffer | undefined;
  readonly #valueAt = new Uint32Array(CHUNK_LINES);
  #lines = 0;

  constructor(decimals: number, whole: number) {
    this.#decimals = decimals;
    this.#whole = whole;
  }

  get isFull(): boolean {
    return this.#lines === CHUNK_LINES;
  }

  /** Adds a line for a series (its name and labels) with the value 0. */
  append(series: string): void {
    const fraction = this.#decimals === 0 ? "" : `.${"0".repeat(this.#decimals)}`;
    const line = `${series} ${"0".repeat(this.#whole)}${fraction}\n`;
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
    const whole = Math.max(digits.length - this.#decimals, 1) + (value < 0n ? 1 : 0);
    if (whole > this.#whole) this.#widen(whole + 1);
    else this.#own(this.#used);
    const bytes = this.#bytes;
    const start = this.#valueAt[line] ?? 0;
    const point = start + this.#whole;
    let next = digits.length - 1;
    for (let at = start + this.#valueLength - 1; at >= start; at -= 1) {
      if (at === point) continue;
      bytes[at] = next < 0 ? ZERO : digits.charCodeAt(next);
      next -= 1;
    }
    if (value < 0n) bytes[start] = MINUS;
  }

  /** The text as it is now; these bytes stay as they are. */
  give(): Buffer {
    this.#given ??= this.#bytes.subarray(0, this.#used);
    return this.#given;
  }

  get #valueLength(): number {
    return this.#whole + (this.#decimals === 0 ? 0 : 1 + this.#decimals);
  }

  /** Sees to it that the bytes are ours to change and that there is room for `length` of them. */
  #own(length: number): void {
    if (this.#given === undefined && length <= this.#bytes.length) return;
    const room = length <= this.#bytes.length || this.isFull ? length : length * 2;
    const bytes = Buffer.allocUnsafeSlow(room);
    this.#bytes.copy(bytes, 0, 0, this.#used);
    this.#bytes = bytes;
    this.#given = undefined;
  }

  #widen(whole: number): void {
    const more = whole - this.#whole;
    const old = this.#bytes;
    const length = this.#valueLength;
    const bytes = Buffer.allocUnsafeSlow(this.#used + more * this.#lines);
    let from = 0;
    let to = 0;
    for (let line = 0; line < this.#lines; line += 1) {
      const valueAt = this.#valueAt[line] ?? 0;
      const end = valueAt + length + 1;
      to += old.copy(bytes, to, from, valueAt);
      this.#valueAt[line] = to;
      bytes.fill(ZERO, to, to + more);
      old.copy(bytes, to + more, valueAt, end);
      if (old[valueAt] === MINUS) {
        bytes[to] = MINUS;
        bytes[to + more] = ZERO;
      }
      to += more + length + 1;
      from = end;
    }
    this.#bytes = bytes;
    this.#used = to;
    this.#whole = whole;
    this.#given = undefined;
  }
}
