import type { Condition, TokenRange } from "./price.ts";

/** What conditions are tested against. */
export interface Situation {
  readonly serviceTier: string | undefined;
  readonly batch: boolean;
  readonly speed: string | undefined;
  readonly region: string | undefined;
  readonly imageSize: string | undefined;
  readonly promptTokens: number;
  /** Unix milliseconds. */
  readonly atMs: number;
}

/** True when every condition that is named holds. */
export function holds(condition: Condition, now: Situation): boolean {
  if (condition.serviceTier !== undefined && !namesTier(condition, now.serviceTier)) return false;
  if (condition.batch === true && !now.batch) return false;
  if (condition.speed !== undefined && condition.speed !== now.speed) return false;
  if (condition.imageSize !== undefined && !oneOf(condition.imageSize, now.imageSize)) return false;
  if (condition.region !== undefined && !oneOf(condition.region, now.region)) return false;
  if (condition.promptTokens !== undefined && !within(condition.promptTokens, now.promptTokens)) return false;
  return inWindow(condition, now.atMs);
}

/** True when the condition speaks of this service tier. */
export function namesTier({ serviceTier }: Condition, tier: string | undefined): boolean {
  return serviceTier !== undefined && oneOf(serviceTier, tier);
}

function oneOf(names: string | readonly string[], name: string | undefined): boolean {
  return typeof names === "string" ? names === name : name !== undefined && names.includes(name);
}

function within(range: TokenRange, tokens: number): boolean {
  if ("over" in range) return tokens > range.over;
  if ("from" in range) return tokens >= range.from;
  return "under" in range ? tokens < range.under : tokens <= range.upTo;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function inWindow({ utcHours, utcWeekdays, exceptDays }: Condition, atMs: number): boolean {
  if (utcWeekdays !== undefined && !utcWeekdays.includes(new Date(atMs).getUTCDay())) return false;
  if (exceptDays?.includes(new Date(atMs).toISOString().slice(0, 10))) return false;
  if (utcHours === undefined) return true;
  const hour = (((atMs % DAY) + DAY) % DAY) / HOUR;
  return utcHours.some(({ from, until }) =>
    from < until ? hour >= from && hour < until : hour >= from || hour < until,
  );
}

/** Tiers that are another word for the standard price. */
const STANDARD_TIERS: ReadonlySet<string> = new Set(["default", "standard", "auto", "on_demand", ""]);

/**
 * What the provider's answer says beyond the standard terms and what a price must therefore name:
 * a tier that no variant mentions has no price, it does not silently cost the standard one.
 */
export function specialTier(serviceTier: string | undefined): string | undefined {
  return serviceTier === undefined || STANDARD_TIERS.has(serviceTier) ? undefined : serviceTier;
}
