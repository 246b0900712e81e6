import type { Booking } from "../../../packages/ledger/src/index.ts";
import { charge, defaultPriceBook } from "../../../packages/pricing/src/index.ts";
import { usageOf } from "../../../packages/usage/src/index.ts";
import { anyCall, attoCostOf } from "./calls.ts";
import { Random } from "./random.ts";

/** The month that all calls lie in. */
export const MONTH = "2026-10";
const START = BigInt(Date.parse("2026-10-15T12:00:00Z")) * 1_000_000n;
/** Calls arrive at this rate by their own clocks, and up to so much out of order. */
const PER_SECOND = 60_000;
const DISORDER_MS = 10_000;

/** Calls and what they cost, by customer, feature and model: `customer feature model` to calls and 1e-18 USD. */
export type KnownTotals = Map<string, { calls: number; net: bigint }>;

/**
 * The requests of a run: those with the same numbers are the same each time they are asked for. What they must come to
 * is added to `known`.
 */
export function requestsOf(
  from: number,
  count: number,
  size: number,
  known: KnownTotals,
): { readonly bookings: readonly Booking[]; readonly receivedAt: bigint }[] {
  return Array.from({ length: count }, (_, i) => {
    const request = from + i;
    const random = new Random(request + 1);
    const receivedAt =
      START + BigInt(Math.floor((request * size * 1000) / PER_SECOND) + DISORDER_MS) * 1_000_000n;
    return {
      bookings: Array.from({ length: size }, () => bookingOf(random, receivedAt, known)),
      receivedAt,
    };
  });
}

function bookingOf(random: Random, receivedAt: bigint, known: KnownTotals): Booking {
  const facts = anyCall(random);
  const { customer, feature, priced, input, cached, output, seconds } = facts;
  const { provider, model } = priced;
  add(known, `${customer} ${feature} ${model}`, attoCostOf(facts));
  const usage = usageOf([
    ["input", input],
    ["cache_read", cached],
    ["output", output],
  ]);
  const occurredAt = receivedAt - BigInt(random.below(DISORDER_MS)) * 1_000_000n;
  const parent = random.hex(8);
  return {
    source: "default",
    call: {
      traceId: random.hex(16),
      spanId: random.hex(8),
      parentSpanId: parent,
      startedAt: occurredAt - BigInt(seconds) * 1_000_000_000n,
      occurredAt,
      dialect: "otel",
      scope: "@keeptabs/instrumentation",
      provider,
      requestModel: model,
      responseModel: model,
      operation: "chat",
      responseId: `chatcmpl-${random.hex(12)}`,
      usage,
      outcome: "ok",
      attribution: { customer, feature },
      aggregate: false,
    },
    charge: charge(
      { provider, model, usage, atMs: Number(occurredAt / 1_000_000n), customer },
      defaultPriceBook(),
    ),
    customer,
    onlyPerson: false,
    feature,
    ancestors: [parent],
  };
}

function add(known: KnownTotals, key: string, net: bigint): void {
  const total = known.get(key);
  if (total === undefined) known.set(key, { calls: 1, net });
  else {
    total.calls += 1;
    total.net += net;
  }
}
