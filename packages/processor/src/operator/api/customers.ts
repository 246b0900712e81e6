import { type MarginRow, marginReport, monthOf, monthPeriod } from "@keeptabs/billing";
import { formatUsd } from "@keeptabs/pricing";
import { z } from "zod";
import type { AskedPeriod } from "../asked-period.ts";
import { month } from "../parameters.ts";
import type { OperatorView } from "../view.ts";
import { type ApiRoute, apiRoute } from "./api-route.ts";
import {
  count,
  customerId,
  monthName,
  optionalUsd,
  periodFields,
  periodJson,
  usd,
  usdOrUnknown,
} from "./values.ts";

const margin = z.strictObject({
  customer: customerId,
  name: z.string(),
  plan: z.string().nullable(),
  cost_usd: usd,
  revenue_usd: usdOrUnknown,
  margin_usd: usdOrUnknown,
  margin_ratio: z
    .number()
    .nullable()
    .describe("Margin in parts of revenue, rounded to a ten-thousandth: a figure to look at."),
  budget_usd: usdOrUnknown,
  calls: count,
  unpriced_calls: count,
  failed_calls: count,
});

/** `GET /api/v1/margins` */
export const marginsRoute: ApiRoute = apiRoute({
  method: "get",
  path: "/api/v1/margins",
  audience: "readers",
  summary: "Cost beside revenue, for each customer of a month",
  description: "Customers of whom there are calls or a revenue, the dearest first.",
  parameters: { month },
  answers: z.strictObject({
    ...periodFields,
    currency: z.literal("USD"),
    rows: z.array(margin),
    total: z.strictObject({
      cost_usd: usd,
      revenue_usd: usd.describe("Of the customers whose revenue is known."),
      margin_usd: usd.describe("Of the customers whose revenue is known."),
      calls: count,
      unpriced_calls: count,
      customers_without_revenue: count,
    }),
  }),
  answer: ({ view, asked }) => {
    const period = monthAsked(asked.month, view);
    const report = marginReport(view.reader, view.customers, period.period);
    return {
      ...periodJson(period),
      currency: "USD" as const,
      rows: report.rows.map(marginJson),
      total: {
        cost_usd: formatUsd(report.net),
        revenue_usd: formatUsd(report.revenue),
        margin_usd: formatUsd(report.margin),
        calls: report.calls,
        unpriced_calls: report.unpricedCalls,
        customers_without_revenue: report.customersWithoutRevenue,
      },
    };
  },
});

/** `GET /api/v1/customers` */
export const customersRoute: ApiRoute = apiRoute({
  method: "get",
  path: "/api/v1/customers",
  audience: "readers",
  summary: "Customers that are configured or had calls in a month",
  description: "In the order of their ids.",
  parameters: { month },
  answers: z.strictObject({
    month: monthName,
    customers: z.array(
      z.strictObject({
        customer: customerId,
        name: z.string().nullable(),
        plan: z.string().nullable(),
        configured: z.boolean(),
        budget_usd: usdOrUnknown,
        revenue: z.array(
          z.strictObject({
            from: monthName.nullable().describe("The first month; null for always."),
            monthly_usd: usd,
          }),
        ),
      }),
    ),
  }),
  answer: ({ view, asked }) => {
    const { customers, reader } = view;
    const { period } = monthAsked(asked.month, view);
    const seen = reader.totals({ ...period, groupBy: ["customer"] });
    const ids = new Set([...customers.keys(), ...seen.map(({ key }) => key[0] ?? "")]);
    return {
      month: period.name,
      customers: [...ids].toSorted().map((id) => {
        const customer = customers.get(id);
        return {
          customer: id,
          name: customer?.name ?? null,
          plan: customer?.plan ?? null,
          configured: customer !== undefined,
          budget_usd: optionalUsd(customer?.budget),
          revenue: (customer?.revenue ?? []).map(({ from, monthly }) => ({
            from: from ?? null,
            monthly_usd: formatUsd(monthly),
          })),
        };
      }),
    };
  },
});

function monthAsked(name: string | undefined, view: OperatorView): AskedPeriod {
  const known = name ?? monthOf(view.now(), view.timeZone);
  return { period: monthPeriod(known, view.timeZone), timeZone: view.timeZone, month: known };
}

function marginJson(row: MarginRow): z.output<typeof margin> {
  return {
    customer: row.customer,
    name: row.name,
    plan: row.plan ?? null,
    cost_usd: formatUsd(row.net),
    revenue_usd: optionalUsd(row.revenue),
    margin_usd: optionalUsd(row.margin),
    margin_ratio: row.marginRatio ?? null,
    budget_usd: optionalUsd(row.budget),
    calls: row.calls,
    unpriced_calls: row.unpricedCalls,
    failed_calls: row.failedCalls,
  };
}
