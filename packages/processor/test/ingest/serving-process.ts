/** Runs a processor in a process of its own, so that its memory can be looked at: argv is its configuration and ledger. */
import { parseConfig, startProcessor } from "@keeptabs/processor";
import { pino } from "pino";

const [yaml = "", ledgerPath = ""] = process.argv.slice(2);
const config = parseConfig(yaml, "test.yaml");
const processor = await startProcessor({
  config: {
    ...config,
    ledgerPath,
    ingest: { ...config.ingest, port: 0 },
    operator: { ...config.operator, port: 0 },
  },
  log: pino({ level: "silent" }),
});
process.stdout.write(`${processor.ingestUrl} ${processor.operatorUrl}\n`);
process.once("SIGTERM", () => void processor.stop());
