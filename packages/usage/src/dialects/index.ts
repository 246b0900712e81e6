import type { Span } from "../span.ts";
import { AI_SDK } from "./ai-sdk.ts";
import { ANTHROPIC_SDK } from "./anthropic-sdk.ts";
import type { AttributeReader } from "./attribute-reader.ts";
import { type AttributionRules, attributesOfRules } from "./attribution-rules.ts";
import { BEDROCK_RPC } from "./bedrock.ts";
import type { Dialect } from "./dialect.ts";
import { GOOGLE_ADK } from "./google-adk.ts";
import { BY_SCOPE } from "./instrumentations.ts";
import { KEEPTABS } from "./keeptabs.ts";
import { LANGFUSE } from "./langfuse.ts";
import { LANGSMITH } from "./langsmith.ts";
import { LITELLM } from "./litellm.ts";
import { MISTRAL_SDK } from "./mistral-sdk.ts";
import { OPENINFERENCE } from "./openinference.ts";
import { OTEL } from "./otel.ts";

/** From the particular to the general: the first that recognises a span reads it. */
const DIALECTS: readonly Dialect[] = [
  KEEPTABS,
  AI_SDK,
  ANTHROPIC_SDK,
  MISTRAL_SDK,
  LANGFUSE,
  LANGSMITH,
  GOOGLE_ADK,
  LITELLM,
  OPENINFERENCE,
  BEDROCK_RPC,
  ...BY_SCOPE,
  OTEL,
];

/** The dialect that a span is written in. */
export function dialectOf(span: Span, attributes: AttributeReader): Dialect | undefined {
  return DIALECTS.find((dialect) => dialect.recognises(span, attributes));
}

/** Which attributes are read: whole names, and beginnings of names. */
export interface ReadAttributes {
  readonly names: readonly string[];
  readonly prefixes: readonly string[];
}

/** The attributes that reading spans by these rules takes; whatever else a span carries is never looked at. */
export function attributesReadWith(rules: AttributionRules): ReadAttributes {
  const names = [...DIALECTS.flatMap(({ reads }) => reads), ...attributesOfRules(rules)];
  return { names: [...new Set(names)], prefixes: [] };
}
