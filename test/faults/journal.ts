import type { Story, TrueCall } from "./stories.ts";

/**
 * What the senders know: what they made, and what they were told 200 for. A call that was sent without an
 * answer is neither: it may be in the ledger, but never twice.
 */
export class Journal {
  readonly #calls: TrueCall[] = [];
  readonly #emitted = new Set<string>();
  readonly #acknowledged = new Map<string, number>();
  readonly #answers = new Map<number, number>();
  #unchecked: string[] = [];
  #withoutAnswer = 0;
  #forgeries = 0;
  #wrong: string[] = [];

  /** Spans that are calls, of which there must be an entry each. */
  get emitted(): ReadonlySet<string> {
    return this.#emitted;
  }

  /** With the moment at which the sender had the answer at the latest, in Unix milliseconds. */
  get acknowledged(): ReadonlyMap<string, number> {
    return this.#acknowledged;
  }

  /** What is true once everything was delivered. */
  get calls(): readonly TrueCall[] {
    return this.#calls;
  }

  /** Requests by the status of their answer. */
  get answers(): ReadonlyMap<number, number> {
    return this.#answers;
  }

  get withoutAnswer(): number {
    return this.#withoutAnswer;
  }

  /** Spans that came again with other content and were acknowledged. */
  get forgeries(): number {
    return this.#forgeries;
  }

  /** Answers that a processor must never give. */
  get wrongAnswers(): readonly string[] {
    return this.#wrong;
  }

  emit({ calls, parcels }: Story): void {
    this.#calls.push(...calls);
    for (const { entries } of parcels) for (const id of entries) this.#emitted.add(id);
  }

  acknowledge(entries: readonly string[]): void {
    // The clock shows the beginning of its millisecond.
    const at = Date.now() + 1;
    for (const id of entries) {
      if (this.#acknowledged.has(id)) continue;
      this.#acknowledged.set(id, at);
      this.#unchecked.push(id);
    }
  }

  /** What was acknowledged since this was called last. */
  takeUnchecked(): readonly string[] {
    const taken = this.#unchecked;
    this.#unchecked = [];
    return taken;
  }

  forged(): void {
    this.#forgeries += 1;
  }

  answer(status: number | undefined, retryAfter: string | undefined, message: string): void {
    if (status === undefined) {
      this.#withoutAnswer += 1;
      return;
    }
    this.#answers.set(status, (this.#answers.get(status) ?? 0) + 1);
    if (status === 200) return;
    if (status !== 503 && status !== 429) this.#wrong.push(`answered ${status}: ${message}`);
    else if (!/^[1-9]\d*$/.test(retryAfter ?? "")) this.#wrong.push(`answered ${status} without Retry-After`);
  }
}
