import type { Posting } from "../../../packages/ledger/src/index.ts";
import type { AttoUsd } from "../../../packages/pricing/src/index.ts";

const CUSTOMERS = 10_000;
const FEATURES = ["assistant", "search"];
const MODELS: readonly (readonly [provider: string, model: string])[] = [
  ["openai", "gpt-4o-2024-08-06"],
  ["anthropic", "claude-sonnet-4-6"],
];

/** A customer has a cost for each feature and model, calls for each feature, and two kinds of tokens for each model. */
export const SERIES: number =
  CUSTOMERS * (FEATURES.length * MODELS.length + FEATURES.length + 2 * MODELS.length);
/** Counters that a posting adds to: cost, calls, and tokens of two kinds. */
export const INCREMENTS = 4;

export const AT_MS: number = Date.parse("2026-10-15T12:00:00Z");

const COSTS = CUSTOMERS * FEATURES.length * MODELS.length;

/** A posting for each series of cost. */
export function everySeries(): readonly Posting[] {
  return Array.from({ length: COSTS }, (_, series) => postingOf(series, series));
}

/** Postings as a day brings them: a tenth of the customers makes half of the calls. The same for the same round. */
export function traffic(round: number, count: number): readonly Posting[] {
  let state = round + 1;
  const random = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return state / 0x8000_0000;
  };
  return Array.from({ length: count }, (_, i) => {
    // Customers are met in an order that has nothing to do with how much they use.
    const customer = (Math.floor(CUSTOMERS * random() ** 3.3) * 7919) % CUSTOMERS;
    return postingOf(customer * FEATURES.length * MODELS.length + Math.floor(random() * 4), i);
  });
}

function postingOf(series: number, i: number): Posting {
  const [provider, model] = MODELS[series % MODELS.length] ?? ["", ""];
  return {
    occurredAt: BigInt(AT_MS) * 1_000_000n,
    customer: `customer-${Math.floor(series / (FEATURES.length * MODELS.length))}`,
    feature: FEATURES[Math.floor(series / MODELS.length) % FEATURES.length] ?? "",
    provider,
    model,
    amount: (BigInt(3 + (i % 97)) * 1_250_000_000_000_000n) as AttoUsd,
    calls: 1,
    kind: "charged",
    reason: "",
    outcome: "ok",
    tokens: [
      ["input", 1000 + (i % 89)],
      ["output", 100 + (i % 83)],
    ],
    first: true,
  };
}
