/**
 * Names of the span attributes that Keeptabs writes. OpenTelemetry's own are in `semconv.ts`.
 */
export const ATTR_KEEPTABS_CUSTOMER_ID = "keeptabs.customer.id";
export const ATTR_KEEPTABS_FEATURE = "keeptabs.feature";
/** Decimal string in USD, exact. */
export const ATTR_KEEPTABS_COST_AMOUNT = "keeptabs.cost.amount";
/** Always `USD`. */
export const ATTR_KEEPTABS_COST_CURRENCY = "keeptabs.cost.currency";
/** `provider`, `computed` or `gateway`. */
export const ATTR_KEEPTABS_COST_SOURCE = "keeptabs.cost.source";
/** The charge's status, with its reason after a colon where it has one. */
export const ATTR_KEEPTABS_COST_STATUS = "keeptabs.cost.status";
/** Version of the price that was used. */
export const ATTR_KEEPTABS_COST_PRICE = "keeptabs.cost.price";
/** Bounded JSON of the usage in Keeptabs' units: what standard token counts cannot say. */
export const ATTR_KEEPTABS_USAGE = "keeptabs.usage";
/** `ok`, `error` or `aborted`. */
export const ATTR_KEEPTABS_OUTCOME = "keeptabs.outcome";
