/** Whether a part is counted within its whole, or beside it. */
export type Place = "inside" | "beside" | "unknown";

/**
 * Whether an instrumentation states a part of the usage: `if_any`, so that absence means zero; `never`; or
 * not known to us, so that absence means nothing.
 */
export type Stated = "if_any" | "never" | "unknown";

/** What the same attribute names mean when a particular instrumentation writes them. */
export interface Accent {
  /** What was read from and written to the cache, in the input. */
  readonly cache: Place;
  /** Reasoning, in the output. */
  readonly reasoning: Place;
  readonly cacheReads: Stated;
  readonly cacheWrites: Stated;
  /** The counts are the instrumentation's own, not the provider's. */
  readonly estimated?: boolean;
}

/** An accent that is not known: OpenTelemetry's conventions, as far as arithmetic bears them out. */
export const UNKNOWN_ACCENT: Accent = {
  cache: "unknown",
  reasoning: "unknown",
  cacheReads: "unknown",
  cacheWrites: "unknown",
};

/** Input and output include everything, and parts are stated whenever there are any. */
export const INCLUSIVE: Accent = {
  cache: "inside",
  reasoning: "inside",
  cacheReads: "if_any",
  cacheWrites: "if_any",
};
