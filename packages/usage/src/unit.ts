/**
 * The units in which providers sell. They are disjoint: a token that was read from the cache is
 * `cache_read` and not also `input`, a reasoning token is `output_reasoning` and not also `output`.
 * Names follow `gen_ai.usage.*` where OpenTelemetry has one.
 */
export const KNOWN_UNITS = [
  "input",
  "cache_read",
  /** Cache write whose time to live the provider does not state. */
  "cache_write",
  "cache_write_5m",
  "cache_write_30m",
  "cache_write_1h",
  "cache_write_12h",
  "output",
  "output_reasoning",
  "input_audio",
  "cache_read_audio",
  "output_audio",
  "input_image",
  "cache_read_image",
  "output_image",
  "input_video",
  "cache_read_video",
  "output_video",
  "video_seconds",
  "audio_milliseconds",
  "characters",
  "images",
  "pages",
  "requests",
  "search_units",
  "web_search",
  "x_search",
  "file_search",
  "code_execution",
  "grounded_prompts",
  "grounding_queries",
  "attachment_search",
  "collection_search",
] as const;

export type KnownUnit = (typeof KNOWN_UNITS)[number];

/** A known unit, or one that a provider introduced after this release: it is kept, and has no price yet. */
export type Unit = KnownUnit | (string & {});

/** Units that make up the prompt: their sum is what context tiers are measured on. */
export const PROMPT_UNITS: ReadonlySet<string> = new Set<KnownUnit>([
  "input",
  "cache_read",
  "cache_write",
  "cache_write_5m",
  "cache_write_30m",
  "cache_write_1h",
  "cache_write_12h",
  "input_audio",
  "cache_read_audio",
  "input_image",
  "cache_read_image",
  "input_video",
  "cache_read_video",
]);

/** Units that count tokens; `llm_tokens_total` shows these. */
export const TOKEN_UNITS: ReadonlySet<string> = new Set<KnownUnit>([
  ...(PROMPT_UNITS as ReadonlySet<KnownUnit>),
  "output",
  "output_reasoning",
  "output_audio",
  "output_image",
  "output_video",
]);
