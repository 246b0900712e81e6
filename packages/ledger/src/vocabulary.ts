import type { RateText } from "./rates.ts";

/** What is told of a vocabulary with a request: what was not told before, and from which numbers on. */
export interface News {
  readonly firstName: number;
  readonly names: readonly string[];
  readonly firstProfile: number;
  /** `TRAITS` numbers for each profile; see `Trait`. */
  readonly profiles: readonly number[];
  readonly rates: readonly RateText[];
}

/** What stands where in a profile. All but the flags are names; those marked optional are 1 + name, or 0. */
export const Trait = {
  source: 0,
  kind: 1,
  /** Optional. */
  reason: 2,
  feature: 3,
  provider: 4,
  model: 5,
  /** Optional. */
  requestModel: 6,
  /** Optional. */
  responseModel: 7,
  operation: 8,
  dialect: 9,
  scope: 10,
  outcome: 11,
  quality: 12,
  costSource: 13,
  /** Lower bound (1), aggregate (2), framework (4), and `named` from 8 on. */
  flags: 14,
} as const;
export const TRAITS = 15;

/** More names, profiles or rates than this start a vocabulary anew: names come from outside. */
export const NUMBERING_LIMIT = 100_000;

/** Numbers names, and what many calls have in common, so that each crosses to the writer's thread once. */
export class Numbering {
  readonly #limit: number;
  readonly #names = new Map<string, number>();
  readonly #profiles: number[] = [];
  /** Profiles by a hash of their traits. */
  readonly #profilesByHash = new Map<number, number[]>();
  readonly #rates = new Set<number>();
  #newNames: string[] = [];
  #newRates: RateText[] = [];
  #toldProfiles = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  name(name: string): number {
    let number = this.#names.get(name);
    if (number === undefined) {
      number = this.#names.size;
      this.#names.set(name, number);
      this.#newNames.push(name);
    }
    return number;
  }

  /** 1 + the number of a name, or 0 where there is none. */
  optional(name: string | undefined): number {
    return name === undefined ? 0 : this.name(name) + 1;
  }

  /** The number of a profile; `traits` may be used again. */
  profile(traits: Uint32Array): number {
    let hash = 0;
    for (let i = 0; i < TRAITS; i += 1) hash = Math.imul(hash ^ (traits[i] ?? 0), 0x9e3779b1) ^ (hash >>> 15);
    const alike = this.#profilesByHash.get(hash);
    if (alike !== undefined) for (const known of alike) if (this.#isProfile(known, traits)) return known;
    const made = this.#profiles.length / TRAITS;
    this.#profiles.push(...traits);
    if (alike === undefined) this.#profilesByHash.set(hash, [made]);
    else alike.push(made);
    return made;
  }

  /** Tells of a rate, which has a number of its own. */
  rate(rate: RateText): void {
    if (this.#rates.has(rate.id)) return;
    this.#rates.add(rate.id);
    this.#newRates.push(rate);
  }

  /** What was numbered since this was last asked. */
  news(): News {
    const [names, rates] = [this.#newNames, this.#newRates];
    const firstProfile = this.#toldProfiles;
    this.#newNames = [];
    this.#newRates = [];
    this.#toldProfiles = this.#profiles.length / TRAITS;
    return {
      firstName: this.#names.size - names.length,
      names,
      firstProfile,
      profiles: this.#profiles.slice(firstProfile * TRAITS),
      rates,
    };
  }

  /** True when there is too much in it: the next request is to be numbered by a new one. */
  get isFull(): boolean {
    const most = Math.max(this.#names.size, this.#profiles.length / TRAITS, this.#rates.size);
    return most > this.#limit;
  }

  #isProfile(profile: number, traits: Uint32Array): boolean {
    const from = profile * TRAITS;
    for (let i = 0; i < TRAITS; i += 1) if (this.#profiles[from + i] !== traits[i]) return false;
    return true;
  }
}

/** The other side: what the numbers in requests mean. */
export class Vocabulary {
  readonly names: string[] = [];
  readonly profiles: number[] = [];
  readonly rates: RateText[] = [];

  /** The vocabulary with what a request tells; a new one when the request begins a new numbering. */
  with({ firstName, names, firstProfile, profiles, rates }: News): Vocabulary {
    const isNew = firstName === 0 && this.names.length > 0;
    const known = isNew ? new Vocabulary() : this;
    if (firstName !== known.names.length || firstProfile * TRAITS !== known.profiles.length) {
      throw new RangeError(`a request tells of name ${firstName}, but ${known.names.length} are known`);
    }
    for (const name of names) known.names.push(name);
    for (const trait of profiles) known.profiles.push(trait);
    for (const rate of rates) known.rates.push(rate);
    return known;
  }
}
