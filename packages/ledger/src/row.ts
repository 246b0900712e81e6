import type { Outcome, UsageQuality } from "@keeptabs/usage";
import type { EntryKind } from "./entry.ts";
import type { Quantities } from "./postings.ts";
import type { Profile } from "./profile.ts";

/** Feature of a call that none was named for. */
export const NO_FEATURE = "";

/** In `named`: the call's own span names the customer. */
export const NAMES_CUSTOMER = 1;
/** In `named`: the call's own span names the feature. */
export const NAMES_FEATURE = 2;
/** In `named`: the customer is merely a person's id. */
export const ONLY_PERSON = 4;

/** What a call's row is read from, where it crossed to the writer's thread. */
export interface RowSource {
  customer(i: number): number;
  ancestors(i: number): Uint8Array;
  /** Start, end, net nano or net atto. */
  number(i: number, which: number): bigint;
  quarter(i: number): number;
  responseId(i: number): string | null;
  responseKey(i: number): number;
  usage(i: number): string;
  /** The entry's `detail`, given what it says of the call's traits. */
  detail(i: number, traits: string): string;
  units(i: number): number;
  addQuantities(i: number, to: Quantities): void;
}

/** Who a call is. */
export interface Identity {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly contentHash: Uint8Array;
}

/** What is known of a call beyond what its own span says. */
interface Placed {
  readonly profile: Profile;
  readonly customer: number;
  readonly ancestors: Uint8Array;
}

/**
 * A booking as the bookkeeper works with it: names are the ledger's numbers, ids are bytes. Nothing is read, and no
 * customer numbered, before it is asked for: a span that is known already must not bring back a name that was forgotten.
 */
export class Row implements Identity {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly contentHash: Uint8Array;
  readonly profile: Profile;
  readonly #source: RowSource;
  readonly #i: number;
  readonly #placed: Placed | undefined;
  #ancestors: Uint8Array | undefined;

  constructor(source: RowSource, i: number, profile: Profile, identity: Identity, placed?: Placed) {
    this.traceId = identity.traceId;
    this.spanId = identity.spanId;
    this.contentHash = identity.contentHash;
    this.profile = profile;
    this.#source = source;
    this.#i = i;
    this.#placed = placed;
  }

  /** The same call with other names, and with what is known to lie above it. */
  placed(to: {
    readonly customer: number;
    readonly feature: number;
    readonly named?: number;
    readonly ancestors?: Uint8Array;
  }): Row {
    const { customer, feature, named = this.named, ancestors = this.ancestors } = to;
    const profile = this.profile.as(feature, named);
    return new Row(this.#source, this.#i, profile, this, { profile, customer, ancestors });
  }

  get customer(): number {
    return this.#placed?.customer ?? this.#source.customer(this.#i);
  }
  /** Span ids, nearest first, 8 bytes each. */
  get ancestors(): Uint8Array {
    this.#ancestors ??= this.#placed?.ancestors ?? this.#source.ancestors(this.#i);
    return this.#ancestors;
  }
  /** Unix nanoseconds. */
  get startedAt(): bigint {
    return this.#source.number(this.#i, 0);
  }
  get occurredAt(): bigint {
    return this.#source.number(this.#i, 1);
  }
  get quarter(): number {
    return this.#source.quarter(this.#i);
  }
  get netNano(): bigint {
    return this.#source.number(this.#i, 2);
  }
  get netAtto(): bigint {
    return this.#source.number(this.#i, 3);
  }
  get responseId(): string | null {
    return this.#source.responseId(this.#i);
  }
  get responseKey(): number {
    return this.#source.responseKey(this.#i);
  }
  /** The usage as JSON. */
  get usage(): string {
    return this.#source.usage(this.#i);
  }
  /** What the entry keeps for an explanation, as JSON. */
  get detail(): string {
    return this.#source.detail(this.#i, this.profile.detail);
  }
  /** How many units were consumed. */
  get units(): number {
    return this.#source.units(this.#i);
  }

  /** Adds what was consumed, by the ledger's numbers of units. */
  addQuantities(to: Quantities): void {
    this.#source.addQuantities(this.#i, to);
  }

  get source(): number {
    return this.profile.traits.source;
  }
  get kind(): EntryKind {
    return this.profile.traits.kind;
  }
  get feature(): number {
    return this.profile.traits.feature;
  }
  get model(): number {
    return this.profile.traits.model;
  }
  get requestModel(): number | null {
    return this.profile.traits.requestModel;
  }
  get scope(): number {
    return this.profile.traits.scope;
  }
  get outcome(): Outcome {
    return this.profile.traits.outcome;
  }
  get quality(): UsageQuality {
    return this.profile.traits.quality;
  }
  get aggregate(): number {
    return this.profile.traits.aggregate;
  }
  get framework(): number {
    return this.profile.traits.framework;
  }
  get named(): number {
    return this.profile.traits.named;
  }
}

/** A span above calls as the bookkeeper works with it. */
export interface NoteRow {
  readonly source: number;
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  /** The parent's id, or empty at the root. */
  readonly ancestors: Uint8Array;
  readonly customer: number | null;
  readonly person: number | null;
  readonly feature: number | null;
}
