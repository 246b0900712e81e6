import type { Unit } from "../unit.ts";
import { field, isObject } from "./field.ts";
import { SUBSET_EXCEEDS_TOTAL, type Tally } from "./tally.ts";

/** Token counts of a message or of one iteration, disjoint. */
export type AnthropicTokens = ReadonlyMap<Unit, number>;

/**
 * Reads the token counts of a message's usage or of an iteration: `input_tokens` leaves out what was read
 * from and written to the cache, `output_tokens` includes thinking. Undefined when both are unknown.
 */
export function anthropicTokens(tally: Tally, usage: unknown): AnthropicTokens | undefined {
  const input = tally.count(usage, "input_tokens");
  const output = tally.count(usage, "output_tokens");
  if (input === undefined && output === undefined) return undefined;
  if (input === undefined) tally.partial("missing:input_tokens");
  if (output === undefined) tally.partial("missing:output_tokens");
  const thinking = tally.count(usage, "output_tokens_details", "thinking_tokens") ?? 0;
  if (output !== undefined && thinking > output) tally.reject(SUBSET_EXCEEDS_TOTAL);
  const inOutput = output === undefined ? 0 : Math.min(thinking, output);
  return new Map<Unit, number>([
    ["input", input ?? 0],
    ["cache_read", tally.count(usage, "cache_read_input_tokens") ?? 0],
    ...cacheWrites(tally, usage),
    ["output", (output ?? 0) - inOutput],
    ["output_reasoning", inOutput],
  ]);
}

/**
 * Cache writes by time to live. `cache_creation_input_tokens` is the sum of the split and not a third part.
 * What the split leaves open had the time to live of the rest, or Anthropic's default of five minutes where
 * there is no split; that is noted.
 */
function cacheWrites(tally: Tally, usage: unknown): readonly (readonly [Unit, number])[] {
  const split = field(usage, "cache_creation");
  const fiveMinutes = tally.count(split, "ephemeral_5m_input_tokens") ?? 0;
  const oneHour = tally.count(split, "ephemeral_1h_input_tokens") ?? 0;
  const total = tally.count(usage, "cache_creation_input_tokens") ?? fiveMinutes + oneHour;
  const open = total - fiveMinutes - oneHour;
  if (open < 0) tally.reject(SUBSET_EXCEEDS_TOTAL);
  if (open <= 0) {
    return [
      ["cache_write_5m", fiveMinutes],
      ["cache_write_1h", oneHour],
    ];
  }
  const hourly = oneHour > 0 && fiveMinutes === 0;
  tally.note(hourly ? "assumed_ttl=1h" : "assumed_ttl=5m");
  return [
    ["cache_write_5m", fiveMinutes + (hourly ? 0 : open)],
    ["cache_write_1h", oneHour + (hourly ? open : 0)],
  ];
}

/** Sum of several token counts, unit by unit. */
export function addTokens(all: readonly AnthropicTokens[]): AnthropicTokens {
  const result = new Map<Unit, number>();
  for (const tokens of all) {
    for (const [unit, quantity] of tokens) result.set(unit, (result.get(unit) ?? 0) + quantity);
  }
  return result;
}

/** True when both count the same tokens; how cache writes and thinking are split does not matter. */
export function sameTokens(a: AnthropicTokens, b: AnthropicTokens): boolean {
  return GROUPS.every((units) => {
    const of = (tokens: AnthropicTokens): number =>
      units.reduce((total, unit) => total + (tokens.get(unit) ?? 0), 0);
    return of(a) === of(b);
  });
}

const GROUPS: readonly (readonly Unit[])[] = [
  ["input"],
  ["cache_read"],
  ["cache_write_5m", "cache_write_1h"],
  ["output", "output_reasoning"],
];

/** The message inside a batch result line, or the body itself. */
export function messageOf(body: unknown): unknown {
  const message = field(body, "result", "message");
  return isObject(message) ? message : body;
}
