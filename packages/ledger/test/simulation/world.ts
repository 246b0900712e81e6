import type { Booking, SpanNote } from "@keeptabs/ledger";
import { type AttoUsd, type Charge, charge, defaultPriceBook } from "@keeptabs/pricing";
import { type Call, UNATTRIBUTED, type Usage, usageOf } from "@keeptabs/usage";
import type { Random } from "./random.ts";

/** A span as its sender has it. */
export type SentSpan =
  | { readonly kind: "note"; readonly note: SpanNote }
  | { readonly kind: "call"; readonly booking: Booking };

/** What happened, and what of it a sender can tell. */
export interface World {
  readonly spans: readonly SentSpan[];
  /** The truth: what each customer's calls cost, by customer and feature. */
  readonly owed: ReadonlyMap<string, { calls: number; net: bigint }>;
}

interface Names {
  readonly customer?: string;
  readonly feature?: string;
}

const CUSTOMERS = ["acme", "globex", "initech", "umbrella", "hooli"];
const FEATURES = ["assistant", "search", "summaries"];
const MODELS = ["gpt-4o", "gpt-4o-mini", "no-such-model"];
/** Around the turn of a month and of a leap day. */
const EPOCHS = ["2026-10-31T23:59:58Z", "2028-02-29T12:00:00Z", "2026-03-29T00:59:59Z"].map(
  (at) => BigInt(Date.parse(at)) * 1_000_000n,
);

/** Some traces with calls of several customers, described once or twice, named here or above. */
export function worldOf(random: Random, traces: number): World {
  const spans: SentSpan[] = [];
  const owed = new Map<string, { calls: number; net: bigint }>();
  for (let i = 0; i < traces; i += 1) spans.push(...traceOf(random, owed));
  return { spans, owed };
}

function traceOf(random: Random, owed: Map<string, { calls: number; net: bigint }>): SentSpan[] {
  const traceId = random.hex(16);
  const from = random.pick(EPOCHS) + BigInt(random.below(4_000)) * 1_000_000n;
  const spans: SentSpan[] = [];
  /** Spans above the next call, the nearest last, with what each names. */
  const above: { readonly id: string; readonly names: Names }[] = [];
  for (let depth = random.below(4); depth > 0; depth -= 1) {
    const names = random.chance(0.5) ? namesOf(random) : {};
    const id = random.hex(8);
    const { customer, feature } = names;
    const note = {
      source: "default",
      traceId,
      spanId: id,
      parentSpanId: above.at(-1)?.id,
      customer,
      feature,
    };
    spans.push({ kind: "note", note });
    above.push({ id, names });
  }
  for (let calls = 1 + random.below(4); calls > 0; calls -= 1) {
    spans.push(...callOf(random, traceId, from + BigInt(calls) * 1_000_000n, above, owed));
  }
  return spans;
}

function callOf(
  random: Random,
  traceId: string,
  startedAt: bigint,
  above: readonly { readonly id: string; readonly names: Names }[],
  owed: Map<string, { calls: number; net: bigint }>,
): SentSpan[] {
  const own: Names = random.chance(0.4) ? namesOf(random) : {};
  const model = random.pick(MODELS);
  const usage = usageOf([
    ["input", 1 + random.below(5_000)],
    ["output", 1 + random.below(900)],
  ]);
  const occurredAt = startedAt + 500_000n;
  const cost = charge(
    { provider: "openai", model, usage, atMs: Number(occurredAt / 1_000_000n) },
    defaultPriceBook(),
  );
  owe(owed, whose(own, above), cost);

  const responseId = random.chance(0.7) ? `chatcmpl-${random.hex(8)}` : undefined;
  const inner = random.hex(8);
  const common = { traceId, startedAt, occurredAt, model, usage, cost, names: own };
  const description = random.below(4);
  // Another instrumentation's span above the same call, at times with a step of its own between the two.
  if (description === 1) {
    const outer = random.hex(8);
    const step = random.chance(0.5) ? random.hex(8) : undefined;
    const between: SentSpan[] =
      step === undefined
        ? []
        : [
            {
              kind: "note",
              note: {
                source: "default",
                traceId,
                spanId: step,
                parentSpanId: outer,
                customer: undefined,
                feature: undefined,
              },
            },
          ];
    return [
      spanOf({ ...common, spanId: outer, parent: above.at(-1)?.id, scope: "framework", responseId }),
      ...between,
      spanOf({ ...common, spanId: inner, parent: step ?? outer, scope: "client", responseId: undefined }),
    ];
  }
  // An agent's sum above it, which is not charged beside the call.
  if (description === 2) {
    const agent = random.hex(8);
    return [
      spanOf({ ...common, spanId: agent, parent: above.at(-1)?.id, scope: "agents", aggregate: true }),
      spanOf({ ...common, spanId: inner, parent: agent, scope: "client", responseId }),
    ];
  }
  // Another instrumentation's span of it, beside it or in a trace of its own, known by the response id.
  if (description === 3 && responseId !== undefined) {
    // Where nothing above names anybody, one of the two may be the only one that knows for whom it was.
    const nobodyAbove = above.every(
      ({ names }) => names.customer === undefined && names.feature === undefined,
    );
    const knows = nobodyAbove ? random.pick(["both", "client", "wrapper"]) : "both";
    const quality = random.chance(0.5) ? "partial" : "reported";
    const elsewhere = nobodyAbove && random.chance(0.5);
    const wrapper = {
      ...common,
      traceId: elsewhere ? random.hex(16) : traceId,
      spanId: random.hex(8),
      parent: elsewhere ? undefined : above.at(-1)?.id,
      scope: "wrapper",
      responseId,
      quality,
      names: knows === "client" ? {} : own,
    } as const;
    const itself = { ...common, spanId: inner, parent: above.at(-1)?.id, scope: "client", responseId };
    return [spanOf({ ...itself, names: knows === "wrapper" ? {} : own }), spanOf(wrapper)];
  }
  return [spanOf({ ...common, spanId: inner, parent: above.at(-1)?.id, scope: "client", responseId })];
}

function spanOf(of: {
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: string | undefined;
  readonly scope: string;
  readonly startedAt: bigint;
  readonly occurredAt: bigint;
  readonly model: string;
  readonly usage: Usage;
  readonly cost: Charge;
  readonly names: Names;
  readonly responseId?: string | undefined;
  readonly aggregate?: boolean;
  readonly quality?: "partial" | "reported";
}): SentSpan {
  const call: Call = {
    traceId: of.traceId,
    spanId: of.spanId,
    parentSpanId: of.parent,
    startedAt: of.startedAt,
    occurredAt: of.occurredAt,
    dialect: "otel",
    scope: of.scope,
    provider: "openai",
    requestModel: of.model,
    responseModel: of.model,
    operation: "chat",
    responseId: of.responseId,
    usage: { ...of.usage, quality: of.quality ?? "reported" },
    outcome: "ok",
    attribution: of.names,
    aggregate: of.aggregate ?? false,
  };
  const { customer, feature } = of.names;
  const ancestors = of.parent === undefined ? [] : [of.parent];
  return {
    kind: "call",
    booking: { source: "default", call, charge: of.cost, customer, feature, ancestors },
  };
}

function namesOf(random: Random): Names {
  return {
    ...(random.chance(0.8) ? { customer: random.pick(CUSTOMERS) } : {}),
    ...(random.chance(0.8) ? { feature: random.pick(FEATURES) } : {}),
  };
}

/** The nearest that is named, of the call itself and what lies above it. */
function whose(own: Names, above: readonly { readonly names: Names }[]): string {
  const names = [own, ...above.toReversed().map((span) => span.names)];
  const customer = names.find((each) => each.customer !== undefined)?.customer ?? UNATTRIBUTED;
  const feature = names.find((each) => each.feature !== undefined)?.feature ?? "";
  return JSON.stringify([customer, feature]);
}

function owe(
  owed: Map<string, { calls: number; net: bigint }>,
  whom: string,
  cost: { readonly net: AttoUsd },
): void {
  const sum = owed.get(whom) ?? { calls: 0, net: 0n };
  owed.set(whom, { calls: sum.calls + 1, net: sum.net + cost.net });
}
