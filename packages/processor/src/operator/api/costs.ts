import { formatUsd } from "@keeptabs/pricing";
import { z } from "zod";
import { type AskedPeriod, askedPeriod, PERIOD_PARAMETERS } from "../asked-period.ts";
import { COST_DIMENSIONS, type Cost, costRows, sumOfCosts } from "../costs.ts";
import { listOf, text } from "../parameters.ts";
import { badFields, type Problem } from "../problem.ts";
import { type ApiRoute, apiRoute } from "./api-route.ts";
import { count, periodFields, periodJson, usd } from "./values.ts";

/** More days or months than this in one answer are refused: ask for parts. */
const MAX_DAYS = 400;
const MAX_MONTHS = 120;
const MS_PER_DAY = 86_400_000;

const cost = {
  cost_usd: usd,
  calls: count,
  unpriced_calls: count.describe("Calls whose cost, or a part of it, is not known and not in the sum."),
  failed_calls: count.describe("Calls that failed or were broken off."),
};

const name = z.string().optional();
const answers = z.strictObject({
  ...periodFields,
  currency: z.literal("USD"),
  filter: z.strictObject({ customer: name, feature: name, provider: name, model: name }),
  group_by: z.array(z.enum(COST_DIMENSIONS)),
  rows: z
    .array(
      z.strictObject({
        customer: name,
        feature: name,
        provider: name,
        model: name,
        day: z.iso.date().optional(),
        month: name,
        ...cost,
      }),
    )
    .describe("One for each group that has calls: the earliest first, and at one time the dearest."),
  total: z.strictObject(cost),
});

/** `GET /api/v1/costs` */
export const costsRoute: ApiRoute = apiRoute({
  method: "get",
  path: "/api/v1/costs",
  audience: "readers",
  summary: "What calls cost in a period",
  description:
    "Net cost, by any of customer, feature, provider, model, day and month. Rows add up to the total, exactly.",
  parameters: {
    ...PERIOD_PARAMETERS,
    group_by: listOf("What to keep apart, separated by commas.", COST_DIMENSIONS),
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
    const { customer, feature, provider, model } = asked;
    const filter = {
      ...(customer === undefined ? {} : { customer }),
      ...(feature === undefined ? {} : { feature }),
      ...(provider === undefined ? {} : { provider }),
      ...(model === undefined ? {} : { model }),
    };
    const rows = view.reader.consistently(() => costRows(view.reader, { ...period, groupBy, filter }));
    return {
      ...periodJson(period),
      currency: "USD" as const,
      filter,
      group_by: [...groupBy],
      rows: rows.map(({ key, ...sums }) => ({
        ...Object.fromEntries(groupBy.map((dimension, i) => [dimension, key[i]])),
        ...costJson(sums),
      })),
      total: costJson(sumOfCosts(rows)),
    };
  },
});

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
