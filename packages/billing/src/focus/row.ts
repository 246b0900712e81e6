import { type AttoUsd, formatUsd } from "@keeptabs/pricing";
import { TOKEN_UNITS, UNATTRIBUTED } from "@keeptabs/usage";
import type { FocusRow } from "./columns.ts";
import { divided, multiplied } from "./decimal.ts";
import type { ChargeGroup, FocusOptions } from "./focus-day.ts";
import { marketOf } from "./market.ts";

/**
 * A group of charges as a row of FOCUS. Costs are null where there is no price: FOCUS would have 0 there, and a 0 that is not
 * known to be one would be a lie; the tags say why.
 */
export function focusRow(group: ChargeGroup, options: FocusOptions): FocusRow {
  const { part, entry, day, billing, list, net } = group;
  const { provider, service, publisher } = marketOf(entry.provider, part.model);
  const correction = part.correctedAtMs !== undefined;
  const cost = usd(net);
  const model = part.model === "" ? null : part.model;
  return {
    ...allocation(group, options),
    BilledCost: cost,
    BillingAccountId: options.billingAccount,
    BillingAccountName: options.billingAccount,
    BillingCurrency: "USD",
    BillingPeriodEnd: instant(billing.untilMs),
    BillingPeriodStart: instant(billing.fromMs),
    ChargeCategory: "Usage",
    ChargeClass: correction ? "Correction" : null,
    ChargeDescription: description(group),
    ChargeFrequency: "Usage-Based",
    ChargePeriodEnd: instant(day.untilMs),
    ChargePeriodStart: instant(day.fromMs),
    ...quantities(group),
    ContractedCost: cost,
    EffectiveCost: cost,
    InvoiceIssuerName: provider,
    ListCost: usd(list),
    ProviderName: provider,
    PublisherName: publisher,
    RegionId: entry.usage.circumstances.region ?? null,
    ResourceId: model,
    ResourceType: model === null ? null : "Model",
    ServiceCategory: "AI and Machine Learning",
    ServiceName: service,
    ServiceSubcategory: "Generative AI",
    Tags: JSON.stringify(tags(group)),
  };
}

/** Quantity, price and SKU. Those of a correction are not known: it corrects amounts. */
function quantities({ part, entry, quantity, billed, net }: ChargeGroup): FocusRow {
  const { line, unit } = part;
  if (part.correctedAtMs !== undefined) return NO_QUANTITIES;
  const consumedUnit = unitName(unit);
  const consumed = { ConsumedQuantity: String(quantity), ConsumedUnit: consumedUnit };
  const sku = unit === undefined ? null : `${entry.provider}/${part.model}/${unit}`;
  const meter = unit === undefined ? "Calls" : words(unit);
  if (line === undefined) {
    return {
      ...consumed,
      ContractedUnitPrice: null,
      ListUnitPrice: null,
      PricingCategory: net === undefined ? null : "Other",
      PricingQuantity: String(billed),
      PricingUnit: consumedUnit,
      SkuId: sku,
      SkuMeter: meter,
      SkuPriceId: null,
    };
  }
  const pricingQuantity = divided(String(billed), String(line.per));
  const listPrice = multiplied(line.rate, ...line.factors);
  const contracted =
    line.agreement === undefined || billed === 0n || net === undefined
      ? listPrice
      : divided(multiplied(formatUsd(net), String(line.per)), String(billed));
  const variant = [...line.factors, ...(line.agreement === undefined ? [] : [line.agreement.name])];
  return {
    ...consumed,
    ContractedUnitPrice: contracted,
    ListUnitPrice: listPrice,
    PricingCategory: "Standard",
    PricingQuantity: pricingQuantity,
    PricingUnit: line.per === 1 ? consumedUnit : `${line.per} ${consumedUnit}`,
    SkuId: sku,
    SkuMeter: meter,
    SkuPriceId: [`${line.priceVersion}#${unit}`, ...variant].join("×"),
  };
}

const NO_QUANTITIES: FocusRow = {
  ConsumedQuantity: null,
  ConsumedUnit: null,
  ContractedUnitPrice: null,
  ListUnitPrice: null,
  PricingCategory: null,
  PricingQuantity: null,
  PricingUnit: null,
  SkuId: null,
  SkuMeter: null,
  SkuPriceId: null,
};

/** Whose cost it is. Every charge is one customer's as a whole, so that the ratio is 1; nobody's is not allocated. */
function allocation({ part, quantity }: ChargeGroup, { customers }: FocusOptions): FocusRow {
  const { customer, feature } = part;
  if (customer === UNATTRIBUTED) {
    return {
      AllocatedMethodDetails: null,
      AllocatedMethodId: null,
      AllocatedResourceId: null,
      AllocatedResourceName: null,
      AllocatedTags: null,
      SubAccountId: null,
      SubAccountName: null,
      SubAccountType: null,
    };
  }
  const name = customers.get(customer)?.name ?? customer;
  const measured =
    part.correctedAtMs === undefined
      ? { UsageUnit: unitName(part.unit), UsageQuantity: Number(quantity) }
      : { UsageUnit: "Corrections" };
  return {
    AllocatedMethodDetails: JSON.stringify({ Elements: [{ AllocatedRatio: 1, ...measured }] }),
    AllocatedMethodId: "keeptabs/call-by-call",
    AllocatedResourceId: customer,
    AllocatedResourceName: name,
    AllocatedTags: JSON.stringify({ customer, ...(feature === "" ? {} : { feature }) }),
    SubAccountId: customer,
    SubAccountName: name,
    SubAccountType: "Customer",
  };
}

function tags({ part, entry, net }: ChargeGroup): Readonly<Record<string, string>> {
  const { customer, feature, reason } = part;
  return {
    ...(customer === UNATTRIBUTED ? { "keeptabs/unattributed": "true" } : { "keeptabs/customer": customer }),
    ...(feature === "" ? {} : { "keeptabs/feature": feature }),
    ...(net === undefined ? { "keeptabs/status": "unpriced" } : { "keeptabs/cost-source": entry.costSource }),
    ...(reason === undefined ? {} : { "keeptabs/reason": reason }),
  };
}

function description({ part, entry, net }: ChargeGroup): string {
  const model = part.model === "" ? "a model that is not named" : part.model;
  if (part.correctedAtMs !== undefined) return `Correction for ${model}: ${part.reason}`;
  const { agreement } = part.line ?? {};
  const agreed = agreement === undefined ? "" : `, ${agreement.name}: ${agreement.terms}`;
  const what = part.unit === undefined ? "Calls" : words(part.unit);
  if (net === undefined) return `${what} of ${model}, without a price: ${part.reason ?? "not known"}`;
  if (part.line !== undefined) return `${what} of ${model} at ${part.line.priceVersion}${agreed}`;
  return `${what} of ${model}, ${part.reason ?? `as the ${entry.costSource} says`}`;
}

/** FOCUS wants the plural, in capitals. */
function unitName(unit: string | undefined): string {
  if (unit === undefined) return "Requests";
  return TOKEN_UNITS.has(unit) ? "Tokens" : words(unit);
}

function words(unit: string): string {
  return unit
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");
}

function usd(amount: AttoUsd | undefined): string | null {
  return amount === undefined ? null : formatUsd(amount);
}

function instant(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}
