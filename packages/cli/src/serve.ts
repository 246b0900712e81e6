import { type Config, startProcessor } from "@keeptabs/processor";
import { pino } from "pino";
import { type CommonOptions, configFor } from "./settings.ts";
import { EXIT_DONE, type Terminal } from "./terminal.ts";

/** Options of `keeptabs serve`. */
export interface ServeOptions extends CommonOptions {
  readonly ingestHost?: string;
  readonly ingestPort?: number;
  readonly operatorHost?: string;
  readonly operatorPort?: number;
}

/**
 * Runs the processor until it is asked to stop, by SIGTERM or SIGINT. Throws when nothing can be booked any
 * more: whoever supervises the process starts it anew then.
 */
export async function serve(options: ServeOptions, terminal: Terminal): Promise<number> {
  const config = withOptions(configFor(options), options);
  const lines = pino.destination({ dest: 2, sync: true });
  // A disk that is too full for the log is no reason to stop: /readyz says what else is wrong.
  lines.on("error", () => undefined);
  const log = pino({ name: "keeptabs", base: null }, lines);
  // Asked for before the start, so that a signal in between is not missed.
  const asked = stopSignal();
  const processor = await startProcessor({ config, log });
  terminal.out(
    `Keeptabs takes spans at ${processor.ingestUrl}/v1/traces\n` +
      `Report page, metrics and API: ${processor.operatorUrl}\n` +
      `Ledger: ${config.ledgerPath}\n`,
  );
  const failed = await Promise.race([asked, processor.failed]);
  if (failed !== undefined)
    log.fatal({ problem: failed.message }, "nothing can be booked any more; stopping");
  await processor.stop();
  if (failed !== undefined) throw failed;
  return EXIT_DONE;
}

function withOptions(config: Config, options: ServeOptions): Config {
  return {
    ...config,
    ingest: {
      ...config.ingest,
      host: options.ingestHost ?? config.ingest.host,
      port: options.ingestPort ?? config.ingest.port,
    },
    operator: {
      ...config.operator,
      host: options.operatorHost ?? config.operator.host,
      port: options.operatorPort ?? config.operator.port,
    },
  };
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  });
}
