import type { LateBooking } from "@keeptabs/ledger";
import { formatUsd } from "@keeptabs/pricing";
import { z } from "zod";
import { askedInstant, askedPeriod, PERIOD_PARAMETERS } from "../asked-period.ts";
import { callFilter } from "../costs.ts";
import { instantText } from "../instant.ts";
import { limit, text } from "../parameters.ts";
import { type ApiRoute, apiRoute } from "./api-route.ts";
import {
  count,
  customerId,
  instant,
  periodFields,
  periodJson,
  spanId,
  traceId,
  usd,
  usdOrUnknown,
} from "./values.ts";

const booking = z.strictObject({
  booked_at: instant.describe("When it was written down."),
  occurred_at: instant.describe("When the call ended: the period that it belongs to."),
  kind: z
    .enum(["booked", "superseded", "released", "reattributed", "repriced"])
    .describe("`booked`: a call that came late. Others correct a call that was booked before."),
  reason: z.string().nullable(),
  trace_id: traceId,
  span_id: spanId,
  customer: customerId,
  feature: z.string(),
  provider: z.string(),
  model: z.string(),
  calls: z.int().describe("How many calls it added to the period; negative when taken back."),
  cost_usd: usdOrUnknown,
});

/** `GET /api/v1/late-bookings` */
export const lateBookingsRoute: ApiRoute = apiRoute({
  method: "get",
  path: "/api/v1/late-bookings",
  audience: "readers",
  summary: "What changed a period after an instant",
  description:
    "Calls that came late, and corrections. What the period was when it was closed, and the sum of these, is what it is now.",
  parameters: {
    ...PERIOD_PARAMETERS,
    booked_after: text(
      "Only what was booked later than this day or instant; without it what was booked after the period was over.",
      "2026-10-19T00:00:00Z",
    ),
    customer: text("Only this customer, by its exact id.", "acme"),
    feature: text("Only this feature, by its exact name.", "assistant"),
    provider: text("Only this provider.", "openai"),
    model: text("Only this model.", "gpt-4o"),
    limit: limit("How many to list at most.", 100, 1000),
  },
  answers: z.strictObject({
    ...periodFields,
    booked_after: instant,
    currency: z.literal("USD"),
    count: count.describe("How many there are in all, listed or not."),
    calls: z.int().describe("By how many calls all of them changed the period."),
    cost_usd: usd.describe("By how much all of them changed the period."),
    bookings: z.array(booking).describe("In the order in which they were booked."),
  }),
  answer: ({ view, asked }) => {
    const period = askedPeriod(asked, view);
    const { fromMs, untilMs } = period.period;
    const bookedAfterMs =
      asked.booked_after === undefined
        ? untilMs
        : askedInstant("booked_after", asked.booked_after, period.timeZone);
    const query = { ...callFilter(asked), fromMs, untilMs, bookedAfterMs, limit: asked.limit };
    const late = view.reader.lateBookings(query);
    return {
      ...periodJson(period),
      booked_after: new Date(bookedAfterMs).toISOString(),
      currency: "USD" as const,
      count: late.count,
      calls: late.calls,
      cost_usd: formatUsd(late.net),
      bookings: late.bookings.map(bookingJson),
    };
  },
});

function bookingJson({ chargeKind, ...late }: LateBooking): z.output<typeof booking> {
  return {
    booked_at: instantText(late.bookedAt),
    occurred_at: instantText(late.occurredAt),
    kind: late.kind,
    reason: late.reason ?? null,
    trace_id: late.traceId,
    span_id: late.spanId,
    customer: late.customer,
    feature: late.feature,
    provider: late.provider,
    model: late.model,
    calls: late.calls,
    cost_usd: chargeKind === "unpriced" ? null : formatUsd(late.net),
  };
}
