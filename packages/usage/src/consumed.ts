/** What a call consumed, without the readers of spans and answers: for those who keep it or count it. */
export { OTHER, UNATTRIBUTED } from "./identity.ts";
export { KNOWN_UNITS, type KnownUnit, PROMPT_UNITS, TOKEN_UNITS, type Unit } from "./unit.ts";
export {
  missingUsage,
  type Quantities,
  type Usage,
  type UsageQuality,
  usageOf,
} from "./usage.ts";
export { usageFromJson, usageToJson } from "./usage-attributes.ts";
