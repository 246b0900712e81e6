import { ModelNames, type NameMapping, type Override, Overrides, type Terms } from "@keeptabs/pricing";
import { z } from "zod";
import { identity, money } from "./config-values.ts";

/** Where prices come from besides our own sheets, and what was negotiated. */
export interface PriceConfig {
  /** Price files in our JSON shape, the first one asked first, all before our own sheets. */
  readonly files: readonly string[];
  /** Whether genai-prices answers where our sheets end. */
  readonly genaiPrices: boolean;
  readonly names: ModelNames;
  readonly overrides: Overrides;
}

const instant = z.string().min(1);
const rates = z.record(z.string(), z.union([money, z.strictObject({ usd: money, per: z.int().min(1) })]));

const nameMapping = z.strictObject({
  provider: z.string().min(1),
  name: z.string().min(1),
  model: z.string().min(1),
  sold_by: z.string().min(1).optional(),
  region: z.string().min(1).optional(),
  from: instant.optional(),
  until: instant.optional(),
});

const override = z
  .strictObject({
    name: z.string().min(1),
    from: instant,
    until: instant.optional(),
    provider: z.string().min(1).optional(),
    models: z.array(z.string().min(1)).min(1).optional(),
    customers: z.array(identity).min(1).optional(),
    service_tiers: z.array(z.string().min(1)).min(1).optional(),
    percent_off: money.optional(),
    units: z.array(z.string().min(1)).min(1).optional(),
    rates: rates.optional(),
    committed_rates: rates.optional(),
  })
  .refine(
    ({ percent_off, rates: agreed, committed_rates }) =>
      [percent_off, agreed, committed_rates].filter((terms) => terms !== undefined).length === 1,
    "must have exactly one of percent_off, rates, committed_rates",
  );

const prices = z
  .strictObject({
    files: z.array(z.string().min(1)).default([]),
    genai_prices: z.boolean().default(true),
    names: z.array(nameMapping).default([]),
  })
  .prefault({});

/** The key `prices`, read. */
interface PriceSources {
  readonly files: readonly string[];
  readonly genaiPrices: boolean;
  readonly names: readonly NameMapping[];
}

/** The key `prices`. */
export const pricesSchema: z.ZodType<PriceSources> = prices.transform(({ files, genai_prices, names }) => ({
  files,
  genaiPrices: genai_prices,
  names: names.map(mappingOf),
}));

/** An entry of `overrides`. */
export const overrideSchema: z.ZodType<Override> = override.transform(overrideOf);

/** Compiles what the configuration says of prices. Throws RangeError naming the override or mapping and the field. */
export function priceConfigOf(
  { names, ...sources }: PriceSources,
  overrides: readonly Override[],
): PriceConfig {
  return { ...sources, names: new ModelNames(names), overrides: new Overrides(overrides) };
}

function mappingOf({
  provider,
  name,
  model,
  sold_by,
  region,
  from,
  until,
}: z.output<typeof nameMapping>): NameMapping {
  return {
    provider,
    name,
    is: {
      model,
      ...(sold_by === undefined ? {} : { provider: sold_by }),
      ...(region === undefined ? {} : { region }),
    },
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
  };
}

function overrideOf(plain: z.output<typeof override>): Override {
  const { name, from, until, provider, models, customers, service_tiers } = plain;
  return {
    name,
    from,
    ...(until === undefined ? {} : { until }),
    ...(provider === undefined ? {} : { provider }),
    ...(models === undefined ? {} : { models }),
    ...(customers === undefined ? {} : { customers }),
    ...(service_tiers === undefined ? {} : { serviceTiers: service_tiers }),
    terms: termsOf(plain),
  };
}

function termsOf({ percent_off, units, rates: agreed, committed_rates }: z.output<typeof override>): Terms {
  if (percent_off !== undefined) {
    return { kind: "percent_off", percent: percent_off, ...(units === undefined ? {} : { units }) };
  }
  if (agreed !== undefined) return { kind: "rates", rates: agreed };
  return { kind: "committed", rates: committed_rates ?? {} };
}
