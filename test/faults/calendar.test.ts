import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultConfig, type Processor, startProcessor } from "@keeptabs/processor";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { otlpRequest } from "./otlp.ts";
import { Random } from "./random.ts";
import { attoOf } from "./scraper.ts";
import { post } from "./sender.ts";
import { nextStory, plainStory, type TrueCall } from "./stories.ts";

const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "America/St_Johns",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Pacific/Chatham",
  "Pacific/Kiritimati",
] as const;

/** Instants around which calls end: the turn of months, the leap day, and both changes of the clock. */
const TURNS = [
  "2027-12-31T12:00:00Z",
  "2028-02-28T12:00:00Z",
  "2028-02-29T12:00:00Z",
  "2028-03-12T06:00:00Z",
  "2028-03-26T01:00:00Z",
  "2028-03-31T12:00:00Z",
  "2028-04-01T15:00:00Z",
  "2028-09-30T14:00:00Z",
  "2028-10-29T01:00:00Z",
  "2028-11-05T05:00:00Z",
];

/** Worked out by hand: when a local day begins. */
const MIDNIGHTS: readonly (readonly [zone: string, day: string, utc: string])[] = [
  ["Asia/Kathmandu", "2028-02-29", "2028-02-28T18:15:00Z"],
  ["Asia/Kathmandu", "2028-03-01", "2028-02-29T18:15:00Z"],
  ["Asia/Kolkata", "2028-03-01", "2028-02-29T18:30:00Z"],
  ["America/St_Johns", "2028-03-01", "2028-03-01T03:30:00Z"],
  ["America/St_Johns", "2028-03-13", "2028-03-13T02:30:00Z"],
  ["Pacific/Apia", "2028-02-29", "2028-02-28T11:00:00Z"],
  ["Europe/Berlin", "2028-03-26", "2028-03-25T23:00:00Z"],
  ["Europe/Berlin", "2028-03-27", "2028-03-26T22:00:00Z"],
  ["Europe/Berlin", "2028-10-30", "2028-10-29T23:00:00Z"],
];
const HALF_DAY = 43_200_000;
const NOW = Date.UTC(2029, 0, 15);

/** Everything from the first to the last month of the test. */
const FROM = "2027-12-01";
const TO = "2029-01-01";

interface Row {
  readonly day?: string;
  readonly month?: string;
  readonly calls: number;
  readonly cost_usd: string;
}

describe("calls around the turn of days and months", () => {
  const calls: TrueCall[] = [];
  let processor: Processor;

  const costs = async (query: string): Promise<{ rows: readonly Row[]; total: Row }> => {
    const response = await fetch(`${processor.operatorUrl}/api/v1/costs?${query}`);
    expect([query, response.status]).toEqual([query, 200]);
    return (await response.json()) as { rows: readonly Row[]; total: Row };
  };

  beforeAll(async () => {
    const config = defaultConfig();
    processor = await startProcessor({
      config: {
        ...config,
        ledgerPath: join(mkdtempSync(join(tmpdir(), "keeptabs-calendar-")), "ledger.db"),
        ingest: { ...config.ingest, port: 0 },
        operator: { ...config.operator, port: 0 },
      },
      log: pino({ level: "silent" }),
      now: () => NOW,
    });
    const random = new Random("calendar");
    const edges = MIDNIGHTS.flatMap(([, , utc]) => [Date.parse(utc) - 1, Date.parse(utc)]);
    const around = TURNS.flatMap((turn) =>
      Array.from({ length: 60 }, () => Date.parse(turn) + random.between(-2 * HALF_DAY, 2 * HALF_DAY)),
    );
    for (const at of [...edges, ...around]) {
      const story = edges.includes(at) ? plainStory(random, () => at) : nextStory(random, () => at);
      calls.push(...story.calls);
      const spans = story.parcels.flatMap((parcel) => parcel.spans);
      const sent = otlpRequest(spans, { encoding: "protobuf", gzip: false });
      expect((await post(processor.ingestUrl, sent))?.status).toBe(200);
    }
  });

  afterAll(async () => {
    await processor.stop();
  });

  for (const zone of ZONES) {
    it(`are each in one day and one month of ${zone}, and days and months have one sum`, async () => {
      const period = `from=${FROM}&to=${TO}&tz=${encodeURIComponent(zone)}`;
      const days = await costs(`${period}&group_by=day`);
      const months = await costs(`${period}&group_by=month`);
      expect(sums(days.rows, ({ day }) => day ?? "")).toEqual(truth(calls, zone, 10));
      expect(sums(months.rows, ({ month }) => month ?? "")).toEqual(truth(calls, zone, 7));
      expect(sums(days.rows, ({ day }) => day!.slice(0, 7))).toEqual(truth(calls, zone, 7));
      for (const month of ["2028-02", "2028-03", "2028-10"]) {
        const { total } = await costs(`month=${month}&tz=${encodeURIComponent(zone)}`);
        expect(sums([total], () => month).get(month)).toBe(truth(calls, zone, 7).get(month));
      }
    });
  }

  it.each(MIDNIGHTS)("begin the day of %s that is %s at %s", async (zone, day, utc) => {
    const begins = Date.parse(utc);
    const until = begins + HALF_DAY;
    const { total } = await costs(
      `from=${day}&to=${new Date(until).toISOString()}&tz=${encodeURIComponent(zone)}`,
    );
    const inside = calls.filter(({ endedAt }) => endedAt >= begins && endedAt < until);
    expect(sums([total], () => day)).toEqual(truth(inside, zone, 10));
    // The call that ended a millisecond earlier belongs to the day before.
    expect(calls.some(({ endedAt }) => endedAt === begins)).toBe(true);
    expect(calls.some(({ endedAt }) => endedAt === begins - 1)).toBe(true);
  });
});

/** Calls and cost of each group of rows. */
function sums(rows: readonly Row[], by: (row: Row) => string): ReadonlyMap<string, string> {
  return new Map(
    [...Map.groupBy(rows, by)].map(([key, group]) => [
      key,
      `${group.reduce((sum, { calls }) => sum + calls, 0)} calls, ${group.reduce((sum, { cost_usd }) => sum + attoOf(cost_usd), 0n)}`,
    ]),
  );
}

/** The same from what was sent; a local date cut to its first characters names day or month. */
function truth(calls: readonly TrueCall[], zone: string, length: number): ReadonlyMap<string, string> {
  return new Map(
    [...Map.groupBy(calls, ({ endedAt }) => localDay(endedAt, zone).slice(0, length))].map(([key, group]) => [
      key,
      `${group.length} calls, ${group.reduce((sum, { pico = 0n }) => sum + pico * 1_000_000n, 0n)}`,
    ]),
  );
}

function localDay(at: number, zone: string): string {
  return new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).format(at);
}
