import { promptTokens, type Quantities, type Usage } from "@keeptabs/usage";
import { holds, type Situation, specialTier } from "./condition.ts";
import { type AttoUsd, addUsd, parseUsdRounded, ZERO_USD } from "./money.ts";
import type { CompiledPrice, PriceBook, PriceMissReason } from "./price-book.ts";
import { amountOf, type CompiledRate } from "./rate.ts";

/** What is to be charged: a call's provider, model, usage and the instant it ended (Unix milliseconds). */
export interface Chargeable {
  readonly provider: string;
  /** The model that answered, or the one asked for when the answer does not say. */
  readonly model: string | undefined;
  readonly usage: Usage;
  readonly atMs: number;
}

/** One unit's part of a charge: what a person would write down to check it by hand. */
export interface ChargeLine {
  readonly unit: string;
  readonly quantity: number;
  /** The model the line was priced for, when it is not the call's own. */
  readonly model?: string;
  /** Published USD for `per` units. */
  readonly rate: string;
  readonly per: number;
  /** Multipliers the provider publishes, such as `1.1`. */
  readonly factors: readonly string[];
  readonly amount: AttoUsd;
  /** True when the amount was rounded half to even at 1e-18 USD. */
  readonly rounded: boolean;
  readonly priceVersion: string;
  readonly source: string;
  readonly checked: string;
}

export type ChargeStatus = "charged" | "zero" | "unpriced" | "partly_unpriced";

/** Where the amount came from; in this order of trust. */
export type CostSource = "provider" | "computed" | "gateway" | "none";

/** What a call costs, and why. */
export interface Charge {
  readonly status: ChargeStatus;
  /** Why it is zero, unpriced or partly unpriced: `model_not_found`, `unit_not_priced:web_search`, `usage_missing` … */
  readonly reason?: string;
  readonly source: CostSource;
  /** Before negotiated discounts. */
  readonly list: AttoUsd;
  /** After negotiated discounts. */
  readonly net: AttoUsd;
  readonly lines: readonly ChargeLine[];
  /** The price in force, such as `openai/gpt-4o@release`; absent when no price of ours was used. */
  readonly priceVersion?: string;
  /** True when more may have been billed than is known: a stream that was broken off. */
  readonly lowerBound: boolean;
  /** Known names that look like the one that was not found. */
  readonly nearest: readonly string[];
}

/**
 * What a call costs by the price book. Pure; the same call and book give the same charge.
 *
 * The order of trust is: what the provider says it charged, what list prices give, what a gateway
 * estimated, and `unpriced` with a reason. An amount is never zero without a reason.
 */
export function charge(call: Chargeable, book: PriceBook): Charge {
  const { usage } = call;
  if (usage.free !== undefined)
    return finished("zero", "provider", ZERO_USD, [], usage, { reason: usage.free });
  const reported = claimed(usage, "provider");
  if (reported !== undefined) return finished("charged", "provider", reported, [], usage);
  if (usage.problem !== undefined) return unpriced(usage.problem, usage);
  if (usage.quality === "missing") return estimatedOr(usage, unpriced("usage_missing", usage));

  const lines: ChargeLine[] = [];
  const gaps: string[] = [];
  const found = book.find(call.provider, call.model, call.atMs);
  if (found.kind === "miss") return estimatedOr(usage, unpriced(found.reason, usage, found.nearest));
  const gap = priceParts(found.price, usage.quantities, call, undefined, lines);
  gaps.push(...gap);
  for (const other of usage.otherModels) {
    const price = book.find(call.provider, other.model, call.atMs);
    if (price.kind === "miss") gaps.push(`${price.reason}:${other.model}`);
    else gaps.push(...priceParts(price.price, other.quantities, call, other.model, lines));
  }

  const total = lines.reduce((sum, line) => addUsd(sum, line.amount), ZERO_USD);
  const extra = { priceVersion: found.price.version };
  if (lines.length === 0) {
    const reason = gaps[0] ?? "usage_empty";
    return estimatedOr(usage, { ...unpriced(reason, usage), ...extra });
  }
  if (gaps.length > 0)
    return finished("partly_unpriced", "computed", total, lines, usage, { ...extra, reason: gaps.join(" ") });
  if (total === 0n)
    return finished("zero", "computed", total, lines, usage, { ...extra, reason: "free_model" });
  return finished("charged", "computed", total, lines, usage, extra);
}

/** Adds a line for each unit that has a rate and returns what has none. */
function priceParts(
  price: CompiledPrice,
  quantities: Quantities,
  call: Chargeable,
  otherModel: string | undefined,
  lines: ChargeLine[],
): readonly string[] {
  const now = situation(call, quantities);
  const rates = ratesFor(price, now);
  if (typeof rates === "string") return [rates];
  const gaps: string[] = [];
  for (const [unit, quantity] of quantities) {
    const rate = rates.get(unit);
    const tool = rate === undefined ? toolRate(price, unit, call.atMs) : undefined;
    if (rate !== undefined) lines.push(line(unit, quantity, rate, price, now, otherModel));
    else if (tool !== undefined) lines.push(line(unit, quantity, tool.rate, tool.price, now, otherModel));
    else gaps.push(`unit_not_priced:${unit}`);
  }
  return gaps;
}

function situation({ usage, atMs }: Chargeable, quantities: Quantities): Situation {
  const { serviceTier, batch, speed, region, imageSize } = usage.circumstances;
  return {
    serviceTier: specialTier(serviceTier),
    batch: batch === true || serviceTier === "batch",
    speed: speed === "standard" ? undefined : speed,
    region,
    imageSize,
    promptTokens: promptTokens(quantities),
    atMs,
  };
}

/** The rates of the first variant that holds, the standard ones, or why neither is the right one. */
function ratesFor(price: CompiledPrice, now: Situation): ReadonlyMap<string, CompiledRate> | string {
  const variant = price.variants.find(({ when }) => holds(when, now));
  // A tier, batch or speed that the chosen rates do not speak of costs something we do not know.
  if (now.batch && variant?.when.batch !== true && variant?.when.serviceTier !== "batch")
    return "batch_not_priced";
  if (!now.batch && now.serviceTier !== undefined && variant?.when.serviceTier !== now.serviceTier) {
    return `service_tier_not_priced:${now.serviceTier}`;
  }
  if (now.speed !== undefined && variant?.when.speed !== now.speed) return `speed_not_priced:${now.speed}`;
  return variant?.rates ?? price.rates;
}

function toolRate(
  price: CompiledPrice,
  unit: string,
  atMs: number,
): { readonly rate: CompiledRate; readonly price: CompiledPrice } | undefined {
  const tools = price.tools.findLast(({ fromMs, untilMs }) => atMs >= fromMs && atMs < untilMs);
  const rate = tools?.rates.get(unit);
  return tools === undefined || rate === undefined ? undefined : { rate, price: tools };
}

function line(
  unit: string,
  quantity: number,
  rate: CompiledRate,
  price: CompiledPrice,
  now: Situation,
  otherModel: string | undefined,
): ChargeLine {
  const factors =
    rate.factors.length === 0 ? rate.factors : rate.factors.filter(({ when }) => holds(when, now));
  const { amount, exact } = amountOf(rate, quantity, factors);
  return {
    unit,
    quantity,
    ...(otherModel === undefined ? {} : { model: otherModel }),
    rate: rate.usd,
    per: rate.per,
    factors: factors.map(({ by }) => by),
    amount,
    rounded: !exact,
    priceVersion: price.version,
    source: price.price.source,
    checked: price.price.checked,
  };
}

function finished(
  status: ChargeStatus,
  source: CostSource,
  amount: AttoUsd,
  lines: readonly ChargeLine[],
  usage: Usage,
  rest: { readonly reason?: string; readonly priceVersion?: string } = {},
): Charge {
  return {
    status,
    source,
    list: amount,
    net: amount,
    lines,
    lowerBound: usage.lowerBound,
    nearest: [],
    ...rest,
  };
}

function unpriced(reason: PriceMissReason | string, usage: Usage, nearest: readonly string[] = []): Charge {
  return { ...finished("unpriced", "none", ZERO_USD, [], usage, { reason }), nearest };
}

/** A gateway's estimate stands where nothing better is known. */
function estimatedOr(usage: Usage, otherwise: Charge): Charge {
  const estimate = claimed(usage, "gateway");
  return estimate === undefined ? otherwise : finished("charged", "gateway", estimate, [], usage);
}

/** The amount of the first claim of a source. A claimed 0 means unknown, as most tools write it. */
function claimed(usage: Usage, source: "provider" | "gateway"): AttoUsd | undefined {
  const claim = usage.claims.find((candidate) => candidate.source === source);
  if (claim === undefined) return undefined;
  const amount = parseUsdRounded(claim.amount);
  return amount > 0n ? amount : undefined;
}
