import type { Attribution } from "../call.ts";
import { readIdentity } from "../identity.ts";
import type { Attributes, AttributeValue, Span } from "../span.ts";
import { type AttributionRules, parseRule, TAG_LISTS } from "./attribution-rules.ts";
import { isJsonObject, jsonOf, textsOf } from "./value.ts";

/**
 * Whom a span names, and failing that its resource. The rules are tried in their order on the one and then on
 * the other. A name that can't be an identity is as if it were not there. The attributes must not change afterwards.
 */
export function attributionOf(span: Span, rules: AttributionRules): Attribution {
  const names = compiled(rules);
  const own = names.own(span.attributes);
  const shared = names.shared(span.resource);
  if (own === NOBODY && shared === NOBODY) return NO_ATTRIBUTION;
  const attribution: { -readonly [name in keyof Attribution]: Attribution[name] } = {};
  const customer = own.customer ?? shared.customer;
  const person = customer === undefined ? (own.person ?? shared.person) : undefined;
  const feature = own.feature ?? shared.feature;
  if (customer !== undefined) attribution.customer = customer;
  if (person !== undefined) attribution.person = person;
  if (feature !== undefined) attribution.feature = feature;
  return attribution;
}

type Named = keyof AttributionRules;
const NAMED: readonly Named[] = ["customer", "person", "feature"];

type Names = { readonly [name in Named]: string | undefined };
const NOBODY: Names = { customer: undefined, person: undefined, feature: undefined };
const NO_ATTRIBUTION: Attribution = {};
/** A rank behind that of every rule. */
const LAST = Number.MAX_SAFE_INTEGER;

/** A rule's place: what it names, and how many rules for the same are preferred to it. */
interface Place {
  readonly named: Named;
  readonly rank: number;
}

/** What the rules look for in one attribute. */
interface Wanted {
  readonly whole: Place[];
  /** By the key of the JSON object in it. */
  readonly members: Map<string, Place[]>;
  tags: boolean;
}

/**
 * Rules in the form in which they are tried. Spans have few attributes and rules are many, so the attributes are
 * gone through once, and the rules looked up.
 */
class CompiledRules {
  readonly #attributes = new Map<string, Wanted>();
  readonly #tags: { readonly beginning: string; readonly place: Place }[] = [];
  /** A resource has many spans. */
  readonly #resources = new WeakMap<Attributes, Names>();

  constructor(rules: AttributionRules) {
    for (const named of NAMED)
      for (const [rank, rule] of rules[named].entries()) this.#add(rule, { named, rank });
    if (this.#tags.length > 0) for (const list of TAG_LISTS) this.#wanted(list).tags = true;
  }

  #add(rule: string, place: Place): void {
    const parsed = parseRule(rule);
    if (parsed.kind === "tag") this.#tags.push({ beginning: parsed.beginning, place });
    else if (parsed.kind === "attribute") this.#wanted(parsed.name).whole.push(place);
    else {
      const { members } = this.#wanted(parsed.name);
      members.set(parsed.key, [...(members.get(parsed.key) ?? []), place]);
    }
  }

  #wanted(name: string): Wanted {
    const known = this.#attributes.get(name);
    if (known !== undefined) return known;
    const made: Wanted = { whole: [], members: new Map(), tags: false };
    this.#attributes.set(name, made);
    return made;
  }

  /** Whom a resource names. */
  shared(resource: Attributes): Names {
    const known = this.#resources.get(resource);
    if (known !== undefined) return known;
    const made = this.own(resource);
    this.#resources.set(resource, made);
    return made;
  }

  /** The best of each in one set of attributes. */
  own(attributes: Attributes): Names {
    let best: Best | undefined;
    let tagged = false;
    attributes.forEach((value, name) => {
      const wanted = this.#attributes.get(name);
      if (wanted === undefined) return;
      best ??= new Best();
      tagged ||= wanted.tags;
      for (const place of wanted.whole) best.offer(place, value);
      if (wanted.members.size > 0) offerMembers(best, wanted.members, value);
    });
    if (best === undefined) return NOBODY;
    if (tagged) this.#offerTags(best, attributes);
    return best;
  }

  /** In the order of the lists, not of the attributes: of two tags for one rule the first counts. */
  #offerTags(best: Best, attributes: Attributes): void {
    for (const list of TAG_LISTS) {
      const value = attributes.get(list);
      if (value === undefined) continue;
      for (const tag of textsOf(value)) {
        for (const { beginning, place } of this.#tags) {
          if (tag.startsWith(beginning)) best.offer(place, tag.slice(beginning.length));
        }
      }
    }
  }
}

/** The best of what was offered so far. */
class Best implements Names {
  customer: string | undefined;
  person: string | undefined;
  feature: string | undefined;
  readonly #ranks = { customer: LAST, person: LAST, feature: LAST };

  offer({ named, rank }: Place, value: unknown): void {
    if (this.#ranks[named] <= rank) return;
    const id = identityOf(value);
    if (id === undefined) return;
    this[named] = id;
    this.#ranks[named] = rank;
  }
}

function offerMembers(
  best: Best,
  members: ReadonlyMap<string, readonly Place[]>,
  value: AttributeValue,
): void {
  const object = jsonOf(value);
  if (!isJsonObject(object)) return;
  for (const [key, places] of members) {
    if (Object.hasOwn(object, key)) for (const place of places) best.offer(place, object[key]);
  }
}

/** Ids are texts or whole numbers. */
function identityOf(value: unknown): string | undefined {
  const text = typeof value === "bigint" || Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== "string") return undefined;
  const read = readIdentity(text);
  return read.kind === "identity" ? read.id : undefined;
}

const cache = new WeakMap<AttributionRules, CompiledRules>();

function compiled(rules: AttributionRules): CompiledRules {
  const known = cache.get(rules);
  if (known !== undefined) return known;
  const made = new CompiledRules(rules);
  cache.set(rules, made);
  return made;
}
