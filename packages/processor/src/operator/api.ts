import { type MarginRow, marginReport, monthOf, monthPeriod } from "@keeptabs/billing";
import { type AttoUsd, formatUsd } from "@keeptabs/pricing";
import express, { type Response, type Router } from "express";
import { type AskedPeriod, askedPeriod, PERIOD_PARAMETERS } from "./asked-period.ts";
import { callExplained, callSummary } from "./call-json.ts";
import { dearestCalls, requireCall } from "./calls.ts";
import { COST_DIMENSIONS, type Cost, costRows, sumOfCosts } from "./costs.ts";
import { limit, listOf, month, readParameters, text } from "./parameters.ts";
import { badFields, Problem } from "./problem.ts";
import type { OperatorView } from "./view.ts";

/** More days or months than this in one answer are refused: ask for parts. */
const MAX_DAYS = 400;
const MAX_MONTHS = 120;
const MS_PER_DAY = 86_400_000;

/** The HTTP API. Money is a decimal string of USD, exact; times are RFC 3339 in UTC. */
export function apiRoutes(view: OperatorView): Router {
  const { reader, customers } = view;
  const router = express.Router();

  router.get("/costs", (request, response) => {
    const asked = readParameters(request.url, {
      ...PERIOD_PARAMETERS,
      group_by: listOf(COST_DIMENSIONS, []),
      customer: text,
      feature: text,
      provider: text,
      model: text,
    });
    const period = askedPeriod(asked, view);
    const groupBy = asked.group_by;
    requireBounded(period, groupBy);
    const filter = present({
      customer: asked.customer,
      feature: asked.feature,
      provider: asked.provider,
      model: asked.model,
    });
    const rows = reader.consistently(() => costRows(reader, { ...period, groupBy, filter }));
    send(response, {
      ...periodJson(period),
      currency: "USD",
      filter,
      group_by: groupBy,
      rows: rows.map(({ key, ...cost }) => ({
        ...Object.fromEntries(groupBy.map((dimension, i) => [dimension, key[i]])),
        ...costJson(cost),
      })),
      total: costJson(sumOfCosts(rows)),
    });
  });

  router.get("/margins", (request, response) => {
    const asked = readParameters(request.url, { month });
    const name = asked.month ?? monthOf(view.now(), view.timeZone);
    const period = { period: monthPeriod(name, view.timeZone), timeZone: view.timeZone, month: name };
    const report = marginReport(reader, customers, period.period);
    send(response, {
      ...periodJson(period),
      currency: "USD",
      rows: report.rows.map(marginJson),
      total: {
        cost_usd: formatUsd(report.net),
        revenue_usd: formatUsd(report.revenue),
        margin_usd: formatUsd(report.margin),
        calls: report.calls,
        unpriced_calls: report.unpricedCalls,
        customers_without_revenue: report.customersWithoutRevenue,
      },
    });
  });

  router.get("/customers", (request, response) => {
    const asked = readParameters(request.url, { month });
    const name = asked.month ?? monthOf(view.now(), view.timeZone);
    const seen = reader.totals({ ...monthPeriod(name, view.timeZone), groupBy: ["customer"] });
    const ids = new Set([...customers.keys(), ...seen.map(({ key }) => key[0] ?? "")]);
    send(response, {
      month: name,
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
    });
  });

  router.get("/calls", (request, response) => {
    const asked = readParameters(request.url, {
      ...PERIOD_PARAMETERS,
      customer: text,
      limit: limit(50, 1000),
    });
    const period = askedPeriod(asked, view);
    const entries = reader.consistently(() =>
      dearestCalls(reader, period.period, asked.customer, asked.limit),
    );
    send(response, { ...periodJson(period), order: "dearest_first", calls: entries.map(callSummary) });
  });

  router.get("/calls/:trace/:span", (request, response) => {
    readParameters(request.url, {});
    const entry = requireCall(reader, request.params.trace, request.params.span);
    const chargedAs = entry.coveredBy === undefined ? undefined : reader.entryById(entry.coveredBy);
    send(response, callExplained(entry, chargedAs));
  });

  router.use((request) => {
    throw new Problem(404, `the API has no ${request.path}`);
  });
  return router;
}

function requireBounded({ period }: AskedPeriod, groupBy: readonly string[]): void {
  const days = (period.untilMs - period.fromMs) / MS_PER_DAY;
  const refuse = (most: string): Problem =>
    badFields([{ field: "group_by", detail: `a period of more than ${most}; ask for it in parts` }]);
  if (groupBy.includes("day") && days > MAX_DAYS + 1) throw refuse(`${MAX_DAYS} days`);
  if (groupBy.includes("month") && days > MAX_MONTHS * 31) throw refuse(`${MAX_MONTHS} months`);
}

function periodJson({ period, timeZone, month: name }: AskedPeriod): Readonly<Record<string, unknown>> {
  return {
    from: new Date(period.fromMs).toISOString(),
    to: new Date(period.untilMs).toISOString(),
    ...(name === undefined ? {} : { month: name }),
    time_zone: timeZone,
  };
}

function costJson({ net, calls, unpricedCalls, failedCalls }: Cost): Readonly<Record<string, unknown>> {
  return { cost_usd: formatUsd(net), calls, unpriced_calls: unpricedCalls, failed_calls: failedCalls };
}

function marginJson(row: MarginRow): Readonly<Record<string, unknown>> {
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

/** What is not known is null, never zero. */
function optionalUsd(amount: AttoUsd | undefined): string | null {
  return amount === undefined ? null : formatUsd(amount);
}

interface Filter {
  readonly customer?: string;
  readonly feature?: string;
  readonly provider?: string;
  readonly model?: string;
}

function present({
  customer,
  feature,
  provider,
  model,
}: Readonly<Record<keyof Filter, string | undefined>>): Filter {
  return {
    ...(customer === undefined ? {} : { customer }),
    ...(feature === undefined ? {} : { feature }),
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
  };
}

function send(response: Response, body: unknown): void {
  response.type("application/json").send(JSON.stringify(body));
}
