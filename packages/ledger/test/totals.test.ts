import { DatabaseSync } from "node:sqlite";
import {
  type Dimension,
  Ledger,
  LedgerReader,
  OTHER,
  type Posting,
  type QuantityTotal,
  type Total,
  type TotalsQuery,
} from "@keeptabs/ledger";
import { type AttoUsd, sumUsd, ZERO_USD } from "@keeptabs/pricing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newLedgerPath } from "./bookings.ts";
import { Traffic } from "./traffic.ts";

const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Pacific/Chatham",
  "Pacific/Kiritimati",
  "America/Santiago",
];

/** Takes all sums away, as if none had been written since the ledger began. */
const NOTHING_WRITTEN = `
  DELETE FROM hourly_totals; DELETE FROM hourly_quantities; DELETE FROM daily_customers; DELETE FROM daily_models;
  DELETE FROM daily_customer_quantities; DELETE FROM daily_model_quantities;
  UPDATE projected SET entry = 0, adjustment = 0;`;

let postings: readonly Posting[];
let readers: Readonly<Record<"written" | "tail", LedgerReader>>;

beforeAll(async () => {
  const path = newLedgerPath();
  const ledger = await Ledger.open(path);
  const traffic = new Traffic(ledger, 7);
  for (let i = 0; i < 12; i += 1) await traffic.book(50);
  await traffic.release();
  await traffic.reprice(9);
  await traffic.book(50);
  await ledger.close();
  postings = traffic.postings.map(({ posting }) => posting);
  const database = new DatabaseSync(path);
  const copy = newLedgerPath();
  database.prepare("VACUUM INTO ?").run(copy);
  database.close();
  const unwritten = new DatabaseSync(copy);
  unwritten.exec(NOTHING_WRITTEN);
  unwritten.close();
  readers = { written: LedgerReader.open(path), tail: LedgerReader.open(copy) };
});

afterAll(() => {
  for (const reader of Object.values(readers)) reader.close();
});

const dayIn = new Map(
  ZONES.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }),
  ]),
);

/** The key of a posting, worked out for it alone. */
function keyOf(posting: Posting, { groupBy, timeZone = "UTC" }: TotalsQuery): string[] {
  const day = dayIn.get(timeZone)?.format(Number(posting.occurredAt / 1_000_000n)) ?? "";
  return groupBy.map((dimension) => {
    if (dimension === "hour") return String(posting.occurredAt / 3_600_000_000_000n);
    if (dimension === "day") return day;
    return dimension === "month" ? day.slice(0, 7) : posting[dimension];
  });
}

function wantedBy({ fromMs, untilMs, customer, feature, provider, model }: TotalsQuery): readonly Posting[] {
  const is = (wanted: string | undefined, has: string): boolean => wanted === undefined || wanted === has;
  return postings.filter(
    (posting) =>
      posting.occurredAt >= BigInt(fromMs) * 1_000_000n &&
      posting.occurredAt < BigInt(untilMs) * 1_000_000n &&
      is(customer, posting.customer) &&
      is(feature, posting.feature) &&
      is(provider, posting.provider) &&
      is(model, posting.model),
  );
}

/** What `totals` must say, by adding posting to posting. */
function naiveTotals(query: TotalsQuery): Total[] {
  const totals = new Map<string, Total>();
  for (const posting of wantedBy(query)) {
    const key = keyOf(posting, query);
    const { calls, unpricedCalls, failedCalls, net } = totals.get(JSON.stringify(key)) ?? NOTHING;
    totals.set(JSON.stringify(key), {
      key,
      calls: calls + posting.calls,
      unpricedCalls: unpricedCalls + (posting.kind.endsWith("unpriced") ? posting.calls : 0),
      failedCalls: failedCalls + (posting.outcome === "ok" ? 0 : posting.calls),
      net: (net + posting.amount) as AttoUsd,
    });
  }
  return inOrder([...totals.values()].filter((total) => total.calls !== 0 || total.net !== 0n));
}

const NOTHING = { calls: 0, unpricedCalls: 0, failedCalls: 0, net: ZERO_USD };

function naiveQuantities(query: TotalsQuery): QuantityTotal[] {
  const sums = new Map<string, QuantityTotal>();
  for (const posting of wantedBy(query)) {
    for (const [unit, quantity] of posting.tokens) {
      const key = keyOf(posting, query);
      const name = JSON.stringify([key, unit]);
      sums.set(name, { key, unit, quantity: (sums.get(name)?.quantity ?? 0n) + BigInt(quantity) });
    }
  }
  return inOrder([...sums.values()].filter(({ quantity }) => quantity !== 0n));
}

function inOrder<T extends { readonly key: readonly string[]; readonly unit?: string }>(
  totals: readonly T[],
): T[] {
  const name = ({ key, unit }: T): string => JSON.stringify([key, unit]);
  return totals.toSorted((a, b) => (name(a) < name(b) ? -1 : 1));
}

function sumOf(totals: readonly Total[]): Omit<Total, "key"> {
  return {
    calls: totals.reduce((sum, { calls }) => sum + calls, 0),
    unpricedCalls: totals.reduce((sum, { unpricedCalls }) => sum + unpricedCalls, 0),
    failedCalls: totals.reduce((sum, { failedCalls }) => sum + failedCalls, 0),
    net: sumUsd(totals.map(({ net }) => net)),
  };
}

const DIMENSIONS: readonly Dimension[] = ["hour", "day", "month", "customer", "feature", "provider", "model"];
const FROM = Date.parse("2026-09-27T00:00:00Z");
const UNTIL = Date.parse("2026-11-06T00:00:00Z");
const MINUTE = 60_000;

const instants = fc.oneof(
  fc.integer({ min: FROM, max: UNTIL }),
  fc
    .integer({ min: FROM / (15 * MINUTE), max: UNTIL / (15 * MINUTE) })
    .map((quarter) => quarter * 15 * MINUTE),
  fc.integer({ min: FROM / 86_400_000, max: UNTIL / 86_400_000 }).map((day) => day * 86_400_000),
  fc.constantFrom(0, UNTIL * 2),
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const queries: fc.Arbitrary<TotalsQuery> = fc
  .record({
    ends: fc.tuple(instants, instants),
    timeZone: fc.constantFrom(...ZONES),
    groupBy: fc.shuffledSubarray([...DIMENSIONS]),
    customer: maybe(fc.constantFrom("acme", "globex", "latecomer", "__unattributed__", "nobody")),
    feature: maybe(fc.constantFrom("assistant", "", "named-late")),
    provider: maybe(fc.constantFrom("openai", "anthropic")),
    model: maybe(fc.constantFrom("gpt-4o", "gpt-from-tomorrow")),
  })
  .map(({ ends, ...rest }) => ({
    fromMs: Math.min(...ends),
    untilMs: Math.max(...ends),
    ...(Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as typeof rest),
  })) as fc.Arbitrary<TotalsQuery>;

describe.each(["written", "tail"] as const)("totals of a ledger (%s)", (kind) => {
  it("are those of adding posting to posting, whatever the period, zone, groups and filters", () => {
    fc.assert(
      fc.property(queries, (query) => {
        expect(inOrder(readers[kind].totals(query))).toEqual(naiveTotals(query));
      }),
      { numRuns: 500 },
    );
  });

  it("hold for units as well", () => {
    fc.assert(
      fc.property(queries, (query) => {
        expect(inOrder(readers[kind].quantities(query))).toEqual(naiveQuantities(query));
      }),
      { numRuns: 300 },
    );
  });
});

describe("totals", () => {
  it("of days, months or groups add up to the total of the period", () => {
    fc.assert(
      fc.property(queries, (query) => {
        const whole = sumOf(readers.written.totals({ ...query, groupBy: [] }));
        expect(sumOf(readers.written.totals(query))).toEqual(whole);
        expect(sumOf(readers.written.totals({ ...query, groupBy: ["day"] }))).toEqual(whole);
        expect(sumOf(readers.written.totals({ ...query, groupBy: ["month", "customer"] }))).toEqual(whole);
      }),
    );
  });

  it("keep their sum when only the dearest groups are shown, and all others as one", () => {
    fc.assert(
      fc.property(queries, fc.integer({ min: 1, max: 12 }), (query, top) => {
        const all = readers.written.totals(query);
        const shown = readers.written.totals({ ...query, top });
        expect(sumOf(shown)).toEqual(sumOf(all));
        const groups = shown.filter(({ folded }) => folded === undefined);
        expect(groups.length).toBe(Math.min(top, all.length));
        const cheapest = groups.at(-1)?.net ?? ZERO_USD;
        const kept = new Set(groups.map(({ key }) => JSON.stringify(key)));
        for (const { key, net } of all)
          if (!kept.has(JSON.stringify(key))) expect(net <= cheapest).toBe(true);
        const other = shown.find(({ folded }) => folded !== undefined);
        expect(other?.folded ?? 0).toBe(Math.max(0, all.length - top));
        if (other !== undefined) expect(other.key).toEqual(query.groupBy.map(() => OTHER));
      }),
    );
  });

  it("have days of 25, 24, 23½ or 24½ hours where the zone's clocks change", () => {
    const october = {
      fromMs: Date.parse("2026-10-01T00:00:00Z"),
      untilMs: Date.parse("2026-11-01T00:00:00Z"),
    };
    for (const timeZone of ["Europe/Berlin", "Australia/Lord_Howe"]) {
      const query = { ...october, timeZone, groupBy: ["day"] as const };
      expect(inOrder(readers.tail.totals(query))).toEqual(naiveTotals(query));
    }
  });

  it("are refused with the name of the field that is wrong", () => {
    const query = { fromMs: FROM, untilMs: UNTIL, groupBy: ["day"] as const };
    expect(() => readers.written.totals({ ...query, fromMs: 0.5 })).toThrow(
      /fromMs must be whole milliseconds, got 0.5/,
    );
    expect(() => readers.written.totals({ ...query, top: 0 })).toThrow(
      /top must be a whole number from 1 on, got 0/,
    );
    expect(() => readers.written.totals({ ...query, timeZone: "Mars/Olympus" })).toThrow(
      /"Mars\/Olympus" is not an IANA/,
    );
  });
});
