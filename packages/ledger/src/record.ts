/** A value of a row. */
export type Value = string | number | bigint | Uint8Array | null;

const NULL = 0;
const INTEGER = 1;
const TEXT = 2;
const BLOB = 3;

/**
 * Rows as bytes, one after another: what the chain of batches is hashed from. Each value is its kind and
 * its content, with its length where that varies, so that different rows never give the same bytes.
 * Integers are 64 bits, whether they come as number or bigint.
 */
export class Records {
  #buffer: Buffer = Buffer.alloc(64 * 1024);
  #view: DataView = viewOf(this.#buffer);
  #end = 0;

  /** The bytes so far; valid until the next `add` or `clear`. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#end);
  }

  add(values: readonly Value[]): void {
    for (const value of values) {
      if (typeof value === "number") this.integer(value);
      else if (typeof value === "string") this.text(value);
      else if (typeof value === "bigint") this.bigint(value);
      else if (value === null) this.#begin(NULL, 0);
      else this.blob(value);
    }
  }

  /** Whole numbers that are no bigint: up to 2^53. */
  integer(value: number): void {
    this.#begin(INTEGER, 8);
    const high = Math.floor(value / 0x1_0000_0000);
    this.#view.setUint32(this.#end, value - high * 0x1_0000_0000, true);
    this.#view.setInt32(this.#end + 4, high, true);
    this.#end += 8;
  }

  bigint(value: bigint): void {
    this.#begin(INTEGER, 8);
    this.#view.setBigInt64(this.#end, value, true);
    this.#end += 8;
  }

  text(text: string): void {
    this.#begin(TEXT, 4 + text.length * 3);
    const length = this.#buffer.write(text, this.#end + 4, "utf8");
    this.#view.setUint32(this.#end, length, true);
    this.#end += 4 + length;
  }

  blob(blob: Uint8Array): void {
    this.#begin(BLOB, 4 + blob.length);
    this.#view.setUint32(this.#end, blob.length, true);
    this.#buffer.set(blob, this.#end + 4);
    this.#end += 4 + blob.length;
  }

  integerOrNull(value: number | null): void {
    if (value === null) this.#begin(NULL, 0);
    else this.integer(value);
  }

  textOrNull(value: string | null): void {
    if (value === null) this.#begin(NULL, 0);
    else this.text(value);
  }

  clear(): void {
    this.#end = 0;
  }

  #begin(kind: number, room: number): void {
    if (this.#end + room + 1 > this.#buffer.length) {
      const grown = Buffer.alloc(Math.max(this.#buffer.length * 2, this.#end + room + 1));
      this.#buffer.copy(grown, 0, 0, this.#end);
      this.#buffer = grown;
      this.#view = viewOf(grown);
    }
    this.#buffer[this.#end++] = kind;
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
