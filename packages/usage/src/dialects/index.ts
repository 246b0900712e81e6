import type { Span } from "../span.ts";
import { AI_SDK } from "./ai-sdk.ts";
import { ANTHROPIC_SDK } from "./anthropic-sdk.ts";
import type { AttributeReader } from "./attribute-reader.ts";
import { type AttributionRules, attributesOfRules } from "./attribution-rules.ts";
import { BEDROCK_RPC } from "./bedrock.ts";
import type { Dialect, MarkedDialect } from "./dialect.ts";
import { GEN_AI_READS, hasGenAi } from "./gen-ai.ts";
import { GOOGLE_ADK } from "./google-adk.ts";
import { dialectOfScope } from "./instrumentations.ts";
import { KEEPTABS } from "./keeptabs.ts";
import { LANGFUSE } from "./langfuse.ts";
import { LANGSMITH } from "./langsmith.ts";
import { LITELLM } from "./litellm.ts";
import { MISTRAL_SDK } from "./mistral-sdk.ts";
import { OPENINFERENCE } from "./openinference.ts";
import { OTEL } from "./otel.ts";

/** From the particular to the general: the first that recognises a span reads it, and the table of scopes is last. */
const MARKED: readonly MarkedDialect[] = [
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
];

/** The dialect that a span is written in. */
export function dialectOf(span: Span, attributes: AttributeReader): Dialect | undefined {
  for (const dialect of MARKED) if (dialect.recognises(span, attributes)) return dialect;
  return hasGenAi(attributes) ? (dialectOfScope(span.scope.name) ?? OTEL) : undefined;
}

/** Which attributes are read: whole names, and beginnings of names. */
export interface ReadAttributes {
  readonly names: readonly string[];
  readonly prefixes: readonly string[];
}

/** The attributes that reading spans by these rules takes; whatever else a span carries is never looked at. */
export function attributesReadWith(rules: AttributionRules): ReadAttributes {
  const dialects = [...MARKED, OTEL].flatMap(({ reads }) => reads);
  const names = [...dialects, ...GEN_AI_READS, ...attributesOfRules(rules)];
  return { names: [...new Set(names)], prefixes: [] };
}
