export {
  type Charge,
  type Chargeable,
  type ChargeLine,
  type ChargeStatus,
  type CostSource,
  charge,
} from "./charge.ts";
export { defaultPriceBook } from "./default-book.ts";

export {
  type AttoUsd,
  addUsd,
  formatUsd,
  joinUsd,
  negateUsd,
  ONE_USD,
  parseUsd,
  parseUsdRounded,
  roundUsd,
  scaleUsd,
  splitUsd,
  subtractUsd,
  sumUsd,
  usdToNumber,
  ZERO_USD,
} from "./money.ts";
export type { Condition, Factor, ModelPrices, Price, PriceSheet, Rate, Rates, Variant } from "./price.ts";
export {
  type CompiledPrice,
  PriceBook,
  type PriceFound,
  type PriceMiss,
  type PriceMissReason,
} from "./price-book.ts";
