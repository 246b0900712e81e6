import { picoUsd } from "./rates.ts";

/** One call of the scenario's history, as the provider would put it on its bill. */
export interface PastCall {
  readonly traceId: string;
  readonly spanId: string;
  /** Unix milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly customer: string | undefined;
  readonly feature: string | undefined;
  readonly provider: "openai" | "anthropic";
  readonly requestModel: string;
  readonly responseModel: string;
  readonly operation: "chat" | "embeddings";
  /** Disjoint quantities by unit. */
  readonly quantities: Readonly<Record<string, number>>;
}

/** The hour in which Umbrella's agent runs away: the 17th, 14:00 UTC. */
export const RUNAWAY = { day: 17, hour: 14, calls: 900 } as const;

const MODELS = {
  mini: ["openai", "gpt-4o-mini", "gpt-4o-mini-2024-07-18"],
  gpt5: ["openai", "gpt-5", "gpt-5-2025-08-07"],
  gpt5mini: ["openai", "gpt-5-mini", "gpt-5-mini-2025-08-07"],
  embed: ["openai", "text-embedding-3-small", "text-embedding-3-small"],
  haiku: ["anthropic", "claude-haiku-4-5", "claude-haiku-4-5-20251001"],
  opus: ["anthropic", "claude-opus-5", "claude-opus-5"],
  tuned: ["openai", "ft:gpt-4o-mini:hooli::h7", "ft:gpt-4o-mini:hooli::h7"],
} as const;

interface Habit {
  readonly customer: string | undefined;
  readonly feature: string | undefined;
  readonly model: keyof typeof MODELS;
  readonly callsPerDay: number;
  readonly typical: Readonly<Record<string, number>>;
}

/** Who does what every day of the month. */
const HABITS: readonly Habit[] = [
  {
    customer: "acme",
    feature: "assistant",
    model: "gpt5",
    callsPerDay: 40,
    typical: { input: 900, cache_read: 2048, output: 350 },
  },
  { customer: "acme", feature: "search", model: "embed", callsPerDay: 30, typical: { input: 220 } },
  {
    customer: "acme",
    feature: "summarise",
    model: "gpt5mini",
    callsPerDay: 12,
    typical: { input: 3000, output: 400 },
  },
  // A flat plan of 49 USD, and an agent that thinks with the dearest model.
  {
    customer: "globex",
    feature: "agent",
    model: "opus",
    callsPerDay: 26,
    typical: { input: 1500, cache_read: 12_000, cache_write_5m: 2400, cache_write_1h: 300, output: 1600 },
  },
  {
    customer: "globex",
    feature: "assistant",
    model: "mini",
    callsPerDay: 10,
    typical: { input: 800, output: 200 },
  },
  {
    customer: "initech",
    feature: "assistant",
    model: "mini",
    callsPerDay: 3,
    typical: { input: 600, output: 150 },
  },
  {
    customer: "umbrella",
    feature: "assistant",
    model: "gpt5mini",
    callsPerDay: 20,
    typical: { input: 1200, output: 300 },
  },
  {
    customer: "umbrella",
    feature: "agent",
    model: "haiku",
    callsPerDay: 6,
    typical: { input: 2000, cache_read: 6000, output: 500 },
  },
  {
    customer: "hooli",
    feature: "summarise",
    model: "gpt5mini",
    callsPerDay: 8,
    typical: { input: 4000, output: 500 },
  },
  // A fine-tuned model that no price list knows.
  {
    customer: "hooli",
    feature: "assistant",
    model: "tuned",
    callsPerDay: 2,
    typical: { input: 700, output: 250 },
  },
  // A nightly job that nobody wrapped in withCustomer.
  {
    customer: undefined,
    feature: undefined,
    model: "mini",
    callsPerDay: 4,
    typical: { input: 5000, output: 800 },
  },
];

const RUNAWAY_HABIT: Habit = {
  customer: "umbrella",
  feature: "agent",
  model: "haiku",
  callsPerDay: 0,
  typical: { input: 9000, cache_read: 20_000, output: 900 },
};

/** Every call of a month (YYYY-MM, UTC), in the order of time; the same month gives the same calls. */
export function historyOf(month: string): PastCall[] {
  const random = randomFrom(20_261_015);
  const firstDay = Date.parse(`${month}-01T00:00:00Z`);
  const days = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate();
  const calls: PastCall[] = [];
  const add = (habit: Habit, at: number): void => {
    const [provider, requestModel, responseModel] = MODELS[habit.model];
    const startedAt = Math.floor(at);
    calls.push({
      traceId: (calls.length + 1).toString(16).padStart(32, "7"),
      spanId: (calls.length + 1).toString(16).padStart(16, "5"),
      startedAt,
      endedAt: startedAt + 400 + Math.floor(random() * 4000),
      customer: habit.customer,
      feature: habit.feature,
      provider,
      requestModel,
      responseModel,
      operation: habit.model === "embed" ? "embeddings" : "chat",
      quantities: Object.fromEntries(
        Object.entries(habit.typical).map(([unit, typical]) => [
          unit,
          Math.max(1, Math.floor(typical * (0.5 + random()))),
        ]),
      ),
    });
  };
  for (let day = 0; day < days; day += 1) {
    for (const habit of HABITS) {
      for (let i = 0; i < habit.callsPerDay; i += 1) {
        // The last minute of the month stays free, so that no call ends in the next one.
        add(habit, firstDay + (day + random() * 0.999) * 86_400_000);
      }
    }
  }
  const runaway = firstDay + (RUNAWAY.day - 1) * 86_400_000 + RUNAWAY.hour * 3_600_000;
  for (let i = 0; i < RUNAWAY.calls; i += 1) add(RUNAWAY_HABIT, runaway + i * 3_900);
  return calls.sort((a, b) => a.startedAt - b.startedAt);
}

/** The provider's side of some calls: what they cost, and what has no price, by any of their properties. */
export interface Bill {
  readonly pico: bigint;
  readonly calls: number;
  readonly unpricedCalls: number;
}

/** Adds up a bill per key, in the scenario's own arithmetic. */
export function billBy<
  T extends { readonly responseModel: string; readonly quantities: Readonly<Record<string, number>> },
>(calls: readonly T[], key: (call: T) => string): ReadonlyMap<string, Bill> {
  const bills = new Map<string, Bill>();
  for (const call of calls) {
    const name = key(call);
    const known = bills.get(name) ?? { pico: 0n, calls: 0, unpricedCalls: 0 };
    const pico = picoUsd(call.responseModel, call.quantities);
    bills.set(name, {
      pico: known.pico + (pico ?? 0n),
      calls: known.calls + 1,
      unpricedCalls: known.unpricedCalls + (pico === undefined ? 1 : 0),
    });
  }
  return bills;
}

/** Mulberry32: small, seeded, and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
