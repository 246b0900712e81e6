import type { Random } from "../ledger/random.ts";

/**
 * Ids in an encoded request are put in place afterwards, so that a request need be encoded once and can be sent with new
 * ids each time. Where an id belongs there is a mark: a byte sequence that occurs nowhere else, the kind of id,
 * and its number, which is the same wherever the same id is wanted.
 */
export type IdKind = "trace" | "span" | "response";

const KINDS: readonly IdKind[] = ["trace", "span", "response"];
const LENGTHS: Readonly<Record<IdKind, number>> = { trace: 16, span: 8, response: 24 };
/** Text, since response ids are. */
const MARK = Buffer.from("\u0001\u0002\u0003", "latin1");

/** The mark of an id, as long as the id. */
export function marked(kind: IdKind, number: number): Buffer {
  const mark = Buffer.alloc(LENGTHS[kind], "x");
  MARK.copy(mark);
  mark[3] = KINDS.indexOf(kind);
  mark.write(number.toString(36).padStart(4, "0"), 4, "latin1");
  return mark;
}

interface Slot {
  readonly kind: IdKind;
  readonly number: number;
  readonly at: number;
}

/** Finds the marks of an encoded request. */
export class IdSlots {
  readonly #bytes: Buffer;
  readonly #slots: readonly Slot[];

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    const slots: Slot[] = [];
    for (let at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + MARK.length)) {
      const kind = KINDS[bytes[at + 3] as number];
      if (kind === undefined) throw new Error("a mark of ids occurs where there is no id");
      slots.push({ kind, number: Number.parseInt(bytes.toString("latin1", at + 4, at + 8), 36), at });
    }
    this.#slots = slots;
  }

  /** A copy with new ids in the places of the marks: equal marks get equal ids. */
  filled(random: Random): Buffer {
    const filled = Buffer.from(this.#bytes);
    const known = new Map<string, Buffer>();
    for (const { kind, number, at } of this.#slots) {
      const name = kind + number;
      let id = known.get(name);
      if (id === undefined) {
        id =
          kind === "response"
            ? Buffer.from(random.hex(LENGTHS[kind] / 2))
            : Buffer.from(random.hex(LENGTHS[kind]), "hex");
        known.set(name, id);
      }
      id.copy(filled, at);
    }
    return filled;
  }

  /** The span and trace id of the first call in what `filled` gave. */
  firstCall(filled: Buffer): { readonly traceId: string; readonly spanId: string } {
    const response = this.#slots.findIndex(({ kind }) => kind === "response");
    const before = this.#slots.slice(0, response).toReversed();
    const hex = ({ kind, at }: Slot): string => filled.toString("hex", at, at + LENGTHS[kind]);
    // A span's own id stands between its trace's and, if it has one, its parent's.
    const trace = before.findIndex(({ kind }) => kind === "trace");
    return { traceId: hex(before[trace] as Slot), spanId: hex(before[trace - 1] as Slot) };
  }
}
