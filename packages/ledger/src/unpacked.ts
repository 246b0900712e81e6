import type { Outcome, UsageQuality } from "@keeptabs/usage";
import type { Dictionary } from "./dictionary.ts";
import type { EntryKind } from "./entry.ts";
import {
  type Columns,
  columnsOf,
  ID_BYTES,
  NOTE_ID_BYTES,
  NOTE_REFERENCES,
  NUMBERS,
  type Packed,
  TRAITS,
  Trait,
} from "./packed.ts";
import type { Quantities } from "./postings.ts";
import { Profile, type Traits } from "./profile.ts";
import { type NoteRow, Row, type RowSource } from "./row.ts";

const NO_ANCESTORS = new Uint8Array();

/** Reads what was packed, with the ledger's numbers for names. */
export class Unpacked implements RowSource {
  readonly #packed: Packed;
  readonly #columns: Columns;
  readonly #names: Dictionary;
  readonly #customers: Dictionary;
  readonly #profiles: Profiles;
  readonly #nameIds: number[] = [];
  readonly #customerIds: number[] = [];
  readonly #profileOf: Profile[] = [];

  constructor(packed: Packed, names: Dictionary, customers: Dictionary, profiles: Profiles) {
    this.#packed = packed;
    this.#columns = columnsOf(packed.buffer, packed.sizes);
    this.#names = names;
    this.#customers = customers;
    this.#profiles = profiles;
  }

  *rows(): Iterable<Row> {
    for (let i = 0; i < this.#packed.sizes.bookings; i += 1) yield this.#row(i);
  }

  *notes(): Iterable<NoteRow> {
    for (let i = 0; i < this.#packed.sizes.notes; i += 1) yield this.#note(i);
  }

  customer(i: number): number {
    return this.#customer(this.#columns.customerOf[i] ?? 0);
  }

  ancestors(i: number): Uint8Array {
    const { ancestors, ancestorEnds } = this.#columns;
    const from = i === 0 ? 0 : (ancestorEnds[i - 1] ?? 0);
    const until = ancestorEnds[i] ?? 0;
    return from === until ? NO_ANCESTORS : ancestors.subarray(from * 8, until * 8);
  }

  number(i: number, which: number): bigint {
    return this.#columns.numbers[i * NUMBERS + which] ?? 0n;
  }

  quarter(i: number): number {
    return this.#columns.quarters[i] ?? 0;
  }

  responseId(i: number): string | null {
    return this.#packed.responseIds[i] ?? null;
  }

  responseKey(i: number): number {
    return this.#columns.responseKeys[i] ?? 0;
  }

  usage(i: number): string {
    return this.#packed.details[i]?.slice(1, 1 + (this.#columns.usageLengths[i] ?? 0)) ?? "";
  }

  detail(i: number, traits: string): string {
    return `${this.#packed.details[i]}${traits}${this.#packed.lists[i]}`;
  }

  units(i: number): number {
    const { quantityEnds } = this.#columns;
    return (quantityEnds[i] ?? 0) - (i === 0 ? 0 : (quantityEnds[i - 1] ?? 0));
  }

  addQuantities(i: number, to: Quantities): void {
    const { quantities, quantityEnds } = this.#columns;
    const until = quantityEnds[i] ?? 0;
    for (let at = until - this.units(i); at < until; at += 1) {
      to.add(this.#name(quantities[at * 2] ?? 0), quantities[at * 2 + 1] ?? 0);
    }
  }

  #row(i: number): Row {
    const { ids, profileOf } = this.#columns;
    const at = i * ID_BYTES;
    return new Row(this, i, this.#profile(profileOf[i] ?? 0), {
      traceId: ids.subarray(at, at + 16),
      spanId: ids.subarray(at + 16, at + 24),
      contentHash: ids.subarray(at + 24, at + ID_BYTES),
    });
  }

  #note(i: number): NoteRow {
    const { noteIds, noteReferences } = this.#columns;
    const at = i * NOTE_ID_BYTES;
    const reference = (which: number): number => noteReferences[i * NOTE_REFERENCES + which] ?? 0;
    const customer = (index: number): number | null => (index === 0 ? null : this.#customer(index - 1));
    return {
      source: this.#name(reference(0)),
      traceId: noteIds.subarray(at, at + 16),
      spanId: noteIds.subarray(at + 16, at + 24),
      ancestors: reference(4) === 0 ? NO_ANCESTORS : noteIds.subarray(at + 24, at + 32),
      get customer() {
        return customer(reference(1));
      },
      get person() {
        return customer(reference(2));
      },
      feature: this.#optionalName(reference(3)),
    };
  }

  #profile(profile: number): Profile {
    this.#profileOf[profile] ??= this.#profiles.like(this.#traits(profile));
    return this.#profileOf[profile];
  }

  #traits(profile: number): Traits {
    const { profiles } = this.#columns;
    const trait = (which: number): number => profiles[profile * TRAITS + which] ?? 0;
    const name = (which: number): number => this.#name(trait(which));
    const text = (which: number): string => this.#text(trait(which));
    const flags = trait(Trait.flags);
    const reason = trait(Trait.reason);
    return {
      source: name(Trait.source),
      kind: text(Trait.kind) as EntryKind,
      reason: reason === 0 ? null : this.#text(reason - 1),
      feature: name(Trait.feature),
      provider: name(Trait.provider),
      model: name(Trait.model),
      requestModel: this.#optionalName(trait(Trait.requestModel)),
      responseModel: this.#optionalName(trait(Trait.responseModel)),
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
    };
  }

  #text(index: number): string {
    return this.#packed.names[index] ?? "";
  }

  #name(index: number): number {
    this.#nameIds[index] ??= this.#names.id(this.#text(index));
    return this.#nameIds[index];
  }

  #optionalName(index: number): number | null {
    return index === 0 ? null : this.#name(index - 1);
  }

  #customer(index: number): number {
    this.#customerIds[index] ??= this.#customers.id(this.#text(index));
    return this.#customerIds[index];
  }
}

/** More profiles than this start the memory anew. */
const PROFILES_LIMIT = 50_000;

/** Profiles over many requests: one for all calls of the same traits. */
export class Profiles {
  readonly #known = new Map<string, Profile>();

  like(traits: Traits): Profile {
    const { source, kind, reason, feature, provider, model, requestModel, responseModel, scope } = traits;
    const { operation, dialect, outcome, quality, costSource, lowerBound, aggregate, framework, named } =
      traits;
    const names = `${source} ${feature} ${provider} ${model} ${requestModel} ${responseModel} ${scope} ${operation} ${dialect}`;
    const flags = `${lowerBound}${aggregate}${framework}${named} ${kind} ${outcome} ${quality} ${costSource} ${reason}`;
    const key = `${names} ${flags}`;
    let profile = this.#known.get(key);
    if (profile === undefined) {
      if (this.#known.size >= PROFILES_LIMIT) this.#known.clear();
      profile = new Profile(traits);
      this.#known.set(key, profile);
    }
    return profile;
  }

  /** Forgets all: numbers given in a transaction that was rolled back may mean something else next time. */
  reset(): void {
    this.#known.clear();
  }
}
