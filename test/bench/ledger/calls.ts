import { type Random, zipf } from "./random.ts";

/** A model with what it costs, in micro-USD for a million tokens: USD with six decimals, as a whole number. */
export interface PricedModel {
  readonly provider: string;
  readonly model: string;
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

/** Their prices are written down here once more, so that what calls must cost is known without our price book. */
export const MODELS: readonly PricedModel[] = [
  { provider: "openai", model: "gpt-4o", input: 2_500_000, cached: 1_250_000, output: 10_000_000 },
  { provider: "openai", model: "gpt-4o-mini", input: 150_000, cached: 75_000, output: 600_000 },
  {
    provider: "anthropic",
    model: "claude-sonnet-4-6",
    input: 3_000_000,
    cached: 300_000,
    output: 15_000_000,
  },
];
export const CUSTOMERS = 2000;
const FEATURES = ["assistant", "search", "summary", "triage", "export"];
const ATTO_PER_MICRO_PER_MILLION = 1_000_000n;

const customerAmong = zipf(CUSTOMERS);

/** What differs from call to call; `input` does not contain `cached`. */
export interface CallFacts {
  readonly customer: string;
  readonly feature: string;
  readonly priced: PricedModel;
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  readonly seconds: number;
}

/** A call of some customer: few customers make most of them. */
export function anyCall(random: Random): CallFacts {
  const customer = customerAmong(random);
  return {
    customer: `customer-${customer.toString().padStart(4, "0")}`,
    feature: random.pick(FEATURES),
    priced: random.pick(MODELS),
    input: 200 + random.below(8000),
    cached: 128 * (1 + random.below(100)),
    output: 20 + random.below(2000),
    seconds: 1 + random.below(8),
  };
}

/** What a call costs in 1e-18 USD, by whole numbers alone. */
export function attoCostOf({ priced, input, cached, output }: CallFacts): bigint {
  const micros = [input * priced.input, cached * priced.cached, output * priced.output];
  return micros.reduce((sum, part) => sum + BigInt(part), 0n) * ATTO_PER_MICRO_PER_MILLION;
}
