import { dayOf, daysOf, monthOf, monthPeriod, monthsOf } from "@keeptabs/billing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Asia/Kolkata",
  "Pacific/Auckland",
  "America/Santiago",
  "Africa/Cairo",
  "Asia/Beirut",
];

describe("a month", () => {
  it("begins and ends at midnight of its time zone, summer time or not", () => {
    const iso = (month: string, zone: string) => {
      const { fromMs, untilMs } = monthPeriod(month, zone);
      return [new Date(fromMs).toISOString(), new Date(untilMs).toISOString()];
    };
    expect(iso("2026-10", "UTC")).toEqual(["2026-10-01T00:00:00.000Z", "2026-11-01T00:00:00.000Z"]);
    expect(iso("2026-10", "Europe/Berlin")).toEqual(["2026-09-30T22:00:00.000Z", "2026-10-31T23:00:00.000Z"]);
    expect(iso("2024-02", "Asia/Kolkata")).toEqual(["2024-01-31T18:30:00.000Z", "2024-02-29T18:30:00.000Z"]);
    expect(iso("2026-12", "America/New_York")).toEqual([
      "2026-12-01T05:00:00.000Z",
      "2027-01-01T05:00:00.000Z",
    ]);
  });

  it("holds an instant exactly when the instant lies in it", () => {
    const instants = fc.integer({ min: Date.parse("2020-01-01"), max: Date.parse("2030-01-01") });
    fc.assert(
      fc.property(instants, fc.constantFrom(...ZONES), (atMs, zone) => {
        const { fromMs, untilMs } = monthPeriod(monthOf(atMs, zone), zone);
        return fromMs <= atMs && atMs < untilMs;
      }),
    );
  });

  it("is the sum of its days: none overlaps, none is missing, each has its name", () => {
    const months = fc.tuple(fc.integer({ min: 2020, max: 2029 }), fc.integer({ min: 1, max: 12 }));
    fc.assert(
      fc.property(months, fc.constantFrom(...ZONES), ([year, month], zone) => {
        const period = monthPeriod(`${year}-${String(month).padStart(2, "0")}`, zone);
        const days = daysOf(period, zone);
        expect(days.length).toBe(new Date(Date.UTC(year, month, 0)).getUTCDate());
        expect(days[0]?.fromMs).toBe(period.fromMs);
        expect(days.at(-1)?.untilMs).toBe(period.untilMs);
        for (const [i, day] of days.entries()) {
          expect(day.untilMs).toBe(days[i + 1]?.fromMs ?? period.untilMs);
          expect(dayOf(day.untilMs - 1, zone)).toBe(day.name);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("has no day that its zone left out, and one day of 25 hours where midnight came twice", () => {
    const apia = daysOf(monthPeriod("2011-12", "Pacific/Apia"), "Pacific/Apia").map(({ name }) => name);
    expect(apia.slice(-3)).toEqual(["2011-12-28", "2011-12-29", "2011-12-31"]);
    const amman = daysOf(monthPeriod("2021-10", "Asia/Amman"), "Asia/Amman");
    const long = amman.filter(({ fromMs, untilMs }) => untilMs - fromMs !== 86_400_000);
    expect(long.map(({ name, fromMs, untilMs }) => [name, (untilMs - fromMs) / 3_600_000])).toEqual([
      ["2021-10-29", 25],
    ]);
    // Until 2011 clocks in Newfoundland went back a minute past midnight, into the day before.
    const from = Date.parse("2010-11-07T02:45:00Z");
    expect(dayOf(from, "America/St_Johns")).toBe("2010-11-07");
    expect(daysOf({ fromMs: from, untilMs: from + 1 }, "America/St_Johns")).toHaveLength(1);
  });

  it("is one of the months of a longer period, of which the first and the last may be parts", () => {
    const period = {
      fromMs: Date.parse("2026-09-30T21:00:00Z"),
      untilMs: Date.parse("2026-11-01T00:00:00Z"),
    };
    const months = monthsOf(period, "Europe/Berlin");
    expect(months.map(({ name }) => name)).toEqual(["2026-09", "2026-10", "2026-11"]);
    expect(months[1]).toEqual(monthPeriod("2026-10", "Europe/Berlin"));
    expect([months[0]?.fromMs, months[2]?.untilMs]).toEqual([period.fromMs, period.untilMs]);
  });

  it("is refused when it is none, and so is a zone", () => {
    expect(() => monthPeriod("2026-13", "UTC")).toThrow(/"2026-13" is not a month; write it as YYYY-MM/);
    expect(() => monthPeriod("2026-10", "Mars/Olympus")).toThrow(/"Mars\/Olympus" is not an IANA time zone/);
  });
});
