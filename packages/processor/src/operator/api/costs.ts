import { formatUsd } from "@keeptabs/pricing";
import { z } from "zod";
import { type AskedPeriod, askedPeriod, PERIOD_PARAMETERS } from "../asked-period.ts";
import {
  COST_DIMENSIONS,
  type Cost,
  type CostDimension,
  callFilter,
  costRows,
  quantityRows,
  sumOfCosts,
} from "../costs.ts";
import { listOf, number, text } from "../parameters.ts";
import { badFields, type Problem } from "../problem.ts";
import { type ApiRoute, apiRoute } from "./api-route.ts";
import { count, periodFields, periodJson, usd } from "./values.ts";

/** More days or months than this in one answer are refused: ask for parts. */
const MAX_DAYS = 400;
const MAX_MONTHS = 120;
const MS_PER_DAY = 86_400_000;
/** What rows can be kept apart by: by unit they are quantities. */
const GROUPS = [...COST_DIMENSIONS, "unit"] as const;

const cost = {
  cost_usd: usd,
  calls: count,
  unpriced_calls: count.describe("Calls whose cost, or a part of it, is not known and not in the sum."),
  failed_calls: count.describe("Calls that failed or were broken off."),
};

const name = z.string().optional();
const names = {
  customer: name,
  feature: name,
  provider: name,
  model: name,
  day: z.iso.date().optional(),
  month: name,
};
const row = z.union([
  z.strictObject({
    ...names,
    folded: count
      .optional()
      .describe("With `top`: this row has no names, and stands for so many groups that are not listed."),
    ...cost,
  }),
  z.strictObject({
    ...names,
    unit: z.string(),
    quantity: z
      .string()
      .regex(/^-?\d+$/)
      .describe("A whole number as a decimal string."),
  }),
]);

const answers = z.strictObject({
  ...periodFields,
  currency: z.literal("USD"),
  filter: z.strictObject({ customer: name, feature: name, provider: name, model: name }),
  group_by: z.array(z.enum(GROUPS)),
  rows: z
    .array(row)
    .describe(
      "One for each group that has calls: the earliest first, and at one time the dearest; with `top` the dearest first. Quantities come in the order of their names.",
    ),
  total: z.strictObject(cost).describe("What the calls cost, also where rows are quantities."),
});

/** `GET /api/v1/costs` */
export const costsRoute: ApiRoute = apiRoute({
  method: "get",
  path: "/api/v1/costs",
  audience: "readers",
  summary: "What calls cost in a period",
  description:
    "Net cost, by any of customer, feature, provider, model, day and month. Rows add up to the total, exactly. By unit, rows are quantities and have no money: what a unit cost is told of single calls only.",
  parameters: {
    ...PERIOD_PARAMETERS,
    group_by: listOf("What to keep apart, separated by commas; by `unit` rows are quantities.", GROUPS),
    top: number("Only so many groups, the dearest, and all others as one row.", 100_000),
    customer: text("Only this customer, by its exact id.", "acme"),
    feature: text("Only this feature, by its exact name.", "assistant"),
    provider: text("Only this provider.", "openai"),
    model: text("Only this model.", "gpt-4o"),
  },
  answers,
  answer: ({ view, asked }) => {
    const period = askedPeriod(asked, view);
    const groupBy = asked.group_by;
    requireBounded(period, groupBy);
    const units = groupBy.includes("unit");
    if (units && asked.top !== undefined) {
      throw badFields([
        { field: "top", detail: "quantities of different units have no order; leave out unit" },
      ]);
    }
    const filter = callFilter(asked);
    const costsBy = groupBy.filter((group) => group !== "unit");
    const query = { ...period, filter };
    return view.reader.consistently(() => {
      const costs = costRows(view.reader, { ...query, groupBy: units ? [] : costsBy, top: asked.top });
      return {
        ...periodJson(period),
        currency: "USD" as const,
        filter,
        group_by: [...groupBy],
        rows: units
          ? quantityRows(view.reader, { ...query, groupBy: costsBy }).map(({ key, unit, quantity }) => {
              return { ...namesOf(costsBy, key), unit, quantity: String(quantity) };
            })
          : costs.map(({ key, folded, ...sums }) => ({
              ...(folded === undefined ? namesOf(costsBy, key) : { folded }),
              ...costJson(sums),
            })),
        total: costJson(sumOfCosts(costs)),
      };
    });
  },
});

function namesOf(
  groupBy: readonly CostDimension[],
  key: readonly string[],
): Partial<Record<CostDimension, string>> {
  return Object.fromEntries(groupBy.map((dimension, i) => [dimension, key[i]]));
}

function requireBounded({ period }: AskedPeriod, groupBy: readonly string[]): void {
  const days = (period.untilMs - period.fromMs) / MS_PER_DAY;
  const refuse = (most: string): Problem =>
    badFields([{ field: "group_by", detail: `a period of more than ${most}; ask for it in parts` }]);
  if (groupBy.includes("day") && days > MAX_DAYS + 1) throw refuse(`${MAX_DAYS} days`);
  if (groupBy.includes("month") && days > MAX_MONTHS * 31) throw refuse(`${MAX_MONTHS} months`);
}

function costJson({ net, calls, unpricedCalls, failedCalls }: Cost): z.output<typeof answers>["total"] {
  return { cost_usd: formatUsd(net), calls, unpriced_calls: unpricedCalls, failed_calls: failedCalls };
}
