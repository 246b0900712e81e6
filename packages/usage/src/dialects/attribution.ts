import type { Attribution } from "../call.ts";
import { readIdentity } from "../identity.ts";
import type { Attributes, AttributeValue, Span } from "../span.ts";
import { type AttributionRules, parseRule, TAG_LISTS } from "./attribution-rules.ts";
import { isJsonObject, jsonOf, textsOf } from "./value.ts";

/**
 * Whom a span names, and failing that its resource. The rules are tried in their order on the one and then on
 * the other. A name that can't be an identity is as if it were not there.
 */
export function attributionOf(span: Span, rules: AttributionRules): Attribution {
  const found = compiled(rules);
  const customer = found.customer.find(span.attributes, span.resource);
  const person = customer === undefined ? found.person.find(span.attributes, span.resource) : undefined;
  const feature = found.feature.find(span.attributes, span.resource);
  return {
    ...(customer === undefined ? {} : { customer }),
    ...(person === undefined ? {} : { person }),
    ...(feature === undefined ? {} : { feature }),
  };
}

/**
 * Rules in the form in which they are tried. Spans have few attributes and rules are many, so the attributes are
 * gone through, and the rules looked up.
 */
class CompiledRules {
  readonly #attributes = new Map<string, number>();
  /** Per attribute with a JSON object its keys, with their ranks. */
  readonly #members = new Map<string, Map<string, number>>();
  readonly #tags: { readonly beginning: string; readonly rank: number }[] = [];

  constructor(rules: readonly string[]) {
    for (const [rank, rule] of rules.entries()) {
      const parsed = parseRule(rule);
      if (parsed.kind === "tag") this.#tags.push({ beginning: parsed.beginning, rank });
      else if (parsed.kind === "attribute") setFirst(this.#attributes, parsed.name, rank);
      else {
        const keys = this.#members.get(parsed.name) ?? new Map<string, number>();
        this.#members.set(parsed.name, keys);
        setFirst(keys, parsed.key, rank);
      }
    }
  }

  find(attributes: Attributes, resource: Attributes): string | undefined {
    return this.#best(attributes) ?? this.#best(resource);
  }

  #best(attributes: Attributes): string | undefined {
    let best: string | undefined;
    let bestRank = Number.POSITIVE_INFINITY;
    const offer = (rank: number | undefined, value: unknown): void => {
      if (rank === undefined || bestRank <= rank) return;
      const id = identityOf(value);
      if (id !== undefined) [best, bestRank] = [id, rank];
    };
    for (const [name, value] of attributes) offer(this.#attributes.get(name), value);
    for (const [name, keys] of this.#members) {
      const object = membersOf(attributes.get(name));
      if (object === undefined) continue;
      for (const [key, rank] of keys) if (Object.hasOwn(object, key)) offer(rank, object[key]);
    }
    if (this.#tags.length > 0) this.#offerTags(attributes, offer);
    return best;
  }

  #offerTags(attributes: Attributes, offer: (rank: number, value: unknown) => void): void {
    for (const list of TAG_LISTS) {
      const value = attributes.get(list);
      if (value === undefined) continue;
      for (const tag of textsOf(value)) {
        for (const { beginning, rank } of this.#tags) {
          if (tag.startsWith(beginning)) offer(rank, tag.slice(beginning.length));
        }
      }
    }
  }
}

function setFirst(ranks: Map<string, number>, name: string, rank: number): void {
  if (!ranks.has(name)) ranks.set(name, rank);
}

function membersOf(value: AttributeValue | undefined): Readonly<Record<string, unknown>> | undefined {
  if (value === undefined) return undefined;
  const json = jsonOf(value);
  return isJsonObject(json) ? json : undefined;
}

/** Ids are texts or whole numbers. */
function identityOf(value: unknown): string | undefined {
  const text = typeof value === "bigint" || Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== "string") return undefined;
  const read = readIdentity(text);
  return read.kind === "identity" ? read.id : undefined;
}

type Compiled = Readonly<Record<keyof AttributionRules, CompiledRules>>;

const cache = new WeakMap<AttributionRules, Compiled>();

function compiled(rules: AttributionRules): Compiled {
  const known = cache.get(rules);
  if (known !== undefined) return known;
  const made: Compiled = {
    customer: new CompiledRules(rules.customer),
    person: new CompiledRules(rules.person),
    feature: new CompiledRules(rules.feature),
  };
  cache.set(rules, made);
  return made;
}
