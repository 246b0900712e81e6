import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crashRound, type RoundResult } from "./crash.ts";
import { warmUp } from "./processor.ts";

/** How many kills, spread over how many processors at a time. */
export interface LanesOptions {
  readonly kills: number;
  readonly seed: string;
  readonly lanes?: number;
  readonly killsPerRound?: number;
  /** Only this round. */
  readonly onlyRound?: number;
  readonly mutant?: string | undefined;
  readonly onRound?: (round: number, result: RoundResult) => void;
}

/** The sums over all rounds, and the rounds that went wrong. */
export interface LanesSummary extends Omit<RoundResult, "differences" | "folder"> {
  readonly failures: readonly (RoundResult & { readonly round: number })[];
}

const LANES = 4;
const KILLS_PER_ROUND = 25;

/** Runs rounds on several processors at a time, each with its own ledger, until enough were killed or one went wrong. */
export async function crashLanes({
  kills,
  seed,
  lanes = LANES,
  killsPerRound = KILLS_PER_ROUND,
  onlyRound,
  mutant,
  onRound,
}: LanesOptions): Promise<LanesSummary> {
  const folder = mkdtempSync(join(tmpdir(), "keeptabs-warm-up-"));
  await warmUp(join(folder, "ledger.db"));
  rmSync(folder, { recursive: true });

  const rounds =
    onlyRound === undefined
      ? Array.from({ length: Math.ceil(kills / killsPerRound) }, (_, i) => i)
      : [onlyRound];
  const results: (RoundResult & { readonly round: number })[] = [];
  const failed = (): boolean => results.some(({ differences }) => differences.length > 0);
  const lane = async (): Promise<void> => {
    for (let round = rounds.shift(); round !== undefined && !failed(); round = rounds.shift()) {
      const left = onlyRound === undefined ? kills - round * killsPerRound : killsPerRound;
      const result = await crashRound({ seed, round, kills: Math.min(killsPerRound, left), mutant });
      results.push({ round, ...result });
      onRound?.(round, result);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const sum = (of: (result: RoundResult) => number): number =>
    results.reduce((all, result) => all + of(result), 0);
  return {
    kills: sum((result) => result.kills),
    killsAtStart: sum((result) => result.killsAtStart),
    calls: sum((result) => result.calls),
    requests: sum((result) => result.requests),
    withoutAnswer: sum((result) => result.withoutAnswer),
    scrapes: sum((result) => result.scrapes),
    failures: results.filter(({ differences }) => differences.length > 0),
  };
}
