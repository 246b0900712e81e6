/** A stretch of time `[fromMs, untilMs)` in Unix milliseconds, with a name people use for it. */
export interface Period {
  readonly name: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

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
  const { year, month, day } = localParts(atMs, timeZone);
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/** The days of a period in a time zone, each with its first instant and the first one after it. */
export function daysOf(period: Period, timeZone: string): Period[] {
  const days: Period[] = [];
  for (let fromMs = period.fromMs; fromMs < period.untilMs; ) {
    const { year, month, day } = localParts(fromMs, timeZone);
    const untilMs = Math.min(startOfDay(year, month - 1, day + 1, timeZone), period.untilMs);
    days.push({ name: dayOf(fromMs, timeZone), fromMs, untilMs });
    fromMs = untilMs;
  }
  return days;
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

/** The first instant of a local day; on days without a midnight (some zones' summer time) the first that exists. */
function startOfDay(year: number, monthIndex: number, day: number, timeZone: string): number {
  requireTimeZone(timeZone);
  const local = Date.UTC(year, monthIndex, day);
  // An offset is a function of the instant that is looked for; two steps reach it also across a change.
  let guess = local - offsetMs(local, timeZone);
  guess = local - offsetMs(guess, timeZone);
  // Where midnight is skipped, the guess lies in the day before.
  const wanted = new Date(local);
  const found = localParts(guess, timeZone);
  if (found.day === wanted.getUTCDate()) return guess;
  return nextTransition(guess, timeZone, wanted.getUTCDate());
}

function nextTransition(fromMs: number, timeZone: string, day: number): number {
  const MINUTE = 60_000;
  let at = fromMs;
  while (localParts(at, timeZone).day !== day) at += MINUTE;
  return at;
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
