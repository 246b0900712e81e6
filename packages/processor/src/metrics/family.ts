import type { MetricFamily } from "./catalogue.ts";
import { CHUNK_LINES, LineChunk } from "./line-chunk.ts";
import { Piece } from "./piece.ts";
import { Sums } from "./sums.ts";
import { familyHead, labelText, type TextFormat } from "./text-format.ts";

/** Decimals of a family's values: its sums count units of the last one. */
export const USD = 18;
export const COUNT = 0;
/** Seconds, from milliseconds. */
export const MILLISECONDS = 3;

/**
 * The series of one family, by number from 0, and their text. Only what changed is written anew, when it is
 * asked for. A counter that is new shows 0 until a scrape has delivered it: Prometheus' `increase()` takes the first
 * sample it sees as the start, and would otherwise lose the first calls.
 */
export class Family {
  readonly #family: MetricFamily;
  readonly #decimals: number;
  readonly #heads: Readonly<Record<TextFormat, Piece>>;
  #sums = new Sums();
  #chunks: LineChunk[] = [];
  #size = 0;
  /** Series with a smaller number show their value. */
  #shown = 0;
  #changed: number[] = [];
  #isChanged = new Uint8Array(64);

  constructor(family: MetricFamily, decimals: number) {
    this.#family = family;
    this.#decimals = decimals;
    this.#heads = {
      prometheus: new Piece(Buffer.from(familyHead(family, "prometheus"))),
      openmetrics: new Piece(Buffer.from(familyHead(family, "openmetrics"))),
    };
  }

  get size(): number {
    return this.#size;
  }

  /** How many lines wait to be written. */
  get changed(): number {
    return this.#changed.length;
  }

  /** Adds a series at 0; its number is the size there was. */
  open(values: readonly string[]): number {
    const series = this.#size;
    this.#size += 1;
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined || chunk.isFull) {
      chunk = new LineChunk(this.#decimals);
      this.#chunks.push(chunk);
    }
    chunk.append(this.#family.name + labelText(this.#family.labels, values));
    if (series >= this.#isChanged.length) {
      const flags = new Uint8Array(this.#isChanged.length * 2);
      flags.set(this.#isChanged);
      this.#isChanged = flags;
    }
    if (this.#family.type === "gauge") this.#shown = this.#size;
    return series;
  }

  add(series: number, amount: bigint): void {
    this.#sums.add(series, amount);
    if (series < this.#shown) this.#change(series);
  }

  set(series: number, amount: bigint): void {
    this.#sums.set(series, amount);
    if (series < this.#shown) this.#change(series);
  }

  /** Lets the series below a number show their values. */
  show(below: number): void {
    for (const end = Math.min(below, this.#size); this.#shown < end; this.#shown += 1)
      this.#change(this.#shown);
  }

  /** Forgets all series. */
  clear(): void {
    this.#sums = new Sums();
    this.#chunks = [];
    this.#size = 0;
    this.#shown = 0;
    this.#changed = [];
    this.#isChanged = new Uint8Array(64);
  }

  /** Writes at most `limit` changed lines. */
  write(limit: number): void {
    for (let left = limit; left > 0; left -= 1) {
      const series = this.#changed.pop();
      if (series === undefined) return;
      this.#isChanged[series] = 0;
      this.#chunks[Math.floor(series / CHUNK_LINES)]?.write(series % CHUNK_LINES, this.#sums.get(series));
    }
  }

  /** Head and lines as they are written; these bytes stay as they are while they are held. */
  give(): { readonly head: Readonly<Record<TextFormat, Piece>>; readonly lines: readonly Piece[] } {
    return { head: this.#heads, lines: this.#chunks.map((chunk) => chunk.give()) };
  }

  #change(series: number): void {
    if (this.#isChanged[series] === 1) return;
    this.#isChanged[series] = 1;
    this.#changed.push(series);
  }
}
