import type { AttoUsd, Charge, ChargeLine, CostSource } from "@keeptabs/pricing";
import type { Call, Outcome, Usage, UsageQuality } from "@keeptabs/usage";
import type { CallStatus } from "./call-status.ts";

/** A call to be booked: what it was, what it costs, and who it was for. */
export interface Booking {
  /** Who sent the span: the name of the authenticated ingest source. */
  readonly source: string;
  readonly call: Call;
  /**
   * The times as they were sent, where the call is dated otherwise. They, not our dates, say whether the same
   * span comes again: each delivery may be dated anew.
   */
  readonly sentTimes?: Pick<Call, "startedAt" | "occurredAt">;
  readonly charge: Charge;
  /** Absent when nobody is named; the entry is then unattributed. */
  readonly customer: string | undefined;
  /** True when the customer is merely a person's id: a customer that is named above the call counts more. */
  readonly onlyPerson?: boolean;
  readonly feature: string | undefined;
  /** Span ids above the call as far as they are known, nearest first; the parent is the first. */
  readonly ancestors: readonly string[];
}

/**
 * A span that is no call, but lies above calls or may: it links them to what is above it, and may name
 * customer and feature for all below it.
 */
export interface SpanNote {
  readonly source: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly customer: string | undefined;
  readonly person?: string | undefined;
  readonly feature: string | undefined;
}

/**
 * `covered` is a second description of a call that is already charged. `held` is an agent's sum that
 * is charged only when no call below it shows up in time.
 */
export type EntryKind = "charged" | "zero" | "unpriced" | "partly_unpriced" | "covered" | "held";

/** Another charge for an entry: its price was wrong, or came late. */
export interface Repricing {
  /** The entry's number. */
  readonly entry: number;
  readonly charge: Charge;
}

/** What became of a booking. All but `conflict` mean that the call is in the ledger. */
export type BookingResult =
  | { readonly kind: "booked"; readonly entry: EntryKind }
  /** The same span with the same content was booked before. */
  | { readonly kind: "duplicate" }
  /** The same span was booked before with other content; this one is kept aside. */
  | { readonly kind: "conflict" };

/**
 * Money and calls posted to a customer and feature at the time the calls ended; negative when taken back.
 * Calls that differ in nothing else and ended in the same quarter of an hour are one posting.
 */
export interface Posting {
  /** When the latest of the calls ended, Unix nanoseconds. */
  readonly occurredAt: bigint;
  readonly customer: string;
  readonly feature: string;
  readonly provider: string;
  readonly model: string;
  readonly amount: AttoUsd;
  readonly calls: number;
  readonly kind: EntryKind;
  readonly reason: string;
  readonly outcome: Outcome;
  readonly tokens: readonly (readonly [unit: string, quantity: number])[];
  /** True for the first posting of an entry, false for a later adjustment. Counters follow first postings only. */
  readonly first: boolean;
}

/** An entry as it is kept, with what later adjustments made of it. */
export interface Entry {
  readonly id: number;
  readonly source: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly kind: EntryKind;
  readonly reason: string | undefined;
  /** What the entry is now. */
  readonly status: CallStatus;
  /** True when the entry counts now: a covered, held or superseded one does not. */
  readonly posted: boolean;
  readonly customer: string;
  readonly feature: string;
  readonly provider: string;
  readonly requestModel: string | undefined;
  readonly responseModel: string | undefined;
  readonly operation: string;
  readonly responseId: string | undefined;
  readonly dialect: string;
  readonly scope: string;
  readonly outcome: Outcome;
  readonly quality: UsageQuality;
  readonly lowerBound: boolean;
  /** Unix nanoseconds. */
  readonly startedAt: bigint;
  readonly occurredAt: bigint;
  readonly bookedAt: bigint;
  readonly list: AttoUsd;
  readonly net: AttoUsd;
  readonly costSource: CostSource;
  readonly priceVersion: string | undefined;
  readonly usage: Usage;
  /** Over all models that the call ran on. */
  readonly quantities: readonly (readonly [unit: string, quantity: number])[];
  readonly lines: readonly ChargeLine[];
  readonly notes: readonly string[];
  readonly coveredBy: number | undefined;
}
