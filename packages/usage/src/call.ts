import type { Usage } from "./usage.ts";

/** Who the call was for, as far as the span and its resource say. */
export interface Attribution {
  readonly customer?: string;
  /** A person's id: stands for the customer only where nobody, here or above, names one. */
  readonly person?: string;
  readonly feature?: string;
}

/**
 * `ok`, `error` when the provider refused or failed, `aborted` when the caller or the network broke
 * off a stream that had begun and that may have been billed.
 */
export type Outcome = "ok" | "error" | "aborted";

/** One call of a model, understood from a span. */
export interface Call {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** Unix nanoseconds. */
  readonly startedAt: bigint;
  /** When the call ended; prices are looked up at this instant. Unix nanoseconds. */
  readonly occurredAt: bigint;
  /** Which reader understood the span: `otel`, `openinference`, `ai-sdk` … */
  readonly dialect: string;
  /** Name of the instrumentation scope. Two spans of one call come from two scopes. */
  readonly scope: string;
  /** Normalised as in OpenTelemetry's `gen_ai.provider.name`; empty when the span does not say. */
  readonly provider: string;
  readonly requestModel: string | undefined;
  readonly responseModel: string | undefined;
  readonly operation: string;
  readonly responseId: string | undefined;
  readonly usage: Usage;
  readonly outcome: Outcome;
  readonly attribution: Attribution;
  /**
   * True for a span that sums up others (an agent's): it is charged only when none of the calls below
   * it is ever seen.
   */
  readonly aggregate: boolean;
}

/**
 * What a span means for the bill: a call, or a span that is none. Of the latter the attribution is
 * kept, since calls below it may inherit it.
 */
export type Reading =
  | { readonly kind: "call"; readonly call: Call }
  | { readonly kind: "not_llm"; readonly attribution: Attribution };
