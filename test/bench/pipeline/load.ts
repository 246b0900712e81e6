/**
 * Sends one shape's requests from a process of its own, which have been made before the clock starts: argv is the number
 * of the shape and the instant of its calls. Says when it is ready; then each order is answered with what was measured.
 */
import { readdirSync, readFileSync } from "node:fs";
import { Bodies } from "./bodies.ts";
import { Connection, requestOf } from "./connection.ts";
import { type Enough, type Measured, type Order, sumOf } from "./orders.ts";
import { SHAPES } from "./shapes.ts";

/** How often it is looked whether it is enough. */
const LOOK_MS = 20;

const [number = "0", atMs = "0"] = process.argv.slice(2);
const shape = SHAPES[Number(number)];
if (shape === undefined) throw new Error(`there is no shape ${number}`);
const requests = (await new Bodies(shape, Number(atMs)).compressed()).map(requestOf);

/** Milliseconds of CPU time of each of a process's threads, added up by their names. */
function cpuOf(pid: number): Map<string, number> {
  const sums = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "latin1");
    const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // User and system time, in ticks of 10 ms.
    sums.set(name, (sums.get(name) ?? 0) + (Number(fields[11]) + Number(fields[12])) * 10);
  }
  return sums;
}

interface Instant {
  readonly atMs: number;
  /** By thread. */
  readonly cpuMs: ReadonlyMap<string, number>;
}

/** Milliseconds of CPU time between two instants, by thread. */
function between(from: Instant, until: Instant): Record<string, number> {
  return Object.fromEntries([...until.cpuMs].map(([name, ms]) => [name, ms - (from.cpuMs.get(name) ?? 0)]));
}

function since(start: Instant, pid: number, { cpuMs, ms }: Enough): boolean {
  const now = instant(pid);
  return sumOf(between(start, now)) >= cpuMs || now.atMs - start.atMs >= ms;
}

function instant(pid: number): Instant {
  return { atMs: performance.now(), cpuMs: cpuOf(pid) };
}

/** Keeps each connection busy; those that are warm-up, and those that end after the clock stopped, do not count. */
async function carryOut({ port, pid, connections, warmUp, measure }: Order): Promise<Measured> {
  const times: number[] = [];
  let sent = 0;
  const open = await Promise.all(Array.from({ length: connections }, () => Connection.open(port)));
  const started = instant(pid);
  let begun: Instant | undefined;
  let ended: Instant | undefined;
  const look = (): void => {
    if (begun === undefined) {
      if (sent >= requests.length / 4 || since(started, pid, warmUp)) begun = instant(pid);
    } else if (ended === undefined && (sent === requests.length || since(begun, pid, measure))) {
      // When requests run out the clock stops before connections stand idle.
      ended = instant(pid);
    }
  };
  const looking = setInterval(look, LOOK_MS);
  await Promise.all(
    open.map(async (connection) => {
      while (ended === undefined && sent < requests.length) {
        const request = requests[sent++] as Buffer;
        if (sent === requests.length) look();
        const asked = performance.now();
        await connection.ask(request);
        if (begun !== undefined && ended === undefined) times.push(performance.now() - asked);
      }
    }),
  ).finally(() => clearInterval(looking));
  for (const connection of open) connection.close();
  if (begun === undefined || ended === undefined) throw new Error("there were too few requests to measure");
  const [from, until]: [Instant, Instant] = [begun, ended];
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? Number.NaN;
  return {
    sent,
    counted: times.length,
    seconds: (until.atMs - from.atMs) / 1000,
    cpuMs: between(from, until),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  };
}

process.on("message", (order: Order) => {
  void carryOut(order).then(
    (measured) => process.send?.(measured),
    (error: Error) => process.send?.({ error: error.message }),
  );
});
process.send?.("ready");
