import { monthOf, monthPeriod } from "@keeptabs/billing";
import { type AttoUsd, formatUsd, subtractUsd } from "@keeptabs/pricing";
import { z } from "zod";
import { sumOfCosts } from "../costs.ts";
import { Problem } from "../problem.ts";
import { type ApiRoute, apiRoute } from "./api-route.ts";
import { count, customerId, monthName, usd } from "./values.ts";

/** `GET /api/v1/budgets/{customer}` */
export const budgetRoute: ApiRoute = apiRoute({
  method: "get",
  path: "/api/v1/budgets/:customer",
  audience: "readers",
  summary: "How much of a customer's budget is used this month",
  description:
    "A figure to slow down by, not to refuse by: calls that are under way, and those that have no price, are not in it.",
  pathParts: {
    customer: { description: "The customer's exact id.", schema: { type: "string", maxLength: 128 } },
  },
  parameters: {},
  mayMiss: true,
  answers: z.strictObject({
    customer: customerId,
    month: monthName,
    time_zone: z.string(),
    currency: z.literal("USD"),
    budget_usd: usd,
    spent_usd: usd.describe("Net cost of the month to date."),
    remaining_usd: usd.describe("Budget less spent; negative when the budget is passed."),
    ratio: z
      .string()
      .regex(/^\d+(\.\d{1,6})?$/)
      .nullable()
      .describe("Spent in parts of the budget, cut off at six decimals; null when the budget is 0."),
    calls: count,
    unpriced_calls: count.describe("Calls that cost more than is known."),
  }),
  answer: ({ view, path }) => {
    const id = path["customer"] ?? "";
    const budget = view.customers.get(id)?.budget;
    if (budget === undefined) throw new Problem(404, "no budget is known for such a customer");
    const month = monthOf(view.now(), view.timeZone);
    const period = monthPeriod(month, view.timeZone);
    const spent = sumOfCosts(view.reader.totals({ ...period, groupBy: [], customer: id }));
    return {
      customer: id,
      month,
      time_zone: view.timeZone,
      currency: "USD" as const,
      budget_usd: formatUsd(budget),
      spent_usd: formatUsd(spent.net),
      remaining_usd: formatUsd(subtractUsd(budget, spent.net)),
      ratio: ratio(spent.net, budget),
      calls: spent.calls,
      unpriced_calls: spent.unpricedCalls,
    };
  },
});

/** Cut off, not rounded: it is 1 only when the whole is used. A sum below nothing, after corrections, is nothing. */
function ratio(part: AttoUsd, whole: AttoUsd): string | null {
  if (whole <= 0n) return null;
  const millionths = part <= 0n ? 0n : (part * 1_000_000n) / whole;
  const fraction = (millionths % 1_000_000n).toString().padStart(6, "0").replace(/0+$/, "");
  return `${millionths / 1_000_000n}${fraction === "" ? "" : `.${fraction}`}`;
}
