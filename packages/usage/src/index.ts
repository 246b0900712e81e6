export {
  ATTR_KEEPTABS_COST_AMOUNT,
  ATTR_KEEPTABS_COST_CURRENCY,
  ATTR_KEEPTABS_COST_PRICE,
  ATTR_KEEPTABS_COST_SOURCE,
  ATTR_KEEPTABS_COST_STATUS,
  ATTR_KEEPTABS_CUSTOMER_ID,
  ATTR_KEEPTABS_FEATURE,
  ATTR_KEEPTABS_OUTCOME,
  ATTR_KEEPTABS_USAGE,
} from "./attributes.ts";
export type { Attribution, Call, Outcome, Reading } from "./call.ts";
export { type AttributionRules, DEFAULT_ATTRIBUTION_RULES } from "./dialects/attribution-rules.ts";
export { attributesReadWith, type ReadAttributes } from "./dialects/index.ts";
export { type IdentityProblem, MAX_IDENTITY_LENGTH, OTHER, readIdentity, UNATTRIBUTED } from "./identity.ts";
export { readSpan } from "./read-span.ts";
export {
  fieldChoiceProblem,
  type RecordFormat,
  type RecordOptions,
  type RecordReading,
  recordFormatOf,
  spansOfRecord,
} from "./records/index.ts";
export {
  type Api,
  apiOf,
  type Endpoint,
  type RequestFacts,
  type ResponseReading,
  type StreamReader,
  streamReader,
  usageFromResponse,
} from "./responses/index.ts";
export * as semconv from "./semconv.ts";
export {
  type Attributes,
  type AttributeValue,
  SPAN_KIND_CLIENT,
  type Span,
  STATUS_CODE_ERROR,
} from "./span.ts";
export { KNOWN_UNITS, type KnownUnit, PROMPT_UNITS, TOKEN_UNITS, type Unit } from "./unit.ts";
export {
  type Circumstances,
  type CostClaim,
  MAX_QUANTITY,
  missingUsage,
  promptTokens,
  type Quantities,
  type Usage,
  type UsageQuality,
  usageOf,
} from "./usage.ts";
export { usageFromAttributes, usageFromJson, usageToAttributes, usageToJson } from "./usage-attributes.ts";
