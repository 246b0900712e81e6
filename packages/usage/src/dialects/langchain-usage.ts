import { field } from "../responses/field.ts";
import { detailedCounts, hasCounts } from "./gen-ai-counts.ts";
import type { TokenCounts } from "./token-counts.ts";
import { countOf } from "./value.ts";

/**
 * LangChain's `usage_metadata`, whose input includes the cache and whose output includes reasoning, whatever
 * the provider. Undefined where it states nothing.
 */
export function langchainCounts(metadata: unknown): TokenCounts | undefined {
  const of = (name: string): number | undefined => countOf(field(metadata, name));
  const counts: TokenCounts = {
    ...detailedCounts(field(metadata, "input_token_details"), field(metadata, "output_token_details")),
    input: of("input_tokens"),
    output: of("output_tokens"),
    total: of("total_tokens"),
  };
  return hasCounts(counts) ? counts : undefined;
}

/** What a LangChain run answered, as it is recorded whole. */
export interface LangchainAnswer {
  readonly counts: TokenCounts;
  /** What the provider answered beside the text; for Anthropic's models that is the whole message. */
  readonly metadata: unknown;
  readonly model: unknown;
  readonly id: unknown;
  readonly serviceTier: unknown;
  /** Put together from chunks: Anthropic's first count of output is then added to its last. */
  readonly streamed: boolean;
}

/** The first message of a recorded run; a run with several calls has none to take. */
export function langchainAnswer(output: unknown): LangchainAnswer | undefined {
  const generations = field(output, "generations");
  if (!Array.isArray(generations) || generations.length !== 1) return undefined;
  const message = field(generations, 0, 0, "message");
  const kwargs = field(message, "kwargs") ?? message;
  const counts = langchainCounts(field(kwargs, "usage_metadata"));
  if (counts === undefined) return undefined;
  const metadata = field(kwargs, "response_metadata");
  const kind = field(message, "id");
  const raw = field(metadata, "usage");
  return {
    counts: withTimesToLive(counts, field(raw, "cache_creation")),
    metadata,
    model: field(metadata, "model") ?? field(metadata, "model_name"),
    id: field(metadata, "id") ?? field(kwargs, "id"),
    serviceTier: field(metadata, "service_tier") ?? field(raw, "service_tier"),
    streamed: Array.isArray(kind) && /Chunk$/.test(String(kind.at(-1))),
  };
}

function withTimesToLive(counts: TokenCounts, split: unknown): TokenCounts {
  return {
    ...counts,
    cacheWrite5m: counts.cacheWrite5m ?? countOf(field(split, "ephemeral_5m_input_tokens")),
    cacheWrite1h: counts.cacheWrite1h ?? countOf(field(split, "ephemeral_1h_input_tokens")),
  };
}
