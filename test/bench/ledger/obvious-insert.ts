import { DatabaseSync } from "node:sqlite";
import type { Booking } from "../../../packages/ledger/src/index.ts";
import { usdToNumber } from "../../../packages/pricing/src/index.ts";

const FOR_MS = 1500;

/**
 * Calls a second that the obvious table takes, in one thread, with `size` of them in a transaction: durable and unique as
 * ours, but with no totals, no lines of the charge, no chain, and nearly empty.
 */
export function obviousInserts(path: string, bookings: readonly Booking[], size: number): number {
  const database = new DatabaseSync(path);
  database.exec(`
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE calls (trace_id TEXT NOT NULL, span_id TEXT NOT NULL, occurred_at INTEGER NOT NULL, customer TEXT NOT NULL,
      feature TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, response_id TEXT, input INTEGER, cached INTEGER,
      output INTEGER, cost REAL NOT NULL, UNIQUE (trace_id, span_id))`);
  const insert = database.prepare("INSERT OR IGNORE INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const started = performance.now();
  let done = 0;
  while (performance.now() - started < FOR_MS && done + size <= bookings.length) {
    database.exec("BEGIN");
    for (const { call, charge, customer = "", feature = "" } of bookings.slice(done, done + size)) {
      const quantity = (unit: string): number => call.usage.quantities.get(unit) ?? 0;
      insert.run(
        call.traceId,
        call.spanId,
        call.occurredAt,
        customer,
        feature,
        call.provider,
        call.responseModel ?? "",
        call.responseId ?? null,
        quantity("input"),
        quantity("cache_read"),
        quantity("output"),
        usdToNumber(charge.net),
      );
    }
    database.exec("COMMIT");
    done += size;
  }
  const seconds = (performance.now() - started) / 1000;
  const kept = database.prepare("SELECT count(*) AS kept FROM calls").get();
  database.close();
  if (kept?.["kept"] !== done) throw new Error(`the obvious table has ${kept?.["kept"]} calls of ${done}`);
  return done / seconds;
}
