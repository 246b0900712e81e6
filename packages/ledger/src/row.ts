import type { Outcome, UsageQuality } from "@keeptabs/usage";
import type { EntryKind } from "./entry.ts";

/** Feature of a call that none was named for. */
export const NO_FEATURE = "";

/** In `named`: the call's own span names the customer. */
export const NAMES_CUSTOMER = 1;
/** In `named`: the call's own span names the feature. */
export const NAMES_FEATURE = 2;
/** In `named`: the customer is merely a person's id. */
export const ONLY_PERSON = 4;

/** A booking as the bookkeeper works with it: names are the ledger's numbers, ids are bytes. */
export interface Row {
  readonly source: number;
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly contentHash: Uint8Array;
  /** Span ids, nearest first, 8 bytes each. */
  readonly ancestors: Uint8Array;
  readonly kind: EntryKind;
  readonly reason: string | null;
  readonly customer: number;
  readonly feature: number;
  readonly provider: number;
  readonly model: number;
  readonly requestModel: number | null;
  readonly responseModel: number | null;
  readonly operation: number;
  readonly dialect: number;
  readonly scope: number;
  readonly responseId: string | null;
  readonly outcome: Outcome;
  readonly quality: UsageQuality;
  readonly lowerBound: number;
  readonly aggregate: number;
  /** 1 when the span was made by a framework that wraps other instrumented clients. */
  readonly framework: number;
  /** NAMES_CUSTOMER, NAMES_FEATURE and ONLY_PERSON. What the call's own span names never changes. */
  readonly named: number;
  /** Unix nanoseconds. */
  readonly startedAt: bigint;
  readonly occurredAt: bigint;
  readonly listNano: bigint;
  readonly listAtto: bigint;
  readonly netNano: bigint;
  readonly netAtto: bigint;
  readonly costSource: string;
  /** The usage as JSON. */
  readonly usage: string;
  /** The charge as JSON. */
  readonly charge: string;
  readonly tokens: readonly UnitQuantity[];
}

/** A quantity of a unit, the unit as the ledger's number. */
export type UnitQuantity = readonly [unit: number, quantity: number];

/** A span above calls as the bookkeeper works with it. */
export interface NoteRow {
  readonly source: number;
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  /** The parent's id, or empty at the root. */
  readonly ancestors: Uint8Array;
  readonly customer: number | null;
  readonly person: number | null;
  readonly feature: number | null;
}
