import { monthOf, monthPeriod, type Period, writtenInstant } from "@keeptabs/billing";
import { month, type Parameter, text, timeZone } from "./parameters.ts";
import { badFields } from "./problem.ts";
import type { OperatorView } from "./view.ts";

/** A period that was asked for, with the zone in which its days are taken. */
export interface AskedPeriod {
  readonly period: Period;
  readonly timeZone: string;
  /** The month, when it is one. */
  readonly month: string | undefined;
}

/** The parameters that name a period. */
export const PERIOD_PARAMETERS: {
  readonly month: Parameter<string | undefined>;
  readonly from: Parameter<string | undefined>;
  readonly to: Parameter<string | undefined>;
  readonly tz: Parameter<string | undefined>;
} = {
  month: { ...month, description: "A month, YYYY-MM; without month, from and to the current one." },
  from: text(
    "First day (2026-10-01, in `tz`) or instant with its offset (2026-10-01T00:00:00Z); goes with `to`, not with `month`.",
    "2026-10-01",
  ),
  to: text("The day or instant after the last; not included.", "2026-10-16T00:00:00Z"),
  tz: timeZone,
};

/**
 * The period that is asked for: a month, or `[from, to)` in days of the time zone (`2026-10-01`) or
 * instants (`2026-10-01T00:00:00Z`); without either the current month. Throws a 400 Problem.
 */
export function askedPeriod(
  asked: {
    readonly month: string | undefined;
    readonly from: string | undefined;
    readonly to: string | undefined;
    readonly tz: string | undefined;
  },
  view: OperatorView,
): AskedPeriod {
  const zone = asked.tz ?? view.timeZone;
  const { from, to } = asked;
  if (from === undefined && to === undefined) {
    const name = asked.month ?? monthOf(view.now(), zone);
    return { period: monthPeriod(name, zone), timeZone: zone, month: name };
  }
  if (asked.month !== undefined) {
    throw badFields([{ field: "month", detail: "give either month, or from and to" }]);
  }
  if (from === undefined) throw badFields([{ field: "from", detail: "needed with to" }]);
  if (to === undefined) throw badFields([{ field: "to", detail: "needed with from" }]);
  const fromMs = askedInstant("from", from, zone);
  const untilMs = askedInstant("to", to, zone);
  if (fromMs >= untilMs)
    throw badFields([{ field: "to", detail: "must be later than from; it is not included" }]);
  return { period: { name: `${from}/${to}`, fromMs, untilMs }, timeZone: zone, month: undefined };
}

/** A day of the zone, which begins there, or an instant; Unix milliseconds. Throws a 400 Problem that names the field. */
export function askedInstant(field: string, given: string, zone: string): number {
  try {
    // A `+` that was not percent-encoded arrives as a space.
    return writtenInstant(given.replace(" ", "+"), zone);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw badFields([{ field, detail: error.message }]);
  }
}
