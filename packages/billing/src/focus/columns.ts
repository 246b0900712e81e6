/** What a FOCUS column holds. */
export type FocusType = "string" | "decimal" | "datetime" | "json";

/** A column of the FOCUS Cost and Usage dataset, as far as the export has it. */
export interface FocusColumn {
  readonly id: string;
  readonly type: FocusType;
  /** True where the specification requires the column in every dataset. */
  readonly mandatory: boolean;
}

const mandatory = (id: string, type: FocusType = "string"): FocusColumn => ({ id, type, mandatory: true });
const conditional = (id: string, type: FocusType = "string"): FocusColumn => ({ id, type, mandatory: false });

/**
 * The columns of the export, in the order of the file: those that FOCUS 1.2 requires, those whose conditions hold for
 * calls of models, and the split cost allocation of FOCUS 1.3, which says whose cost a shared account's is.
 */
export const FOCUS_COLUMNS: readonly FocusColumn[] = [
  conditional("AllocatedMethodDetails", "json"),
  conditional("AllocatedMethodId"),
  conditional("AllocatedResourceId"),
  conditional("AllocatedResourceName"),
  conditional("AllocatedTags", "json"),
  mandatory("BilledCost", "decimal"),
  mandatory("BillingAccountId"),
  mandatory("BillingAccountName"),
  mandatory("BillingCurrency"),
  mandatory("BillingPeriodEnd", "datetime"),
  mandatory("BillingPeriodStart", "datetime"),
  mandatory("ChargeCategory"),
  mandatory("ChargeClass"),
  mandatory("ChargeDescription"),
  conditional("ChargeFrequency"),
  mandatory("ChargePeriodEnd", "datetime"),
  mandatory("ChargePeriodStart", "datetime"),
  conditional("ConsumedQuantity", "decimal"),
  conditional("ConsumedUnit"),
  mandatory("ContractedCost", "decimal"),
  conditional("ContractedUnitPrice", "decimal"),
  mandatory("EffectiveCost", "decimal"),
  mandatory("InvoiceIssuerName"),
  mandatory("ListCost", "decimal"),
  conditional("ListUnitPrice", "decimal"),
  conditional("PricingCategory"),
  mandatory("PricingQuantity", "decimal"),
  mandatory("PricingUnit"),
  mandatory("ProviderName"),
  mandatory("PublisherName"),
  conditional("RegionId"),
  conditional("ResourceId"),
  conditional("ResourceType"),
  mandatory("ServiceCategory"),
  mandatory("ServiceName"),
  conditional("ServiceSubcategory"),
  conditional("SkuId"),
  conditional("SkuMeter"),
  conditional("SkuPriceId"),
  conditional("SubAccountId"),
  conditional("SubAccountName"),
  conditional("SubAccountType"),
  conditional("Tags", "json"),
];

/** A row by column; null is FOCUS's null, an empty cell. */
export type FocusRow = Readonly<Record<string, string | null>>;
