import type { Outcome, UsageQuality } from "@keeptabs/usage";
import type { Dictionary } from "./dictionary.ts";
import type { EntryKind } from "./entry.ts";
import { Profile } from "./profile.ts";
import type { Rates } from "./rates.ts";
import { TRAITS, Trait, type Vocabulary } from "./vocabulary.ts";

/** What the numbers of a vocabulary are in a ledger. Looked up once for each number. */
export class Meanings {
  readonly vocabulary: Vocabulary;
  readonly #names: Dictionary;
  readonly #customers: Dictionary;
  readonly #rates: Rates;
  #nameIds: number[] = [];
  #customerIds: number[] = [];
  #profiles: Profile[] = [];
  #keptRates = 0;

  constructor(vocabulary: Vocabulary, names: Dictionary, customers: Dictionary, rates: Rates) {
    this.vocabulary = vocabulary;
    this.#names = names;
    this.#customers = customers;
    this.#rates = rates;
  }

  /** The ledger's number of a name, given to it now if it has none. */
  name(number: number): number {
    this.#nameIds[number] ??= this.#names.id(this.#text(number));
    return this.#nameIds[number];
  }

  /** The same of 1 + a name, or 0 where there is none. */
  optionalName(number: number): number | null {
    return number === 0 ? null : this.name(number - 1);
  }

  /** The ledger's number of a customer, given to it now if it has none. */
  customer(number: number): number {
    this.#customerIds[number] ??= this.#customers.id(this.#text(number));
    return this.#customerIds[number];
  }

  profile(number: number): Profile {
    this.#profiles[number] ??= this.#profileOf(number);
    return this.#profiles[number];
  }

  /** Keeps the rates that were told of and are not kept yet. */
  keepRates(): void {
    const { rates } = this.vocabulary;
    for (; this.#keptRates < rates.length; this.#keptRates += 1) {
      const rate = rates[this.#keptRates];
      if (rate !== undefined) this.#rates.keep(rate);
    }
  }

  /** Forgets what it looked up: after a transaction was rolled back, or a customer was forgotten. */
  reset(): void {
    this.#nameIds = [];
    this.#customerIds = [];
    this.#profiles = [];
    this.#keptRates = 0;
  }

  #text(number: number): string {
    return this.vocabulary.names[number] ?? "";
  }

  #profileOf(number: number): Profile {
    const trait = (which: number): number => this.vocabulary.profiles[number * TRAITS + which] ?? 0;
    const name = (which: number): number => this.name(trait(which));
    const optionalName = (which: number): number | null => this.optionalName(trait(which));
    const text = (which: number): string => this.#text(trait(which));
    const flags = trait(Trait.flags);
    const reason = trait(Trait.reason);
    return new Profile({
      source: name(Trait.source),
      kind: text(Trait.kind) as EntryKind,
      reason: reason === 0 ? null : this.#text(reason - 1),
      feature: name(Trait.feature),
      provider: name(Trait.provider),
      model: name(Trait.model),
      requestModel: optionalName(Trait.requestModel),
      responseModel: optionalName(Trait.responseModel),
      operation: name(Trait.operation),
      dialect: name(Trait.dialect),
      scope: name(Trait.scope),
      outcome: text(Trait.outcome) as Outcome,
      quality: text(Trait.quality) as UsageQuality,
      costSource: text(Trait.costSource),
      lowerBound: flags & 1,
      aggregate: (flags >> 1) & 1,
      framework: (flags >> 2) & 1,
      named: flags >> 3,
    });
  }
}
