import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { Ledger, LedgerReader, verifyLedger } from "@keeptabs/ledger";
import { describe, expect, it } from "vitest";
import { bookingOf, NOON, newLedgerPath, OCTOBER } from "./bookings.ts";

const fixture = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`fixtures/${name}`, import.meta.url)), "utf8");

/** A ledger file as an older release left it. */
function olderLedger(schema: number): string {
  const path = newLedgerPath();
  const database = new DatabaseSync(path);
  database.exec(fixture(`schema-${schema}.sql`));
  database.close();
  return path;
}

/** What a ledger says, in the form in which the fixtures keep it. */
function said(path: string): unknown {
  const reader = LedgerReader.open(path);
  const sorted = (rows: readonly unknown[]): unknown[] =>
    rows
      .map((row) => JSON.stringify(row, (_, value) => (typeof value === "bigint" ? String(value) : value)))
      .toSorted();
  const { cost, tokens, calls, unpriced } = reader.counters();
  const all = {
    totals: sorted(reader.totals({ ...OCTOBER, groupBy: ["customer", "feature"] })),
    quantities: sorted(reader.quantities({ ...OCTOBER, groupBy: ["customer"] })),
    counters: [cost, tokens, calls, unpriced].map(sorted),
    census: sorted(censusOf(path)),
  };
  reader.close();
  return all;
}

/** How many entries of each kind a file holds, and how many conflicts. */
function censusOf(path: string): unknown[] {
  const database = new DatabaseSync(path, { readOnly: true });
  const kinds = database.prepare("SELECT kind, count(*) AS count FROM full_entries GROUP BY kind").all();
  const conflicts = database.prepare("SELECT count(*) AS count FROM conflicts").get();
  database.close();
  return [...kinds.map(({ kind, count }) => [kind, count]), ["conflict", conflicts?.["count"]]];
}

/** The same of the fixtures, as the release said it that wrote schema 1. */
function saidBefore(): unknown {
  const { totals, q, counters, census } = JSON.parse(fixture("said.json")) as Record<string, unknown[]> & {
    counters: Record<string, unknown[]>;
  };
  const sorted = (rows: readonly unknown[] = []): unknown[] =>
    rows.map((row) => JSON.stringify(row)).toSorted();
  const { cost, tokens, calls, unpriced } = counters;
  // That release also told of groups of which nothing was left.
  const some = (rows: readonly unknown[] = []): unknown[] =>
    rows.filter((row) => {
      const { calls: made, quantity } = row as { calls?: number; quantity?: string };
      return made !== 0 && quantity !== "0";
    });
  return {
    totals: sorted(some(totals)),
    quantities: sorted(some(q)),
    counters: [cost, tokens, calls, unpriced].map(sorted),
    census: sorted(census),
  };
}

describe.each([
  { schema: 1, batches: 1 },
  { schema: 2, batches: 2 },
])("a ledger of schema $schema", ({ schema, batches }) => {
  it("says the same to the digit after it was brought up to date, and is intact", async () => {
    const path = olderLedger(schema);
    await (await Ledger.open(path)).close();
    expect(said(path)).toEqual(saidBefore());
    expect(verifyLedger(path)).toMatchObject({ batches, entries: 10, problems: [] });
  });

  it("has the very tables, indexes and rules of a new one", async () => {
    const [older, newer] = [olderLedger(schema), newLedgerPath()];
    for (const path of [older, newer]) await (await Ledger.open(path)).close();
    const [migrated, fresh] = [older, newer].map((path) => {
      const database = new DatabaseSync(path, { readOnly: true });
      // The fixtures' source has two instrumentations, a new ledger has no source yet.
      const rows = database
        .prepare(
          "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'entries_by_response_of_%' ORDER BY type, name",
        )
        .all();
      database.close();
      return rows;
    });
    expect(migrated).toEqual(fresh);
  });

  it("has an index of the response ids of its source, which has two instrumentations", async () => {
    const path = olderLedger(schema);
    await (await Ledger.open(path)).close();
    const database = new DatabaseSync(path, { readOnly: true });
    const plan = database
      .prepare("EXPLAIN QUERY PLAN SELECT id FROM entries WHERE source = 1 AND response_key = 5")
      .all();
    database.close();
    expect(plan).toMatchObject([{ detail: expect.stringContaining("entries_by_response_of_1") }]);
  });

  it("explains each charge line by line as before, also one that was priced anew", async () => {
    const path = olderLedger(schema);
    await (await Ledger.open(path)).close();
    const reader = LedgerReader.open(path);
    const repriced = reader.entry(`${"a".repeat(31)}1`, `${"b".repeat(15)}1`);
    expect(
      repriced?.lines.map(({ unit, quantity, rate, priceVersion }) => [unit, quantity, rate, priceVersion]),
    ).toEqual([
      ["input", 1000, "0.15", "openai/gpt-4o-mini@release"],
      ["output", 100, "0.6", "openai/gpt-4o-mini@release"],
    ]);
    reader.close();
  });

  it("knows its calls again, and gives late names and better spans to the entries from before", async () => {
    const path = olderLedger(schema);
    const ledger = await Ledger.open(path);
    // The held sum of the fixture's trace a…7 gives way to a call below it.
    const below = bookingOf({
      call: { traceId: `${"a".repeat(31)}7`, spanId: "c".repeat(16), parentSpanId: `${"b".repeat(15)}7` },
    });
    await ledger.append([below], NOON);
    expect((await ledger.release(NOON * 2n, NOON)).postings).toEqual([]);
    const trace = `${"a".repeat(31)}5`;
    const note = { source: "default", traceId: trace, spanId: "d".repeat(16), parentSpanId: undefined };
    await ledger.append([], NOON, [{ ...note, customer: "nobody-below", feature: undefined }]);
    await ledger.close();
    expect(verifyLedger(path).problems).toEqual([]);
    const reader = LedgerReader.open(path);
    expect(reader.entry(trace, `${"b".repeat(15)}5`)?.customer).toBe("initech");
    reader.close();
  });

  it("keeps nothing of a customer who is forgotten in the pages that the old tables had", async () => {
    const path = olderLedger(schema);
    const ledger = await Ledger.open(path);
    expect(await ledger.forget("initech", NOON)).toBe(true);
    await ledger.close();
    expect(readFileSync(path).includes("initech")).toBe(false);
  });

  it("is refused to those who only look, with what to do, and stays as it is", () => {
    const path = olderLedger(schema);
    expect(() => LedgerReader.open(path)).toThrow(
      `has schema ${schema} of an older release: \`keeptabs serve\` brings it`,
    );
  });
});

describe("a damaged ledger of schema 2", () => {
  it("keeps an entry that has lost its span, as verify goes on to say", async () => {
    const path = olderLedger(2);
    const database = new DatabaseSync(path);
    database.exec("DELETE FROM spans WHERE entry = 1");
    database.close();
    await (await Ledger.open(path)).close();
    expect(said(path)).toEqual(saidBefore());
    expect(verifyLedger(path)).toMatchObject({
      entries: 10,
      problems: ["1 entries do not have the identity they were booked under"],
    });
  });
});
