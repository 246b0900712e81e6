/** So many requests a second on average, and so many at once after a pause. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/**
 * Holds each principal to a rate (the generic cell rate algorithm: a token bucket that keeps one number, the
 * time at which the bucket is full again). Principals come from the configuration, so that there are few.
 */
export class RateLimiter {
  readonly #limit: RateLimit | undefined;
  readonly #nowMs: () => number;
  readonly #fullAt = new Map<string, number>();

  /** Without a limit everything may pass. The clock is one that is never set back. */
  constructor(limit: RateLimit | undefined, nowMs: () => number = () => performance.now()) {
    this.#limit = limit;
    this.#nowMs = nowMs;
  }

  /** Counts a request: 0 lets it pass, anything else is the whole seconds after which one will. */
  delay(principal: string): number {
    if (this.#limit === undefined) return 0;
    const { perSecond, burst } = this.#limit;
    const now = this.#nowMs();
    const each = 1000 / perSecond;
    const fullAt = Math.max(this.#fullAt.get(principal) ?? now, now) + each;
    const waitMs = fullAt - now - burst * each;
    // A whole burst makes a sum of fractions, which may be a hair above the product.
    if (waitMs > each * 1e-6) return Math.max(1, Math.ceil(waitMs / 1000));
    this.#fullAt.set(principal, fullAt);
    return 0;
  }
}
