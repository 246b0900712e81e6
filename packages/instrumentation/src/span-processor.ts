import { ATTR_KEEPTABS_CUSTOMER_ID, ATTR_KEEPTABS_FEATURE, type Attribution } from "@keeptabs/usage";
import type { Attributes, Context, Span } from "@opentelemetry/api";
import { attributionIn } from "./customer.ts";
import { safely } from "./safely.ts";

/**
 * Writes on every span, at its start, which customer and feature it is for, as `withCustomer` said; on a span
 * outside of it nothing. Fits the SpanProcessor of OpenTelemetry SDK 2.x and 3.x, in any place among others.
 */
export class KeeptabsSpanProcessor {
  /** At the start, since a span that is full later on takes no more attributes. */
  onStart(span: Span, parentContext: Context): void {
    safely("KeeptabsSpanProcessor", () => {
      const attribution = attributionIn(parentContext);
      if (attribution !== undefined) span.setAttributes(attributionAttributes(attribution));
    });
  }

  onEnd(): void {}

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** The attributes that say who a span is for. */
export function attributionAttributes({ customer, feature }: Attribution): Attributes {
  return {
    ...(customer === undefined ? {} : { [ATTR_KEEPTABS_CUSTOMER_ID]: customer }),
    ...(feature === undefined ? {} : { [ATTR_KEEPTABS_FEATURE]: feature }),
  };
}
