import { daysOf, monthOf, monthPeriod, type Period } from "@keeptabs/billing";
import { WrongUse } from "../terminal.ts";

/** The period that options name: a month, or from a day or instant to another; the current month when they name none. */
export function askedPeriod(
  asked: { readonly month?: string; readonly from?: string; readonly to?: string },
  timeZone: string,
  nowMs: number,
): Period {
  const { month, from, to } = asked;
  if (from === undefined && to === undefined) {
    try {
      return monthPeriod(month ?? monthOf(nowMs, timeZone), timeZone);
    } catch (error) {
      throw new WrongUse(`--month: ${(error as Error).message}`);
    }
  }
  if (month !== undefined) throw new WrongUse("--month: give either a month, or --from and --to");
  if (from === undefined) throw new WrongUse("--from: needed with --to");
  if (to === undefined) throw new WrongUse("--to: needed with --from");
  const fromMs = instantIn(from, "--from", timeZone);
  const untilMs = instantIn(to, "--to", timeZone);
  if (untilMs <= fromMs) throw new WrongUse("--to: must be after --from; it is not included");
  return { name: `${from} to ${to}`, fromMs, untilMs };
}

/** A day, which begins at its midnight in the time zone, or an instant with a zone of its own. */
function instantIn(given: string, option: string, timeZone: string): number {
  if (/^\d{4}-\d{2}-\d{2}$/.test(given)) {
    const [day] = daysOfMonth(given.slice(0, 7), timeZone).filter(({ name }) => name === given);
    if (day !== undefined) return day.fromMs;
  } else if (/^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d\d:\d\d)$/.test(given)) {
    const ms = Date.parse(given);
    if (!Number.isNaN(ms)) return ms;
  }
  throw new WrongUse(`${option}: "${given}" is neither a day such as 2026-10-01 nor an instant with a zone`);
}

function daysOfMonth(month: string, timeZone: string): readonly Period[] {
  try {
    return daysOf(monthPeriod(month, timeZone), timeZone);
  } catch {
    return [];
  }
}
