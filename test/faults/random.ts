import { createHash } from "node:crypto";

/** Decisions that can be made again: the same name gives the same ones, in the same order. */
export class Random {
  readonly #name: string;
  readonly #state: Uint32Array;

  constructor(name: string) {
    this.#name = name;
    this.#state = new Uint32Array(createHash("sha256").update(name).digest().buffer.slice(0, 16));
  }

  /** Decisions of somebody else, which do not depend on how many were made here. */
  fork(name: string): Random {
    return new Random(`${this.#name}/${name}`);
  }

  /** From 0 up to, but not including, 1. */
  next(): number {
    // sfc32, of the PractRand family.
    const s = this.#state;
    const sum = ((s[0]! + s[1]!) | 0) + s[3]!;
    s[3] = s[3]! + 1;
    s[0] = s[1]! ^ (s[1]! >>> 9);
    s[1] = s[2]! + (s[2]! << 3);
    s[2] = ((s[2]! << 21) | (s[2]! >>> 11)) + sum;
    return (sum >>> 0) / 4_294_967_296;
  }

  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.between(0, list.length - 1)] as T;
  }

  /** Takes one element out of a list. */
  draw<T>(list: T[]): T {
    const at = this.between(0, list.length - 1);
    const drawn = list[at] as T;
    list[at] = list[list.length - 1] as T;
    list.pop();
    return drawn;
  }

  hex(bytes: number): string {
    let text = "";
    while (text.length < bytes * 2) text += this.between(0, 255).toString(16).padStart(2, "0");
    return text;
  }
}
