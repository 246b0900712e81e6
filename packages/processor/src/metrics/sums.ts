const BEYOND = 1n << 63n;

/**
 * Exact sums by number, of 128 bits each: adding makes no garbage, and a sum of atto-USD has room for 10^20 USD.
 */
export class Sums {
  /** Low and high halves side by side, so that they lie in one cache line. */
  #halves = new BigInt64Array(128);

  add(index: number, amount: bigint): void {
    const at = index * 2;
    if (at >= this.#halves.length) this.#grow(at);
    const before = BigInt.asUintN(64, this.#halves[at] ?? 0n);
    const after = BigInt.asUintN(64, before + BigInt.asUintN(64, amount));
    this.#halves[at] = after;
    if (after < before) this.#halves[at + 1] = (this.#halves[at + 1] ?? 0n) + 1n;
    if (amount < 0n || amount >= BEYOND)
      this.#halves[at + 1] = (this.#halves[at + 1] ?? 0n) + (amount >> 64n);
  }

  set(index: number, amount: bigint): void {
    const at = index * 2;
    if (at >= this.#halves.length) this.#grow(at);
    this.#halves[at] = amount;
    this.#halves[at + 1] = amount >> 64n;
  }

  get(index: number): bigint {
    const low = BigInt.asUintN(64, this.#halves[index * 2] ?? 0n);
    const high = this.#halves[index * 2 + 1] ?? 0n;
    return high === 0n ? low : (high << 64n) + low;
  }

  #grow(at: number): void {
    const halves = new BigInt64Array(Math.max(at + 2, this.#halves.length * 2));
    halves.set(this.#halves);
    this.#halves = halves;
  }
}
