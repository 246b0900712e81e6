import { field } from "../responses/field.ts";
import { AttributeNames } from "./attribute-names.ts";
import type { AttributeReader } from "./attribute-reader.ts";
import type { TokenCounts } from "./token-counts.ts";
import { countOf } from "./value.ts";

const names = new AttributeNames();

/** For each count its names: the conventions' own, their earlier ones, and those of instrumentations. */
const NAMES = {
  input: names.of(
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.prompt_tokens",
    "gen_ai.response.prompt_tokens",
    "llm.usage.prompt_tokens",
    "llm.usage.input_tokens",
  ),
  output: names.of(
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.completion_tokens",
    "gen_ai.response.completion_tokens",
    "llm.usage.completion_tokens",
    "llm.usage.output_tokens",
  ),
  total: names.of("gen_ai.usage.total_tokens", "gen_ai.response.total_tokens", "llm.usage.total_tokens"),
  cacheRead: names.of(
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.cached_input_tokens",
    "gen_ai.usage.cache_read_tokens",
    "gen_ai.usage.cached_tokens",
    "gen_ai.usage.details.cache_read_tokens",
    "gen_ai.usage.details.cache_read_input_tokens",
    "gen_ai.usage.details.cached_tokens",
    "gen_ai.usage.details.cached_content_tokens",
    "llm.usage.cache_read_input_tokens",
  ),
  cacheWrite: names.of(
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "gen_ai.usage.cache_write_input_tokens",
    "gen_ai.usage.cache_write_tokens",
    "gen_ai.usage.cache_creation_tokens",
    "gen_ai.usage.details.cache_write_tokens",
    "gen_ai.usage.details.cache_creation_input_tokens",
    "llm.usage.cache_creation_input_tokens",
  ),
  cacheWrite5m: names.of(
    "anthropic.usage.cache_creation.ephemeral_5m_input_tokens",
    "gen_ai.usage.cache_creation.ephemeral_5m_input_tokens",
  ),
  cacheWrite1h: names.of(
    "anthropic.usage.cache_creation.ephemeral_1h_input_tokens",
    "gen_ai.usage.cache_creation.ephemeral_1h_input_tokens",
  ),
  reasoning: names.of(
    "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.reasoning_tokens",
    "gen_ai.usage.reasoning_output_tokens",
    "gen_ai.usage.details.reasoning_tokens",
    "gen_ai.usage.details.thoughts_tokens",
    "llm.usage.reasoning_tokens",
    // The AI SDK's, on spans that follow the conventions otherwise.
    "ai.usage.outputTokenDetails.reasoningTokens",
  ),
  inputAudio: names.of(
    "gen_ai.usage.audio.input_tokens",
    "gen_ai.usage.input_audio_tokens",
    "gen_ai.usage.details.input_audio_tokens",
  ),
  inputImage: names.of("gen_ai.usage.image.input_tokens", "gen_ai.usage.input_image_tokens"),
  cacheReadAudio: names.of(
    "gen_ai.usage.audio.cache_read.input_tokens",
    "gen_ai.usage.details.cache_audio_read_tokens",
  ),
  cacheReadImage: names.of("gen_ai.usage.image.cache_read.input_tokens"),
  outputAudio: names.of(
    "gen_ai.usage.audio.output_tokens",
    "gen_ai.usage.output_audio_tokens",
    "gen_ai.usage.details.output_audio_tokens",
  ),
  outputImage: names.of("gen_ai.usage.image.output_tokens", "gen_ai.usage.output_image_tokens"),
} as const;
const INPUT_DETAILS = names.one("gen_ai.usage.input_token_details");
const OUTPUT_DETAILS = names.one("gen_ai.usage.output_token_details");

export const COUNT_READS: readonly string[] = names.all;

/** Which count an attribute is, and how many of its synonyms are preferred to it. */
interface Place {
  readonly count: keyof TokenCounts;
  readonly rank: number;
}

/** A span has few attributes and the counts have many names, so the attributes are gone through and looked up here. */
const PLACES: ReadonlyMap<string, Place> = new Map(
  Object.entries(NAMES).flatMap(([count, synonyms]) =>
    synonyms.map((name, rank): [string, Place] => [name, { count: count as keyof TokenCounts, rank }]),
  ),
);

type Counts = { -readonly [count in keyof TokenCounts]: TokenCounts[count] };

/** The token counts among a span's GenAI attributes, as they stand. */
export function genAiCounts(attributes: AttributeReader): TokenCounts {
  const counts: Counts = {};
  const ranks: Counts = {};
  attributes.all.forEach((value, name) => {
    const place = PLACES.get(name);
    if (place === undefined || (ranks[place.count] ?? Number.POSITIVE_INFINITY) < place.rank) return;
    const quantity = countOf(value);
    if (quantity === undefined) return;
    counts[place.count] = quantity;
    ranks[place.count] = place.rank;
  });
  const input = attributes.json(INPUT_DETAILS);
  const output = attributes.json(OUTPUT_DETAILS);
  if (input === undefined && output === undefined) return counts;
  const details: Counts = detailedCounts(input, output);
  for (const count of Object.keys(details) as (keyof TokenCounts)[]) counts[count] ??= details[count];
  return counts;
}

/** True when a span states input, output or their sum. */
export function hasCounts({ input, output, total }: TokenCounts): boolean {
  return input !== undefined || output !== undefined || total !== undefined;
}

/** The parts of input and output, as LangChain names them in its `usage_metadata`. */
export function detailedCounts(input: unknown, output: unknown): TokenCounts {
  const of = (from: unknown, name: string): number | undefined => countOf(field(from, name));
  return {
    cacheRead: of(input, "cache_read"),
    cacheWrite: of(input, "cache_creation"),
    cacheWrite5m: of(input, "ephemeral_5m_input_tokens"),
    cacheWrite1h: of(input, "ephemeral_1h_input_tokens"),
    inputAudio: of(input, "audio"),
    inputImage: of(input, "image"),
    reasoning: of(output, "reasoning"),
    outputAudio: of(output, "audio"),
    outputImage: of(output, "image"),
  };
}
