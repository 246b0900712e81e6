import { DatabaseSync } from "node:sqlite";
import { LedgerReader } from "../../../packages/ledger/src/index.ts";
import { type AttoUsd, formatUsd } from "../../../packages/pricing/src/index.ts";
import type { Bodies } from "./bodies.ts";

/** Calls of this many requests are looked for one by one. */
const LOOKED_FOR = 1000;

/** What a ledger must hold: the calls of the first so many requests. */
export interface Sent {
  readonly bodies: Bodies;
  readonly requests: number;
  readonly calls: number;
}

/** Throws when our ledger does not hold exactly what was sent, at exactly its cost; else says it. */
export function requireOurs(path: string, sent: Sent): string {
  const reader = LedgerReader.open(path);
  try {
    const [total] = reader.totals({ fromMs: 0, untilMs: END_MS, timeZone: "UTC", groupBy: [] });
    requireCalls("ours", total?.calls ?? 0, sent.calls);
    const known = sent.bodies.costOf(sent.requests);
    if (total?.net !== known) throw new Error(`our ledger says ${total?.net} atto-USD; sent were ${known}`);
    for (const { traceId, spanId } of some(sent)) {
      if (reader.entry(traceId, spanId) === undefined)
        throw new Error(`our ledger lacks ${traceId} ${spanId}`);
    }
    return formatUsd(known as AttoUsd);
  } finally {
    reader.close();
  }
}

/** Throws when the obvious stack's table does not hold what was sent, or is off by more than floats are. */
export function requireTheirs(path: string, sent: Sent): void {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const row = database.prepare("SELECT count(*) AS calls, sum(cost) AS cost FROM calls").get();
    requireCalls("theirs", Number(row?.["calls"]), sent.calls);
    const known = Number(sent.bodies.costOf(sent.requests)) / 1e18;
    const off = Math.abs(Number(row?.["cost"]) / known - 1);
    if (!(off < 1e-9)) throw new Error(`their table says ${row?.["cost"]} USD; sent were ${known}`);
    const find = database.prepare("SELECT 1 FROM calls WHERE trace_id = ? AND span_id = ?");
    for (const { traceId, spanId } of some(sent)) {
      if (find.get(traceId, spanId) === undefined) throw new Error(`their table lacks ${traceId} ${spanId}`);
    }
  } finally {
    database.close();
  }
}

const END_MS = Date.parse("2100-01-01T00:00:00Z");

function requireCalls(whose: string, kept: number, sent: number): void {
  if (kept !== sent) throw new Error(`${whose} holds ${kept} calls; sent were ${sent}`);
}

/** A call of each of so many requests, from all over the run. */
function* some({ bodies, requests }: Sent): Generator<{ readonly traceId: string; readonly spanId: string }> {
  const step = Math.max(1, Math.floor(requests / LOOKED_FOR));
  for (let i = 0; i < requests; i += step) yield bodies.firstCallOf(i);
}
