import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Ledger, LedgerReader } from "@keeptabs/ledger";
import { attributesReadWith } from "@keeptabs/usage";
import type { Logger } from "pino";
import { Access, isLoopback, type OnRefusal, RateLimiter, Refusals } from "./access/index.ts";
import { Administration } from "./administration.ts";
import type { Config } from "./config.ts";
import { CurrentMetrics } from "./current-metrics.ts";
import { Aside } from "./ingest/aside.ts";
import { Intake } from "./ingest/intake.ts";
import { ingestServer } from "./ingest/server.ts";
import { LedgerMetrics } from "./metrics/ledger-metrics.ts";
import { metricsRoute } from "./metrics/route.ts";
import { operatorServer } from "./operator/index.ts";
import { compileSelection } from "./otlp/index.ts";
import { PriceSource } from "./price-source.ts";
import { processMetrics } from "./process-metrics.ts";
import { Quarantine } from "./quarantine.ts";
import { SharedLedger } from "./shared-ledger.ts";
import { TraceMemory } from "./trace-memory.ts";

/** The processor can't start; the message says what to change. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** A running processor. */
export interface Processor {
  /** Where spans go: `http://host:port`, without the path. */
  readonly ingestUrl: string;
  /** Where metrics, API and the report page are. */
  readonly operatorUrl: string;
  /** Resolves with the reason when nothing can be booked any more without a new start. */
  readonly failed: Promise<Error>;
  /**
   * Takes no more requests, lets those at hand finish for some seconds, commits and closes. Who did not get
   * an answer sends again.
   */
  stop(): Promise<void>;
}

/** What a processor is started with. */
export interface ProcessorOptions {
  readonly config: Config;
  readonly log: Logger;
  /** Unix milliseconds. */
  readonly now?: () => number;
  /** Told of each request that is refused, for counting. */
  readonly onRefusal?: OnRefusal;
}

const MAX_WAITING_SPANS = 100_000;
/** How long an agent's sum waits for calls below it, and how often that is looked after. */
const HOLD_MS = 10 * 60_000;
const HOLD_CHECK_MS = 30_000;
/** How often a ledger that could not commit is asked whether it can again. */
const PROBE_MS = 1_000;
/** How long requests at hand may take to finish when the processor stops; supervisors kill after 10 seconds or more. */
const GRACE_MS = 5_000;
/** How often connections are cut meanwhile on which a request has finished; else they would stay for the next. */
const SWEEP_MS = 50;

/** Opens the ledger and listens. Throws LedgerError, StartError or PriceFileError, and leaves nothing open then. */
export async function startProcessor(options: ProcessorOptions): Promise<Processor> {
  const { config, log, now = Date.now, onRefusal } = options;
  const access = new Access(config.tokens);
  if (access.operatorIsOpen && !isLoopback(config.operator.host) && !config.operator.withoutTokens) {
    throw new StartError(
      `operator.host is ${config.operator.host}, where others could read every customer's figures: add a token of ` +
        "role read or admin to `tokens` (`keeptabs token` makes one), or set operator.without_tokens: true",
    );
  }
  const prices = PriceSource.open(config.prices);
  const ledger = await Ledger.open(config.ledgerPath);
  const reader = LedgerReader.open(config.ledgerPath);
  const process = processMetrics(() => ledger.waiting);
  // Who is forgotten is taken out of it, although the file still names them.
  const customers = new Map(config.customers);
  const metrics = new CurrentMetrics(
    () =>
      new LedgerMetrics({
        reader,
        customers,
        priceBook: () => prices.book,
        timeZone: config.timeZone,
        seriesBudget: config.seriesBudget,
        now,
        untaken: () => ledger.waiting,
        overflow: () => process.seriesOverflow.inc(),
      }),
  );
  const shared = new SharedLedger(ledger);
  const intake = new Intake({
    ledger: shared,
    metrics,
    process,
    rules: () => ({
      priceBook: prices.book,
      overrides: config.prices.overrides,
      attribution: config.attribution,
    }),
    traces: new TraceMemory(reader),
    now: () => BigInt(now()) * 1_000_000n,
    maxWaitingSpans: MAX_WAITING_SPANS,
    log,
  });
  let stopping = false;
  const refusals = new Refusals("ingest", log, onRefusal);
  const ingest = ingestServer({
    config: config.ingest,
    access,
    rates: new RateLimiter(config.ingest.rateLimit),
    refusals,
    intake,
    selection: compileSelection(attributesReadWith(config.attribution)),
    aside: new Aside({
      quarantine: Quarantine.beside(config.ledgerPath),
      refusals,
      process,
      now,
      log,
    }),
    stopping: () => stopping,
  });

  const operator = operatorServer(
    {
      reader,
      customers,
      timeZone: config.timeZone,
      now,
      onFault: (error) => log.error({ err: error }, "a page or report could not be made"),
    },
    {
      access,
      rates: new RateLimiter(config.operator.rateLimit),
      refusals: new Refusals("operator", log, onRefusal),
    },
    {
      problem: () => (stopping ? "stopping" : intake.problem),
      metrics: metricsRoute(metrics, process),
    },
    new Administration({ config, customers, ledger: shared, reader, metrics, prices, now, log }),
  );

  const releasing = setInterval(() => void intake.release(HOLD_MS), HOLD_CHECK_MS);
  releasing.unref();
  const probing = setInterval(() => void intake.probe(), PROBE_MS);
  probing.unref();
  const stopWatching = prices.watch((file, problem) => {
    if (problem === undefined) log.info({ file }, "a price file changed and was loaded");
    else
      log.error(
        { file, problem },
        "a price file changed and is broken; the prices from before stay in force",
      );
  });
  const servers: Server[] = [];
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    clearInterval(releasing);
    clearInterval(probing);
    stopWatching();
    await Promise.all(servers.map(closed));
    reader.close();
    await ledger.close();
    log.info("stopped");
  };
  try {
    const ingestUrl = await listen(ingest, config.ingest, "ingest");
    servers.push(ingest);
    const operatorUrl = await listen(operator, config.operator, "operator");
    servers.push(operator);
    log.info({ ingestUrl, operatorUrl, ledger: config.ledgerPath }, "listening");
    return { ingestUrl, operatorUrl, failed: ledger.failed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Listens and returns the address, or says which setting to change. */
function listen(
  server: Server,
  at: { readonly host: string; readonly port: number },
  key: "ingest" | "operator",
): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reason = error.code === "EADDRINUSE" ? "the port is in use" : error.message;
      const setting = error.code === "EADDRINUSE" || error.code === "EACCES" ? "port" : "host";
      reject(
        new StartError(
          `cannot listen on ${at.host}:${at.port}: ${reason}; choose another with --${key}-${setting} or ${key}.${setting}`,
        ),
      );
    });
    server.listen(at.port, at.host, () => {
      const { address, family, port } = server.address() as AddressInfo;
      resolve(`http://${family === "IPv6" ? `[${address}]` : address}:${port}`);
    });
  });
}

/** Lets requests at hand finish, but not for long; connections that are idle are cut. */
async function closed(server: Server): Promise<void> {
  const sweeping = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const cutting = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await new Promise((resolve) => server.close(resolve));
  clearInterval(sweeping);
  clearTimeout(cutting);
}
