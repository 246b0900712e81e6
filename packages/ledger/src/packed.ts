import { splitUsd } from "@keeptabs/pricing/money";
import { UNATTRIBUTED, usageToJson } from "@keeptabs/usage/consumed";
import { allQuantities, CONTENT_HASH_BYTES, contentHash } from "./content-hash.ts";
import type { Booking, SpanNote } from "./entry.ts";
import type { RateText } from "./rates.ts";
import { NAMES_CUSTOMER, NAMES_FEATURE, NO_FEATURE, ONLY_PERSON } from "./row.ts";
import { encodeCharge } from "./stored-charge.ts";

/**
 * Bookings in the form in which they cross to the writer's thread. Copying objects with forty fields costs
 * more than booking them, so they go as columns of numbers and bytes, whose buffers change hands, and
 * names go once, as a list that the columns refer to.
 */
export interface Packed {
  readonly count: number;
  readonly names: readonly string[];
  readonly rates: readonly RateText[];
  /** `ID_BYTES` for each booking: trace id, span id, content hash. */
  readonly ids: Uint8Array<ArrayBuffer>;
  /** `REFERENCES` for each booking; see `Reference`. */
  readonly references: Uint32Array<ArrayBuffer>;
  /** `NUMBERS` for each booking: start, end, list nano and atto, net nano and atto. */
  readonly numbers: BigInt64Array<ArrayBuffer>;
  /** Ancestors of all bookings, and where each one's end. */
  readonly ancestors: Uint8Array<ArrayBuffer>;
  readonly ancestorEnds: Uint32Array<ArrayBuffer>;
  /** Unit (a name) and quantity of all bookings, and where each one's end. */
  readonly quantities: Float64Array<ArrayBuffer>;
  readonly quantityEnds: Uint32Array<ArrayBuffer>;
  readonly responseIds: readonly (string | null)[];
  readonly usages: readonly string[];
  readonly charges: readonly string[];
  readonly notes: PackedNotes;
}

/** Spans above calls, packed alike. */
export interface PackedNotes {
  readonly count: number;
  /** 32 bytes each: trace id, span id, parent's id or zeros. */
  readonly ids: Uint8Array<ArrayBuffer>;
  /** Source; then customer, person and feature as 1 + name, or 0; then 1 when there is a parent. */
  readonly references: Uint32Array<ArrayBuffer>;
}

export const ID_BYTES: number = 24 + CONTENT_HASH_BYTES;
export const NUMBERS = 6;
export const NOTE_ID_BYTES = 32;
export const NOTE_REFERENCES = 5;

/** What stands where in a booking's references. Those marked optional are 1 + name, or 0. */
export const Reference = {
  source: 0,
  kind: 1,
  /** Optional. */
  reason: 2,
  customer: 3,
  feature: 4,
  provider: 5,
  model: 6,
  /** Optional. */
  requestModel: 7,
  /** Optional. */
  responseModel: 8,
  operation: 9,
  dialect: 10,
  scope: 11,
  outcome: 12,
  quality: 13,
  costSource: 14,
  /** Lower bound (1), aggregate (2), framework (4), and `named` from 8 on. */
  flags: 15,
} as const;
export const REFERENCES = 16;

/** Frameworks whose callbacks make spans of their own, in traces of their own, around a client's. */
const FRAMEWORK_SCOPES = /langchain|langsmith|llama.?index/i;

/** Packs bookings and notes. Throws RangeError when an id is not hex of the right length. */
export function pack(bookings: readonly Booking[], notes: readonly SpanNote[]): Packed {
  return new Packer(bookings.length).pack(bookings, notes);
}

/** The buffers that may change hands instead of being copied. */
export function buffersOf({ ids, references, numbers, ...rest }: Packed): ArrayBuffer[] {
  const { ancestors, ancestorEnds, quantities, quantityEnds, notes } = rest;
  return [
    ids,
    references,
    numbers,
    ancestors,
    ancestorEnds,
    quantities,
    quantityEnds,
    notes.ids,
    notes.references,
  ].map(({ buffer }) => buffer);
}

class Packer {
  readonly #names: string[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #rates = new Map<number, RateText>();
  readonly #frameworks = new Map<string, boolean>();
  readonly #ids: Uint8Array<ArrayBuffer>;
  readonly #references: Uint32Array<ArrayBuffer>;
  readonly #numbers: BigInt64Array<ArrayBuffer>;
  readonly #ancestorEnds: Uint32Array<ArrayBuffer>;
  readonly #quantityEnds: Uint32Array<ArrayBuffer>;
  readonly #quantities: number[] = [];
  readonly #use = (rate: RateText): void => {
    this.#rates.set(rate.id, rate);
  };

  constructor(count: number) {
    this.#ids = new Uint8Array(count * ID_BYTES);
    this.#references = new Uint32Array(count * REFERENCES);
    this.#numbers = new BigInt64Array(count * NUMBERS);
    this.#ancestorEnds = new Uint32Array(count);
    this.#quantityEnds = new Uint32Array(count);
  }

  pack(bookings: readonly Booking[], notes: readonly SpanNote[]): Packed {
    const ancestors = new Uint8Array(
      bookings.reduce((sum, booking) => sum + booking.ancestors.length * 8, 0),
    );
    let ancestorsEnd = 0;
    const responseIds: (string | null)[] = [];
    const usages: string[] = [];
    const charges: string[] = [];
    for (const [i, booking] of bookings.entries()) {
      for (const id of booking.ancestors) {
        writeId(ancestors, ancestorsEnd, id, 8, "ancestors");
        ancestorsEnd += 8;
      }
      this.#ancestorEnds[i] = ancestorsEnd;
      this.#packBooking(booking, i);
      const { call, charge } = booking;
      responseIds.push(call.responseId ?? null);
      usages.push(usageToJson(call.usage));
      charges.push(encodeCharge(charge, this.#use));
    }
    const packedNotes = this.#packNotes(notes);
    return {
      count: bookings.length,
      names: this.#names,
      rates: [...this.#rates.values()],
      ids: this.#ids,
      references: this.#references,
      numbers: this.#numbers,
      ancestors,
      ancestorEnds: this.#ancestorEnds,
      quantities: Float64Array.from(this.#quantities),
      quantityEnds: this.#quantityEnds,
      responseIds,
      usages,
      charges,
      notes: packedNotes,
    };
  }

  #packBooking(booking: Booking, i: number): void {
    const { source, call, sentTimes, charge, customer, onlyPerson, feature } = booking;
    const quantities = allQuantities(call.usage);
    const at = i * ID_BYTES;
    writeId(this.#ids, at, call.traceId, 16, "trace id");
    writeId(this.#ids, at + 16, call.spanId, 8, "span id");
    const sent = sentTimes === undefined ? call : { ...call, ...sentTimes };
    writeId(this.#ids, at + 24, contentHash(sent, quantities), CONTENT_HASH_BYTES, "content hash");

    const list = splitUsd(charge.list);
    const net = charge.net === charge.list ? list : splitUsd(charge.net);
    const numbers = this.#numbers;
    const first = i * NUMBERS;
    numbers[first] = call.startedAt;
    numbers[first + 1] = call.occurredAt;
    numbers[first + 2] = list.nano;
    numbers[first + 3] = list.atto;
    numbers[first + 4] = net.nano;
    numbers[first + 5] = net.atto;

    for (const [unit, quantity] of quantities) this.#quantities.push(this.#name(unit), quantity);
    this.#quantityEnds[i] = this.#quantities.length;

    const named =
      (call.attribution.customer === undefined ? 0 : NAMES_CUSTOMER) +
      (call.attribution.feature === undefined ? 0 : NAMES_FEATURE) +
      (onlyPerson === true ? ONLY_PERSON : 0);
    const flags =
      (call.usage.lowerBound ? 1 : 0) +
      (call.aggregate ? 2 : 0) +
      (this.#isFramework(call.scope) ? 4 : 0) +
      named * 8;
    const references = this.#references;
    const base = i * REFERENCES;
    references[base + Reference.source] = this.#name(source);
    references[base + Reference.kind] = this.#name(call.aggregate ? "held" : charge.status);
    references[base + Reference.reason] = this.#optional(charge.reason);
    references[base + Reference.customer] = this.#name(customer ?? UNATTRIBUTED);
    references[base + Reference.feature] = this.#name(feature ?? NO_FEATURE);
    references[base + Reference.provider] = this.#name(call.provider);
    references[base + Reference.model] = this.#name(call.responseModel ?? call.requestModel ?? "");
    references[base + Reference.requestModel] = this.#optional(call.requestModel);
    references[base + Reference.responseModel] = this.#optional(call.responseModel);
    references[base + Reference.operation] = this.#name(call.operation);
    references[base + Reference.dialect] = this.#name(call.dialect);
    references[base + Reference.scope] = this.#name(call.scope);
    references[base + Reference.outcome] = this.#name(call.outcome);
    references[base + Reference.quality] = this.#name(call.usage.quality);
    references[base + Reference.costSource] = this.#name(charge.source);
    references[base + Reference.flags] = flags;
  }

  #packNotes(notes: readonly SpanNote[]): PackedNotes {
    const ids = new Uint8Array(notes.length * NOTE_ID_BYTES);
    const references = new Uint32Array(notes.length * NOTE_REFERENCES);
    for (const [i, note] of notes.entries()) {
      const at = i * NOTE_ID_BYTES;
      writeId(ids, at, note.traceId, 16, "trace id");
      writeId(ids, at + 16, note.spanId, 8, "span id");
      if (note.parentSpanId !== undefined) writeId(ids, at + 24, note.parentSpanId, 8, "parent span id");
      references.set(
        [
          this.#name(note.source),
          this.#optional(note.customer),
          this.#optional(note.person),
          this.#optional(note.feature),
          note.parentSpanId === undefined ? 0 : 1,
        ],
        i * NOTE_REFERENCES,
      );
    }
    return { count: notes.length, ids, references };
  }

  #isFramework(scope: string): boolean {
    const known = this.#frameworks.get(scope);
    if (known !== undefined) return known;
    const found = FRAMEWORK_SCOPES.test(scope);
    this.#frameworks.set(scope, found);
    return found;
  }

  #optional(name: string | undefined): number {
    return name === undefined ? 0 : this.#name(name) + 1;
  }

  #name(name: string): number {
    const known = this.#indexes.get(name);
    if (known !== undefined) return known;
    const index = this.#names.length;
    this.#names.push(name);
    this.#indexes.set(name, index);
    return index;
  }
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

/** The value of a hexadecimal digit; negative when it is none. */
function digit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
