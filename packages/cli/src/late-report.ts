import type { Period } from "@keeptabs/billing";
import type { LateBookings, LedgerReader, TotalsQuery } from "@keeptabs/ledger";
import { type AttoUsd, formatUsd, subtractUsd, ZERO_USD } from "@keeptabs/pricing";
import { csv } from "./csv.ts";
import { periodJson } from "./report-form.ts";
import { table } from "./table.ts";

/** More than a person reads; machines get all. */
const MOST_LINES = 100;

interface LateQuery {
  readonly period: Period;
  readonly timeZone: string;
  readonly filter: Pick<TotalsQuery, "customer" | "feature" | "provider" | "model">;
  readonly bookedAfterMs: number;
}

interface Form {
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** What was booked into a period later than an instant, which explains why its total is no longer what it was then. */
export function lateReport(reader: LedgerReader, query: LateQuery, form: Form): string {
  const { period, filter, bookedAfterMs } = query;
  const { fromMs, untilMs } = period;
  const forPeople = form.json !== true && form.csv !== true;
  const { late, now } = reader.consistently(() => ({
    late: reader.lateBookings({
      fromMs,
      untilMs,
      bookedAfterMs,
      ...filter,
      ...(forPeople ? { limit: MOST_LINES } : {}),
    }),
    now: reader.totals({ fromMs, untilMs, ...filter, groupBy: [] })[0]?.net ?? ZERO_USD,
  }));
  if (form.json === true) return lateJson(query, late, now);
  return form.csv === true ? lateCsv(late) : lateText(query, late, now);
}

const HEADINGS = ["booked", "ended", "what", "customer", "feature", "model"] as const;

/** `unknown` for a call without a price: it cost something. */
function cells({ bookings }: LateBookings, unknown: string): string[][] {
  return bookings.map((booking) => [
    instant(booking.bookedAt),
    instant(booking.occurredAt),
    booking.kind,
    booking.customer,
    booking.feature,
    booking.model,
    String(booking.calls),
    booking.chargeKind === "unpriced" ? unknown : formatUsd(booking.net),
    booking.reason ?? "",
    booking.traceId,
    booking.spanId,
  ]);
}

function lateText({ period, timeZone, bookedAfterMs }: LateQuery, late: LateBookings, now: AttoUsd): string {
  const then = new Date(bookedAfterMs).toISOString();
  if (late.count === 0) return `Nothing was booked into ${period.name} (${timeZone}) after ${then}.\n`;
  const columns = [
    ...HEADINGS.map((heading) => ({ heading })),
    { heading: "calls", numeric: true },
    { heading: "net USD", numeric: true },
    { heading: "why" },
    { heading: "trace" },
    { heading: "span" },
  ];
  const more = late.count - late.bookings.length;
  const sums: readonly (readonly [string, AttoUsd])[] = [
    [`total as booked until ${then}`, subtractUsd(now, late.net)],
    ["booked since", late.net],
    ["total now", now],
  ];
  const width = Math.max(...sums.map(([name]) => name.length));
  return [
    `Booked into ${period.name} (${timeZone}) after ${then}\n\n`,
    table(columns, cells(late, "not known")),
    more === 0 ? "" : `… and ${more} more; --csv and --json list all.\n`,
    "\n",
    ...sums.map(([name, amount]) => `${name.padEnd(width)}  ${formatUsd(amount)} USD\n`),
  ].join("");
}

function lateJson({ period, timeZone, bookedAfterMs }: LateQuery, late: LateBookings, now: AttoUsd): string {
  const body = {
    ...periodJson(period, timeZone),
    time_zone: timeZone,
    booked_after: new Date(bookedAfterMs).toISOString(),
    currency: "USD",
    total_then: formatUsd(subtractUsd(now, late.net)),
    booked_since: formatUsd(late.net),
    total_now: formatUsd(now),
    calls_since: late.calls,
    bookings: late.bookings.map((booking) => ({
      trace_id: booking.traceId,
      span_id: booking.spanId,
      what: booking.kind,
      reason: booking.reason ?? null,
      booked_at: instant(booking.bookedAt),
      occurred_at: instant(booking.occurredAt),
      customer: booking.customer,
      feature: booking.feature,
      provider: booking.provider,
      model: booking.model,
      calls: booking.calls,
      net: booking.chargeKind === "unpriced" ? null : formatUsd(booking.net),
    })),
  };
  return `${JSON.stringify(body, undefined, 2)}\n`;
}

function lateCsv(late: LateBookings): string {
  const columns = [
    ...HEADINGS.map((heading) => ({ heading })),
    { heading: "calls", numeric: true },
    { heading: "net_usd", numeric: true },
    { heading: "why" },
    { heading: "trace_id" },
    { heading: "span_id" },
  ];
  return csv(columns, cells(late, ""));
}

function instant(nanos: bigint): string {
  return new Date(Number(nanos / 1_000_000n)).toISOString();
}
