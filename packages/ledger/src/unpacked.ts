import type { Outcome, UsageQuality } from "@keeptabs/usage";
import type { Dictionary } from "./dictionary.ts";
import type { EntryKind } from "./entry.ts";
import {
  ID_BYTES,
  NOTE_ID_BYTES,
  NOTE_REFERENCES,
  NUMBERS,
  type Packed,
  REFERENCES,
  Reference,
} from "./packed.ts";
import type { NoteRow, Row, UnitQuantity } from "./row.ts";

const NO_ANCESTORS = new Uint8Array();

/** Reads what was packed, with the ledger's numbers for names. */
export class Unpacked {
  readonly #packed: Packed;
  readonly #names: Dictionary;
  readonly #customers: Dictionary;
  readonly #nameIds: (number | undefined)[] = [];
  readonly #customerIds: (number | undefined)[] = [];

  constructor(packed: Packed, names: Dictionary, customers: Dictionary) {
    this.#packed = packed;
    this.#names = names;
    this.#customers = customers;
  }

  *rows(): Iterable<Row> {
    for (let i = 0; i < this.#packed.count; i += 1) yield this.#row(i);
  }

  *notes(): Iterable<NoteRow> {
    for (let i = 0; i < this.#packed.notes.count; i += 1) yield this.#note(i);
  }

  #row(i: number): Row {
    const { ids, numbers, responseIds, usages, charges } = this.#packed;
    const at = i * ID_BYTES;
    const flags = this.#reference(i, Reference.flags);
    const number = (which: number): bigint => numbers[i * NUMBERS + which] ?? 0n;
    const customer = (): number => this.#customer(this.#reference(i, Reference.customer));
    return {
      source: this.#name(this.#reference(i, Reference.source)),
      traceId: ids.subarray(at, at + 16),
      spanId: ids.subarray(at + 16, at + 24),
      contentHash: ids.subarray(at + 24, at + ID_BYTES),
      ancestors: this.#ancestors(i),
      kind: this.#text(this.#reference(i, Reference.kind)) as EntryKind,
      reason: this.#optionalText(this.#reference(i, Reference.reason)),
      // Numbered only when it is asked for: a span that is known already must not bring back a name that was forgotten.
      get customer() {
        return customer();
      },
      feature: this.#name(this.#reference(i, Reference.feature)),
      provider: this.#name(this.#reference(i, Reference.provider)),
      model: this.#name(this.#reference(i, Reference.model)),
      requestModel: this.#optionalName(this.#reference(i, Reference.requestModel)),
      responseModel: this.#optionalName(this.#reference(i, Reference.responseModel)),
      operation: this.#name(this.#reference(i, Reference.operation)),
      dialect: this.#name(this.#reference(i, Reference.dialect)),
      scope: this.#name(this.#reference(i, Reference.scope)),
      responseId: responseIds[i] ?? null,
      outcome: this.#text(this.#reference(i, Reference.outcome)) as Outcome,
      quality: this.#text(this.#reference(i, Reference.quality)) as UsageQuality,
      lowerBound: flags & 1,
      aggregate: (flags >> 1) & 1,
      framework: (flags >> 2) & 1,
      named: flags >> 3,
      startedAt: number(0),
      occurredAt: number(1),
      listNano: number(2),
      listAtto: number(3),
      netNano: number(4),
      netAtto: number(5),
      costSource: this.#text(this.#reference(i, Reference.costSource)),
      usage: usages[i] ?? "",
      charge: charges[i] ?? "",
      tokens: this.#quantities(i),
    };
  }

  #note(i: number): NoteRow {
    const { ids, references } = this.#packed.notes;
    const at = i * NOTE_ID_BYTES;
    const reference = (which: number): number => references[i * NOTE_REFERENCES + which] ?? 0;
    const customer = (index: number): number | null => (index === 0 ? null : this.#customer(index - 1));
    return {
      source: this.#name(reference(0)),
      traceId: ids.subarray(at, at + 16),
      spanId: ids.subarray(at + 16, at + 24),
      ancestors: reference(4) === 0 ? NO_ANCESTORS : ids.subarray(at + 24, at + 32),
      get customer() {
        return customer(reference(1));
      },
      get person() {
        return customer(reference(2));
      },
      feature: this.#optionalName(reference(3)),
    };
  }

  #reference(i: number, which: number): number {
    return this.#packed.references[i * REFERENCES + which] ?? 0;
  }

  #text(index: number): string {
    return this.#packed.names[index] ?? "";
  }

  #optionalText(index: number): string | null {
    return index === 0 ? null : this.#text(index - 1);
  }

  #name(index: number): number {
    this.#nameIds[index] ??= this.#names.id(this.#text(index));
    return this.#nameIds[index] ?? 0;
  }

  #optionalName(index: number): number | null {
    return index === 0 ? null : this.#name(index - 1);
  }

  #customer(index: number): number {
    this.#customerIds[index] ??= this.#customers.id(this.#text(index));
    return this.#customerIds[index] ?? 0;
  }

  #ancestors(i: number): Uint8Array {
    const { ancestors, ancestorEnds } = this.#packed;
    const from = i === 0 ? 0 : (ancestorEnds[i - 1] ?? 0);
    const until = ancestorEnds[i] ?? 0;
    return from === until ? NO_ANCESTORS : ancestors.subarray(from, until);
  }

  #quantities(i: number): UnitQuantity[] {
    const { quantities, quantityEnds } = this.#packed;
    const read: UnitQuantity[] = [];
    const until = quantityEnds[i] ?? 0;
    for (let at = i === 0 ? 0 : (quantityEnds[i - 1] ?? 0); at < until; at += 2) {
      read.push([this.#name(quantities[at] ?? 0), quantities[at + 1] ?? 0]);
    }
    return read;
  }
}
