/** A stretch of time `[fromMs, untilMs)` in Unix milliseconds, with a name people use for it. */
export interface Period {
  readonly name: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

const MS_PER_DAY = 86_400_000;
const MONTH = /^(\d{4})-(0[1-9]|1[0-2])$/;

/**
 * The calendar month `YYYY-MM` in an IANA time zone. Throws RangeError naming the month or the zone
 * when it is not one.
 */
export function monthPeriod(month: string, timeZone: string): Period {
  const match = MONTH.exec(month);
  if (match === null) throw new RangeError(`"${month}" is not a month; write it as YYYY-MM`);
  const year = Number(match[1]);
  const index = Number(match[2]) - 1;
  return {
    name: month,
    fromMs: startOfDay(year, index, 1, timeZone),
    untilMs: startOfDay(year, index + 1, 1, timeZone),
  };
}

/** The month `YYYY-MM` in which an instant (Unix milliseconds) lies in a time zone. */
export function monthOf(atMs: number, timeZone: string): string {
  return dayOf(atMs, timeZone).slice(0, 7);
}

/** The day `YYYY-MM-DD` in which an instant lies in a time zone. */
export function dayOf(atMs: number, timeZone: string): string {
  const { year, month, day, hour } = localParts(atMs, timeZone);
  // Where clocks were set back past midnight, the day that had begun goes on.
  const next = hour < 22 ? undefined : startOfDay(year, month - 1, day + 1, timeZone);
  return isoDate(year, month, next !== undefined && next <= atMs ? day + 1 : day);
}

/** The days of a period in a time zone, each with its first instant and the first one after it. */
export function daysOf(period: Pick<Period, "fromMs" | "untilMs">, timeZone: string): Period[] {
  const days: Period[] = [];
  for (let fromMs = period.fromMs; fromMs < period.untilMs; ) {
    const name = dayOf(fromMs, timeZone);
    const [year = 0, month = 0, day = 0] = name.split("-").map(Number);
    const untilMs = Math.min(startOfDay(year, month - 1, day + 1, timeZone), period.untilMs);
    days.push({ name, fromMs, untilMs });
    fromMs = untilMs;
  }
  return days;
}

/** The months of a period in a time zone, or the parts of them that lie in it. */
export function monthsOf(period: Pick<Period, "fromMs" | "untilMs">, timeZone: string): Period[] {
  const months: Period[] = [];
  for (let fromMs = period.fromMs; fromMs < period.untilMs; ) {
    const name = monthOf(fromMs, timeZone);
    const untilMs = Math.min(monthPeriod(name, timeZone).untilMs, period.untilMs);
    months.push({ name, fromMs, untilMs });
    fromMs = untilMs;
  }
  return months;
}

/** Throws RangeError when the runtime does not know the time zone. */
export function requireTimeZone(timeZone: string): string {
  try {
    formatter(timeZone);
  } catch {
    throw new RangeError(`"${timeZone}" is not an IANA time zone such as Europe/Berlin`);
  }
  return timeZone;
}

/**
 * The first instant of a local day. Where its midnight comes twice it is the first one, where it is skipped (or, as
 * once in Samoa, the whole day) the first instant after.
 */
function startOfDay(year: number, monthIndex: number, day: number, timeZone: string): number {
  requireTimeZone(timeZone);
  const local = Date.UTC(year, monthIndex, day);
  const wanted = isoDate(year, monthIndex + 1, day);
  // An offset holds for a day and longer: the one before the midnight and the one after it are all there can be.
  const [before, after] = [local - MS_PER_DAY, local + MS_PER_DAY].map(
    (at) => local - offsetMs(at, timeZone),
  );
  const [first = 0, last = 0] = [before ?? 0, after ?? 0].toSorted((a, b) => a - b);
  const found = localParts(first, timeZone);
  return isoDate(found.year, found.month, found.day) >= wanted ? first : last;
}

/** A day as it is written; a day past the end of its month is one of the next. */
function isoDate(year: number, month: number, day: number): string {
  return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
}

function offsetMs(atMs: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = localParts(atMs, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1000) * 1000;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string): Intl.DateTimeFormat {
  let known = formatters.get(timeZone);
  if (known === undefined) {
    known = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formatters.set(timeZone, known);
  }
  return known;
}

interface LocalParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

function localParts(atMs: number, timeZone: string): LocalParts {
  const parts = new Map(
    formatter(timeZone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  return {
    year: part("year"),
    month: part("month"),
    day: part("day"),
    hour: part("hour"),
    minute: part("minute"),
    second: part("second"),
  };
}
