import type { Condition } from "./price.ts";

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
  if (condition.serviceTier !== undefined && condition.serviceTier !== now.serviceTier) return false;
  if (condition.batch === true && !now.batch) return false;
  if (condition.speed !== undefined && condition.speed !== now.speed) return false;
  if (condition.imageSize !== undefined && condition.imageSize !== now.imageSize) return false;
  if (condition.region !== undefined && (now.region === undefined || !condition.region.includes(now.region)))
    return false;
  if (condition.promptTokens !== undefined && !reaches(condition.promptTokens, now.promptTokens))
    return false;
  return inWindow(condition, now.atMs);
}

function reaches(boundary: NonNullable<Condition["promptTokens"]>, tokens: number): boolean {
  return "over" in boundary ? tokens > boundary.over : tokens >= boundary.from;
}

function inWindow(condition: Condition, atMs: number): boolean {
  if (condition.utcHours === undefined && condition.utcWeekdays === undefined) return true;
  const at = new Date(atMs);
  if (condition.utcWeekdays !== undefined && !condition.utcWeekdays.includes(at.getUTCDay())) return false;
  const hour = at.getUTCHours();
  return condition.utcHours?.some(({ from, until }) => hour >= from && hour < until) ?? true;
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
