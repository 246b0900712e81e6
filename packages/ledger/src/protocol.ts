import type { RepricingRow } from "./bookkeeper.ts";
import type { BookingResult, Posting } from "./entry.ts";
import type { NoteRow, Row } from "./row.ts";

/** What the writer's thread is started with. */
export interface WriterOptions {
  readonly path: string;
}

/** What the front asks of the writer's thread. */
export type Request =
  | AppendRequest
  | { readonly kind: "release"; readonly id: number; readonly heldBefore: bigint; readonly now: bigint }
  | {
      readonly kind: "reprice";
      readonly id: number;
      readonly repricings: readonly RepricingRow[];
      readonly reason: string;
      readonly now: bigint;
    }
  | { readonly kind: "close"; readonly id: number };

/** Rows to be booked, all or none; `now` is Unix nanoseconds. */
export interface AppendRequest {
  readonly kind: "append";
  readonly id: number;
  readonly rows: readonly Row[];
  readonly notes: readonly NoteRow[];
  readonly now: bigint;
}

/** What the writer's thread answers; `booked` only after the commit. */
export type Answer =
  | { readonly kind: "open" }
  | {
      readonly kind: "booked";
      readonly id: number;
      readonly results: readonly BookingResult[];
      readonly postings: readonly Posting[];
      readonly seconds: number;
    }
  | { readonly kind: "closed"; readonly id: number }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };
