import { type Charge, formatUsd, usdToNumber } from "@keeptabs/pricing";
import {
  ATTR_KEEPTABS_COST_AMOUNT,
  ATTR_KEEPTABS_COST_CURRENCY,
  ATTR_KEEPTABS_COST_PRICE,
  ATTR_KEEPTABS_COST_SOURCE,
  ATTR_KEEPTABS_COST_STATUS,
  semconv,
} from "@keeptabs/usage";
import type { Attributes } from "@opentelemetry/api";

/**
 * A charge as span attributes. What has no price has a status with its reason and no amount, so that nobody takes
 * it for free. `withDouble` adds the lossy `gen_ai.usage.cost`.
 */
export function costAttributes(charge: Charge, withDouble: boolean): Attributes {
  const { status, reason, source, net, priceVersion } = charge;
  const attributes: Attributes = {
    [ATTR_KEEPTABS_COST_STATUS]: reason === undefined ? status : `${status}:${reason}`,
  };
  if (priceVersion !== undefined) attributes[ATTR_KEEPTABS_COST_PRICE] = priceVersion;
  if (status === "unpriced") return attributes;
  attributes[ATTR_KEEPTABS_COST_AMOUNT] = formatUsd(net);
  attributes[ATTR_KEEPTABS_COST_CURRENCY] = "USD";
  attributes[ATTR_KEEPTABS_COST_SOURCE] = source;
  if (withDouble) attributes[semconv.ATTR_GEN_AI_USAGE_COST] = usdToNumber(net);
  return attributes;
}
