/** Runs the benchmarks that are named, or all: `pnpm bench decode`. Figures are ratios within one run. */
import { benchDecode } from "./decode.ts";
import { benchLedger } from "./ledger.ts";
import { benchMetrics } from "./metrics.ts";
import { benchPipeline } from "./pipeline.ts";
import { benchPricing } from "./pricing.ts";
import { benchReport } from "./report.ts";

const BENCHES = new Map<string, () => Promise<void>>([
  ["decode", benchDecode],
  ["ledger", benchLedger],
  ["metrics", benchMetrics],
  ["pipeline", () => benchPipeline()],
  ["pricing", benchPricing],
  ["report", benchReport],
]);

const wanted = process.argv.length > 2 ? process.argv.slice(2) : [...BENCHES.keys()];
for (const name of wanted) {
  const bench = BENCHES.get(name);
  if (bench === undefined) {
    console.error(`there is no benchmark "${name}"; there are ${[...BENCHES.keys()].join(", ")}`);
    process.exitCode = 2;
    break;
  }
  console.log(`\n${name}\n`);
  await bench();
}
