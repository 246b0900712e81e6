import type { AttributeValue } from "@keeptabs/usage";

/** From here on a table is quicker than looking at every name. */
const SCANNED = 32;

/**
 * Attributes as they came: names and values side by side. Making a Map for each span would take longer
 * than decoding it, so one is made only for those that are large or are iterated over.
 */
export class DecodedAttributes implements ReadonlyMap<string, AttributeValue> {
  readonly #names: readonly string[];
  readonly #values: readonly AttributeValue[];
  #table: ReadonlyMap<string, AttributeValue> | undefined;

  /** No name may be there twice. The arrays are not copied, and nobody may change them. */
  constructor(names: readonly string[], values: readonly AttributeValue[]) {
    this.#names = names;
    this.#values = values;
  }

  get(name: string): AttributeValue | undefined {
    const names = this.#names;
    if (names.length > SCANNED) return this.#map().get(name);
    for (let at = 0; at < names.length; at++) {
      if (names[at] === name) return this.#values[at];
    }
    return undefined;
  }

  has(name: string): boolean {
    // No value is undefined: what can't be read is left out.
    return this.get(name) !== undefined;
  }

  get size(): number {
    return this.#names.length;
  }

  forEach(
    visit: (value: AttributeValue, name: string, map: ReadonlyMap<string, AttributeValue>) => void,
    thisArg?: unknown,
  ): void {
    const names = this.#names;
    for (let at = 0; at < names.length; at++) {
      visit.call(thisArg, this.#values[at] as AttributeValue, names[at] as string, this);
    }
  }

  entries(): MapIterator<[string, AttributeValue]> {
    return this.#map().entries();
  }

  keys(): MapIterator<string> {
    return this.#map().keys();
  }

  values(): MapIterator<AttributeValue> {
    return this.#map().values();
  }

  [Symbol.iterator](): MapIterator<[string, AttributeValue]> {
    return this.#map().entries();
  }

  #map(): ReadonlyMap<string, AttributeValue> {
    if (this.#table !== undefined) return this.#table;
    const table = new Map<string, AttributeValue>();
    for (const [at, name] of this.#names.entries()) table.set(name, this.#values[at] as AttributeValue);
    this.#table = table;
    return table;
  }
}

/** What a span without selected attributes has; one for all of them. */
export const NO_ATTRIBUTES: DecodedAttributes = new DecodedAttributes([], []);
