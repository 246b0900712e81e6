/**
 * Runs the benchmarks that are named, or all: `pnpm bench decode`. Figures are ratios within one run. Where none is
 * named, the one that fills a large file does with a small one.
 */
import { benchDecode } from "./decode.ts";
import { benchLedger } from "./ledger.ts";
import { benchMetrics } from "./metrics.ts";
import { benchPipeline } from "./pipeline.ts";
import { benchPricing } from "./pricing.ts";
import { benchReport, benchSmallReport } from "./report.ts";

const BENCHES = new Map<string, () => Promise<void>>([
  ["decode", benchDecode],
  ["ledger", benchLedger],
  ["metrics", benchMetrics],
  ["pipeline", () => benchPipeline()],
  ["pricing", benchPricing],
  ["report", benchReport],
]);

const named = process.argv.slice(2);
for (const name of named.length > 0 ? named : BENCHES.keys()) {
  const bench = named.length === 0 && name === "report" ? benchSmallReport : BENCHES.get(name);
  if (bench === undefined) {
    console.error(`there is no benchmark "${name}"; there are ${[...BENCHES.keys()].join(", ")}`);
    process.exitCode = 2;
    break;
  }
  console.log(`\n${name}\n`);
  await bench();
}
