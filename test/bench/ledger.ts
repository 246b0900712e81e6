/**
 * How many calls a second the ledger books durably, each checked against all that were booked before by an index in the
 * database; the same calls once more, which are all known then; and the obvious table beside it. Run it with
 *
 *   node test/bench/ledger.ts [calls, half a million when not said]
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ledger, LedgerReader, monthPeriod } from "../../packages/ledger/src/index.ts";
import { BareRows } from "./ledger/bare-rows.ts";
import { type KnownTotals, MONTH, requestsOf } from "./ledger/bookings.ts";
import { CUSTOMERS } from "./ledger/calls.ts";
import { fdatasyncMs } from "./ledger/disk.ts";
import { obviousInserts } from "./ledger/obvious-insert.ts";

const CALLS = 500_000;
const REQUEST = 512;
const IN_FLIGHT = 48;
/** Calls in one transaction, as in the writer's. */
const GROUP = 20_000;
/** Calls that are held in memory at a time; the clock stands while the next are made. */
const HELD = 125_000;
const LIMIT = 60_000;

interface Run {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly mainMicros: number;
  readonly otherMicros: number;
  readonly closingMs: number;
}

/** Measures and prints calls per second. Throws when the ledger does not hold what was sent. */
export async function benchLedger(calls: number = CALLS): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "keeptabs-bench-"));
  const path = join(folder, "ledger.db");
  const requests = Math.ceil(calls / REQUEST);
  const sent = requests * REQUEST;
  try {
    console.log(
      `${sent.toLocaleString("en")} calls of ${CUSTOMERS} customers in requests of ${REQUEST}, ${IN_FLIGHT} in flight; ` +
        `4 kB and fdatasync take ${fdatasyncMs(folder).toFixed(2)} ms here (median of 200); Node ${process.version}`,
    );
    const known: KnownTotals = new Map();
    const first = await run(path, requests, "booked", known);
    show("booked", first);
    console.log(`    ${(statSync(path).size / sent).toFixed(0)} bytes per entry in the file`);
    requireTotals(path, known);
    const again = await run(path, requests, "duplicate", new Map());
    show("sent again, all known", again);
    requireTotals(path, known);
    console.log("    totals by customer, feature and model equal what was sent, to the digit, after both");
    const some = requestsOf(requests, 240, REQUEST, new Map()).flatMap(({ bookings }) => bookings);
    for (const size of [1, 16]) {
      const perSecond = obviousInserts(join(folder, `obvious-${size}.db`), some, size);
      const what = size === 1 ? "a transaction for each call" : `a transaction for ${size} calls`;
      line(
        `obvious table, ${what}`,
        perSecond,
        `Keeptabs: ${(first.perSecond / perSecond).toFixed(1)} times as many`,
      );
    }
    const bare = bareRows(join(folder, "bare.db"), sent);
    line(
      `bare rows, ${GROUP.toLocaleString("en")} in a transaction`,
      bare,
      `of which Keeptabs reaches ${((100 * first.perSecond) / bare).toFixed(0)} %`,
    );
    const kept = first.perSecond >= LIMIT;
    console.log(
      `  ${kept ? "PASS" : "MISS"}  at least ${LIMIT.toLocaleString("en")} calls booked per second`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Rows a second that SQLite takes in one thread when nothing else is done; see `BareRows`. */
function bareRows(path: string, count: number): number {
  const rows = new BareRows(path);
  const started = performance.now();
  for (let written = 0; written < count; written += GROUP) rows.write(Math.min(GROUP, count - written));
  const seconds = (performance.now() - started) / 1000;
  rows.close();
  return count / seconds;
}

/** Sends all requests, as many at a time as a processor has in flight. Throws when one is not answered as `expected`. */
async function run(
  path: string,
  requests: number,
  expected: "booked" | "duplicate",
  known: KnownTotals,
): Promise<Run> {
  const ledger = await Ledger.open(path);
  const times: number[] = [];
  let clockMs = 0;
  let allMicros = 0;
  let mainMicros = 0;
  for (let from = 0; from < requests; from += Math.floor(HELD / REQUEST)) {
    const waiting = requestsOf(from, Math.min(Math.floor(HELD / REQUEST), requests - from), REQUEST, known);
    waiting.reverse();
    const [all, main, started] = [process.cpuUsage(), process.threadCpuUsage(), performance.now()];
    await Promise.all(
      Array.from({ length: IN_FLIGHT }, async () => {
        for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
          const asked = performance.now();
          const { results } = await ledger.append(next.bookings, next.receivedAt);
          times.push(performance.now() - asked);
          const other = results.find(({ kind }) => kind !== expected);
          if (other !== undefined) throw new Error(`a call that should be ${expected} is ${other.kind}`);
        }
      }),
    );
    clockMs += performance.now() - started;
    allMicros += sum(process.cpuUsage(all));
    mainMicros += sum(process.threadCpuUsage(main));
  }
  const closing = performance.now();
  await ledger.close();
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? Number.NaN;
  const calls = requests * REQUEST;
  return {
    perSecond: (calls / clockMs) * 1000,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    mainMicros: mainMicros / calls,
    otherMicros: (allMicros - mainMicros) / calls,
    closingMs: performance.now() - closing,
  };
}

function sum({ user, system }: NodeJS.CpuUsage): number {
  return user + system;
}

function show(what: string, { perSecond, p50Ms, p99Ms, mainMicros, otherMicros, closingMs }: Run): void {
  line(what, perSecond, `answered in ${p50Ms.toFixed(0)} ms (p50), ${p99Ms.toFixed(0)} ms (p99)`);
  console.log(
    `    CPU per call: ${mainMicros.toFixed(1)} us in the caller's thread, ${otherMicros.toFixed(1)} us in the writer's and ` +
      `Node's own; closing took ${closingMs.toFixed(0)} ms`,
  );
}

function line(what: string, perSecond: number, more: string): void {
  console.log(`  ${what.padEnd(44)} ${perSecond.toFixed(0).padStart(8)} calls/s   ${more}`);
}

/** Throws when a total of the ledger is not what was sent. */
function requireTotals(path: string, known: KnownTotals): void {
  const reader = LedgerReader.open(path);
  const totals = reader.totals({ ...monthPeriod(MONTH, "UTC"), groupBy: ["customer", "feature", "model"] });
  reader.close();
  if (totals.length !== known.size) {
    throw new Error(`the ledger has ${totals.length} totals; what was sent has ${known.size}`);
  }
  for (const { key, calls, net } of totals) {
    const sent = known.get(key.join(" "));
    if (sent?.calls !== calls || sent.net !== net) {
      throw new Error(
        `${key.join(", ")}: ${calls} calls and ${net} atto-USD; sent: ${sent?.calls} and ${sent?.net}`,
      );
    }
  }
}

if (import.meta.main) await benchLedger(...process.argv.slice(2, 3).map(Number));
