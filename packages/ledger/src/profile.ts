import type { Outcome, UsageQuality } from "@keeptabs/usage";
import { detailParts, flagsOf } from "./columns.ts";
import type { EntryKind } from "./entry.ts";
import { type Series, seriesOf } from "./postings.ts";

/** What many calls have in common; names are the ledger's numbers. */
export interface Traits {
  readonly source: number;
  readonly kind: EntryKind;
  readonly reason: string | null;
  readonly feature: number;
  readonly provider: number;
  readonly model: number;
  readonly requestModel: number | null;
  readonly responseModel: number | null;
  readonly operation: number;
  readonly dialect: number;
  readonly scope: number;
  readonly outcome: Outcome;
  readonly quality: UsageQuality;
  readonly costSource: string;
  readonly lowerBound: number;
  readonly aggregate: number;
  /** 1 when the span was made by a framework that wraps other instrumented clients. */
  readonly framework: number;
  /** NAMES_CUSTOMER, NAMES_FEATURE and ONLY_PERSON. What the call's own span names never changes. */
  readonly named: number;
}

/** More variants of a profile than this start its memory of them anew: features come from outside. */
const VARIANTS_LIMIT = 1000;

/** Traits of calls with what is made from them, so that it is made once for many calls. */
export class Profile {
  readonly traits: Traits;
  /** The traits' part of an entry's `detail`. */
  readonly detail: string;
  /** Where a first posting of such a call is added up. */
  readonly series: Series;
  readonly #flags = new Map<EntryKind, number>();
  readonly #variants = new Map<string, Profile>();

  constructor(traits: Traits) {
    this.traits = traits;
    this.detail = detailParts.traits(traits);
    this.series = seriesOf({ ...traits, reason: traits.reason ?? "" });
  }

  /** The flags of an entry that is booked as `kind`. */
  flags(kind: EntryKind): number {
    let flags = this.#flags.get(kind);
    if (flags === undefined) {
      flags = flagsOf({
        ...this.traits,
        cost_source: this.traits.costSource,
        lower_bound: this.traits.lowerBound,
        kind,
      });
      this.#flags.set(kind, flags);
    }
    return flags;
  }

  /** The same with another feature, and named otherwise. */
  as(feature: number, named: number): Profile {
    if (feature === this.traits.feature && named === this.traits.named) return this;
    const key = `${feature} ${named}`;
    let variant = this.#variants.get(key);
    if (variant === undefined) {
      if (this.#variants.size >= VARIANTS_LIMIT) this.#variants.clear();
      variant = new Profile({ ...this.traits, feature, named });
      this.#variants.set(key, variant);
    }
    return variant;
  }
}
