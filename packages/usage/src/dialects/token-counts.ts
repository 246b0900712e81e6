/** Token counts as a span states them. Which of them are parts of others depends on who wrote them. */
export interface TokenCounts {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly total?: number | undefined;
  readonly cacheRead?: number | undefined;
  /** All that was written to the cache. */
  readonly cacheWrite?: number | undefined;
  /** Parts of what was written, by time to live. */
  readonly cacheWrite5m?: number | undefined;
  readonly cacheWrite1h?: number | undefined;
  readonly reasoning?: number | undefined;
  readonly inputAudio?: number | undefined;
  readonly inputImage?: number | undefined;
  readonly cacheReadAudio?: number | undefined;
  readonly cacheReadImage?: number | undefined;
  readonly outputAudio?: number | undefined;
  readonly outputImage?: number | undefined;
}
