import { OTHER } from "@keeptabs/usage";

/**
 * Numbers for customers as they are shown: a customer is itself while the series budget lasts; those that come
 * later are `__other__` together. Once shown, always shown.
 */
export class CustomerLabels {
  readonly #ids = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #spent: () => boolean;
  readonly #overflow: () => void;

  /** `spent` says that there is no room for a further customer; `overflow` is called each time that one is folded. */
  constructor(spent: () => boolean, overflow: () => void) {
    this.#spent = spent;
    this.#overflow = overflow;
  }

  of(customer: string): number {
    const id = this.#ids.get(customer);
    if (id !== undefined) return id;
    if (!this.#spent()) return this.#show(customer);
    this.#overflow();
    return this.#ids.get(OTHER) ?? this.#show(OTHER);
  }

  /** What a number stands for. */
  name(id: number): string {
    return this.#names[id] ?? OTHER;
  }

  #show(name: string): number {
    const id = this.#names.length;
    this.#names.push(name);
    this.#ids.set(name, id);
    return id;
  }
}
