import type { Posting } from "../../../packages/ledger/src/index.ts";
import type { AttoUsd } from "../../../packages/pricing/src/index.ts";

const CUSTOMERS = 10_000;
const FEATURES = ["assistant", "search"];
/** With what a token in and one out cost, in atto-USD. */
const MODELS: readonly (readonly [provider: string, model: string, input: bigint, output: bigint])[] = [
  ["openai", "gpt-4o-2024-08-06", 2_500_000_000_000n, 10_000_000_000_000n],
  ["anthropic", "claude-sonnet-4-6", 3_000_000_000_000n, 15_000_000_000_000n],
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

/**
 * Postings as they come from the ledger's thread: the strings are new, one for each distinct name of an append.
 */
export function arrived(postings: readonly Posting[]): readonly Posting[] {
  const names = new Map<string, string>();
  const index = ({ customer, feature, provider, model, kind, reason, outcome, tokens }: Posting): void => {
    for (const name of [customer, feature, provider, model, kind, reason, outcome]) names.set(name, name);
    for (const [unit] of tokens) names.set(unit, unit);
  };
  postings.forEach(index);
  const fresh = structuredClone([...names.keys()]);
  for (const [i, name] of [...names.keys()].entries()) names.set(name, fresh[i] ?? name);
  const of = <T extends string>(name: T): T => names.get(name) as T;
  return postings.map((posting) => ({
    occurredAt: posting.occurredAt,
    customer: of(posting.customer),
    feature: of(posting.feature),
    provider: of(posting.provider),
    model: of(posting.model),
    amount: BigInt.asIntN(64, posting.amount) as AttoUsd,
    calls: posting.calls,
    kind: of(posting.kind),
    reason: of(posting.reason),
    outcome: of(posting.outcome),
    tokens: posting.tokens.map(([unit, quantity]) => [of(unit), quantity] as const),
    first: posting.first,
  }));
}

/** One posting is one call here. The writer adds up the calls of a commit that have the same labels, so it can be more. */
function postingOf(series: number, i: number): Posting {
  const [provider, model, inputRate, outputRate] = MODELS[series % MODELS.length] ?? ["", "", 0n, 0n];
  const [input, output] = [1000 + (i % 89), 100 + (i % 83)];
  return {
    occurredAt: BigInt(AT_MS) * 1_000_000n,
    customer: customerId(Math.floor(series / (FEATURES.length * MODELS.length))),
    feature: FEATURES[Math.floor(series / MODELS.length) % FEATURES.length] ?? "",
    provider,
    model,
    amount: (BigInt(input) * inputRate + BigInt(output) * outputRate) as AttoUsd,
    calls: 1,
    kind: "charged",
    reason: "",
    outcome: "ok",
    tokens: [
      ["input", input],
      ["output", output],
    ],
    first: true,
  };
}

/** Like `cus_8f3a2b`, and different for each customer. */
function customerId(customer: number): string {
  return `cus_${((customer * 0x9e3779) & 0xff_ffff).toString(16).padStart(6, "0")}`;
}
