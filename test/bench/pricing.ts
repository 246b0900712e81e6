/**
 * How fast calls are charged: our price book and `@pydantic/genai-prices` on the same calls, in one process and
 * in alternating slices, so that a busy machine slows both alike. Ours is exact and keeps a line for each unit;
 * theirs is in floats. Run it with
 *
 *   node test/bench/pricing.ts
 */
import { createRequire } from "node:module";
import { type Chargeable, charge, defaultPriceBook, usdToNumber } from "../../packages/pricing/src/index.ts";
import { usageOf } from "../../packages/usage/src/index.ts";

const ROUNDS = 15;
const SLICE_MS = 60;
const WARM_UP_MS = 400;
const CALLS = 1024;
const GOAL = 20;

/** The part of `@pydantic/genai-prices` that is measured; it is a dependency of the pricing package only. */
interface GenaiPrices {
  calcPrice(
    usage: { readonly [name: string]: number },
    model: string,
    options: { readonly providerId: string; readonly timestamp: Date },
  ): { readonly total_price: number } | null;
}

interface Pair {
  readonly ours: Chargeable;
  readonly theirs: Parameters<GenaiPrices["calcPrice"]>;
}

/** What is sold by both under one name and for one price, on standard terms. */
const MODELS: readonly (readonly [provider: string, theirs: string, model: string])[] = [
  ["openai", "openai", "gpt-4o"],
  ["openai", "openai", "gpt-5.4"],
  ["openai", "openai", "gpt-4o-mini-2024-07-18"],
  ["anthropic", "anthropic", "claude-sonnet-4-6"],
  ["anthropic", "anthropic", "claude-haiku-4-5"],
  ["gcp.gemini", "google", "gemini-2.5-pro"],
  ["gcp.gemini", "google", "gemini-2.5-flash"],
  ["mistral_ai", "mistral", "mistral-large-2512"],
];

const AT = Date.parse("2026-09-15T12:00:00Z");

/** Measures and prints nanoseconds per charge, and the ratio of medians. */
export async function benchPricing(): Promise<void> {
  const requireByPricing = createRequire(new URL("../../packages/pricing/package.json", import.meta.url));
  const { calcPrice } = requireByPricing("@pydantic/genai-prices") as GenaiPrices;
  const book = defaultPriceBook();
  const calls = pairs();
  const candidates = [
    (): number => calls.reduce((lines, { ours }) => lines + charge(ours, book).lines.length, 0),
    (): number =>
      calls.reduce((total, { theirs }) => total + (calcPrice(...theirs)?.total_price ?? Number.NaN), 0),
  ];
  const agreeing = calls.filter(({ ours, theirs }) => agrees(ours, calcPrice(...theirs)?.total_price));
  console.log(
    `charging ${CALLS} calls of ${MODELS.length} models with cached and fresh input and output, medians of ${ROUNDS} ` +
      `alternating slices; both agree to 1e-9 on ${agreeing.length} of ${CALLS}; Node ${process.version}`,
  );
  const [ours = Number.NaN, theirs = Number.NaN] = await alternate(candidates);
  console.log(`  Keeptabs, exact, with lines    ${ours.toFixed(0).padStart(8)} ns per charge`);
  console.log(`  genai-prices 0.1.8, calcPrice  ${theirs.toFixed(0).padStart(8)} ns per charge`);
  console.log(`  ${(theirs / ours).toFixed(1)} times as fast (goal: ${GOAL})`);

  function agrees(call: Chargeable, total: number | undefined): boolean {
    return total !== undefined && Math.abs(usdToNumber(charge(call, book).net) - total) < 1e-9;
  }
}

/** The same calls for both, of sizes that repeat from run to run. */
function pairs(): readonly Pair[] {
  const timestamp = new Date(AT);
  let state = 1;
  const next = (limit: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return 1 + (state % limit);
  };
  return Array.from({ length: CALLS }, (_, index) => {
    const [provider, providerId, model] = MODELS[index % MODELS.length] ?? ["", "", ""];
    const [input, cached, output] = [next(20_000), next(100_000), next(4000)];
    return {
      ours: {
        provider,
        model,
        usage: usageOf([
          ["input", input],
          ["cache_read", cached],
          ["output", output],
        ]),
        atMs: AT,
      },
      theirs: [
        { input_tokens: input + cached, cache_read_tokens: cached, output_tokens: output },
        model,
        { providerId, timestamp },
      ],
    };
  });
}

/** Medians in nanoseconds per call, in the order of the candidates. */
async function alternate(candidates: readonly (() => number)[]): Promise<readonly number[]> {
  for (const run of candidates) slice(run, WARM_UP_MS);
  const times = candidates.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, run] of candidates.entries()) times[index]?.push(slice(run, SLICE_MS));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return times.map((values) => values.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN);
}

/** Nanoseconds per call; the results are added up and looked at, so that no work can be left out. */
function slice(run: () => number, forMs: number): number {
  const start = process.hrtime.bigint();
  const end = start + BigInt(forMs) * 1_000_000n;
  let runs = 0;
  let results = 0;
  let now = start;
  while (now < end) {
    results += run();
    runs += 1;
    now = process.hrtime.bigint();
  }
  if (Number.isNaN(results)) throw new Error("a call was not charged");
  return Number(now - start) / (runs * CALLS);
}

if (import.meta.main) await benchPricing();
