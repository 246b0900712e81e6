import type { Unit } from "../unit.ts";
import { missingUsage, type Usage, type UsageQuality, usageOf } from "../usage.ts";

/** Token counts as a span states them: some of them are parts of others, and which depends on who wrote it. */
export interface TokenCounts {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly total?: number | undefined;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly cacheWrite5m?: number | undefined;
  readonly cacheWrite1h?: number | undefined;
  readonly reasoning?: number | undefined;
  readonly inputAudio?: number | undefined;
  readonly outputAudio?: number | undefined;
  readonly inputImage?: number | undefined;
  readonly outputImage?: number | undefined;
}

/** Whether input includes what was cached and output what was reasoned; undefined: the numbers must tell. */
export interface Inclusion {
  readonly cache: boolean | undefined;
  readonly reasoning: boolean | undefined;
}

type Rest = Partial<Omit<Usage, "quantities">>;

/**
 * Disjoint quantities from counts. Where the inclusion is not known, arithmetic decides: a part larger than
 * its whole is beside it, and so is one that the total counts apart. A part larger than a whole that is
 * known to include it gives a usage with a problem.
 */
export function usageFromCounts(
  counts: TokenCounts,
  inclusion: Inclusion,
  provider: string,
  rest: Rest = {},
): Usage {
  const { input, output } = counts;
  const written = writtenTokens(counts);
  if (
    input === undefined &&
    output === undefined &&
    counts.cacheRead === undefined &&
    written === undefined
  ) {
    return missingUsage(rest);
  }
  const cached = (counts.cacheRead ?? 0) + (written ?? 0);
  const cacheInside = inclusion.cache ?? cacheIsInside(counts, cached);
  const reasoningInside = inclusion.reasoning ?? reasoningIsInside(counts);
  const whole = input ?? (cacheInside ? cached : 0);
  const plain = whole - (cacheInside ? cached : 0) - (counts.inputAudio ?? 0) - (counts.inputImage ?? 0);
  const out =
    (output ?? 0) -
    (reasoningInside ? (counts.reasoning ?? 0) : 0) -
    (counts.outputAudio ?? 0) -
    (counts.outputImage ?? 0);
  if (plain < 0 || out < 0) return missingUsage({ ...rest, problem: "subset_exceeds_total" });
  const writes = writeUnits(counts, written ?? 0, provider);
  return usageOf(
    [
      ["input", plain],
      ["cache_read", counts.cacheRead ?? 0],
      ...writes.units,
      ["input_audio", counts.inputAudio ?? 0],
      ["input_image", counts.inputImage ?? 0],
      ["output", out],
      ["output_reasoning", counts.reasoning ?? 0],
      ["output_audio", counts.outputAudio ?? 0],
      ["output_image", counts.outputImage ?? 0],
    ],
    {
      ...rest,
      quality: worse(
        rest.quality ?? "reported",
        writes.assumed || input === undefined ? "partial" : "reported",
      ),
      notes: [...(rest.notes ?? []), ...(writes.assumed ? ["assumed_ttl=5m"] : [])],
    },
  );
}

const ORDER: readonly UsageQuality[] = ["missing", "estimated", "partial", "reported"];

/** The lesser of two qualities. */
export function worse(a: UsageQuality, b: UsageQuality): UsageQuality {
  return ORDER.indexOf(a) < ORDER.indexOf(b) ? a : b;
}

function writtenTokens({ cacheWrite, cacheWrite5m, cacheWrite1h }: TokenCounts): number | undefined {
  if (cacheWrite5m === undefined && cacheWrite1h === undefined) return cacheWrite;
  return Math.max(cacheWrite ?? 0, (cacheWrite5m ?? 0) + (cacheWrite1h ?? 0));
}

function cacheIsInside({ input, output, total }: TokenCounts, cached: number): boolean {
  if (cached === 0 || input === undefined) return true;
  if (cached > input) return false;
  return total === undefined || total !== input + (output ?? 0) + cached;
}

function reasoningIsInside({ input, output, total, reasoning }: TokenCounts): boolean {
  if (reasoning === undefined || reasoning === 0 || output === undefined) return true;
  if (reasoning > output) return false;
  return total === undefined || input === undefined || total !== input + output + reasoning;
}

/** Providers whose cache writes have a time to live that is priced, five minutes unless it is asked for. */
const TTL_PROVIDERS: ReadonlySet<string> = new Set(["anthropic", "aws.bedrock", "gcp.vertex_ai"]);

function writeUnits(
  { cacheWrite5m = 0, cacheWrite1h = 0 }: TokenCounts,
  written: number,
  provider: string,
): { readonly units: readonly (readonly [Unit, number])[]; readonly assumed: boolean } {
  const rest = written - cacheWrite5m - cacheWrite1h;
  const assumed = rest > 0 && TTL_PROVIDERS.has(provider);
  return {
    units: [
      ["cache_write_5m", cacheWrite5m + (assumed ? rest : 0)],
      ["cache_write_1h", cacheWrite1h],
      ["cache_write", assumed ? 0 : rest],
    ],
    assumed,
  };
}
