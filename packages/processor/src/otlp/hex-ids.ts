import type { Span } from "@keeptabs/usage";
import { viewOf } from "./bytes.ts";

/** A span whose ids are still being made. */
export type SpanInMaking = { -readonly [Key in keyof Span]: Span[Key] };

export const TRACE_ID_BYTES = 16;
export const SPAN_ID_BYTES = 8;

const SPAN_ID_AT = TRACE_ID_BYTES;
const PARENT_ID_AT = SPAN_ID_AT + SPAN_ID_BYTES;
const IDS_BYTES = PARENT_ID_AT + SPAN_ID_BYTES;
/** A span kept for long keeps the text of its neighbours' ids alive, so these are few: 1 KiB. */
const SPANS_AT_ONCE = 16;

/**
 * Makes the hexadecimal ids of spans, of 16 spans with one call, because the call itself takes longer
 * than all else that is done for a span without attributes.
 */
export class HexIds {
  readonly #from: DataView;
  readonly #bytes = Buffer.alloc(SPANS_AT_ONCE * IDS_BYTES);
  readonly #view = viewOf(this.#bytes);
  readonly #waiting: SpanInMaking[] = [];
  /** The last one. */
  #traceId = "-";

  /** Ids are copied from this view. */
  constructor(from: DataView) {
    this.#from = from;
  }

  /**
   * Sets the ids of a span, at the latest when `finish` is called, from the positions where they stand. A
   * parent of -1 is none.
   */
  set(span: SpanInMaking, traceId: number, spanId: number, parentId: number): void {
    const at = this.#waiting.length * IDS_BYTES;
    this.#copy(traceId, at);
    this.#copy(traceId + 8, at + 8);
    this.#copy(spanId, at + SPAN_ID_AT);
    if (parentId >= 0) {
      this.#copy(parentId, at + PARENT_ID_AT);
      span.parentSpanId = "";
    }
    if (this.#waiting.push(span) === SPANS_AT_ONCE) this.finish();
  }

  finish(): void {
    const hex = this.#bytes.toString("hex", 0, this.#waiting.length * IDS_BYTES);
    let at = 0;
    for (const span of this.#waiting) {
      // Spans of a trace often stand together, and what has one id for them is compared and found at once.
      if (!hex.startsWith(this.#traceId, at)) this.#traceId = hex.slice(at, at + 2 * SPAN_ID_AT);
      span.traceId = this.#traceId;
      span.spanId = hex.slice(at + 2 * SPAN_ID_AT, at + 2 * PARENT_ID_AT);
      if (span.parentSpanId !== undefined) {
        span.parentSpanId = hex.slice(at + 2 * PARENT_ID_AT, at + 2 * IDS_BYTES);
      }
      at += 2 * IDS_BYTES;
    }
    this.#waiting.length = 0;
  }

  #copy(from: number, to: number): void {
    this.#view.setInt32(to, this.#from.getInt32(from));
    this.#view.setInt32(to + 4, this.#from.getInt32(from + 4));
  }
}

/** Whether eight bytes are all zero. */
export function isZero(view: DataView, at: number): boolean {
  return (view.getInt32(at) | view.getInt32(at + 4)) === 0;
}
