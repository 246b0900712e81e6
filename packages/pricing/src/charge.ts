import { promptTokens, type Quantities, type Usage } from "@keeptabs/usage";
import { type ChargeLine, lineOf } from "./charge-line.ts";
import type { CompiledPrice } from "./compiled-price.ts";
import { type Situation, specialTier } from "./condition.ts";
import { type AttoUsd, parseUsd, parseUsdRounded, ZERO_USD } from "./money.ts";
import type { CompiledOverride, Overrides } from "./override.ts";
import type { PriceBook, PriceFound } from "./price-book.ts";
import { ratesFor } from "./rates-for.ts";

/** What is to be charged: a call's provider, model, usage and the instant it ended (Unix milliseconds). */
export interface Chargeable {
  readonly provider: string;
  /** The model that answered, or the one asked for when the answer does not say. */
  readonly model: string | undefined;
  readonly usage: Usage;
  readonly atMs: number;
  /** Who the call was for, where overrides depend on it. */
  readonly customer?: string | undefined;
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
 * estimated, and `unpriced` with a reason. An amount is never zero without a reason. What the provider
 * says it charged is net already: overrides do not touch it. An amount that no call costs is not believed, whoever
 * states it or what it is computed from: it would drown every sum that it is a part of.
 */
export function charge(call: Chargeable, book: PriceBook, overrides?: Overrides): Charge {
  const made = believed(call, book, overrides);
  return made.list > MOST || made.net > MOST ? unpriced("amount_implausible", call.usage) : made;
}

/** A million USD: far above any call, and a sum of thousands of them is within what a ledger can add up. */
const MOST: AttoUsd = parseUsd("1000000");

function believed(call: Chargeable, book: PriceBook, overrides: Overrides | undefined): Charge {
  const { usage } = call;
  if (usage.free !== undefined) return finished("zero", "provider", ZERO_USD, usage, { reason: usage.free });
  const reported = claimed(usage, "provider");
  if (reported !== undefined) return finished("charged", "provider", reported, usage);
  if (usage.problem !== undefined) return unpriced(usage.problem, usage);
  if (usage.quality === "missing") return estimatedOr(usage, unpriced("usage_missing", usage));
  return computed(call, book, overrides);
}

/** What is known so far of a computed charge. */
interface Sum {
  readonly lines: ChargeLine[];
  readonly gaps: string[];
  list: bigint;
  /** What agreements take off the list amount, or add to it when it is negative. */
  off: bigint;
}

function computed(call: Chargeable, book: PriceBook, overrides: Overrides | undefined): Charge {
  const { usage } = call;
  const sum: Sum = { lines: [], gaps: [], list: 0n, off: 0n };
  const found = book.find(call.provider, call.model, call.atMs);
  const applying = applyingTo(call, found, call.model, overrides);
  if (found.kind === "price") {
    addParts(sum, found, usage.quantities, call, undefined, applying);
  } else if (!addAgreed(sum, usage.quantities, applying)) {
    return estimatedOr(usage, { ...unpriced(found.reason, usage), nearest: found.nearest });
  }
  for (const other of usage.otherModels) {
    const price = book.find(call.provider, other.model, call.atMs);
    if (price.kind === "miss") {
      sum.gaps.push(`${price.reason}:${other.model}`);
      continue;
    }
    const agreed = applyingTo(call, price, other.model, overrides);
    addParts(sum, price, other.quantities, call, other.model, agreed);
  }
  return concluded(sum, usage, found.kind === "price" ? found.price : undefined);
}

const NONE: readonly CompiledOverride[] = [];
const NO_NAMES: readonly string[] = [];

function applyingTo(
  { provider, usage, customer, atMs }: Chargeable,
  found: ReturnType<PriceBook["find"]>,
  model: string | undefined,
  overrides: Overrides | undefined,
): readonly CompiledOverride[] {
  if (overrides === undefined || overrides.isEmpty) return NONE;
  const models = [model, found.kind === "price" ? found.price.model : undefined].filter(
    (name) => name !== undefined,
  );
  return overrides.applying({
    provider: found.kind === "price" ? found.price.provider : provider,
    models,
    customer,
    serviceTier: usage.circumstances.serviceTier,
    atMs,
  });
}

function concluded(sum: Sum, usage: Usage, price: CompiledPrice | undefined): Charge {
  const { lines, gaps, list, off } = sum;
  const net = off === 0n ? list : list - off;
  const result: { -readonly [key in keyof Charge]: Charge[key] } = {
    status: "charged",
    source: "computed",
    list: list as AttoUsd,
    net: net as AttoUsd,
    lines,
    lowerBound: usage.lowerBound,
    nearest: NO_NAMES,
  };
  if (price !== undefined) result.priceVersion = price.version;
  if (lines.length === 0) {
    // A model whose price is known but not for this: something of it is priced, and this is not.
    result.status = gaps.some((gap) => gap.startsWith(NO_RATE)) ? "partly_unpriced" : "unpriced";
    result.source = "none";
    result.reason = gaps.length === 0 ? "usage_empty" : gaps.join(" ");
    return estimatedOr(usage, result);
  }
  if (gaps.length > 0) {
    result.status = "partly_unpriced";
    result.reason = gaps.join(" ");
  } else if (net === 0n) {
    result.status = "zero";
    result.reason = lines.find(({ agreement }) => agreement !== undefined)?.agreement?.zero ?? "free_model";
  }
  return result;
}

const NO_RATE = "unit_not_priced:";

/** Adds a line for each unit that has a rate, and a gap for what has none. */
function addParts(
  sum: Sum,
  found: PriceFound,
  quantities: Quantities,
  call: Chargeable,
  otherModel: string | undefined,
  agreed: readonly CompiledOverride[],
): void {
  const { price } = found;
  const now = situation(call, quantities, found.region, price);
  const rates = ratesFor(price, now);
  if (typeof rates === "string") {
    if (!addAgreed(sum, quantities, agreed)) sum.gaps.push(rates);
    return;
  }
  for (const [unit, quantity] of quantities) {
    const rate = rates.get(unit);
    const tools = rate === undefined ? toolsAt(price, call.atMs) : undefined;
    const toolRate = tools?.rates.get(unit);
    if (rate !== undefined) add(sum, lineOf(unit, quantity, rate, price.version, now, otherModel, agreed));
    else if (tools !== undefined && toolRate !== undefined)
      add(sum, lineOf(unit, quantity, toolRate, tools.version, now, otherModel, agreed));
    else addUnitAgreed(sum, unit, quantity, agreed);
  }
  const perCall = rates.get("requests");
  if (perCall !== undefined && otherModel === undefined && !quantities.has("requests"))
    add(sum, lineOf("requests", 1, perCall, price.version, now, undefined, agreed));
}

function add(sum: Sum, line: ChargeLine): void {
  sum.lines.push(line);
  sum.list += line.amount;
  if (line.agreement !== undefined) sum.off += line.amount - line.agreement.net;
}

/** Prices everything by what was agreed, where there is no list price at all; false when nothing was agreed. */
function addAgreed(sum: Sum, quantities: Quantities, agreed: readonly CompiledOverride[]): boolean {
  if (!agreed.some(({ rates }) => [...quantities.keys()].some((unit) => rates.has(unit)))) return false;
  for (const [unit, quantity] of quantities) addUnitAgreed(sum, unit, quantity, agreed);
  return true;
}

function addUnitAgreed(sum: Sum, unit: string, quantity: number, agreed: readonly CompiledOverride[]): void {
  const by = agreed.find(({ rates }) => rates.has(unit));
  const rate = by?.rates.get(unit);
  if (by === undefined || rate === undefined) sum.gaps.push(`${NO_RATE}${unit}`);
  else
    add(
      sum,
      lineOf(unit, quantity, rate, `${rate.origin.source}@${by.override.from}`, undefined, undefined, agreed),
    );
}

function situation(
  { usage, atMs }: Chargeable,
  quantities: Quantities,
  region: string | undefined,
  price: CompiledPrice,
): Situation {
  const { circumstances } = usage;
  const { serviceTier, speed } = circumstances;
  // Counting the prompt is worth while only where something depends on it.
  const prompt = price.variants.length === 0 ? 0 : promptTokens(quantities);
  return {
    serviceTier: serviceTier === "batch" ? undefined : specialTier(serviceTier),
    batch: circumstances.batch === true || serviceTier === "batch",
    speed: speed === "standard" ? undefined : speed,
    region: region ?? circumstances.region,
    imageSize: circumstances.imageSize,
    promptTokens: prompt,
    atMs,
  };
}

function toolsAt(price: CompiledPrice, atMs: number): CompiledPrice | undefined {
  return price.tools.findLast(({ fromMs, untilMs }) => atMs >= fromMs && atMs < untilMs);
}

function finished(
  status: ChargeStatus,
  source: CostSource,
  list: AttoUsd,
  usage: Usage,
  rest: { readonly reason?: string } = {},
): Charge {
  return { status, source, list, net: list, lines: [], lowerBound: usage.lowerBound, nearest: [], ...rest };
}

function unpriced(reason: string, usage: Usage): Charge {
  return finished("unpriced", "none", ZERO_USD, usage, { reason });
}

/** A gateway's estimate stands where nothing better is known. */
function estimatedOr(usage: Usage, otherwise: Charge): Charge {
  const estimate = claimed(usage, "gateway");
  return estimate === undefined ? otherwise : finished("charged", "gateway", estimate, usage);
}

/** The amount of the first claim of a source, if it is plausible. A claimed 0 means unknown, as most tools write it. */
function claimed(usage: Usage, source: "provider" | "gateway"): AttoUsd | undefined {
  if (usage.claims.length === 0) return undefined;
  const claim = usage.claims.find((candidate) => candidate.source === source);
  if (claim === undefined) return undefined;
  const amount = parseUsdRounded(claim.amount);
  return amount > 0n && amount <= MOST ? amount : undefined;
}
