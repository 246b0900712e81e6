/** The month that lies `by` months after `YYYY-MM`. */
export function shiftMonth(month: string, by: number): string {
  const [year = 0, index = 0] = month.split("-").map(Number);
  const months = year * 12 + index - 1 + by;
  return `${String(Math.floor(months / 12)).padStart(4, "0")}-${String((((months % 12) + 12) % 12) + 1).padStart(2, "0")}`;
}

/** `October 2026` for `2026-10`. */
export function monthTitle(month: string): string {
  return MONTH.format(Date.parse(`${month}-01T00:00:00Z`));
}

/** `5 October` for `2026-10-05`. */
export function dayTitle(day: string): string {
  return DAY.format(Date.parse(`${day}T00:00:00Z`));
}

/** `5 Oct` for `2026-10-05`. */
export function shortDay(day: string): string {
  return SHORT_DAY.format(Date.parse(`${day}T00:00:00Z`));
}

/** `15 Oct 2026, 14:00:00 CEST` for an instant in Unix milliseconds. */
export function instantTitle(atMs: number, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone,
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  }).format(atMs);
}

const MONTH = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", month: "long", year: "numeric" });
const DAY = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "long" });
const SHORT_DAY = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short" });
