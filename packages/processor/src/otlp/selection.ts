import { hashBytes, sameBytes, viewOf } from "./bytes.ts";
import { Interner } from "./interner.ts";

/** Which attributes are read. All others are passed over without becoming strings. */
export interface AttributeSelection {
  /** Whole names. */
  readonly names: readonly string[];
  /** Beginnings of names, such as `traceloop.association.properties.`. */
  readonly prefixes: readonly string[];
}

/** Compiles a selection once, for all requests. */
export function compileSelection(select: AttributeSelection): Selection {
  return new Selection(select);
}

interface Prefix {
  readonly length: number;
  readonly view: DataView;
}

/**
 * A compiled selection: a hash table over the bytes of the selected names. It also owns the interner of
 * the values it selects.
 */
export class Selection {
  readonly interner: Interner = new Interner();
  /** By length modulo 64 (times 256) plus last byte: not 0 when there is such a name. */
  readonly filter: Uint8Array = new Uint8Array(64 * 256);
  /** By first byte: not 0 when there is such a prefix. */
  readonly prefixed: Uint8Array;
  readonly #names: readonly string[];
  readonly #prefixes: readonly string[];
  readonly #canonical: ReadonlyMap<string, string>;
  readonly #view: DataView;
  readonly #starts: Uint32Array;
  /** Per slot the first name in it, plus one; per name the next in the same slot, plus one. */
  readonly #first: Uint32Array;
  readonly #next: Uint32Array;
  readonly #mask: number;
  /** Per name the one that followed it last, and the name that was found last. */
  readonly #after: Uint32Array;
  #last = 0;
  readonly #prefixesByFirstByte: readonly (readonly Prefix[] | undefined)[];

  constructor(select: AttributeSelection) {
    this.#names = [...new Set(select.names)];
    this.#prefixes = [...new Set(select.prefixes)];
    this.#canonical = new Map(this.#names.map((name) => [name, name]));
    const encoded = this.#names.map((name) => Buffer.from(name));
    const bytes = Buffer.concat(encoded);
    this.#view = viewOf(bytes);
    this.#starts = new Uint32Array(encoded.length + 1);
    let slots = 64;
    while (slots < encoded.length * 8) slots *= 2;
    this.#mask = slots - 1;
    this.#first = new Uint32Array(slots);
    this.#next = new Uint32Array(encoded.length);
    this.#after = new Uint32Array(encoded.length + 1);
    for (const [index, name] of encoded.entries()) {
      const start = this.#starts[index] as number;
      this.#starts[index + 1] = start + name.length;
      const slot = hashBytes(this.#view, start, name.length) & this.#mask;
      this.#next[index] = this.#first[slot] as number;
      this.#first[slot] = index + 1;
      this.filter[(name.length & 63) * 256 + (name.at(-1) ?? 0)] = 1;
    }
    this.#prefixesByFirstByte = byFirstByte(this.#prefixes);
    this.prefixed = Uint8Array.from(this.#prefixesByFirstByte, (prefixes) =>
      prefixes === undefined ? 0 : 1,
    );
  }

  /** The selected name that stands in a range of bytes, or undefined when it is not selected. */
  find(bytes: Buffer, view: DataView, start: number, end: number): string | undefined {
    const length = end - start;
    // Spans of one instrumentation have the same names in the same order.
    const expected = this.#after[this.#last] as number;
    const expectedStart = this.#starts[expected] as number;
    if (
      (this.#starts[expected + 1] as number) - expectedStart === length &&
      sameBytes(view, start, this.#view, expectedStart, length)
    ) {
      this.#last = expected;
      return this.#names[expected];
    }
    let entry = this.#first[hashBytes(view, start, length) & this.#mask] as number;
    while (entry !== 0) {
      const at = this.#starts[entry - 1] as number;
      if ((this.#starts[entry] as number) - at === length && sameBytes(view, start, this.#view, at, length)) {
        this.#after[this.#last] = entry - 1;
        this.#last = entry - 1;
        return this.#names[entry - 1];
      }
      entry = this.#next[entry - 1] as number;
    }
    const prefixes = length === 0 ? undefined : this.#prefixesByFirstByte[bytes[start] as number];
    if (prefixes === undefined) return undefined;
    for (const prefix of prefixes) {
      if (prefix.length <= length && sameBytes(view, start, prefix.view, 0, prefix.length)) {
        return this.interner.text(bytes, view, start, end);
      }
    }
    return undefined;
  }

  /** The same for a name that is a string already. */
  findText(name: string): string | undefined {
    const known = this.#canonical.get(name);
    if (known !== undefined) return known;
    for (const prefix of this.#prefixes) if (name.startsWith(prefix)) return name;
    return undefined;
  }
}

function byFirstByte(prefixes: readonly string[]): readonly (readonly Prefix[] | undefined)[] {
  const table: (Prefix[] | undefined)[] = new Array(256).fill(undefined);
  for (const prefix of prefixes) {
    const bytes = Buffer.from(prefix);
    // An empty prefix selects every name, whatever it begins with.
    const firsts = bytes.length === 0 ? table.keys() : [bytes[0] as number];
    for (const first of firsts) {
      const found = table[first] ?? [];
      table[first] = found;
      found.push({ length: bytes.length, view: viewOf(bytes) });
    }
  }
  return table;
}
