import type { Unit } from "../unit.ts";
import { SUBSET_EXCEEDS_TOTAL } from "./tally.ts";

/** `text`, `audio`, `image`, `video`, or what a provider introduced after this release. */
export type Modality = string;

export const DETAILS_DO_NOT_SUM = "modality_details_do_not_sum_to_total";

const NONE: ReadonlyMap<string, number> = new Map();

/** Where the units of a prompt or completion are added up. */
export interface UnitTally {
  add(unit: Unit, quantity: number): void;
  note(note: string): void;
  /** The numbers contradict each other: none of them is kept. */
  reject(problem: string): void;
  readonly rejected: boolean;
}

/** A prompt whose total includes what was read from and written to the cache. */
export interface Prompt {
  readonly total: number;
  readonly cached?: number | undefined;
  /** Cache writes by unit, inside the total. */
  readonly writes?: ReadonlyMap<Unit, number>;
  readonly modalities?: ReadonlyMap<Modality, number>;
  /** True when the provider means the modalities to add up to the total, so that a gap is odd. */
  readonly exhaustive?: boolean;
  readonly cachedModalities?: ReadonlyMap<Modality, number>;
}

/** A completion whose total includes reasoning. */
export interface Completion {
  readonly total: number;
  readonly reasoning?: number | undefined;
  readonly modalities?: ReadonlyMap<Modality, number>;
  readonly exhaustive?: boolean;
}

/**
 * Splits a prompt into disjoint units that add up to its total. What no modality claims is text.
 *
 * Where the provider does not say which modality was cached, cached tokens are taken from the text first,
 * and that is noted. A part above its whole rejects the usage.
 */
export function tallyPrompt(tally: UnitTally, prompt: Prompt): void {
  const { total, cached = 0, writes = NONE, modalities = NONE, cachedModalities = NONE } = prompt;
  const rest = total - cached - sum(writes);
  // Nearly every prompt is text alone, and this is done for every call.
  if (rest >= 0 && modalities.size === 0 && cachedModalities.size === 0) {
    tally.add("cache_read", cached);
    for (const [unit, quantity] of writes) tally.add(unit, quantity);
    tally.add("input", rest);
    return;
  }
  const left = byModality(tally, total, modalities, prompt.exhaustive === true, 0);
  if (left === undefined || rest < 0) {
    tally.reject(SUBSET_EXCEEDS_TOTAL);
    return;
  }
  takeCached(tally, left, cached, prompt);
  if (tally.rejected) return;
  for (const [unit, quantity] of writes) {
    // No provider sells cache writes by modality: they are one unit, whatever was written.
    takeFrom(left, [...left.keys()], quantity, () => undefined);
    tally.add(unit, quantity);
  }
  for (const [modality, quantity] of left) tally.add(unitOf("input", modality), quantity);
}

/** Splits a completion into disjoint units that add up to its total. What nothing else claims is text. */
export function tallyCompletion(tally: UnitTally, completion: Completion): void {
  const reasoning = completion.reasoning ?? 0;
  const { total, modalities = NONE, exhaustive } = completion;
  if (modalities.size === 0 && reasoning <= total) {
    tally.add("output_reasoning", reasoning);
    tally.add("output", total - reasoning);
    return;
  }
  const left = byModality(tally, total, modalities, exhaustive === true, reasoning);
  if (left === undefined) {
    tally.reject(SUBSET_EXCEEDS_TOTAL);
    return;
  }
  tally.add("output_reasoning", reasoning);
  for (const [modality, quantity] of left) tally.add(unitOf("output", modality), quantity);
}

/** `input` for text and `input_audio` for audio; likewise for `cache_read` and `output`. */
export function unitOf(kind: "input" | "cache_read" | "output", modality: Modality): Unit {
  return modality === "text" ? kind : `${kind}_${modality}`;
}

/** Sum of the quantities. */
export function sum(quantities: ReadonlyMap<unknown, number>): number {
  let total = 0;
  for (const quantity of quantities.values()) total += quantity;
  return total;
}

/** The total by modality with the remainder as text, first; undefined when the parts exceed it. */
function byModality(
  tally: UnitTally,
  total: number,
  stated: ReadonlyMap<Modality, number>,
  exhaustive: boolean,
  reasoning: number,
): Map<Modality, number> | undefined {
  const statedSum = sum(stated);
  const text = total - reasoning - (statedSum - (stated.get("text") ?? 0));
  if (text < 0) return undefined;
  if (statedSum > 0 && exhaustive) {
    if (statedSum > total) return undefined;
    if (statedSum < total && statedSum + reasoning !== total) tally.note(DETAILS_DO_NOT_SUM);
  }
  const result = new Map([["text", text]]);
  for (const [modality, quantity] of stated) if (modality !== "text") result.set(modality, quantity);
  return result;
}

function takeCached(tally: UnitTally, left: Map<Modality, number>, cached: number, prompt: Prompt): void {
  const stated = prompt.cachedModalities ?? NONE;
  const take = (modality: Modality, quantity: number): void =>
    tally.add(unitOf("cache_read", modality), quantity);
  let rest = cached;
  for (const [modality, quantity] of stated) {
    if (modality === "text") continue;
    // Without details of the prompt itself, what was cached of a modality was in the prompt.
    if (prompt.modalities === undefined || prompt.modalities.size === 0)
      moveFromText(left, modality, quantity);
    if (quantity > rest || quantity > (left.get(modality) ?? 0)) {
      tally.reject(SUBSET_EXCEEDS_TOTAL);
      return;
    }
    takeFrom(left, [modality], quantity, take);
    rest -= quantity;
  }
  if (sum(stated) > 0 && sum(stated) !== cached) tally.note(DETAILS_DO_NOT_SUM);
  const mixed = [...left.values()].filter((quantity) => quantity > 0).length > 1;
  if (sum(stated) === 0 && rest > 0 && rest < prompt.total && mixed) tally.note("cached_modality_not_stated");
  takeFrom(left, [...left.keys()], rest, take);
}

function moveFromText(left: Map<Modality, number>, modality: Modality, quantity: number): void {
  const moved = Math.min(quantity, left.get("text") ?? 0);
  left.set("text", (left.get("text") ?? 0) - moved);
  left.set(modality, (left.get(modality) ?? 0) + moved);
}

/** Takes a quantity out of the modalities in their order; text comes first. */
function takeFrom(
  left: Map<Modality, number>,
  order: readonly Modality[],
  quantity: number,
  taken: (modality: Modality, quantity: number) => void,
): void {
  let rest = quantity;
  for (const modality of order) {
    const part = Math.min(rest, left.get(modality) ?? 0);
    left.set(modality, (left.get(modality) ?? 0) - part);
    taken(modality, part);
    rest -= part;
  }
}
