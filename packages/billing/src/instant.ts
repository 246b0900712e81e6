import { daysOf, monthPeriod, type Period } from "./period.ts";

/** The months that the ledger's clock, 64-bit nanoseconds since 1970, can hold. */
export const FIRST_MONTH = "1970-01";
const LAST_MONTH = "2261-12";

const MONTH = /^\d{4}-(?:0[1-9]|1[0-2])$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?(Z|[+-][01]\d:[0-5]\d)$/;
/** As much of what was written as is of use in a message. */
const SHOWN = 40;

/** The month `YYYY-MM` as a person writes it, in a time zone. Throws RangeError that says what is wrong with it. */
export function writtenMonth(written: string, timeZone: string): Period {
  if (!MONTH.test(written)) throw new RangeError(`${quoted(written)} is not a month; write it as YYYY-MM`);
  if (written < FIRST_MONTH || written > LAST_MONTH)
    throw new RangeError(`months are from ${FIRST_MONTH} to ${LAST_MONTH}`);
  return monthPeriod(written, timeZone);
}

/**
 * What a person writes for an instant, in Unix milliseconds: a day (`2026-10-01`), which begins at its midnight in the
 * time zone, or an instant with its offset (`2026-10-01T00:00:00Z`). A date that is in no calendar is not taken for
 * another one. Throws RangeError that says what is wrong with it.
 */
export function writtenInstant(written: string, timeZone: string): number {
  const date = DAY.test(written) ? written : INSTANT.exec(written)?.[1];
  if (date === undefined || !isDate(date)) {
    throw new RangeError(
      `${quoted(written)} is neither a day (2026-10-01) nor an instant with its offset (2026-10-01T00:00:00Z)`,
    );
  }
  const month = date.slice(0, 7);
  if (month < FIRST_MONTH || month > LAST_MONTH)
    throw new RangeError(`must lie from ${FIRST_MONTH} to ${LAST_MONTH}`);
  if (date !== written) return Date.parse(written);
  const day = daysOf(monthPeriod(month, timeZone), timeZone).find(({ name }) => name === date);
  // Samoa had no 30 December 2011.
  if (day === undefined) throw new RangeError(`${date} did not exist in ${timeZone}`);
  return day.fromMs;
}

function isDate(date: string): boolean {
  const [year = 0, index = 0, day = 0] = date.split("-").map(Number);
  const at = new Date(Date.UTC(year, index - 1, day));
  return at.getUTCMonth() === index - 1 && at.getUTCDate() === day;
}

function quoted(written: string): string {
  return `"${written.length <= SHOWN ? written : `${written.slice(0, SHOWN)}…`}"`;
}
