/**
 * How long a month's report takes: from the ledger's sums, and by reading every entry, which says the same. The ledger
 * is filled once and kept in the system's temporary folder. Run it with
 *
 *   node test/bench/report.ts [entries, 10 million when not said]
 */
import { DatabaseSync } from "node:sqlite";
import { LedgerReader, monthPeriod, type TotalsQuery } from "../../packages/ledger/src/index.ts";
import { CUSTOMERS, ledgerOf } from "./report/ledger-file.ts";

const ENTRIES = 10_000_000;
const MOST_RUNS = 15;
const ENOUGH_MS = 1000;
const LIMIT_MS = 50;

interface Report {
  readonly name: string;
  readonly month: string;
  readonly timeZone: string;
  readonly groupBy: readonly ("customer" | "feature" | "model")[];
  readonly customer?: string;
  /** The reports for which there is a limit; the others are measured to be looked at. */
  readonly limited: boolean;
}

const REPORTS: readonly Report[] = [
  { name: "all customers, their sum", timeZone: "UTC", groupBy: [], limited: true },
  { name: `all ${CUSTOMERS} customers, each`, timeZone: "UTC", groupBy: ["customer"], limited: true },
  { name: "one customer", timeZone: "UTC", groupBy: [], customer: "customer-0700", limited: true },
  {
    name: "one customer by feature and model",
    timeZone: "UTC",
    groupBy: ["feature", "model"],
    customer: "customer-0700",
    limited: true,
  },
  { name: "all customers by model", timeZone: "UTC", groupBy: ["model"], limited: false },
  { name: "each customer, Europe/Berlin", timeZone: "Europe/Berlin", groupBy: ["customer"], limited: false },
  { name: "each customer, Asia/Kolkata", timeZone: "Asia/Kolkata", groupBy: ["customer"], limited: false },
  {
    name: "one customer, Asia/Kolkata",
    timeZone: "Asia/Kolkata",
    groupBy: [],
    customer: "customer-0700",
    limited: false,
  },
].map((report) => ({ ...report, month: "2026-10" }) as Report);

/** As many as do for a look, with a file of a tenth of a gigabyte. */
const FEW_ENTRIES = 200_000;

/** The same over fewer calls. */
export async function benchSmallReport(): Promise<void> {
  const [few, all] = [FEW_ENTRIES, ENTRIES].map((entries) => entries.toLocaleString("en"));
  console.log(`  ${few} calls only; \`pnpm bench report\` takes ${all}, and several gigabytes for them`);
  await benchReport(FEW_ENTRIES);
}

/** Measures and prints milliseconds per report. */
export async function benchReport(entries: number = ENTRIES): Promise<void> {
  const path = await ledgerOf(entries, (text) => console.log(`  ${text}`));
  const database = new DatabaseSync(path);
  console.log(
    `A month of ${entries} calls of ${CUSTOMERS} customers; the best of up to ${MOST_RUNS} runs; Node ${process.version}`,
  );
  const raw = new Map(REPORTS.map((report) => [report.name, scanned(database, report)]));
  const met = measure(path, "from sums of hours and days", raw);
  database.close();
  console.log(`\n  limit for a month's report, from sums: ${LIMIT_MS} ms: ${met ? "met" : "not met"}`);
}

interface Scanned {
  readonly ms: number;
  readonly rows: string;
}

/** Measures all reports from sums; true when those that have a limit keep it. Throws when a digit differs. */
function measure(path: string, title: string, raw: ReadonlyMap<string, Scanned>): boolean {
  console.log(`\n  ${title}`);
  const reader = LedgerReader.open(path);
  let met = true;
  for (const report of REPORTS) {
    const query: TotalsQuery = {
      ...monthPeriod(report.month, report.timeZone),
      groupBy: report.groupBy,
      ...(report.customer === undefined ? {} : { customer: report.customer }),
    };
    let ms = Number.POSITIVE_INFINITY;
    const begun = performance.now();
    let rows = "";
    for (let run = 0; run === 0 || (run < MOST_RUNS && performance.now() - begun < ENOUGH_MS); run += 1) {
      const started = performance.now();
      const totals = reader.totals(query);
      ms = Math.min(ms, performance.now() - started);
      rows = inOrder(
        totals.map(({ key, calls, unpricedCalls, failedCalls, net }) => [
          ...key,
          calls,
          unpricedCalls,
          failedCalls,
          net,
        ]),
      );
    }
    const scan = raw.get(report.name);
    if (scan?.rows !== rows) throw new Error(`${report.name}: the sums and the entries do not say the same`);
    if (report.limited && ms >= LIMIT_MS) met = false;
    console.log(
      `    ${report.name.padEnd(36)}${ms.toFixed(1).padStart(9)} ms   entries ${scan.ms.toFixed(0).padStart(7)} ms` +
        `   ${(scan.ms / ms).toFixed(0).padStart(7)} times as fast, equal to the digit`,
    );
  }
  reader.close();
  return met;
}

/** The same report from every entry and adjustment of the month, by a statement that shares nothing with the reader. */
function scanned(database: DatabaseSync, { month, timeZone, groupBy, customer }: Report): Scanned {
  const { fromMs, untilMs } = monthPeriod(month, timeZone);
  const period = `e.occurred_at >= ${BigInt(fromMs) * 1_000_000n} AND e.occurred_at < ${BigInt(untilMs) * 1_000_000n}`;
  const unpriced = "IN ('unpriced', 'partly_unpriced')";
  const names = groupBy.map(
    (key) => `(SELECT name FROM ${key === "customer" ? "customers" : "names"} WHERE id = ${key}) AS ${key}`,
  );
  const statement = database.prepare(`
    SELECT ${[...names, "calls", "unpriced", "failed", "nano", "atto"].join(", ")} FROM (
      SELECT ${[...groupBy, "sum(calls) AS calls", "sum(unpriced) AS unpriced", "sum(failed) AS failed", "sum(nano) AS nano", "sum(atto) AS atto"].join(", ")}
      FROM (
        SELECT e.customer, e.feature, e.model, 1 AS calls, e.kind ${unpriced} AS unpriced, e.outcome <> 'ok' AS failed,
          e.net_nano AS nano, e.net_atto AS atto FROM full_entries e WHERE ${period} AND e.kind NOT IN ('covered', 'held')
        UNION ALL
        SELECT a.customer, a.feature, e.model, a.calls, a.calls * (a.charge_kind ${unpriced}), a.calls * (e.outcome <> 'ok'),
          a.net_nano, a.net_atto FROM adjustments a JOIN full_entries e ON e.id = a.entry WHERE ${period}
      ) ${customer === undefined ? "" : "WHERE customer = (SELECT id FROM customers WHERE name = ?)"}
      ${groupBy.length === 0 ? "" : `GROUP BY ${groupBy.join(", ")}`}
    )`);
  statement.setReadBigInts(true);
  const started = performance.now();
  const rows = statement.all(...(customer === undefined ? [] : [customer]));
  const ms = performance.now() - started;
  return {
    ms,
    rows: inOrder(
      rows.map((row) => [
        ...groupBy.map((key) => row[key]),
        row["calls"],
        row["unpriced"],
        row["failed"],
        (row["nano"] as bigint) * 1_000_000_000n + (row["atto"] as bigint),
      ]),
    ),
  };
}

function inOrder(rows: readonly (readonly unknown[])[]): string {
  return rows
    .map((row) => row.map(String).join("\t"))
    .toSorted()
    .join("\n");
}

if (import.meta.main) await benchReport(...process.argv.slice(2, 3).map(Number));
