import type { RepricingRow } from "./bookkeeper.ts";
import type { Packed } from "./packed.ts";
import type { PackedAnswer } from "./packed-answer.ts";
import type { RateText } from "./rates.ts";

/** What the writer's thread is started with. */
export interface WriterOptions {
  readonly path: string;
}

/** What the front asks of the writer's thread; `now` is Unix nanoseconds. */
export type Request = AppendRequest | OtherRequest;

/** Calls to be booked, all or none. */
export interface AppendRequest {
  readonly kind: "append";
  readonly id: number;
  readonly packed: Packed;
  readonly now: bigint;
}

export type OtherRequest =
  | { readonly kind: "release"; readonly id: number; readonly heldBefore: bigint; readonly now: bigint }
  | {
      readonly kind: "reprice";
      readonly id: number;
      readonly repricings: readonly RepricingRow[];
      readonly rates: readonly RateText[];
      readonly reason: string;
      readonly now: bigint;
    }
  | { readonly kind: "forget"; readonly id: number; readonly customer: string; readonly now: bigint }
  | { readonly kind: "probe"; readonly id: number }
  | { readonly kind: "close"; readonly id: number };

/** What the writer's thread answers; `booked` only after the commit. */
export type Answer =
  | { readonly kind: "open" }
  | {
      readonly kind: "booked";
      readonly id: number;
      readonly answer: PackedAnswer;
      readonly seconds: number;
    }
  | { readonly kind: "forgotten"; readonly id: number; readonly found: boolean }
  | { readonly kind: "probed"; readonly id: number }
  | { readonly kind: "closed"; readonly id: number }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };
