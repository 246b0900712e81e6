import { splitUsd } from "@keeptabs/pricing/money";
import { UNATTRIBUTED, usageToJson } from "@keeptabs/usage/consumed";
import { detailParts } from "./columns.ts";
import { allQuantities, CONTENT_HASH_BYTES, contentHash, responseKey } from "./content-hash.ts";
import type { Booking, SpanNote } from "./entry.ts";
import { quarterOf } from "./postings.ts";
import type { RateText } from "./rates.ts";
import { NAMES_CUSTOMER, NAMES_FEATURE, NO_FEATURE, ONLY_PERSON } from "./row.ts";
import { encodeCharge } from "./stored-charge.ts";
import { type News, NUMBERING_LIMIT, Numbering, TRAITS, Trait } from "./vocabulary.ts";

/**
 * Bookings in the form in which they cross to the writer's thread. Copying objects with forty fields costs
 * more than booking them, so they go as columns of numbers and bytes in one buffer, which changes hands. Names go
 * once, as a list that the columns refer to, and so does what many calls have in common.
 */
export interface Packed {
  readonly sizes: Sizes;
  readonly buffer: ArrayBuffer;
  readonly news: News;
  readonly responseIds: readonly (string | null)[];
  /** What stands in each entry's `detail` before and after its traits. */
  readonly details: readonly string[];
  readonly lists: readonly string[];
}

/** How many of what there are in a buffer. */
export interface Sizes {
  readonly bookings: number;
  readonly notes: number;
  readonly quantities: number;
  readonly ancestors: number;
}

/** The parts of a buffer. */
export interface Columns {
  /** `NUMBERS` for each booking: start, end, net nano and atto. */
  readonly numbers: BigInt64Array;
  /** The quarter of an hour each booking's call ended in. */
  readonly quarters: Float64Array;
  /** The key of each booking's response id. */
  readonly responseKeys: Float64Array;
  /** How many characters of each booking's detail its usage takes, which begins at the second. */
  readonly usageLengths: Uint32Array;
  /** Unit (a name) and quantity of all bookings. */
  readonly quantities: Float64Array;
  /** Each booking's profile and customer (a name). */
  readonly profileOf: Uint32Array;
  readonly customerOf: Uint32Array;
  /** Where each booking's quantities and ancestors end. */
  readonly quantityEnds: Uint32Array;
  readonly ancestorEnds: Uint32Array;
  /** `NOTE_REFERENCES` for each note: source; then customer, person and feature as 1 + name, or 0; then 1 when there is a parent. */
  readonly noteReferences: Uint32Array;
  /** `ID_BYTES` for each booking: trace id, span id, content hash. */
  readonly ids: Uint8Array;
  /** `NOTE_ID_BYTES` for each note: trace id, span id, parent's id or zeros. */
  readonly noteIds: Uint8Array;
  /** Ancestors of all bookings, 8 bytes each. */
  readonly ancestors: Uint8Array;
}

export const ID_BYTES: number = 24 + CONTENT_HASH_BYTES;
export const NUMBERS = 4;
export const NOTE_ID_BYTES = 32;
export const NOTE_REFERENCES = 5;

/** Frameworks whose callbacks make spans of their own, in traces of their own, around a client's. */
const FRAMEWORK_SCOPES = /langchain|langsmith|llama.?index/i;

/** The parts of a buffer, those with the widest elements first. */
export function columnsOf(buffer: ArrayBuffer, sizes: Sizes): Columns {
  const { bookings, notes, quantities, ancestors } = sizes;
  let at = 0;
  const part = <T>(
    View: new (buffer: ArrayBuffer, at: number, length: number) => T,
    length: number,
    width: number,
  ): T => {
    const view = new View(buffer, at, length);
    at += length * width;
    return view;
  };
  return {
    numbers: part(BigInt64Array<ArrayBuffer>, bookings * NUMBERS, 8),
    quarters: part(Float64Array<ArrayBuffer>, bookings, 8),
    responseKeys: part(Float64Array<ArrayBuffer>, bookings, 8),
    quantities: part(Float64Array<ArrayBuffer>, quantities * 2, 8),
    profileOf: part(Uint32Array<ArrayBuffer>, bookings, 4),
    customerOf: part(Uint32Array<ArrayBuffer>, bookings, 4),
    usageLengths: part(Uint32Array<ArrayBuffer>, bookings, 4),
    quantityEnds: part(Uint32Array<ArrayBuffer>, bookings, 4),
    ancestorEnds: part(Uint32Array<ArrayBuffer>, bookings, 4),
    noteReferences: part(Uint32Array<ArrayBuffer>, notes * NOTE_REFERENCES, 4),
    ids: part(Uint8Array<ArrayBuffer>, bookings * ID_BYTES, 1),
    noteIds: part(Uint8Array<ArrayBuffer>, notes * NOTE_ID_BYTES, 1),
    ancestors: part(Uint8Array<ArrayBuffer>, ancestors * 8, 1),
  };
}

function bytesFor({ bookings, notes, quantities, ancestors }: Sizes): number {
  const perBooking = (NUMBERS + 2) * 8 + 5 * 4 + ID_BYTES;
  const perNote = NOTE_REFERENCES * 4 + NOTE_ID_BYTES;
  return bookings * perBooking + notes * perNote + quantities * 16 + ancestors * 8;
}

/** Packs requests one after the other; what they have in common is told once. */
export class Packer {
  readonly #limit: number;
  #numbering: Numbering;
  readonly #traits = new Uint32Array(TRAITS);
  readonly #frameworks = new Map<string, boolean>();

  /** With more than `limit` of a kind it begins to tell everything anew. */
  constructor(limit: number = NUMBERING_LIMIT) {
    this.#limit = limit;
    this.#numbering = new Numbering(limit);
  }

  /** Packs bookings and notes. Throws RangeError for an id that is not hex of the right length, and an amount beyond 64 bits. */
  pack(bookings: readonly Booking[], notes: readonly SpanNote[]): Packed {
    if (this.#numbering.isFull) {
      this.#numbering = new Numbering(this.#limit);
      this.#frameworks.clear();
    }
    const numbering = this.#numbering;
    const use = (rate: RateText): void => numbering.rate(rate);
    const profiles: number[] = [];
    const customers: number[] = [];
    const quantities: number[] = [];
    const responseIds: (string | null)[] = [];
    const details: string[] = [];
    const lists: string[] = [];
    const usageLengths: number[] = [];
    const all: (readonly (readonly [string, number])[])[] = [];
    let ancestors = 0;
    for (const booking of bookings) {
      const { call, charge } = booking;
      profiles.push(this.#profile(booking));
      customers.push(numbering.name(booking.customer ?? UNATTRIBUTED));
      const consumed = allQuantities(call.usage);
      for (const [unit, quantity] of consumed) quantities.push(numbering.name(unit), quantity);
      all.push(consumed);
      ancestors += booking.ancestors.length;
      responseIds.push(call.responseId ?? null);
      const usage = usageToJson(call.usage);
      usageLengths.push(usage.length);
      details.push(detailParts.own(usage, encodeCharge(charge, use)));
      const { nano, atto } = splitUsd(charge.list);
      lists.push(detailParts.list(nano, atto));
    }
    const sizes: Sizes = {
      bookings: bookings.length,
      notes: notes.length,
      quantities: quantities.length / 2,
      ancestors,
    };
    const buffer = new ArrayBuffer(bytesFor(sizes));
    const columns = columnsOf(buffer, sizes);
    columns.profileOf.set(profiles);
    columns.customerOf.set(customers);
    columns.usageLengths.set(usageLengths);
    columns.quantities.set(quantities);
    let [ancestorsEnd, quantitiesEnd] = [0, 0];
    for (let i = 0; i < bookings.length; i += 1) {
      const booking = bookings[i] as Booking;
      const consumed = all[i] ?? [];
      packBooking(columns, booking, i, consumed);
      quantitiesEnd += consumed.length;
      columns.quantityEnds[i] = quantitiesEnd;
      for (const id of booking.ancestors) {
        writeId(columns.ancestors, ancestorsEnd * 8, id, 8, "ancestors");
        ancestorsEnd += 1;
      }
      columns.ancestorEnds[i] = ancestorsEnd;
    }
    this.#packNotes(columns, notes);
    return {
      sizes,
      buffer,
      news: numbering.news(),
      responseIds,
      details,
      lists,
    };
  }

  /** The number of a booking's profile, given to it now when it is the first one like it. */
  #profile({ source, call, charge, onlyPerson, feature }: Booking): number {
    const named =
      (call.attribution.customer === undefined ? 0 : NAMES_CUSTOMER) +
      (call.attribution.feature === undefined ? 0 : NAMES_FEATURE) +
      (onlyPerson === true ? ONLY_PERSON : 0);
    const [numbering, traits] = [this.#numbering, this.#traits];
    traits[Trait.source] = numbering.name(source);
    traits[Trait.kind] = numbering.name(call.aggregate ? "held" : charge.status);
    traits[Trait.reason] = numbering.optional(charge.reason);
    traits[Trait.feature] = numbering.name(feature ?? NO_FEATURE);
    traits[Trait.provider] = numbering.name(call.provider);
    traits[Trait.model] = numbering.name(call.responseModel ?? call.requestModel ?? "");
    traits[Trait.requestModel] = numbering.optional(call.requestModel);
    traits[Trait.responseModel] = numbering.optional(call.responseModel);
    traits[Trait.operation] = numbering.name(call.operation);
    traits[Trait.dialect] = numbering.name(call.dialect);
    traits[Trait.scope] = numbering.name(call.scope);
    traits[Trait.outcome] = numbering.name(call.outcome);
    traits[Trait.quality] = numbering.name(call.usage.quality);
    traits[Trait.costSource] = numbering.name(charge.source);
    traits[Trait.flags] =
      (call.usage.lowerBound ? 1 : 0) +
      (call.aggregate ? 2 : 0) +
      (this.#isFramework(call.scope) ? 4 : 0) +
      named * 8;
    return numbering.profile(traits);
  }

  #packNotes({ noteIds, noteReferences }: Columns, notes: readonly SpanNote[]): void {
    for (const [i, note] of notes.entries()) {
      const at = i * NOTE_ID_BYTES;
      writeId(noteIds, at, note.traceId, 16, "trace id");
      writeId(noteIds, at + 16, note.spanId, 8, "span id");
      if (note.parentSpanId !== undefined) writeId(noteIds, at + 24, note.parentSpanId, 8, "parent span id");
      noteReferences.set(
        [
          this.#numbering.name(note.source),
          this.#numbering.optional(note.customer),
          this.#numbering.optional(note.person),
          this.#numbering.optional(note.feature),
          note.parentSpanId === undefined ? 0 : 1,
        ],
        i * NOTE_REFERENCES,
      );
    }
  }

  #isFramework(scope: string): boolean {
    const known = this.#frameworks.get(scope);
    if (known !== undefined) return known;
    const found = FRAMEWORK_SCOPES.test(scope);
    this.#frameworks.set(scope, found);
    return found;
  }
}

/** Writes what is a booking's own. */
function packBooking(
  { ids, numbers, quarters, responseKeys }: Columns,
  { call, sentTimes, charge }: Booking,
  i: number,
  quantities: readonly (readonly [string, number])[],
): void {
  const at = i * ID_BYTES;
  writeId(ids, at, call.traceId, 16, "trace id");
  writeId(ids, at + 16, call.spanId, 8, "span id");
  const sent = sentTimes === undefined ? call : { ...call, ...sentTimes };
  writeId(ids, at + 24, contentHash(sent, quantities), CONTENT_HASH_BYTES, "content hash");

  const net = splitUsd(charge.net);
  if (BigInt.asIntN(64, net.nano) !== net.nano)
    throw new RangeError(`a net amount must be less than 2^63 nano-USD, got ${net.nano}`);
  const first = i * NUMBERS;
  numbers[first] = call.startedAt;
  numbers[first + 1] = call.occurredAt;
  numbers[first + 2] = net.nano;
  numbers[first + 3] = net.atto;
  quarters[i] = quarterOf(call.occurredAt);
  responseKeys[i] = call.responseId === undefined ? 0 : responseKey(call.responseId);
}

function writeId(target: Uint8Array, at: number, hex: string, length: number, what: string): void {
  if (hex.length === length * 2) {
    for (let i = 0; i < length; i += 1) {
      const byte = (digit(hex.charCodeAt(i * 2)) << 4) | digit(hex.charCodeAt(i * 2 + 1));
      if (byte < 0) break;
      target[at + i] = byte;
      if (i === length - 1) return;
    }
  }
  throw new RangeError(`${what} must be ${length} bytes of hex, got "${hex}"`);
}

/** Values of hexadecimal digits by their character code; -1 for what is none. */
const DIGITS: Int8Array = Int8Array.from({ length: 128 }, (_, code) =>
  "0123456789abcdef".indexOf(String.fromCharCode(code).toLowerCase()),
);

function digit(code: number): number {
  return code < 128 ? (DIGITS[code] ?? -1) : -1;
}
