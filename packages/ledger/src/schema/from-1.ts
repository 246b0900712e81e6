import { randomBytes } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { Charge, ChargeLine } from "@keeptabs/pricing";
import { parseUsd } from "@keeptabs/pricing/money";
import { Chain } from "../chain.ts";
import {
  ADJUSTMENT_COLUMNS,
  detailParts,
  ENTRY_COLUMNS,
  flagsOf,
  IDENTITY_COLUMNS,
  insertInto,
} from "../columns.ts";
import { responseKey } from "../content-hash.ts";
import { customerDigest } from "../dictionary.ts";
import { indexResponses } from "../instrumentations.ts";
import { Rates } from "../rates.ts";
import type { Value } from "../record.ts";
import { encodeCharge } from "../stored-charge.ts";
import { SCHEMA_3 } from "./schema-3.ts";

const TABLES = [
  "names",
  "entries",
  "adjustments",
  "conflicts",
  "hourly_totals",
  "hourly_quantities",
  "counters",
  "spans",
  "held",
];

/** Columns of schema 1 that hold a customer; every other reference to a name is one to something else. */
const CUSTOMERS_USED = `
  SELECT customer AS id FROM old_entries UNION SELECT customer FROM old_adjustments
  UNION SELECT customer FROM old_hourly_totals UNION SELECT customer FROM old_hourly_quantities
  UNION SELECT customer FROM old_spans UNION SELECT person FROM old_spans
  UNION SELECT a FROM old_counters WHERE metric IN (1, 2, 3)`;
const NAMES_USED = `
  SELECT source AS id FROM old_entries UNION SELECT feature FROM old_entries UNION SELECT provider FROM old_entries
  UNION SELECT model FROM old_entries UNION SELECT request_model FROM old_entries
  UNION SELECT response_model FROM old_entries UNION SELECT operation FROM old_entries
  UNION SELECT dialect FROM old_entries UNION SELECT scope FROM old_entries UNION SELECT feature FROM old_adjustments
  UNION SELECT feature FROM old_hourly_totals UNION SELECT unit FROM old_hourly_quantities
  UNION SELECT source FROM old_spans UNION SELECT feature FROM old_spans UNION SELECT source FROM old_conflicts
  UNION SELECT a FROM old_counters WHERE metric = 4 UNION SELECT b FROM old_counters UNION SELECT c FROM old_counters
  UNION SELECT d FROM old_counters`;

const SUMS = "sum(calls), sum(unpriced_calls), sum(failed_calls), sum(net_nano), sum(net_atto)";
const DAILY_SUMS = `
  INSERT INTO daily_customers SELECT hour / 24, customer, ${SUMS} FROM hourly_totals GROUP BY 1, 2;
  INSERT INTO daily_models SELECT hour / 24, feature, provider, model, ${SUMS} FROM hourly_totals GROUP BY 1, 2, 3, 4;
  INSERT INTO daily_customer_quantities
    SELECT hour / 24, customer, unit, sum(quantity) FROM hourly_quantities GROUP BY 1, 2, 3;
  INSERT INTO daily_model_quantities
    SELECT hour / 24, feature, provider, model, unit, sum(quantity) FROM hourly_quantities GROUP BY 1, 2, 3, 4, 5;`;

type Row = Readonly<Record<string, Value>>;

/**
 * Gives customers a table of their own, keeps rates once, puts identities and spans above calls into one
 * index, and seals all there is as the first batch of the chain. Numbers stay what they were.
 */
export function from1(database: DatabaseSync): void {
  dropIndexesAndTriggers(database);
  for (const table of TABLES) database.exec(`ALTER TABLE ${table} RENAME TO old_${table}`);
  database.exec(SCHEMA_3);
  copyNames(database);
  const chain = new Chain(database);
  const rates = new Rates(database);
  copyEntries(database, chain, rates);
  copyAdjustments(database, chain, rates);
  copySpans(database);
  for (const table of ["conflicts", "hourly_totals", "hourly_quantities", "counters", "held"]) {
    database.exec(`INSERT INTO ${table} SELECT * FROM old_${table}`);
  }
  database.exec(DAILY_SUMS);
  const last = (table: string): number =>
    Number(database.prepare(`SELECT coalesce(max(id), 0) AS last FROM ${table}`).get()?.["last"]);
  const reach = {
    name: last("names"),
    customer: last("customers"),
    entry: last("entries"),
    adjustment: last("adjustments"),
  };
  database
    .prepare("UPDATE projected SET entry = ?1, adjustment = ?2, counted_entry = ?1, counted_adjustment = ?2")
    .run(reach.entry, reach.adjustment);
  chain.seal(reach, 0n);
  // Customers' names stood in them, and are to be gone when one is forgotten.
  database.exec("PRAGMA secure_delete = ON");
  for (const table of TABLES) database.exec(`DROP TABLE old_${table}`);
  database.exec("PRAGMA secure_delete = OFF");
}

function dropIndexesAndTriggers(database: DatabaseSync): void {
  const found = database
    .prepare("SELECT type, name FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL")
    .all();
  for (const { type, name } of found) database.exec(`DROP ${type} ${name}`);
}

function copyNames(database: DatabaseSync): void {
  database.exec(`INSERT INTO names SELECT id, name FROM old_names WHERE id IN (${NAMES_USED})`);
  const insert = database.prepare(insertInto("customers", ["id", "name", "salt", "digest"]));
  for (const row of rows(
    database,
    `SELECT id, name FROM old_names WHERE id IN (${CUSTOMERS_USED}) ORDER BY id`,
  )) {
    const salt = randomBytes(16);
    insert.run(row["id"] ?? null, row["name"] ?? null, salt, customerDigest(salt, String(row["name"])));
  }
}

function copyEntries(database: DatabaseSync, chain: Chain, rates: Rates): void {
  const insert = database.prepare(insertInto("entries", [...ENTRY_COLUMNS, ...IDENTITY_COLUMNS]));
  for (const row of rows(database, "SELECT * FROM old_entries ORDER BY id")) {
    const { response_id: responseId } = row;
    const changed: Row = {
      ...row,
      response_key: typeof responseId === "string" ? responseKey(responseId) : null,
      flags: flagsOf(plainFlags(row)),
      detail:
        detailParts.own(String(row["usage"]), recoded(row["charge"], rates) ?? "null") +
        detailParts.traits({
          reason: row["reason"] === null ? null : String(row["reason"]),
          requestModel: numberOrNull(row["request_model"]),
          responseModel: numberOrNull(row["response_model"]),
          operation: Number(row["operation"]),
          dialect: Number(row["dialect"]),
        }) +
        detailParts.list(row["list_nano"] as bigint, row["list_atto"] as bigint),
    };
    const values = ENTRY_COLUMNS.map((column) => changed[column] ?? null);
    insert.run(...values, row["content_hash"] ?? null, row["ancestors"] ?? null);
    chain.entries.add(values);
  }
}

/** Schema 1 kept each flag in a column of its own. */
function plainFlags(row: Row): Parameters<typeof flagsOf>[0] {
  const plain = (column: string): string | number => {
    const value = row[column];
    return typeof value === "bigint" ? Number(value) : String(value);
  };
  return {
    kind: plain("kind"),
    outcome: plain("outcome"),
    quality: plain("quality"),
    cost_source: plain("cost_source"),
    lower_bound: plain("lower_bound"),
    aggregate: plain("aggregate"),
    framework: plain("framework"),
    named: plain("named"),
  };
}

function numberOrNull(value: Value | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}

function copyAdjustments(database: DatabaseSync, chain: Chain, rates: Rates): void {
  const insert = database.prepare(insertInto("adjustments", ADJUSTMENT_COLUMNS));
  for (const row of rows(database, "SELECT * FROM old_adjustments ORDER BY id")) {
    const changed: Row = { ...row, charge: recoded(row["charge"], rates) };
    const values = ADJUSTMENT_COLUMNS.map((column) => changed[column] ?? null);
    insert.run(...values);
    chain.adjustments.add(values);
  }
}

function copySpans(database: DatabaseSync): void {
  database.exec(`
    INSERT INTO spans SELECT trace_id, span_id, source, id, NULL FROM old_entries;
    CREATE TABLE above AS SELECT * FROM old_spans s WHERE NOT EXISTS (SELECT 1 FROM old_entries e
      WHERE e.source = s.source AND e.trace_id = s.trace_id AND e.span_id = s.span_id);
    INSERT INTO notes SELECT rowid, coalesce(parent_span_id, X''), customer, person, feature FROM above;
    INSERT INTO spans SELECT trace_id, span_id, source, NULL, rowid FROM above;
    DROP TABLE above;
    INSERT INTO instrumentations SELECT DISTINCT source, scope FROM entries`);
  indexResponses(database);
}

function* rows(database: DatabaseSync, sql: string): Iterable<Row> {
  const statement = database.prepare(sql);
  statement.setReadBigInts(true);
  yield* statement.iterate() as Iterable<unknown> as Iterable<Row>;
}

interface Charge1 {
  readonly status: Charge["status"];
  readonly reason?: string;
  readonly source: Charge["source"];
  readonly list: string;
  readonly net: string;
  readonly price?: string;
  readonly lines: readonly (Omit<ChargeLine, "amount" | "agreement"> & {
    readonly amount: string;
    readonly agreement?: Omit<NonNullable<ChargeLine["agreement"]>, "net"> & { readonly net: string };
  })[];
}

/** Schema 1 kept a charge as an object with every line in full and decimal amounts of USD. */
function recoded(text: Value | undefined, rates: Rates): string | null {
  if (typeof text !== "string") return null;
  const { status, reason, source, list, net, price, lines } = JSON.parse(text) as Charge1;
  return encodeCharge(
    {
      status,
      reason,
      source,
      list: parseUsd(list),
      net: parseUsd(net),
      priceVersion: price,
      lines: lines.map(({ amount, agreement, ...line }) => ({
        ...line,
        amount: parseUsd(amount),
        ...(agreement === undefined ? {} : { agreement: { ...agreement, net: parseUsd(agreement.net) } }),
      })),
    },
    (rate) => rates.keep(rate),
  );
}
