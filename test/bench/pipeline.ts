/**
 * From OTLP over HTTP to committed entries: `keeptabs serve` and the obvious stack (test/bench/pipeline/obvious.ts) on
 * the same requests, each in a process of its own on one core, loaded from another. Run it with
 *
 *   node test/bench/pipeline.ts [options of Node for `keeptabs serve`, such as --cpu-prof --cpu-prof-dir=profiles]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fdatasyncMs } from "./ledger/disk.ts";
import { Bodies } from "./pipeline/bodies.ts";
import { requireOurs, requireTheirs, type Sent } from "./pipeline/kept.ts";
import { type Measured, sumOf } from "./pipeline/orders.ts";
import { canPin, Load, type Server, serveBare, serveKeeptabs, serveObvious } from "./pipeline/processes.ts";
import { callsIn, SHAPES, type Shape } from "./pipeline/shapes.ts";

const WARM_UP = { cpuMs: 2000, ms: 5000 };
const MEASURE = { cpuMs: 2500, ms: 5000 };
const LIMIT = 5;

/** Measures and prints spans per core-second. Throws when one of the two does not hold exactly what was sent. */
export async function benchPipeline(nodeOptions: readonly string[] = []): Promise<void> {
  if (process.platform !== "linux") {
    console.log("skipped: it reads a process's CPU time from /proc, which only Linux has");
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "keeptabs-bench-"));
  try {
    console.log(
      `OTLP/HTTP, protobuf and gzip, to committed entries; ${canPin() ? "one core for the server, another for the load" : "NOT pinned to cores: taskset or a second core is missing"}; ` +
        `${(MEASURE.cpuMs / 1000).toFixed(1)} s of CPU time each after ${WARM_UP.cpuMs / 1000} s of warming up; 4 kB and fdatasync take ${fdatasyncMs(folder).toFixed(2)} ms; ` +
        `Node ${process.version}`,
    );
    for (const number of SHAPES.keys()) await measure(number, folder, nodeOptions);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(number: number, folder: string, nodeOptions: readonly string[]): Promise<void> {
  const shape = SHAPES[number] as Shape;
  const atMs = Date.now();
  const bodies = new Bodies(shape, atMs);
  const load = await Load.prepared(number, atMs);
  console.log(
    `\n${shape.name}: ${bodies.bytesPerSpan.toFixed(0)} bytes per span, ${shape.connections} connections`,
  );
  const ledger = join(folder, `ledger-${number}.db`);
  const table = join(folder, `obvious-${number}.db`);
  const run = async (started: Promise<Server>): Promise<Measured> => {
    const server = await started;
    try {
      const { port, pid } = server;
      const order = { port, pid, connections: shape.connections, warmUp: WARM_UP, measure: MEASURE };
      const measured = await load.send(order);
      await server.stop();
      return measured;
    } finally {
      server.kill();
    }
  };
  let ours: Measured;
  let theirs: Measured;
  let bare: Measured;
  try {
    ours = await run(serveKeeptabs(ledger, folder, nodeOptions));
    theirs = await run(serveObvious(table, folder));
    bare = await run(serveBare(join(folder, `bare-${number}.db`), callsIn(shape), folder));
  } finally {
    load.kill();
  }
  const usd = requireOurs(ledger, sentOf(ours));
  requireTheirs(table, sentOf(theirs));
  show("Keeptabs", ours, shape);
  show("the obvious stack", theirs, shape);
  show("bare rows", bare, shape);
  const ratio = perSecond(ours, shape) / perSecond(theirs, shape);
  const cpuRatio = microsPerSpan(theirs, shape) / microsPerSpan(ours, shape);
  console.log(
    `  = ${ratio.toFixed(1)} times the spans per core-second; ${cpuRatio.toFixed(1)} times by CPU time alone`,
  );
  const most = perSecond(bare, shape) / perSecond(theirs, shape);
  console.log(
    `  ${most.toFixed(1)} times is what nobody passes who inflates requests and keeps a row and an identity for each call in SQLite`,
  );
  console.log(
    `  both hold exactly what was sent, ${sentOf(ours).calls} and ${sentOf(theirs).calls} calls; ours at ${usd} USD, to the digit`,
  );
  console.log(`  ${ratio >= LIMIT ? "PASS" : "MISS"}  at least ${LIMIT} times the spans per core-second`);

  function sentOf({ sent }: Measured): Sent {
    return { bodies, requests: sent, calls: sent * callsIn(shape) };
  }
}

function perSecond({ counted, seconds }: Measured, { spans }: Shape): number {
  return (counted * spans) / seconds;
}

/** Of all threads, or of those with some names. */
function microsPerSpan({ counted, cpuMs }: Measured, { spans }: Shape, names = Object.keys(cpuMs)): number {
  return (names.reduce((sum, name) => sum + (cpuMs[name] ?? 0), 0) * 1000) / (counted * spans);
}

function show(name: string, measured: Measured, shape: Shape): void {
  const busy = sumOf(measured.cpuMs) / (measured.seconds * 1000);
  const named = ["MainThread", "WorkerThread"];
  const others = Object.keys(measured.cpuMs).filter((thread) => !named.includes(thread));
  const [main = 0, worker = 0, rest = 0] = [["MainThread"], ["WorkerThread"], others].map((threads) =>
    microsPerSpan(measured, shape, threads),
  );
  console.log(
    `  ${name.padEnd(18)} ${perSecond(measured, shape).toFixed(0).padStart(8)} spans/s, ${(100 * busy).toFixed(0)} % busy   ` +
      `${microsPerSpan(measured, shape).toFixed(1).padStart(6)} us of CPU per span: main thread ${main.toFixed(1)}, ` +
      `worker ${worker.toFixed(1)}, Node's own ${rest.toFixed(1)}   ` +
      `answered in ${measured.p50Ms.toFixed(0)} ms (p50), ${measured.p99Ms.toFixed(0)} ms (p99)`,
  );
}

if (import.meta.main) await benchPipeline(process.argv.slice(2));
