import type { TotalsQuery } from "@keeptabs/ledger";
import { PROMPT_UNITS, TOKEN_UNITS } from "@keeptabs/usage";
import type { LedgerView } from "../access/index.ts";

/** How many tokens went in and came out. */
export interface Tokens {
  readonly input: bigint;
  /** Of the input, what was read from a cache. */
  readonly cached: bigint;
  readonly output: bigint;
}

export const NO_TOKENS: Tokens = { input: 0n, cached: 0n, output: 0n };

/** Tokens by group. */
export function tokensBy(reader: LedgerView, query: TotalsQuery): ReadonlyMap<string, Tokens> {
  const sums = new Map<string, Tokens>();
  for (const { key, unit, quantity } of reader.quantities(query)) {
    if (!TOKEN_UNITS.has(unit)) continue;
    const name = groupKey(key);
    sums.set(name, sumOfTokens([sums.get(name) ?? NO_TOKENS, tokensOf(unit, quantity)]));
  }
  return sums;
}

/** The names of a group as one key. */
export function groupKey(key: readonly string[]): string {
  return JSON.stringify(key);
}

function tokensOf(unit: string, quantity: bigint): Tokens {
  if (!PROMPT_UNITS.has(unit)) return { input: 0n, cached: 0n, output: quantity };
  return { input: quantity, cached: unit.startsWith("cache_read") ? quantity : 0n, output: 0n };
}

export function sumOfTokens(all: Iterable<Tokens>): Tokens {
  let sum = NO_TOKENS;
  for (const { input, cached, output } of all) {
    sum = { input: sum.input + input, cached: sum.cached + cached, output: sum.output + output };
  }
  return sum;
}
