/**
 * The prices of the scenario's models, written down a second time and in another form than in the price
 * book, so that the two check each other. Pico-USD (1e-12 USD) per unit: R USD per million tokens is
 * R × 1e6 pico-USD per token.
 */
export const RATES: Readonly<Record<string, Readonly<Record<string, bigint>>>> = {
  "gpt-4o-mini-2024-07-18": { input: 150_000n, cache_read: 75_000n, output: 600_000n },
  "gpt-5-2025-08-07": { input: 1_250_000n, cache_read: 125_000n, output: 10_000_000n },
  "gpt-5-mini-2025-08-07": { input: 250_000n, cache_read: 25_000n, output: 2_000_000n },
  "text-embedding-3-small": { input: 20_000n },
  "claude-haiku-4-5-20251001": {
    input: 1_000_000n,
    cache_read: 100_000n,
    cache_write_5m: 1_250_000n,
    cache_write_1h: 2_000_000n,
    output: 5_000_000n,
  },
  "claude-sonnet-4-5-20250929": {
    input: 3_000_000n,
    cache_read: 300_000n,
    cache_write_5m: 3_750_000n,
    cache_write_1h: 6_000_000n,
    output: 15_000_000n,
  },
  "claude-opus-5": {
    input: 5_000_000n,
    cache_read: 500_000n,
    cache_write_5m: 6_250_000n,
    cache_write_1h: 10_000_000n,
    output: 25_000_000n,
  },
};

/** What quantities of a model cost in pico-USD; undefined when the scenario gives the model no price. */
export function picoUsd(model: string, quantities: Readonly<Record<string, number>>): bigint | undefined {
  const rates = RATES[model];
  if (rates === undefined) return undefined;
  return Object.entries(quantities).reduce((sum, [unit, quantity]) => {
    // Reasoning is billed as output.
    const rate = rates[unit === "output_reasoning" ? "output" : unit];
    if (rate === undefined) throw new Error(`the scenario has no rate for ${unit} of ${model}`);
    return sum + rate * BigInt(quantity);
  }, 0n);
}

/** Pico-USD as a decimal string in USD, without trailing zeros. */
export function usd(pico: bigint): string {
  const digits = pico.toString().padStart(13, "0");
  const fraction = digits.slice(-12).replace(/0+$/, "");
  return `${digits.slice(0, -12)}${fraction === "" ? "" : `.${fraction}`}`;
}
