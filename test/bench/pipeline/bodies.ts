import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { Random } from "../ledger/random.ts";
import { IdSlots } from "./id-slots.ts";
import type { Shape } from "./shapes.ts";
import { type Original, originalsOf } from "./spans.ts";

const AT_A_TIME = 4;

/** The requests of a shape: the i-th is the same, ids included, each time it is asked for. */
export class Bodies {
  readonly #shape: Shape;
  readonly #originals: readonly Original[];
  readonly #slots: readonly IdSlots[];

  constructor(shape: Shape, atMs: number) {
    this.#shape = shape;
    this.#originals = originalsOf(shape, atMs);
    this.#slots = this.#originals.map(({ protobuf }) => new IdSlots(protobuf));
  }

  /** All of them, compressed as exporters do. */
  async compressed(): Promise<Buffer[]> {
    const compress = promisify<Uint8Array, Buffer>(gzip);
    const bodies: Buffer[] = [];
    let next = 0;
    await Promise.all(
      Array.from({ length: AT_A_TIME }, async () => {
        for (let i = next++; i < this.#shape.bodies; i = next++) bodies[i] = await compress(this.#filled(i));
      }),
    );
    return bodies;
  }

  get bytesPerSpan(): number {
    return (this.#originals[0]?.protobuf.length ?? 0) / this.#shape.spans;
  }

  /** What the calls of the first `count` cost together, in 1e-18 USD. */
  costOf(count: number): bigint {
    let sum = 0n;
    for (let i = 0; i < count; i += 1) sum += (this.#originals[i % this.#originals.length] as Original).cost;
    return sum;
  }

  /** The ids of the first call in the i-th. */
  firstCallOf(i: number): { readonly traceId: string; readonly spanId: string } {
    return this.#slotsOf(i).firstCall(this.#filled(i));
  }

  #filled(i: number): Buffer {
    return this.#slotsOf(i).filled(new Random(i + 1));
  }

  #slotsOf(i: number): IdSlots {
    return this.#slots[i % this.#slots.length] as IdSlots;
  }
}
