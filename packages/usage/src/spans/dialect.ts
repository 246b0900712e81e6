import type { Outcome } from "../call.ts";
import type { Span } from "../span.ts";
import type { Usage } from "../usage.ts";
import type { AttributeReader } from "./attribute-reader.ts";

/** What a dialect says of a span that is a call. */
export interface DialectCall {
  readonly kind: "call" | "aggregate";
  readonly provider: string;
  readonly requestModel: string | undefined;
  readonly responseModel: string | undefined;
  readonly operation: string;
  readonly responseId: string | undefined;
  readonly usage: Usage;
  /** Left out where the span's own status says it. */
  readonly outcome?: Outcome;
}

/**
 * A way of writing LLM calls on spans. `read` answers undefined for a span that is not written in it, and
 * `none` for one that is, but is no call: a chain, a tool, an agent's sum of calls that have spans of their own.
 */
export interface Dialect {
  readonly name: string;
  read(span: Span, attributes: AttributeReader): DialectCall | "none" | undefined;
}
