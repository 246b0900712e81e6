import type { Unit } from "../unit.ts";
import { field } from "./field.ts";
import { SUBSET_EXCEEDS_TOTAL, type Tally } from "./tally.ts";
import { type Modality, sum, tallyCompletion, tallyPrompt } from "./tokens.ts";

/** What the fields of a usage object are called; OpenAI has three spellings of the same thing. */
export interface TokenNames {
  readonly prompt: string;
  readonly completion: string;
  readonly promptDetails: string;
  readonly completionDetails: string;
  /** True where the provider means text, audio and image to add up to the total. */
  readonly exhaustive: boolean;
}

export const CHAT_NAMES: TokenNames = {
  prompt: "prompt_tokens",
  completion: "completion_tokens",
  promptDetails: "prompt_tokens_details",
  completionDetails: "completion_tokens_details",
  exhaustive: false,
};

export const RESPONSES_NAMES: TokenNames = {
  prompt: "input_tokens",
  completion: "output_tokens",
  promptDetails: "input_tokens_details",
  completionDetails: "output_tokens_details",
  exhaustive: false,
};

/** Realtime and transcription say `token_details` in the singular. */
export const REALTIME_NAMES: TokenNames = {
  ...RESPONSES_NAMES,
  promptDetails: "input_token_details",
  completionDetails: "output_token_details",
  exhaustive: true,
};

const MODALITIES: readonly Modality[] = ["text", "audio", "image", "video"];

/** Where the provider puts reasoning when its total does not tell. */
export type ReasoningPlace = "inside" | "outside";

/**
 * Reads a usage object of OpenAI's shape, whose prompt includes what was cached.
 *
 * Whether reasoning is inside the completion is decided by the total: `total = prompt + completion` says
 * inside, `total = prompt + completion + reasoning` outside. Keys of the details that nobody knows yet
 * stay part of their total. A side that is missing makes the usage partial.
 */
export function tallyOpenaiTokens(
  tally: Tally,
  usage: unknown,
  names: TokenNames = CHAT_NAMES,
  place: ReasoningPlace = "inside",
): void {
  const total = tally.count(usage, "total_tokens");
  const reasoning = tally.count(usage, names.completionDetails, "reasoning_tokens") ?? 0;
  const stated = {
    prompt: tally.count(usage, names.prompt),
    completion: tally.count(usage, names.completion),
  };
  if (stated.prompt === undefined && stated.completion === undefined) return;
  const prompt = stated.prompt ?? gap(usage, names.prompt, total, stated.completion);
  const completion = stated.completion ?? gap(usage, names.completion, total, stated.prompt);

  const outside = reasoningIsOutside(place, prompt, completion, reasoning, total);
  checkTotal(tally, total, prompt, completion, outside ? reasoning : 0);
  if (prompt === undefined) tally.partial(`missing:${names.prompt}`);
  else tallyOpenaiPrompt(tally, usage, prompt, names);
  if (completion === undefined) tally.partial(`missing:${names.completion}`);
  else {
    const modalities = modalitiesOf(tally, usage, names.completionDetails);
    const { exhaustive } = names;
    tallyCompletion(tally, { total: completion, reasoning: outside ? 0 : reasoning, modalities, exhaustive });
    if (outside) tally.add("output_reasoning", reasoning);
  }
}

/** The side that is absent, when the total and the other side are stated. */
function gap(
  usage: unknown,
  name: string,
  total: number | undefined,
  other: number | undefined,
): number | undefined {
  const value = field(usage, name);
  const absent = value === undefined || value === null;
  return absent && total !== undefined && other !== undefined && total >= other ? total - other : undefined;
}

function reasoningIsOutside(
  place: ReasoningPlace,
  prompt: number | undefined,
  completion: number | undefined,
  reasoning: number,
  total: number | undefined,
): boolean {
  if (prompt !== undefined && completion !== undefined) {
    if (total === prompt + completion) return false;
    if (total === prompt + completion + reasoning) return true;
  }
  return place === "outside";
}

function checkTotal(
  tally: Tally,
  total: number | undefined,
  prompt: number | undefined,
  completion: number | undefined,
  outside: number,
): void {
  // Servers that do not fill in the total write 0.
  if (total === undefined || total === 0 || prompt === undefined || completion === undefined) return;
  const parts = prompt + completion + outside;
  if (parts > total) tally.reject(SUBSET_EXCEEDS_TOTAL);
  else if (parts < total) tally.partial("total_tokens_exceed_sum");
}

function tallyOpenaiPrompt(tally: Tally, usage: unknown, total: number, names: TokenNames): void {
  const details = names.promptDetails;
  const cached =
    tally.count(usage, details, "cached_tokens") ??
    // DeepSeek's, Moonshot's and LiteLLM's names for it.
    tally.count(usage, "prompt_cache_hit_tokens") ??
    tally.count(usage, "cached_tokens") ??
    tally.count(usage, "cache_read_input_tokens");
  tallyPrompt(tally, {
    total,
    cached,
    writes: writesOf(tally, usage, details),
    modalities: modalitiesOf(tally, usage, details),
    exhaustive: names.exhaustive,
    cachedModalities: modalitiesOf(tally, field(usage, details), "cached_tokens_details"),
  });
}

/** Cache writes by time to live, and what is left of their total without one. */
function writesOf(tally: Tally, usage: unknown, details: string): ReadonlyMap<Unit, number> {
  const ttl = (unit: Unit, ...path: readonly string[]): readonly [Unit, number] => [
    unit,
    tally.count(usage, details, ...path) ?? 0,
  ];
  const writes = new Map<Unit, number>([
    ttl("cache_write_30m", "cache_write_tokens_details", "ttl_30m_tokens"),
    ttl("cache_write_12h", "cache_write_tokens_details", "ttl_12h_tokens"),
    // LiteLLM's, for Anthropic's models behind OpenAI's shape.
    ttl("cache_write_5m", "cache_creation_token_details", "ephemeral_5m_input_tokens"),
    ttl("cache_write_1h", "cache_creation_token_details", "ephemeral_1h_input_tokens"),
  ]);
  const total =
    tally.count(usage, details, "cache_write_tokens") ??
    tally.count(usage, details, "cache_creation_tokens") ??
    tally.count(usage, "cache_creation_input_tokens");
  const split = sum(writes);
  if (total !== undefined && split > total) tally.reject(SUBSET_EXCEEDS_TOTAL);
  else if (total !== undefined) writes.set("cache_write", total - split);
  return writes;
}

function modalitiesOf(tally: Tally, from: unknown, details: string): ReadonlyMap<Modality, number> {
  const result = new Map<Modality, number>();
  for (const modality of MODALITIES) {
    const quantity =
      tally.count(from, details, `${modality}_tokens`) ??
      // The image tool of the Responses API repeats the word.
      tally.count(from, details, `cached_${modality}_tokens`);
    if (quantity !== undefined) result.set(modality, quantity);
  }
  return result;
}
