declare const declared: unique symbol;

/** Name of an attribute that some module has declared to read. Nothing else can be read off a span. */
export type AttributeName = string & { readonly [declared]: true };

/**
 * The attribute names that one module reads.
 *
 * The decoder drops every attribute that is not declared here by somebody, prompts above all. Since a reader
 * takes declared names only, what is read and what the decoder keeps can't drift apart.
 */
export class AttributeNames {
  readonly #names = new Set<string>();

  /** Declares names that mean the same; the earlier ones are preferred. */
  of(...names: readonly string[]): readonly AttributeName[] {
    for (const name of names) this.#names.add(name);
    return names as readonly AttributeName[];
  }

  /** Declares a single name. */
  one(name: string): AttributeName {
    this.#names.add(name);
    return name as AttributeName;
  }

  get all(): readonly string[] {
    return [...this.#names];
  }
}
