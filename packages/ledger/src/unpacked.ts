import type { Meanings } from "./meanings.ts";
import {
  type Columns,
  columnsOf,
  ID_BYTES,
  NOTE_ID_BYTES,
  NOTE_REFERENCES,
  NUMBERS,
  type Packed,
} from "./packed.ts";
import type { Quantities } from "./postings.ts";
import { type NoteRow, Row, type RowSource } from "./row.ts";

const NO_ANCESTORS = new Uint8Array();

/** Reads what was packed, with the ledger's numbers for what it names. */
export class Unpacked implements RowSource {
  readonly #packed: Packed;
  readonly #columns: Columns;
  readonly #meanings: Meanings;

  constructor(packed: Packed, meanings: Meanings) {
    this.#packed = packed;
    this.#columns = columnsOf(packed.buffer, packed.sizes);
    this.#meanings = meanings;
  }

  *rows(): Iterable<Row> {
    for (let i = 0; i < this.#packed.sizes.bookings; i += 1) yield this.#row(i);
  }

  *notes(): Iterable<NoteRow> {
    for (let i = 0; i < this.#packed.sizes.notes; i += 1) yield this.#note(i);
  }

  customer(i: number): number {
    return this.#meanings.customer(this.#columns.customerOf[i] ?? 0);
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
      to.add(this.#meanings.name(quantities[at * 2] ?? 0), quantities[at * 2 + 1] ?? 0);
    }
  }

  #row(i: number): Row {
    const { ids, profileOf } = this.#columns;
    const at = i * ID_BYTES;
    return new Row(this, i, this.#meanings.profile(profileOf[i] ?? 0), {
      traceId: ids.subarray(at, at + 16),
      spanId: ids.subarray(at + 16, at + 24),
      contentHash: ids.subarray(at + 24, at + ID_BYTES),
    });
  }

  #note(i: number): NoteRow {
    const { noteIds, noteReferences } = this.#columns;
    const at = i * NOTE_ID_BYTES;
    const reference = (which: number): number => noteReferences[i * NOTE_REFERENCES + which] ?? 0;
    const meanings = this.#meanings;
    const customer = (index: number): number | null => (index === 0 ? null : meanings.customer(index - 1));
    return {
      source: meanings.name(reference(0)),
      traceId: noteIds.subarray(at, at + 16),
      spanId: noteIds.subarray(at + 16, at + 24),
      ancestors: reference(4) === 0 ? NO_ANCESTORS : noteIds.subarray(at + 24, at + 32),
      get customer() {
        return customer(reference(1));
      },
      get person() {
        return customer(reference(2));
      },
      feature: meanings.optionalName(reference(3)),
    };
  }
}
