import type { CompiledPrice } from "./compiled-price.ts";
import { holds, namesTier, type Situation } from "./condition.ts";
import type { Condition } from "./price.ts";
import type { CompiledRate } from "./rate.ts";

/** The rates of the first variant that holds, the standard ones, or why neither is the right one. */
export function ratesFor(price: CompiledPrice, now: Situation): ReadonlyMap<string, CompiledRate> | string {
  if (now.region !== undefined && price.price.regions?.includes(now.region) === false)
    return `region_not_priced:${now.region}`;
  const variant =
    price.variants.length === 0 ? undefined : price.variants.find(({ when }) => holds(when, now));
  const rates = variant?.rates ?? price.rates;
  const isStandard = !now.batch && now.serviceTier === undefined && now.speed === undefined;
  return isStandard ? rates : (unspoken(price, variant?.when, now) ?? rates);
}

/** Why the rates that were chosen are not the right ones for a tier, batch or speed, if they are not. */
function unspoken(price: CompiledPrice, chosen: Condition | undefined, now: Situation): string | undefined {
  // A tier, batch or speed that neither the chosen rates nor a multiplier speak of costs something we do not know.
  const spoken = (of: (condition: Condition) => boolean): boolean =>
    (chosen !== undefined && of(chosen)) || price.factors.some(({ when }) => of(when) && holds(when, now));
  if (now.batch && !spoken(({ batch }) => batch === true)) return "batch_not_priced";
  // Batches have their own price; the tier they ran in does not change it.
  if (!now.batch && now.serviceTier !== undefined && !spoken((when) => namesTier(when, now.serviceTier))) {
    return `service_tier_not_priced:${now.serviceTier}`;
  }
  if (now.speed !== undefined && !spoken(({ speed }) => speed === now.speed))
    return `speed_not_priced:${now.speed}`;
  return undefined;
}
