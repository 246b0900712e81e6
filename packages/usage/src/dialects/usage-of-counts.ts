import { SUBSET_EXCEEDS_TOTAL } from "../responses/tally.ts";
import { type Modality, sum, tallyCompletion, tallyPrompt, type UnitTally } from "../responses/tokens.ts";
import type { Unit } from "../unit.ts";
import { checkQuantity, missingUsage, type Usage, type UsageQuality } from "../usage.ts";
import type { Accent } from "./accent.ts";
import { isAnthropic } from "./model.ts";
import { placeOfCache, placeOfReasoning } from "./places.ts";
import type { TokenCounts } from "./token-counts.ts";

const NONE: ReadonlyMap<string, number> = new Map();
const NO_NOTES: readonly string[] = [];

/** What the counts belong to, as far as it decides what they mean. */
export interface CountedCall {
  readonly accent: Accent;
  readonly provider: string;
  readonly model: string | undefined;
  /** False for embeddings and the like, which have neither output nor cache. */
  readonly generates: boolean;
}

/** What a usage says beside its quantities. */
export type UsageRest = Partial<Omit<Usage, "quantities" | "quality" | "problem">>;

/**
 * Disjoint quantities from counts that may be parts of one another.
 *
 * What the writer is known to leave out, what is assumed and what contradicts the total makes the usage `partial` and
 * is noted; counts that the writer made up make it `estimated`; a part above its whole leaves nothing that could
 * be trusted, and is the usage's problem.
 */
export function usageOfCounts(stated: TokenCounts, call: CountedCall, rest: UsageRest = {}): Usage {
  const counts = call.generates ? stated : embedded(stated);
  if (counts.input === undefined && counts.output === undefined && (counts.cacheRead ?? 0) === 0) {
    const notes = counts.total === undefined ? [] : ["only_total_tokens_stated"];
    return missingUsage({ ...rest, notes: [...(rest.notes ?? []), ...notes] });
  }
  const tally = new CountTally();
  const marks: string[] = [];
  const writes = writesOf(tally, counts, call, marks);
  const cached = (counts.cacheRead ?? 0) + sum(writes);
  const cache = placeOfCache(counts, cached, call.accent, call.provider, call.model);
  const thought = placeOfReasoning(counts, cached, call.accent, call.provider);
  const prompt = (counts.input ?? 0) + (cache.place === "beside" || counts.input === undefined ? cached : 0);
  const apart = thought.place === "beside" || counts.output === undefined;
  const completion = (counts.output ?? 0) + (apart ? (counts.reasoning ?? 0) : 0);
  tallyPrompt(tally, {
    total: prompt,
    cached: counts.cacheRead,
    writes,
    modalities: modalities(counts.inputAudio, counts.inputImage),
    cachedModalities: modalities(counts.cacheReadAudio, counts.cacheReadImage),
  });
  tallyCompletion(tally, {
    total: completion,
    reasoning: counts.reasoning,
    modalities: modalities(counts.outputAudio, counts.outputImage),
  });
  if (cache.assumed) marks.push("cache_assumed_within_input");
  if (thought.assumed) marks.push("reasoning_assumed_within_output");
  const more = moreThanStated(counts, call, prompt + completion);
  marks.push(...more, ...unstated(counts, call));

  const { quantities, problem } = tally;
  const notes = [...(rest.notes ?? []), ...tally.notes, ...marks];
  if (problem !== undefined) return missingUsage({ ...rest, notes, problem });
  const quality: UsageQuality =
    call.accent.estimated === true ? "estimated" : marks.length > 0 ? "partial" : "reported";
  quantities.forEach(checkQuantity);
  const { circumstances = {}, otherModels = [], claims = [], free } = rest;
  const lowerBound = rest.lowerBound === true || more.length > 0;
  const usage = { quantities, quality, circumstances, otherModels, claims, lowerBound, notes };
  return free === undefined ? usage : { ...usage, free };
}

/** A call's units: what of a tally counts need, since this is made for every call. */
class CountTally implements UnitTally {
  readonly quantities = new Map<Unit, number>();
  problem: string | undefined;
  notes: readonly string[] = NO_NOTES;

  get rejected(): boolean {
    return this.problem !== undefined;
  }

  add(unit: Unit, quantity: number): void {
    if (quantity > 0) this.quantities.set(unit, (this.quantities.get(unit) ?? 0) + quantity);
  }

  note(note: string): void {
    if (!this.notes.includes(note)) this.notes = [...this.notes, note];
  }

  reject(problem: string): void {
    this.problem ??= problem;
  }
}

/** An embedding's total is its input. */
function embedded(counts: TokenCounts): TokenCounts {
  return { ...counts, input: counts.input ?? counts.total, total: undefined };
}

/** Cache writes by time to live. Anthropic's default is five minutes; whether it held is not known. */
function writesOf(
  tally: UnitTally,
  { cacheWrite, cacheWrite5m = 0, cacheWrite1h = 0 }: TokenCounts,
  call: CountedCall,
  marks: string[],
): ReadonlyMap<Unit, number> {
  const split = cacheWrite5m + cacheWrite1h;
  const open = (cacheWrite ?? split) - split;
  if (open < 0) tally.reject(SUBSET_EXCEEDS_TOTAL);
  if (split === 0 && open <= 0) return NONE;
  if (open <= 0 || !isAnthropic(call.provider, call.model)) {
    return new Map([
      ["cache_write_5m", cacheWrite5m],
      ["cache_write_1h", cacheWrite1h],
      ["cache_write", Math.max(0, open)],
    ]);
  }
  marks.push("assumed_ttl=5m");
  return new Map([
    ["cache_write_5m", cacheWrite5m + open],
    ["cache_write_1h", cacheWrite1h],
  ]);
}

function modalities(audio: number | undefined, image: number | undefined): ReadonlyMap<Modality, number> {
  if ((audio ?? 0) + (image ?? 0) === 0) return NONE;
  const result = new Map<Modality, number>();
  if (audio !== undefined && audio > 0) result.set("audio", audio);
  if (image !== undefined && image > 0) result.set("image", image);
  return result;
}

/** Signs that the call consumed more than the counts say. */
function moreThanStated(
  { input, output, total }: TokenCounts,
  call: CountedCall,
  explained: number,
): string[] {
  const marks: string[] = [];
  if (input === undefined) marks.push("missing:input_tokens");
  if (output === undefined && call.generates) marks.push("missing:output_tokens");
  if (marks.length === 0 && total !== undefined && total > explained) marks.push("total_tokens_exceed_sum");
  return marks;
}

/** Parts that the writer does not state, or that contradict the total without proving anything. */
function unstated(counts: TokenCounts, { accent, provider, model, generates }: CountedCall): string[] {
  const { input = 0, output = 0, total = 0, cacheRead, cacheWrite, cacheWrite5m, cacheWrite1h } = counts;
  const marks: string[] = [];
  if (total > 0 && total < input + output) marks.push("total_tokens_below_sum");
  if (!generates || input === 0) return marks;
  if (cacheRead === undefined && accent.cacheReads !== "if_any") marks.push("cached_tokens_not_stated");
  const written = cacheWrite ?? cacheWrite5m ?? cacheWrite1h;
  if (written === undefined && accent.cacheWrites !== "if_any" && isAnthropic(provider, model)) {
    marks.push("cache_writes_not_stated");
  }
  return marks;
}
