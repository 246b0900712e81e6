/**
 * The product's story, told with the scenario that the end-to-end test asserts. `--once` ends when it is told;
 * on a terminal it stays up until Ctrl-C.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LedgerReader } from "@keeptabs/ledger";
import { readConfig, renderReport } from "@keeptabs/processor";
import { startSampleApp } from "./sample-app/run.ts";
import { billBy, historyOf, RUNAWAY } from "./scenario/history.ts";
import { answers, liveTraffic, STEPS, statedCalls, TOKENS } from "./scenario/live.ts";
import { send } from "./scenario/otlp.ts";
import { hasPrometheus, startPrometheus } from "./scenario/prometheus.ts";
import { usd } from "./scenario/rates.ts";
import { CONFIG, keeptabsOn, serve } from "./scenario/serve.ts";
import { startStandIn } from "./stand-in/stand-in.ts";

const stays = process.stdout.isTTY === true && !process.argv.includes("--once");
const REPORT = "demo-report.html";

const folder = mkdtempSync(join(tmpdir(), "keeptabs-demo-"));
const ledger = join(folder, "ledger.db");
const closers: (() => Promise<unknown>)[] = [];

function say(text = ""): void {
  process.stdout.write(`${text}\n`);
}

function heading(text: string): void {
  say(`\n── ${text} ${"─".repeat(Math.max(3, 76 - text.length))}\n`);
}

/** Progress on one line of a terminal; elsewhere only the end is told. */
function progress(what: string, done: number, all: number): void {
  if (process.stdout.isTTY === true)
    process.stdout.write(`\r${what}: ${done} of ${all}${done === all ? "\n" : ""}`);
  else if (done === all) say(`${what}: ${all}`);
}

async function printed(command: string, ...args: readonly string[]): Promise<void> {
  const { out, err, code } = await keeptabsOn(ledger, command, ...args);
  if (code !== 0) throw new Error(err);
  say(`$ keeptabs ${[command, ...args].join(" ")}\n\n${out}`);
}

/** The calendar month before the current one, UTC: a month that can be closed. */
function lastMonth(): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString().slice(0, 7);
}

/** The report page as one file that needs no server. */
function reportPage(month: string): string {
  const { customers, timeZone } = readConfig(CONFIG);
  const reader = LedgerReader.open(ledger);
  try {
    return renderReport({ reader, customers, timeZone, now: Date.now }, month);
  } finally {
    reader.close();
  }
}

async function main(): Promise<void> {
  const month = lastMonth();
  say("Keeptabs: what every customer of an AI product costs to serve.");

  heading("Starting");
  const processor = await serve(ledger, stays ? { operator: "9464" } : {});
  closers.push(() => processor.stop());
  say(`The processor takes spans at ${processor.ingestUrl}/v1/traces`);
  const standIn = await startStandIn({ respond: answers() });
  closers.push(() => standIn.close());
  say(`A stand-in answers as OpenAI and Anthropic do, at ${standIn.anthropicBaseUrl}`);
  const prometheus = hasPrometheus() ? await startPrometheus(processor.operatorUrl) : undefined;
  if (prometheus !== undefined) {
    closers.push(() => prometheus.stop());
    say(`Prometheus scrapes the processor; it is at ${prometheus.url}`);
  } else say("There is no Prometheus on this machine; the story goes on without it.");

  heading(`A month of history (${month}), as any instrumented service sends it`);
  const history = historyOf(month);
  await send(() => processor.ingestUrl, history, {
    onBatch: (sent) => progress("Calls sent over OTLP", sent, history.length),
  });
  await send(() => processor.ingestUrl, history.slice(0, 512));
  say("Calls sent a second time, as after a lost answer: 512");

  heading("A few live calls, through the real openai and @anthropic-ai/sdk packages");
  const app = await startSampleApp({
    openaiBaseUrl: standIn.openaiBaseUrl,
    anthropicBaseUrl: standIn.anthropicBaseUrl,
    otlpEndpoint: processor.ingestUrl,
    tokens: TOKENS,
  });
  await liveTraffic(app, (done) =>
    progress("Requests of the sample product's customers", done, STEPS.length),
  );
  await standIn.idle();
  await app.stop();
  const live = standIn.bill();
  say(
    `LLM calls they led to: ${live.length}, two of them side by side described by a second instrumentation at most`,
  );

  heading(`What ${month} cost`);
  await printed("report", "--month", month);
  await printed("report", "--month", month, "--group-by", "feature");
  await printed("margin", "--month", month);

  heading("What is to be seen");
  const bills = billBy(history, ({ customer }) => customer ?? "__unattributed__");
  const cents = (customer: string): string => Number(usd(bills.get(customer)?.pico ?? 0n)).toFixed(2);
  const metrics = await (await fetch(`${processor.operatorUrl}/metrics`)).text();
  const spans = (result: string): string =>
    new RegExp(`^keeptabs_spans_total\\{result="${result}"\\} (\\d+)`, "m").exec(metrics)?.[1] ?? "0";
  const runaway = billBy(
    history.filter(({ customer, startedAt }) => {
      const at = new Date(startedAt);
      return customer === "umbrella" && at.getUTCDate() === RUNAWAY.day && at.getUTCHours() === RUNAWAY.hour;
    }),
    () => "hour",
  ).get("hour");
  say(`• Globex loses money: it pays 49.00 USD for a flat plan and cost ${cents("globex")} USD, nearly all of it in the
  agent, which runs on claude-opus-5.
• Initech, on the same plan, cost ${cents("initech")} USD: there is headroom.
• Umbrella's agent ran away on the ${RUNAWAY.day}th at ${RUNAWAY.hour}:00 UTC: ${runaway?.calls} calls and ${Number(usd(runaway?.pico ?? 0n)).toFixed(2)} USD within an hour.
• Hooli uses a fine-tuned model of its own: ${bills.get("hooli")?.unpricedCalls} calls have no price. They are counted and named, not taken for free.
• A nightly job names no customer: ${cents("__unattributed__")} USD stand under __unattributed__, so that the sum is right.
• ${spans("duplicate")} calls were sent twice and counted once. ${spans("covered")} live calls were described by two instrumentations
  (ours and the one that @anthropic-ai/sdk brings along) and charged once.
• One live stream broke off before the provider said what it used: it is unpriced, with a mark that it may have cost something.`);

  heading("Checked against the provider's side");
  const { out } = await keeptabsOn(ledger, "report", "--month", month, "--json");
  const { total } = JSON.parse(out) as { total: string };
  const billed = usd([...bills.values()].reduce((sum, { pico }) => sum + pico, 0n));
  say(`Sum over customers in the ledger   ${total} USD
What the provider charged          ${billed} USD   ${total === billed ? "equal to the last digit" : "NOT EQUAL"}`);
  if (total !== billed) throw new Error("the ledger does not equal the provider's bill");
  const today = new Date().toISOString().slice(0, 7);
  const liveReport = await keeptabsOn(ledger, "report", "--month", today, "--json");
  const liveTotal = (JSON.parse(liveReport.out) as { total: string }).total;
  const liveBilled = usd(
    [...billBy(statedCalls(live), () => "all").values()].reduce((sum, { pico }) => sum + pico, 0n),
  );
  say(`The live calls, in the ledger       ${liveTotal} USD
The live calls, as charged          ${liveBilled} USD   ${liveTotal === liveBilled ? "equal to the last digit" : "NOT EQUAL"}`);
  if (liveTotal !== liveBilled)
    throw new Error("the ledger does not equal the provider's bill for the live calls");

  if (prometheus !== undefined) {
    heading("What Prometheus says");
    await prometheus.scraped(3);
    const promql = 'sum by (customer) (llm_cost_usd_total{customer="globex"})';
    const [sample] = await prometheus.query(promql);
    const both = await keeptabsOn(ledger, "report", "--month", month, "--customer", "globex", "--json");
    const now = await keeptabsOn(ledger, "report", "--month", today, "--customer", "globex", "--json");
    const totals = [both, now].map(({ out }) => (JSON.parse(out) as { total: string }).total);
    say(
      `${promql}\n  Prometheus  ${sample?.value}\n  Ledger      ${totals.join(" + ")} (${month} and ${today})`,
    );
  }

  heading("To look at");
  await writeFile(REPORT, reportPage(month));
  say(`Report page as a file: ${REPORT}`);
  if (!stays) return;
  say(`Report page:           ${processor.operatorUrl}/?month=${month}
Metrics:               ${processor.operatorUrl}/metrics
API:                   ${processor.operatorUrl}/api/v1/costs?month=${month}&group_by=customer

Press Ctrl-C to stop.`);
  await new Promise((resolve) => process.once("SIGINT", resolve));
}

try {
  await main();
} finally {
  for (const close of closers.toReversed()) await close();
  rmSync(folder, { recursive: true, force: true });
}
