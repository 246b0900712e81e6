const BEYOND = 1n << 63n;

/**
 * Exact sums by number, of 128 bits each in two typed arrays: adding makes no garbage, and a sum of atto-USD
 * has room for 10^20 USD.
 */
export class Sums {
  #low = new BigUint64Array(64);
  #high = new BigInt64Array(64);

  add(index: number, amount: bigint): void {
    if (index >= this.#low.length) this.#grow(index);
    const before = this.#low[index] ?? 0n;
    const after = BigInt.asUintN(64, before + BigInt.asUintN(64, amount));
    this.#low[index] = after;
    if (after < before) this.#high[index] = (this.#high[index] ?? 0n) + 1n;
    if (amount < 0n || amount >= BEYOND) this.#high[index] = (this.#high[index] ?? 0n) + (amount >> 64n);
  }

  set(index: number, amount: bigint): void {
    if (index >= this.#low.length) this.#grow(index);
    this.#low[index] = BigInt.asUintN(64, amount);
    this.#high[index] = amount >> 64n;
  }

  get(index: number): bigint {
    const low = this.#low[index] ?? 0n;
    const high = this.#high[index] ?? 0n;
    return high === 0n ? low : (high << 64n) + low;
  }

  #grow(index: number): void {
    const length = Math.max(index + 1, this.#low.length * 2);
    const low = new BigUint64Array(length);
    const high = new BigInt64Array(length);
    low.set(this.#low);
    high.set(this.#high);
    this.#low = low;
    this.#high = high;
  }
}
