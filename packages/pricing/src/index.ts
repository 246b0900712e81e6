export type { Catalogue, CatalogueQuestion, CatalogueRate } from "./catalogues/catalogue.ts";
export { type Coverage, coverage, type Disagreement, disagreements } from "./catalogues/compare.ts";
export { liteLlmCatalogue } from "./catalogues/litellm.ts";
export { modelsDevCatalogue } from "./catalogues/models-dev.ts";
export { type Charge, type Chargeable, type ChargeStatus, type CostSource, charge } from "./charge.ts";
export type { Agreement, ChargeLine } from "./charge-line.ts";
export type { CompiledPrice } from "./compiled-price.ts";
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
export { ModelNames, type NameMapping } from "./names.ts";
export { type Override, Overrides, type Terms } from "./override.ts";
export type {
  Alias,
  Condition,
  Factor,
  ModelPrices,
  Price,
  PriceSheet,
  Rate,
  Rates,
  TokenRange,
  UnitRate,
  Variant,
} from "./price.ts";
export {
  PriceBook,
  type PriceFound,
  type PriceLayer,
  type PriceMiss,
  type PriceMissReason,
} from "./price-book.ts";
export { priceSheetsFromJson } from "./sheet-json.ts";
