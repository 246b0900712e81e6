import { field, overlaid } from "./field.ts";
import { tallyChat } from "./openai-chat.ts";
import type { RequestFacts, ResponseReading } from "./response.ts";
import { SUBSET_EXCEEDS_TOTAL, Tally } from "./tally.ts";

/**
 * DeepSeek's chat: the prompt is what hit the cache and what missed it. Cache writes are billed as misses.
 * The older shape states hits and misses only.
 */
export function readDeepseek(body: unknown, facts: RequestFacts): ResponseReading {
  const tally = new Tally(facts);
  const usage = field(body, "usage");
  const [hit, miss] = [
    tally.count(usage, "prompt_cache_hit_tokens"),
    tally.count(usage, "prompt_cache_miss_tokens"),
  ];
  const prompt = tally.count(usage, "prompt_tokens");
  if (hit === undefined || miss === undefined) tallyChat(tally, body);
  else if (prompt !== undefined && hit + miss > prompt) tally.reject(SUBSET_EXCEEDS_TOTAL);
  else {
    if (prompt !== undefined && hit + miss < prompt) tally.note("cache_hits_and_misses_do_not_sum_to_prompt");
    tallyChat(tally, overlaid(body, { usage: overlaid(usage, { prompt_tokens: prompt ?? hit + miss }) }));
  }
  return tally.reading(field(body, "model"), field(body, "id"));
}
