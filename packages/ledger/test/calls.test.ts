import { DatabaseSync } from "node:sqlite";
import {
  CALL_STATUSES,
  type CallStatus,
  type CallsQuery,
  type Entry,
  Ledger,
  LedgerReader,
} from "@keeptabs/ledger";
import { charge, defaultPriceBook } from "@keeptabs/pricing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bookingOf, NOON, newLedgerPath, OCTOBER } from "./bookings.ts";
import { Traffic } from "./traffic.ts";

/** A call as it stands in the tables, worked out adjustment by adjustment. */
interface Known {
  readonly id: number;
  readonly occurredAt: bigint;
  readonly net: bigint;
  readonly customer: string;
  readonly feature: string;
  readonly provider: string;
  readonly model: string;
  readonly outcome: string;
  readonly status: CallStatus;
}

interface EntryRow {
  readonly id: bigint;
  readonly kind: CallStatus;
  readonly customer: string;
  readonly feature: string;
  readonly provider: string;
  readonly model: string;
  readonly outcome: string;
  readonly occurred_at: bigint;
  readonly net_nano: bigint;
  readonly net_atto: bigint;
  readonly waits: bigint;
}

interface AdjustmentRow {
  readonly entry: bigint;
  readonly customer: string;
  readonly feature: string;
  readonly calls: bigint;
  readonly charge_kind: CallStatus;
  readonly net_nano: bigint;
  readonly net_atto: bigint;
}

function knownCalls(path: string): Known[] {
  const database = new DatabaseSync(path, { readOnly: true });
  const all = <T>(sql: string): T[] => {
    const statement = database.prepare(sql);
    statement.setReadBigInts(true);
    return statement.all() as T[];
  };
  const name = (column: string): string =>
    `(SELECT name FROM ${column === "customer" ? "customers" : "names"} WHERE id = ${column}) AS ${column}`;
  const entries = all<EntryRow>(
    `SELECT id, kind, ${name("customer")}, ${name("feature")}, ${name("provider")}, ${name("model")}, outcome, occurred_at,
       net_nano, net_atto, id IN (SELECT entry FROM held) AS waits FROM full_entries`,
  );
  const adjustments = all<AdjustmentRow>(
    `SELECT entry, ${name("customer")}, ${name("feature")}, calls, charge_kind, net_nano, net_atto FROM adjustments ORDER BY id`,
  );
  database.close();
  const byEntry = Map.groupBy(adjustments, ({ entry }) => entry);
  return entries.map((entry) => {
    const later = byEntry.get(entry.id) ?? [];
    const put = later.findLast(({ calls }) => calls > 0n);
    const first = entry.kind === "covered" || entry.kind === "held" ? 0n : 1n;
    const counts = later.reduce((sum, { calls }) => sum + calls, first) > 0n;
    const aside = entry.waits === 1n ? "held" : entry.kind === "covered" ? "covered" : "superseded";
    const { net_nano, net_atto } = put ?? entry;
    return {
      id: Number(entry.id),
      occurredAt: entry.occurred_at,
      net: net_nano * 1_000_000_000n + net_atto,
      customer: (put ?? entry).customer,
      feature: (put ?? entry).feature,
      provider: entry.provider,
      model: entry.model,
      outcome: entry.outcome,
      status: counts ? (put?.charge_kind ?? entry.kind) : aside,
    };
  });
}

const ASIDE: readonly CallStatus[] = ["covered", "held", "superseded"];

function isWanted(call: Known, query: CallsQuery): boolean {
  const { customer, feature, provider, model, outcome, status } = query;
  return (
    call.occurredAt >= BigInt(query.fromMs) * 1_000_000n &&
    call.occurredAt < BigInt(query.untilMs) * 1_000_000n &&
    Object.entries({ customer, feature, provider, model, outcome }).every(
      ([field, wanted]) => wanted === undefined || call[field as keyof Known] === wanted,
    ) &&
    (status === undefined ? !ASIDE.includes(call.status) : call.status === status)
  );
}

function inOrder(calls: readonly Known[], order: CallsQuery["order"]): Known[] {
  const before = (a: bigint | number, b: bigint | number): number => (a === b ? 0 : a > b ? -1 : 1);
  return calls.toSorted(
    (a, b) =>
      (order === "newest" ? before(a.occurredAt, b.occurredAt) : before(a.net, b.net)) || before(a.id, b.id),
  );
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const FROM = Date.parse("2026-09-29T00:00:00Z");
const UNTIL = Date.parse("2026-11-04T00:00:00Z");
const queries: fc.Arbitrary<CallsQuery> = fc
  .record({
    ends: fc.oneof(
      fc.tuple(fc.integer({ min: FROM, max: UNTIL }), fc.integer({ min: FROM, max: UNTIL })),
      fc.constant([FROM, UNTIL] as const),
    ),
    order: fc.constantFrom("newest" as const, "dearest" as const),
    limit: fc.oneof(fc.integer({ min: 20, max: 60 }), fc.constant(500)),
    customer: maybe(fc.constantFrom("acme", "latecomer", "__unattributed__", "nobody")),
    feature: maybe(fc.constantFrom("assistant", "", "named-late")),
    provider: maybe(fc.constantFrom("openai", "anthropic")),
    model: maybe(fc.constantFrom("gpt-4o", "gpt-from-tomorrow")),
    outcome: maybe(fc.constantFrom("ok", "error", "aborted")),
    status: maybe(fc.constantFrom(...CALL_STATUSES)),
  })
  .map(({ ends, ...rest }) => ({
    fromMs: Math.min(...ends),
    untilMs: Math.max(...ends),
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
  })) as fc.Arbitrary<CallsQuery>;

let traffic: Traffic;
let reader: LedgerReader;

beforeAll(async () => {
  const ledger = await Ledger.open(newLedgerPath());
  traffic = new Traffic(ledger, 11);
  for (let i = 0; i < 8; i += 1) await traffic.book(40);
  await traffic.release();
  await traffic.reprice(6);
  await traffic.book(60);
  reader = LedgerReader.open(ledger.path);
});

afterAll(async () => {
  reader.close();
  await traffic.ledger.close();
});

/** All pages of a list, each of which may be followed by something else that happens. */
async function listed(query: CallsQuery, meanwhile?: () => Promise<void>): Promise<Entry[]> {
  const calls: Entry[] = [];
  let cursor: string | undefined;
  do {
    const page = reader.calls({ ...query, ...(cursor === undefined ? {} : { cursor }) });
    calls.push(...page.calls);
    expect(page.calls.length).toBeLessThanOrEqual(query.limit);
    cursor = page.cursor;
    if (cursor !== undefined) await meanwhile?.();
  } while (cursor !== undefined);
  return calls;
}

describe("a list of calls", () => {
  it("holds every call that is asked for once, in its order, however many pages it takes", async () => {
    const known = knownCalls(traffic.ledger.path);
    expect(new Set(known.map(({ status }) => status)).size).toBeGreaterThanOrEqual(5);
    await fc.assert(
      fc.asyncProperty(queries, async (query) => {
        const wanted = inOrder(
          known.filter((call) => isWanted(call, query)),
          query.order,
        );
        expect((await listed(query)).map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
      }),
      { numRuns: 200 },
    );
  });

  it("shows each call as it is now", () => {
    const byId = new Map(knownCalls(traffic.ledger.path).map((call) => [call.id, call]));
    for (const status of CALL_STATUSES) {
      for (const call of reader.calls({ fromMs: FROM, untilMs: UNTIL, order: "newest", limit: 50, status })
        .calls) {
        const { customer, feature, net } = byId.get(call.id)!;
        expect(call).toMatchObject({ status, customer, feature, net, posted: !ASIDE.includes(status) });
      }
    }
  });

  it("repeats no call and leaves none out while others are booked, repriced and moved", async () => {
    for (const order of ["newest", "dearest"] as const) {
      for (const filter of [{}, { customer: "acme" }, { customer: "__unattributed__" }]) {
        const query: CallsQuery = { fromMs: FROM, untilMs: UNTIL, order, limit: 40, ...filter };
        const before = knownCalls(traffic.ledger.path).filter((call) => isWanted(call, query));
        const seen = await listed(query, async () => {
          await traffic.book(6);
          await traffic.reprice(20);
        });
        const ids = seen.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        const after = new Map(knownCalls(traffic.ledger.path).map((call) => [call.id, call]));
        const stayed = before.filter(({ id }) => isWanted(after.get(id)!, query));
        expect(stayed.filter(({ id }) => !ids.includes(id))).toEqual([]);
        expect(stayed.length).toBeGreaterThan(40);
      }
    }
  });

  it("keeps a call in its place that becomes dearer while the list is read", async () => {
    const ledger = await Ledger.open(newLedgerPath());
    const cheap = bookingOf({ model: "gpt-4o-mini", customer: "mover" });
    await ledger.append([bookingOf({ customer: "mover" }), cheap], NOON);
    const own = LedgerReader.open(ledger.path);
    const query: CallsQuery = { ...OCTOBER, order: "dearest", limit: 1 };
    const first = own.calls(query);
    expect(first.calls.map(({ requestModel }) => requestModel)).toEqual(["gpt-4o"]);
    const { usage } = cheap.call;
    const dear = charge(
      { provider: "openai", model: "gpt-4", usage, atMs: OCTOBER.fromMs },
      defaultPriceBook(),
    );
    const { id } = own.entry(cheap.call.traceId, cheap.call.spanId)!;
    await ledger.reprice([{ entry: id, charge: dear }], "it was gpt-4", NOON);
    const second = own.calls({ ...query, cursor: first.cursor! });
    expect(second.calls.map((call) => [call.id, call.net])).toEqual([[id, dear.net]]);
    expect(second.cursor).toBeUndefined();
    expect(own.calls(query).calls[0]?.id).toBe(id);
    own.close();
    await ledger.close();
  });

  it("refuses what is wrong by its name, a cursor above all", () => {
    const query: CallsQuery = { fromMs: FROM, untilMs: UNTIL, order: "newest", limit: 1 };
    const { cursor = "" } = reader.calls(query);
    expect(cursor).toMatch(/^[\w-]+$/);
    for (const bad of [
      "",
      "x",
      cursor.slice(1),
      `${cursor}AAAA`,
      Buffer.from("newest:1:2:-3").toString("base64url"),
    ]) {
      expect(() => reader.calls({ ...query, cursor: bad })).toThrow(RangeError);
      expect(() => reader.calls({ ...query, cursor: bad })).toThrow(/^cursor: /);
    }
    expect(() => reader.calls({ ...query, order: "dearest", cursor })).toThrow(
      /^cursor: it belongs to .*"newest"/,
    );
    expect(() => reader.calls({ ...query, limit: 0 })).toThrow(/^limit must be/);
    expect(() => reader.calls({ ...query, untilMs: Number.NaN })).toThrow(/^untilMs must be/);
    expect(() => reader.calls({ ...query, order: "oldest" as "newest" })).toThrow(/^order: "oldest"/);
    expect(() => reader.calls({ ...query, status: "lost" as "held" })).toThrow(/^status: "lost"/);
  });
});
