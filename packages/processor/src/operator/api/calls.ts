import { CALL_ORDERS, CALL_STATUSES, type Entry } from "@keeptabs/ledger";
import { type AttoUsd, formatUsd } from "@keeptabs/pricing";
import { z } from "zod";
import { askedPeriod, PERIOD_PARAMETERS } from "../asked-period.ts";
import { requireCall } from "../calls.ts";
import { CALLS_PARAMETERS, callsPage, orderParameter } from "../calls-query.ts";
import { instantText } from "../instant.ts";
import { limit } from "../parameters.ts";
import { type ApiRoute, apiRoute } from "./api-route.ts";
import {
  customerId,
  instant,
  periodFields,
  periodJson,
  spanId,
  traceId,
  usd,
  usdOrUnknown,
} from "./values.ts";

const summary = {
  trace_id: traceId,
  span_id: spanId,
  occurred_at: instant.describe("When the call ended."),
  customer: customerId,
  feature: z.string().describe("Empty when none was named."),
  provider: z.string(),
  model: z.string().nullable(),
  outcome: z.enum(["ok", "error", "aborted"]),
  status: z
    .enum(CALL_STATUSES)
    .describe("What the call is now. A covered, held or superseded one is in no sum."),
  reason: z.string().nullable().describe("Why the call has no price, or costs nothing."),
  cost_usd: usdOrUnknown,
  lower_bound: z.boolean().describe("True when more may have been billed than is known."),
};
const callSummary = z.strictObject(summary);

const explainedCall = z.strictObject({
  ...summary,
  counted: z.boolean().describe("Whether the call is in sums now; a covered one is not."),
  charged_as: z.strictObject({ trace_id: traceId, span_id: spanId }).nullable(),
  source: z.string().describe("Who sent the span."),
  request_model: z.string().nullable(),
  response_model: z.string().nullable(),
  operation: z.string(),
  response_id: z.string().nullable(),
  dialect: z.string(),
  scope: z.string(),
  usage_quality: z.enum(["reported", "partial", "estimated", "missing"]),
  started_at: instant,
  booked_at: instant,
  list_cost_usd: usdOrUnknown,
  cost_source: z.enum(["provider", "computed", "gateway", "none"]),
  price_version: z.string().nullable(),
  quantities: z.array(z.strictObject({ unit: z.string(), quantity: z.number() })),
  lines: z
    .array(
      z.strictObject({
        unit: z.string(),
        quantity: z.number(),
        model: z.string().nullable().describe("When it is not the call's own."),
        rate_usd: z.string().describe("Published USD for `per` units."),
        per: z.number(),
        factors: z.array(z.string()),
        amount_usd: usd,
        rounded: z.boolean(),
        price_version: z.string(),
        price_source: z.string(),
        price_checked: z.string(),
      }),
    )
    .describe("quantity / per × rate × factors = amount"),
  notes: z.array(z.string()),
});

/** `GET /api/v1/calls` */
export const callsRoute: ApiRoute = apiRoute({
  method: "get",
  path: "/api/v1/calls",
  audience: "readers",
  summary: "The calls of a period, a page at a time",
  description:
    "Calls that count, or those of one status, the dearest or the newest first. No call is listed twice from page to page, and none is left out, whatever is booked meanwhile.",
  parameters: {
    ...PERIOD_PARAMETERS,
    ...CALLS_PARAMETERS,
    order: orderParameter("dearest"),
    limit: limit("How many at most.", 50, 1000),
  },
  answers: z.strictObject({
    ...periodFields,
    order: z.enum(CALL_ORDERS),
    calls: z.array(callSummary),
    next_cursor: z.string().nullable().describe("Asks for the next page, as `cursor`; null on the last one."),
  }),
  answer: ({ view, asked }) => {
    const { month, from, to, tz, ...which } = asked;
    const period = askedPeriod({ month, from, to, tz }, view);
    const { calls, cursor } = callsPage(view.reader, period.period, which);
    const next = cursor ?? null;
    return { ...periodJson(period), order: asked.order, calls: calls.map(summaryOf), next_cursor: next };
  },
});

/** `GET /api/v1/calls/{trace}/{span}` */
export const callRoute: ApiRoute = apiRoute({
  method: "get",
  path: "/api/v1/calls/:trace/:span",
  audience: "readers",
  summary: "One call's charge, line by line",
  description: "Quantities, rates, factors and amounts, with the source and the date of each price.",
  pathParts: {
    trace: {
      description: "32 hexadecimal digits.",
      schema: { type: "string", pattern: "^[0-9a-fA-F]{32}$" },
    },
    span: { description: "16 hexadecimal digits.", schema: { type: "string", pattern: "^[0-9a-fA-F]{16}$" } },
  },
  parameters: {},
  mayMiss: true,
  answers: explainedCall,
  answer: ({ view, path }) => {
    const entry = requireCall(view.reader, path["trace"] ?? "", path["span"] ?? "");
    const chargedAs = entry.coveredBy === undefined ? undefined : view.reader.entryById(entry.coveredBy);
    return explained(entry, chargedAs);
  },
});

function summaryOf(entry: Entry): z.output<typeof callSummary> {
  return {
    trace_id: entry.traceId,
    span_id: entry.spanId,
    occurred_at: instantText(entry.occurredAt),
    customer: entry.customer,
    feature: entry.feature,
    provider: entry.provider,
    model: entry.responseModel ?? entry.requestModel ?? null,
    outcome: entry.outcome,
    status: entry.status,
    reason: entry.reason ?? null,
    cost_usd: knownUsd(entry, entry.net),
    lower_bound: entry.lowerBound,
  };
}

/** A call with its charge explained, as the API gives it; `chargedAs` is the entry that is charged in its place. */
export function callExplained(entry: Entry, chargedAs: Entry | undefined): Readonly<Record<string, unknown>> {
  return explained(entry, chargedAs);
}

function explained(entry: Entry, chargedAs: Entry | undefined): z.output<typeof explainedCall> {
  return {
    ...summaryOf(entry),
    counted: entry.posted,
    charged_as: chargedAs === undefined ? null : { trace_id: chargedAs.traceId, span_id: chargedAs.spanId },
    source: entry.source,
    request_model: entry.requestModel ?? null,
    response_model: entry.responseModel ?? null,
    operation: entry.operation,
    response_id: entry.responseId ?? null,
    dialect: entry.dialect,
    scope: entry.scope,
    usage_quality: entry.quality,
    started_at: instantText(entry.startedAt),
    booked_at: instantText(entry.bookedAt),
    list_cost_usd: knownUsd(entry, entry.list),
    cost_source: entry.costSource,
    price_version: entry.priceVersion ?? null,
    quantities: entry.quantities.map(([unit, quantity]) => ({ unit, quantity })),
    lines: entry.lines.map((line) => ({
      unit: line.unit,
      quantity: line.quantity,
      model: line.model ?? null,
      rate_usd: line.rate,
      per: line.per,
      factors: [...line.factors],
      amount_usd: formatUsd(line.amount),
      rounded: line.rounded,
      price_version: line.priceVersion,
      price_source: line.source,
      price_checked: line.checked,
    })),
    notes: [...entry.notes],
  };
}

/** What has no price costs something that is not known: null, never zero. */
function knownUsd({ kind }: Pick<Entry, "kind">, amount: AttoUsd): string | null {
  return kind === "unpriced" ? null : formatUsd(amount);
}
