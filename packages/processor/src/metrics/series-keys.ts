const RECENT = 256;

/**
 * Numbers for names, from 0 in the order in which they were first met. Names that come often are found without hashing them:
 * those of postings are new strings each time, and comparing is cheaper.
 */
export class NameIds {
  readonly #ids = new Map<string, number>();
  readonly #recent: string[] = new Array<string>(RECENT).fill("");
  readonly #recentIds = new Int32Array(RECENT).fill(-1);

  /** The number of a name, which gets one when it has none. */
  of(name: string): number {
    const known = this.find(name);
    if (known !== undefined) return known;
    const id = this.#ids.size;
    this.#ids.set(name, id);
    return id;
  }

  /** The number of a name that was met before. */
  find(name: string): number | undefined {
    const last = name.length - 1;
    const place = (last * 31 + name.charCodeAt(last) * 7 + name.charCodeAt(last >> 1)) % RECENT;
    const recent = this.#recentIds[place] ?? -1;
    if (recent >= 0 && this.#recent[place] === name) return recent;
    const id = this.#ids.get(name);
    if (id !== undefined && last >= 0) {
      this.#recent[place] = name;
      this.#recentIds[place] = id;
    }
    return id;
  }
}

/** A slot holds a triple and its number plus one; 0 there means that the slot is free. */
const SLOT = 4;

/**
 * Numbers for triples of numbers, from 0 in the order in which they were first met, so that the key of a series needs no
 * text. Open addressing in one typed array, with neighbours in the last number side by side: a look-up touches one
 * cache line, and the next one, of the same customer, often the same.
 */
export class TripleIds {
  #slots = new Int32Array(256 * SLOT);
  #mask = 255;
  #size = 0;

  of(a: number, b: number, c: number): number {
    const slots = this.#slots;
    for (let slot = hash(a, b, c) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = slot * SLOT;
      const next = slots[at + 3] ?? 0;
      if (next === 0) return this.#add(at, a, b, c);
      if (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c) return next - 1;
    }
  }

  #add(at: number, a: number, b: number, c: number): number {
    const id = this.#size;
    this.#size += 1;
    this.#slots[at] = a;
    this.#slots[at + 1] = b;
    this.#slots[at + 2] = c;
    this.#slots[at + 3] = this.#size;
    if (this.#size * 2 > this.#mask) this.#grow();
    return id;
  }

  #grow(): void {
    const old = this.#slots;
    this.#mask = this.#mask * 2 + 1;
    this.#slots = new Int32Array((this.#mask + 1) * SLOT);
    for (let from = 0; from < old.length; from += SLOT) {
      if (old[from + 3] === 0) continue;
      let slot = hash(old[from] ?? 0, old[from + 1] ?? 0, old[from + 2] ?? 0) & this.#mask;
      while (this.#slots[slot * SLOT + 3] !== 0) slot = (slot + 1) & this.#mask;
      for (let i = 0; i < SLOT; i += 1) this.#slots[slot * SLOT + i] = old[from + i] ?? 0;
    }
  }
}

/** Four neighbours share a hash. The bits are mixed well, since linear probing suffers from clusters. */
function hash(a: number, b: number, c: number): number {
  let mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ (c >>> 2);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
