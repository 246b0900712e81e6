import type { Attributes, AttributeValue, Span } from "@keeptabs/usage";
import { DecodedAttributes, NO_ATTRIBUTES } from "./attributes.ts";
import { DecodeError } from "./decode-error.ts";
import type { DecodeLimits } from "./limits.ts";

/** A span that can't be identified and so can't be booked. */
export interface RejectedSpan {
  /** Position among all spans of the request, from 0. */
  readonly index: number;
  /** One sentence that names the place and the fault. */
  readonly reason: string;
}

/** The spans of one request. */
export interface DecodedTraces {
  readonly spans: Span[];
  /** The first 16 spans that were rejected; `rejectedCount` counts all. */
  readonly rejected: readonly RejectedSpan[];
  readonly rejectedCount: number;
  /** Selected attributes that were left out: too long, too deep, too many in one span, or unreadable. */
  readonly attributesLeftOut: number;
}

const REJECTED_KEPT = 16;

/** Collects what a decoder finds in one request. */
export class Collected implements DecodedTraces {
  readonly spans: Span[] = [];
  readonly rejected: RejectedSpan[] = [];
  rejectedCount = 0;
  attributesLeftOut = 0;
  readonly #limit: number;

  constructor(limits: DecodeLimits) {
    this.#limit = limits.spans;
  }

  /** To be called for each span before it is decoded. */
  expectSpan(): void {
    if (this.spans.length + this.rejectedCount >= this.#limit) {
      throw new DecodeError(`The request has more than ${this.#limit} spans.`);
    }
  }

  reject(reason: string): void {
    if (this.rejected.length < REJECTED_KEPT) {
      this.rejected.push({ index: this.spans.length + this.rejectedCount, reason });
    }
    this.rejectedCount++;
  }
}

/**
 * Gathers selected attributes of one span or resource, in arrays that are used again for the next.
 */
export class AttributeCollector {
  readonly #collected: Collected;
  readonly #limit: number;
  readonly #names: string[] = [];
  readonly #values: AttributeValue[] = [];
  #used = 0;
  /** By their number the names that were taken last. */
  readonly #lastNames = new Map<number, readonly string[]>();

  constructor(collected: Collected, limits: DecodeLimits) {
    this.#collected = collected;
    this.#limit = limits.attributes;
  }

  /** Adds an attribute; one that could not be read, undefined, is only counted. */
  add(name: string, value: AttributeValue | undefined): void {
    const at = this.#used;
    if (value === undefined || at >= this.#limit) {
      this.#collected.attributesLeftOut++;
      return;
    }
    this.#names[at] = name;
    this.#values[at] = value;
    this.#used = at + 1;
  }

  /**
   * What was gathered since the last call. OTLP forbids a name to come twice; if one does, its last value counts.
   * Spans of one instrumentation have the same names in the same order and share one list of them.
   */
  take(): Attributes {
    const used = this.#used;
    if (used === 0) return NO_ATTRIBUTES;
    this.#used = 0;
    const names = this.#names;
    const last = this.#lastNames.get(used);
    if (last?.every((name, at) => name === names[at])) {
      return new DecodedAttributes(last, this.#values.slice(0, used));
    }
    const table = new Map<string, AttributeValue>();
    for (let at = 0; at < used; at++) table.set(names[at] as string, this.#values[at] as AttributeValue);
    const distinct = [...table.keys()];
    if (distinct.length === used) this.#lastNames.set(used, distinct);
    return new DecodedAttributes(distinct, [...table.values()]);
  }
}
