import type { Consumption, Provider } from "./answer.ts";

/** How an answer ended that the provider bills. */
export type Delivery = "under_way" | "whole" | "broken_off" | "abandoned_by_client";

/** A call as the provider bills it: a call that was refused with an error status is not among them. */
export interface BilledCall {
  readonly provider: Provider;
  readonly path: string;
  /** The dated model that served the call. */
  readonly model: string;
  /** Undefined for embeddings. */
  readonly responseId: string | undefined;
  readonly requestId: string;
  /** The provider's own usage object of the whole call, whether or not it reached the client. */
  readonly usage: object;
  /** The same in disjoint quantities. */
  readonly consumption: Consumption;
  readonly serviceTier: string | undefined;
  /** When the answer ended, or began while it is under way. */
  readonly at: Date;
  readonly delivery: Delivery;
  /** False when the client was never told the final usage: not asked for, or broken off before it. */
  readonly usageSent: boolean;
}

/** The provider's side of the books. */
export class Bill {
  readonly #calls: BilledCall[] = [];

  /** Books a call as soon as the provider starts to answer it; the returned function changes what is not yet final. */
  open(call: BilledCall): (change: Pick<BilledCall, "at" | "delivery" | "usageSent">) => void {
    const index = this.#calls.push(call) - 1;
    return (change) => {
      this.#calls[index] = { ...call, ...change };
    };
  }

  /** All calls in the order in which their answers began. */
  calls(): readonly BilledCall[] {
    return [...this.#calls];
  }
}
