import type { AttributeValue } from "@keeptabs/usage";

/** From here on a table is quicker than looking at every name. */
const SCANNED = 32;

/**
 * Attributes as they came: names and values side by side. Making a Map for each span would take longer
 * than decoding it, so one is made only for those that are walked through or are large.
 *
 * OTLP forbids a name to come twice; if one does, its last value counts.
 */
export class DecodedAttributes implements ReadonlyMap<string, AttributeValue> {
  readonly #names: readonly string[];
  readonly #values: readonly AttributeValue[];
  #table: ReadonlyMap<string, AttributeValue> | undefined;

  /** The arrays are not copied; nobody may change them once the attributes have been read. */
  constructor(names: readonly string[], values: readonly AttributeValue[]) {
    this.#names = names;
    this.#values = values;
  }

  get(name: string): AttributeValue | undefined {
    const names = this.#names;
    if (names.length > SCANNED) return this.#map().get(name);
    for (let at = names.length - 1; at >= 0; at--) {
      if (names[at] === name) return this.#values[at];
    }
    return undefined;
  }

  has(name: string): boolean {
    // No value is undefined: what can't be read is left out.
    return this.get(name) !== undefined;
  }

  get size(): number {
    return this.#map().size;
  }

  forEach(
    visit: (value: AttributeValue, name: string, map: ReadonlyMap<string, AttributeValue>) => void,
    thisArg?: unknown,
  ): void {
    for (const [name, value] of this.#map()) visit.call(thisArg, value, name, this);
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
