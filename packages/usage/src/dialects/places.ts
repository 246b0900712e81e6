import type { Accent } from "./accent.ts";
import { isAnthropic } from "./model.ts";
import type { TokenCounts } from "./token-counts.ts";

/** Where a part was found to be counted; `assumed` when neither the writer nor arithmetic settles it. */
export interface Placed {
  readonly place: "inside" | "beside";
  readonly assumed: boolean;
}

const INSIDE: Placed = { place: "inside", assumed: false };
const BESIDE: Placed = { place: "beside", assumed: false };
const ASSUMED_INSIDE: Placed = { place: "inside", assumed: true };

/**
 * Where what was cached is counted.
 *
 * A total that counts it apart proves that it stands beside the input; otherwise the writer's habit decides, then
 * the provider's own API. A total of input and output alone proves nothing: some writers add up an input without
 * the cache. OpenTelemetry's rule, inside, is then assumed.
 */
export function placeOfCache(
  { input, output = 0, total, reasoning = 0 }: TokenCounts,
  cached: number,
  accent: Accent,
  provider: string,
  model: string | undefined,
): Placed {
  if (cached === 0 || input === undefined) return accent.cache === "beside" ? BESIDE : INSIDE;
  const plain = input + output;
  const apart = total === plain + cached || total === plain + cached + reasoning;
  const together = total === plain || total === plain + reasoning;
  if (apart && !together) return BESIDE;
  if (accent.cache !== "unknown") return accent.cache === "beside" ? BESIDE : INSIDE;
  const byApi = cacheInApi(provider, model);
  if (byApi === "inside") return INSIDE;
  return cached > input ? BESIDE : ASSUMED_INSIDE;
}

/** The same for reasoning, which Gemini's and xAI's APIs count beside the completion. */
export function placeOfReasoning(
  { input = 0, output = 0, total, reasoning = 0 }: TokenCounts,
  cached: number,
  accent: Accent,
  provider: string,
): Placed {
  if (reasoning === 0) return INSIDE;
  const sums = new Set([input + output, input + output + cached]);
  if (total !== undefined && sums.has(total) !== sums.has(total - reasoning)) {
    return sums.has(total) ? INSIDE : BESIDE;
  }
  if (accent.reasoning !== "unknown") return accent.reasoning === "beside" ? BESIDE : INSIDE;
  if (reasoning > output) return BESIDE;
  return /^(?:gcp\.|x_ai$)/.test(provider) ? ASSUMED_INSIDE : INSIDE;
}

/** APIs whose prompt includes what was cached, so that whoever passes their numbers on includes it too. */
function cacheInApi(provider: string, model: string | undefined): "inside" | "unknown" {
  const beside = provider === "" || provider === "aws.bedrock" || isAnthropic(provider, model);
  return beside ? "unknown" : "inside";
}
