/** Values by two whole numbers. (Of a map with one number made from both, every key would be an object of its own.) */
export class PairMap<V> {
  readonly #outer = new Map<number, Map<number, V>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(a: number, b: number): V | undefined {
    return this.#outer.get(a)?.get(b);
  }

  set(a: number, b: number, value: V): void {
    let inner = this.#outer.get(a);
    if (inner === undefined) {
      inner = new Map();
      this.#outer.set(a, inner);
    }
    if (!inner.has(b)) this.#size += 1;
    inner.set(b, value);
  }

  *values(): Iterable<V> {
    for (const inner of this.#outer.values()) yield* inner.values();
  }

  clear(): void {
    this.#outer.clear();
    this.#size = 0;
  }
}
