/**
 * What a scrape of 100,000 series costs while they are being counted: our exposition and prom-client with the same
 * series and the same updates, in one process, scraped over HTTP from another. Run it with
 *
 *   node test/bench/metrics.ts
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { type Counting, fixedText, internedIncrement, oursOf, promClient } from "./metrics/candidates.ts";
import { arrived, everySeries, INCREMENTS, SERIES, traffic } from "./metrics/traffic.ts";

const SCRAPER = fileURLToPath(new URL("metrics/scraper.ts", import.meta.url));
const PER_SECOND = 100_000;
const TICK_MS = 10;
const PAUSE_MS = 250;
/** Postings that arrive together, from one commit. */
const APPEND = 250;
const APPENDS = 160;
const ROUNDS = 7;

const LIMITS = { incrementNs: 100, p50Ms: 10, stallMs: 20 };

interface Scraped {
  readonly p50: number;
  readonly p99: number;
  readonly stall: number;
  readonly bytes: number;
}

/** Measures and prints scrape times, the longest stall of the event loop, and nanoseconds per increment. */
export async function benchMetrics(): Promise<void> {
  console.log(
    `${SERIES.toLocaleString("en")} counter series, ${PER_SECOND.toLocaleString("en")} increments per second, scraped over HTTP ` +
      `from another process every ${PAUSE_MS} ms; Node ${process.version}`,
  );
  const interned = internedIncrement();
  console.log(
    `  counting, CPU    Keeptabs ${interned.toFixed(1).padStart(7)}   ns per increment, label numbers at hand`,
  );
  verdict(`at most ${LIMITS.incrementNs} ns per increment`, interned <= LIMITS.incrementNs);
  // One is done before the other is made: a large heap beside it would slow its garbage collection.
  const ours = await measured(await oursOf(), 20);
  const floor = await scraped(fixedText(ours.identity.bytes), "identity", 10);
  const theirs = await measured(promClient(), 4);
  compare(
    "counting, CPU",
    ours.ns,
    theirs.ns,
    "ns per increment, from postings of one call with new strings",
  );
  verdict(`at most ${LIMITS.incrementNs} ns per increment from postings`, ours.ns <= LIMITS.incrementNs);
  for (const encoding of ["identity", "gzip"] as const) {
    const [a, b] = [ours[encoding], theirs[encoding]];
    compare(`${encoding}, p50`, a.p50, b.p50, "ms");
    compare(`${encoding}, p99`, a.p99, b.p99, "ms");
    compare(`${encoding}, stall`, a.stall, b.stall, "ms, the longest delay of the event loop");
    compare(`${encoding}, text`, a.bytes / 1e6, b.bytes / 1e6, "MB");
  }
  console.log(
    `  a fixed text of that size, nothing counted: p50 ${floor.p50.toFixed(1)} ms, p99 ${floor.p99.toFixed(1)} ms, ` +
      `stall ${floor.stall.toFixed(1)} ms`,
  );
  verdict(`p50 under ${LIMITS.p50Ms} ms, identity`, ours.identity.p50 < LIMITS.p50Ms);
  verdict(`no stall over ${LIMITS.stallMs} ms, identity`, ours.identity.stall <= LIMITS.stallMs);
}

interface Measured {
  readonly ns: number;
  readonly identity: Scraped;
  readonly gzip: Scraped;
}

/** Fills a candidate with every series and measures it. */
async function measured(candidate: Counting, times: number): Promise<Measured> {
  candidate.take(everySeries());
  return {
    ns: increments(candidate),
    identity: await scraped(candidate, "identity", times),
    gzip: await scraped(candidate, "gzip", times),
  };
}

function compare(what: string, ours: number, theirs: number, unit: string): void {
  const figures = `Keeptabs ${ours.toFixed(1).padStart(7)}   prom-client ${theirs.toFixed(1).padStart(7)}`;
  console.log(`  ${what.padEnd(16)} ${figures}   ${(theirs / ours).toFixed(1).padStart(5)} times   ${unit}`);
}

function verdict(limit: string, kept: boolean): void {
  console.log(`  ${kept ? "PASS" : "MISS"}  ${limit}`);
}

/** Scrapes a candidate under load and reports what the scraper and the loop saw. */
async function scraped(candidate: Counting, encoding: string, times: number): Promise<Scraped> {
  const server = createServer((request, response) => candidate.answer(request, response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const scraper = fork(SCRAPER, [String(port), encoding, String(times), String(PAUSE_MS)]);
  const stop = update(candidate);
  // The first scrapes show zeros and warm up; the scraper says when they are over.
  await once(scraper, "message");
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const [said] = await once(scraper, "message");
  delay.disable();
  stop();
  server.close();
  server.closeAllConnections();
  const { times: took, bytes } = said as { readonly times: readonly number[]; readonly bytes: number };
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share + 0.5)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), stall: delay.max / 1e6, bytes };
}

/** Posts at the rate of the benchmark until it is stopped; what a stall delayed is caught up in small portions. */
function update(candidate: Counting): () => void {
  const postings = traffic(0, APPEND * APPENDS);
  const perMs = PER_SECOND / INCREMENTS / 1000;
  const start = performance.now();
  let posted = 0;
  const timer = setInterval(() => {
    const due = (performance.now() - start) * perMs;
    const count = Math.floor(Math.min(due - posted, 5 * TICK_MS * perMs));
    const from = posted % (postings.length - 5 * TICK_MS * perMs);
    candidate.take(postings.slice(from, from + count));
    posted += count;
  }, TICK_MS);
  return () => clearInterval(timer);
}

/** The median of nanoseconds of CPU time per increment, from postings as they come from the ledger's thread. */
function increments({ take }: Counting): number {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const postings = traffic(round, APPEND * APPENDS);
    let micros = 0;
    for (let from = 0; from < postings.length; from += APPEND) {
      const append = arrived(postings.slice(from, from + APPEND));
      const start = process.cpuUsage();
      take(append);
      const { user, system } = process.cpuUsage(start);
      micros += user + system;
    }
    times.push((micros * 1000) / (postings.length * INCREMENTS));
  }
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
}

if (import.meta.main) await benchMetrics();
