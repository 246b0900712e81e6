/** Numbers for names, from 0 in the order in which they were first met. */
export class NameIds {
  readonly #ids = new Map<string, number>();

  of(name: string): number {
    let id = this.#ids.get(name);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(name, id);
    }
    return id;
  }
}

/** Each slot holds both halves of a pair and its number plus one; 0 there means that the slot is free. */
const SLOT = 3;

/**
 * Numbers for pairs of numbers, from 0 in the order in which they were first met. A longer tuple is a pair of
 * pairs, so that the key of a series needs no text. Open addressing in one typed array: a look-up
 * usually touches one cache line.
 */
export class PairIds {
  #slots = new Int32Array(256 * SLOT);
  #mask = 255;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  of(a: number, b: number): number {
    const slots = this.#slots;
    for (let slot = hash(a, b) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = slot * SLOT;
      const next = slots[at + 2] ?? 0;
      if (next === 0) return this.#add(at, a, b);
      if (slots[at] === a && slots[at + 1] === b) return next - 1;
    }
  }

  #add(at: number, a: number, b: number): number {
    this.#size += 1;
    this.#slots[at] = a;
    this.#slots[at + 1] = b;
    this.#slots[at + 2] = this.#size;
    const id = this.#size - 1;
    if (this.#size * 2 > this.#mask) this.#grow();
    return id;
  }

  #grow(): void {
    const old = this.#slots;
    this.#mask = this.#mask * 2 + 1;
    this.#slots = new Int32Array((this.#mask + 1) * SLOT);
    for (let from = 0; from < old.length; from += SLOT) {
      const [a = 0, b = 0, next = 0] = old.subarray(from, from + SLOT);
      if (next === 0) continue;
      let slot = hash(a, b) & this.#mask;
      while (this.#slots[slot * SLOT + 2] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots.set([a, b, next], slot * SLOT);
    }
  }
}

function hash(a: number, b: number): number {
  const mixed = Math.imul(a ^ Math.imul(b, 0x85ebca6b), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
