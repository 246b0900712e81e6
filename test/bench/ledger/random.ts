/** Numbers that look random and are the same for the same seed (xoshiro128**). */
export class Random {
  readonly #state = new Uint32Array(4);

  constructor(seed: number) {
    // Seeds that lie side by side must not give streams that do: the state is filled with SplitMix32.
    for (let i = 0; i < 4; i += 1) {
      let mixed = (seed + Math.imul(i + 1, 0x9e3779b9)) | 0;
      mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      this.#state[i] = mixed ^ (mixed >>> 15);
    }
  }

  /** 32 bits. */
  next(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#state;
    const five = Math.imul(b, 5);
    const result = Math.imul((five << 7) | (five >>> 25), 9) >>> 0;
    const e = c ^ a;
    const f = d ^ b;
    this.#state[0] = a ^ f;
    this.#state[1] = b ^ e;
    this.#state[2] = e ^ (b << 9);
    this.#state[3] = (f << 11) | (f >>> 21);
    return result;
  }

  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number {
    return Math.floor((this.next() / 4_294_967_296) * limit);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  /** Writes random bytes, four at a time. */
  fill(bytes: Buffer, at: number, length: number): void {
    for (let i = 0; i < length; i += 4) bytes.writeUInt32BE(this.next(), at + i);
  }

  /** An id of so many bytes, a multiple of four, in hex. */
  hex(bytes: number): string {
    this.fill(SCRATCH, 0, bytes);
    return SCRATCH.toString("hex", 0, bytes);
  }
}

const SCRATCH = Buffer.alloc(32);

/** Draws the k-th of `count` with a weight of 1/k, as often as customers, words and cities come: few come often. */
export function zipf(count: number): (random: Random) => number {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let k = 0; k < count; k += 1) {
    sum += 1 / (k + 1);
    sums[k] = sum;
  }
  return (random) => {
    const wanted = (random.next() / 4_294_967_296) * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
