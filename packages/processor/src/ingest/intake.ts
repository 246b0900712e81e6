import { type Appended, type BookingResult, type Ledger, LedgerError } from "@keeptabs/ledger";
import type { Span } from "@keeptabs/usage";
import type { Logger } from "pino";
import { type BookingRules, batchOf } from "../booking.ts";
import type { LedgerMetrics } from "../metrics/ledger-metrics.ts";
import type { ProcessMetrics } from "../process-metrics.ts";
import type { TraceMemory } from "../trace-memory.ts";

/** The ledger can't take the spans now; the sender should try again after `retryAfterSeconds`. */
export class Overloaded extends Error {
  override readonly name = "Overloaded";
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number, options?: ErrorOptions) {
    super(message, options);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** What an intake works with. */
export interface IntakeParts {
  readonly ledger: Pick<Ledger, "append" | "release" | "probe">;
  readonly metrics: Pick<LedgerMetrics, "take">;
  readonly process: ProcessMetrics;
  /** As they are in force when a request comes in. */
  readonly rules: () => BookingRules;
  readonly traces: TraceMemory;
  /** Unix nanoseconds. */
  readonly now: () => bigint;
  /** Spans that may wait for their commit before senders are asked to come again. */
  readonly maxWaitingSpans: number;
  readonly log: Logger;
}

/** How many of what were in a request. */
interface Taken {
  /** Whether there was anything to commit: what had nothing to say proves nothing of the ledger. */
  readonly committed: boolean;
  readonly spans: number;
  readonly calls: number;
  /** Spans that are no calls. */
  readonly notes: number;
  readonly rejected: number;
  readonly dialects: ReadonlyMap<string, number>;
}

/** From spans to committed entries: reads, prices, books, and lets the metrics follow. */
export class Intake {
  readonly #parts: IntakeParts;
  #waitingSpans = 0;
  #problem: string | undefined;
  #probing = false;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** Why the last append failed, until one succeeds again. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /**
   * Charges agents' sums that nothing was seen below for so long (milliseconds). Failing, it is tried again
   * with the next call of this.
   */
  async release(heldMs: number): Promise<void> {
    const { ledger, metrics, now } = this.#parts;
    try {
      const { postings } = await ledger.release(now() - BigInt(heldMs) * 1_000_000n, now());
      metrics.take(postings);
      this.#committed();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** While nothing can be committed, finds out whether it can be again: there may be no sender to try it. */
  async probe(): Promise<void> {
    // A probe may wait long for an answer; more of them would only stand before the senders in the queue.
    if (this.#problem === undefined || this.#probing) return;
    this.#probing = true;
    try {
      await this.#parts.ledger.probe();
      this.#committed();
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#probing = false;
    }
  }

  /**
   * Resolves when every call among the spans is committed. Rejects with Overloaded when that can't be now. Spans and
   * bookings are not held while the commit is waited for: they are many small objects, and dear to the garbage
   * collector when they live that long.
   */
  async take(spans: readonly Span[], rejected: number, source: string): Promise<void> {
    const { ledger, traces, rules, now } = this.#parts;
    if (this.#waitingSpans + spans.length > this.#parts.maxWaitingSpans && this.#waitingSpans > 0) {
      throw new Overloaded("too many spans are waiting for the ledger", 1);
    }
    const receivedAt = now();
    const { bookings, notes, dialects } = batchOf(spans, source, rules(), receivedAt);
    const wanted = traces.select(source, notes, bookings);
    return this.#conclude(ledger.append(bookings, receivedAt, wanted), {
      committed: bookings.length + wanted.length > 0,
      spans: spans.length,
      calls: bookings.length,
      notes: notes.length,
      rejected,
      dialects,
    });
  }

  /** Waits for the commit of a request's spans and counts them. */
  async #conclude(appending: Promise<Appended>, taken: Taken): Promise<void> {
    const { metrics, process } = this.#parts;
    this.#waitingSpans += taken.spans;
    try {
      const { postings, commitSeconds, results } = await appending;
      if (taken.committed) this.#committed();
      metrics.take(postings);
      if (taken.calls > 0) process.commitSeconds.observe(commitSeconds);
      for (const [dialect, count] of taken.dialects) process.spansReceived.inc({ dialect }, count);
      process.spans.inc({ result: "not_llm" }, taken.notes);
      process.spans.inc({ result: "rejected" }, taken.rejected);
      for (const [result, count] of countsOf(results)) process.spans.inc({ result }, count);
    } catch (error) {
      throw new Overloaded(this.#failed(error), 5, { cause: error });
    } finally {
      this.#waitingSpans -= taken.spans;
    }
  }

  /** One line in the log when the trouble begins, however many requests meet it. */
  #failed(error: unknown): string {
    if (!(error instanceof LedgerError)) throw error;
    const { message } = error;
    if (this.#problem === undefined) {
      this.#parts.log.error({ problem: message }, "the ledger can't commit; senders are asked to come again");
    }
    this.#problem = message;
    return message;
  }

  #committed(): void {
    if (this.#problem === undefined) return;
    this.#problem = undefined;
    this.#parts.log.info("the ledger commits again");
  }
}

/** How many bookings had which result, by the names that `keeptabs_spans_total` has for them. */
function countsOf(results: readonly BookingResult[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const result of results) {
    const name = result.kind === "booked" && result.entry === "covered" ? "covered" : result.kind;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
