import { viewOf } from "./bytes.ts";
import { DecodeError, type Place } from "./decode-error.ts";

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/**
 * A cursor over protobuf's wire format. Each reading method takes the end of the message it is in and
 * throws a DecodeError rather than read past it; the end itself must lie within the bytes.
 *
 * Source of the rules: protobuf.dev, "Encoding".
 */
export class Wire {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly place: Place;
  position = 0;

  constructor(body: Uint8Array, place: Place) {
    this.bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    this.view = viewOf(body);
    this.place = place;
  }

  /** A field's number and wire type, as they stand in the bytes: `number << 3 | type`. */
  tag(end: number): number {
    const tag = this.varint(end);
    if (tag < 8 || tag > 0xffff_ffff) throw this.fault("a field number is out of range");
    return tag;
  }

  /** Reads a length and gives the position where the field ends. */
  fieldEnd(end: number): number {
    const length = this.varint(end);
    const fieldEnd = this.position + length;
    if (fieldEnd > end) {
      throw this.fault(`a field of ${length} bytes runs past the end of its message by ${fieldEnd - end}`);
    }
    return fieldEnd;
  }

  /** An unsigned integer; exact up to 2^53, and above it at least known to be above. */
  varint(end: number): number {
    const at = this.position;
    if (at < end) {
      const byte = this.bytes[at] as number;
      if (byte < 0x80) {
        this.position = at + 1;
        return byte;
      }
    }
    return this.#longVarint(end);
  }

  #longVarint(end: number): number {
    let value = 0;
    let scale = 1;
    for (let at = this.position; at < this.#varintEnd(end); at++) {
      const byte = this.bytes[at] as number;
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
      if (byte < 0x80) {
        this.position = at + 1;
        return value;
      }
    }
    throw this.#brokenVarint(end);
  }

  /** A signed integer of 64 bits; a bigint only where a number would not be exact. */
  int64(end: number): number | bigint {
    let low = 0;
    let scale = 1;
    const start = this.position;
    for (let at = start; at < this.#varintEnd(end); at++) {
      const byte = this.bytes[at] as number;
      // Seven bytes hold 49 bits, which a number adds up exactly.
      if (at - start < 7) low += (byte & 0x7f) * scale;
      scale *= 0x80;
      if (byte < 0x80) {
        this.position = at + 1;
        return at - start < 7 ? low : this.#wideInteger(start, at);
      }
    }
    throw this.#brokenVarint(end);
  }

  #wideInteger(start: number, last: number): number | bigint {
    let value = 0n;
    for (let at = last; at >= start; at--) value = (value << 7n) | BigInt((this.bytes[at] as number) & 0x7f);
    value = BigInt.asIntN(64, value);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  /** An enum or int32: the low 32 bits, signed. */
  int32(end: number): number {
    const value = this.int64(end);
    return typeof value === "number" ? value | 0 : Number(BigInt.asIntN(32, value));
  }

  fixed64(end: number): bigint {
    const at = this.position;
    this.#advance(8, end);
    return this.view.getBigUint64(at, true);
  }

  double(end: number): number {
    const at = this.position;
    this.#advance(8, end);
    return this.view.getFloat64(at, true);
  }

  /** Passes over a field that is not read. Groups are refused: OTLP never had any. */
  skip(tag: number, end: number): void {
    switch (tag & 7) {
      case VARINT:
        this.varint(end);
        break;
      case FIXED64:
        this.#advance(8, end);
        break;
      case LENGTH_DELIMITED:
        this.position = this.fieldEnd(end);
        break;
      case FIXED32:
        this.#advance(4, end);
        break;
      default:
        throw this.fault(`field ${tag >>> 3} has wire type ${tag & 7}, which OTLP does not use`);
    }
  }

  fault(what: string): DecodeError {
    return new DecodeError(`${this.place.inWords()}: ${what}.`);
  }

  #advance(length: number, end: number): void {
    if (this.position + length > end) throw this.fault("a number is cut off");
    this.position += length;
  }

  #varintEnd(end: number): number {
    return Math.min(end, this.position + 10);
  }

  #brokenVarint(end: number): DecodeError {
    const cutOff = end - this.position < 10;
    return this.fault(cutOff ? "a varint is cut off" : "a varint is longer than 10 bytes");
  }
}
