import type { Span } from "../span.ts";
import type { Usage } from "../usage.ts";
import type { AttributeReader } from "./attribute-reader.ts";
import type { Ending } from "./ending.ts";

/** What a dialect says of a span that is a call. */
export interface DialectCall {
  /** `aggregate` for a span that sums up calls below it and may be the only one that knows their usage. */
  readonly kind: "call" | "aggregate";
  readonly provider: string;
  readonly requestModel: string | undefined;
  readonly responseModel: string | undefined;
  readonly operation: string;
  readonly responseId: string | undefined;
  readonly usage: Usage;
  readonly ending: Ending;
}

/** A way of writing LLM calls on spans. */
export interface Dialect {
  readonly name: string;
  /** Every attribute that it reads. */
  readonly reads: readonly string[];
  /** The call, or `none` for a chain, a tool, or a sum of calls that have spans of their own. */
  read(span: Span, attributes: AttributeReader): DialectCall | "none";
}

/** A dialect that a span itself tells, by more than GenAI attributes and the scope that wrote them. */
export interface MarkedDialect extends Dialect {
  /** True for a span that is written in this dialect, call or not. Has to be cheap: every span is asked. */
  recognises(span: Span, attributes: AttributeReader): boolean;
}
