import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Booking, Ledger } from "../../../packages/ledger/src/index.ts";
import { charge, defaultPriceBook } from "../../../packages/pricing/src/index.ts";
import { usageOf } from "../../../packages/usage/src/index.ts";

export const CUSTOMERS = 2000;
export const MONTH: { readonly fromMs: number; readonly untilMs: number } = {
  fromMs: Date.parse("2026-10-01T00:00:00Z"),
  untilMs: Date.parse("2026-11-01T00:00:00Z"),
};

const FEATURES = ["assistant", "search", "summary", "triage", "export"];
const MODELS = [
  ["openai", "gpt-4o"],
  ["openai", "gpt-4o-mini"],
  ["anthropic", "claude-sonnet-4-6"],
] as const;
const PATTERNS_PER_CUSTOMER = 4;
const NANOS = 1_000_000n;
const EDITION = 1;
/** As the file turns out, to be told before it is there. */
const BYTES_PER_ENTRY = 450;

/**
 * A ledger of the real schema with a month of calls, kept in the system's temporary folder for the next run. The
 * first calls are booked through the front; the others repeat them by SQL, at their own instants and in their own
 * traces, since a hundred thousand bookings a second would still take too long.
 */
export async function ledgerOf(entries: number, say: (text: string) => void): Promise<string> {
  const folder = join(tmpdir(), "keeptabs-bench");
  mkdirSync(folder, { recursive: true });
  const draft = join(folder, `draft-${process.pid}.db`);
  const patterns = await patternsIn(draft);
  const database = new DatabaseSync(draft);
  try {
    const path = join(folder, `report-${entries}-${schemaOf(database)}.db`);
    if (existsSync(path)) {
      database.close();
      return path;
    }
    const gigabytes = ((entries * BYTES_PER_ENTRY) / 1e9).toFixed(1);
    say(`filling a ledger of about ${gigabytes} GB in ${folder}, which stays there for the next run`);
    const started = performance.now();
    fill(database, patterns, entries - patterns);
    database.exec("PRAGMA journal_mode = WAL; PRAGMA main.wal_checkpoint(TRUNCATE);");
    database.close();
    renameSync(draft, path);
    say(`the ledger was filled in ${((performance.now() - started) / 1000).toFixed(0)} s`);
    return path;
  } finally {
    if (database.isOpen) database.close();
    for (const end of ["", "-wal", "-shm", ".lock", ".anchor"]) rmSync(draft + end, { force: true });
  }
}

/** Books one call of each customer, feature and model that occurs, and returns how many there are. */
async function patternsIn(path: string): Promise<number> {
  const ledger = await Ledger.open(path);
  const bookings = Array.from({ length: CUSTOMERS * PATTERNS_PER_CUSTOMER }, (_, i) => patternOf(i));
  await ledger.append(bookings, BigInt(MONTH.fromMs) * NANOS + 2_000_000_000n);
  await ledger.close();
  return bookings.length;
}

function patternOf(i: number): Booking {
  const customer = Math.floor(i / PATTERNS_PER_CUSTOMER);
  const [provider, model] = MODELS[(customer + (i % 2)) % MODELS.length] ?? MODELS[0];
  const usage = usageOf([
    ["input", 500 + ((i * 7919) % 20_000)],
    ["output", 20 + ((i * 104_729) % 2000)],
  ]);
  const occurredAt = BigInt(MONTH.fromMs) * NANOS + 1_000_000_000n;
  const id = (i + 1).toString(16);
  return {
    source: "default",
    call: {
      traceId: id.padStart(32, "0"),
      spanId: id.padStart(16, "0"),
      parentSpanId: undefined,
      startedAt: occurredAt - 1_000_000_000n,
      occurredAt,
      dialect: "otel",
      scope: "@keeptabs/instrumentation",
      provider,
      requestModel: model,
      responseModel: model,
      operation: "chat",
      responseId: undefined,
      usage,
      outcome: i % 50 === 0 ? "error" : "ok",
      attribution: {},
      aggregate: false,
    },
    charge: charge({ provider, model, usage, atMs: MONTH.fromMs }, defaultPriceBook()),
    customer: `customer-${customer.toString().padStart(4, "0")}`,
    feature: FEATURES[(customer + Math.floor((i % PATTERNS_PER_CUSTOMER) / 2)) % FEATURES.length],
    ancestors: [],
  };
}

/** What the file's tables and indexes are: a file of another schema is of no use. */
function schemaOf(database: DatabaseSync): string {
  const rows = database.prepare("SELECT sql FROM sqlite_schema ORDER BY name").all();
  return createHash("sha256")
    .update(JSON.stringify([EDITION, rows]))
    .digest("hex")
    .slice(0, 8);
}

function fill(database: DatabaseSync, patterns: number, more: number): void {
  database.exec(
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA foreign_keys = OFF; BEGIN;",
  );
  // Indexes are made anew after the rows are in: sorting once is faster than ten million places to find.
  const indexes = database
    .prepare(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = 'entries'",
    )
    .all() as { name: string; sql: string }[];
  for (const { name } of indexes) database.exec(`DROP INDEX ${name}`);
  repeat(database, patterns, more);
  for (const { sql } of indexes) database.exec(sql);
  reattribute(database, patterns);
  database.exec("COMMIT; PRAGMA journal_mode = DELETE; BEGIN;");
  project(database);
  database.exec("COMMIT; ANALYZE;");
}

/** Repeats the first entries. Customers early in the list are repeated more often than late ones. */
function repeat(database: DatabaseSync, patterns: number, more: number): void {
  const spanNanos = BigInt(MONTH.untilMs - MONTH.fromMs - 60_000) * NANOS;
  const fromNanos = BigInt(MONTH.fromMs) * NANOS;
  const own: Readonly<Record<string, string>> = {
    id: `${patterns} + i.n`,
    trace_id: `unhex(printf('%032x', ${patterns} + i.n))`,
    span_id: `unhex(printf('%016x', ${patterns} + i.n))`,
    started_at: `${fromNanos} + i.n * ${spanNanos / BigInt(more)} - 1000000000`,
    occurred_at: `${fromNanos} + i.n * ${spanNanos / BigInt(more)}`,
    booked_at: `${fromNanos} + i.n * ${spanNanos / BigInt(more)} + 2000000000`,
  };
  const columns = (
    database.prepare("SELECT name FROM pragma_table_info('entries')").all() as { name: string }[]
  ).map(({ name }) => name);
  // Without the lines of the charge a row is a third of its size, which favours the scan that totals are compared with.
  database.exec(`
    CREATE TEMP TABLE patterns AS SELECT * FROM entries;
    UPDATE patterns SET detail = json_set(detail, '$[1][6]', json('[]'));
    CREATE UNIQUE INDEX temp.patterns_by_id ON patterns (id);
    WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < ${more})
    INSERT INTO entries (${columns.join(", ")})
    SELECT ${columns.map((name) => own[name] ?? `e.${name}`).join(", ")}
    FROM i CROSS JOIN patterns e
    WHERE e.id = 1 + CAST(${patterns} * ((i.n * 2654435761) % 4294967296 / 4294967296.0) * ((i.n * 2654435761) % 4294967296 / 4294967296.0) AS INTEGER);
    DROP TABLE patterns;`);
}

/** Moves one call in a thousand to the customer beside it. */
function reattribute(database: DatabaseSync, patterns: number): void {
  database.exec(`
    INSERT INTO adjustments (entry, kind, reason, customer, feature, calls, charge_kind, net_nano, net_atto, booked_at)
    SELECT e.id, 'reattributed', 'named by a span above the call', s.customer, e.feature, s.calls, e.kind,
      CASE WHEN s.calls > 0 THEN e.net_nano ELSE -e.net_nano - (e.net_atto > 0) END,
      CASE WHEN s.calls > 0 OR e.net_atto = 0 THEN e.net_atto ELSE 1000000000 - e.net_atto END,
      e.booked_at + 86400000000000
    FROM full_entries e JOIN (
      SELECT e1.id AS id, -1 AS calls, e1.customer FROM entries e1 WHERE e1.id > ${patterns} AND e1.id % 1000 = 0
      UNION ALL
      SELECT e2.id, 1, (SELECT customer FROM entries p WHERE p.id = 1 + e2.id / 1000 % ${patterns})
      FROM entries e2 WHERE e2.id > ${patterns} AND e2.id % 1000 = 0
    ) s ON s.id = e.id ORDER BY e.id, s.calls`);
}

/** Fills the sums of hours and of days anew from entries and adjustments. */
function project(database: DatabaseSync): void {
  database.exec(`
    DELETE FROM hourly_totals;
    INSERT INTO hourly_totals (hour, customer, feature, provider, model, calls, unpriced_calls, failed_calls, net_nano, net_atto)
    SELECT hour, customer, feature, provider, model, sum(calls), sum(unpriced), sum(failed), sum(net_nano), sum(net_atto) FROM (
      SELECT occurred_at / 3600000000000 AS hour, customer, feature, provider, model, 1 AS calls,
        kind IN ('unpriced', 'partly_unpriced') AS unpriced, outcome <> 'ok' AS failed, net_nano, net_atto
      FROM full_entries
      UNION ALL
      SELECT e.occurred_at / 3600000000000, a.customer, a.feature, e.provider, e.model, a.calls,
        a.calls * (a.charge_kind IN ('unpriced', 'partly_unpriced')), a.calls * (e.outcome <> 'ok'), a.net_nano, a.net_atto
      FROM adjustments a JOIN full_entries e ON e.id = a.entry
    ) GROUP BY 1, 2, 3, 4, 5`);
  fillDailySums(database);
  database.exec(`UPDATE projected SET entry = (SELECT max(id) FROM entries),
    adjustment = (SELECT coalesce(max(id), 0) FROM adjustments)`);
}

const SUMS = "sum(calls), sum(unpriced_calls), sum(failed_calls), sum(net_nano), sum(net_atto)";
const SUM_COLUMNS = "calls, unpriced_calls, failed_calls, net_nano, net_atto";
const DAILY_SUMS = [
  { table: "daily_customers", keys: "customer" },
  { table: "daily_models", keys: "feature, provider, model" },
] as const;

function fillDailySums(database: DatabaseSync): void {
  for (const { table, keys } of DAILY_SUMS) {
    const groups = `hour / 24, ${keys}`;
    database.exec(`
      DELETE FROM ${table};
      INSERT INTO ${table} (day, ${keys}, ${SUM_COLUMNS}) SELECT ${groups}, ${SUMS} FROM hourly_totals GROUP BY ${groups}`);
  }
}
