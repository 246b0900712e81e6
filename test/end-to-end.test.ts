import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSampleApp } from "./sample-app/run.ts";
import { billBy, historyOf } from "./scenario/history.ts";
import { answers, BROKEN_OFF, liveTraffic, statedCalls, TOKENS } from "./scenario/live.ts";
import { send } from "./scenario/otlp.ts";
import { usd } from "./scenario/rates.ts";
import { keeptabs, keeptabsOn, type Serving, serve } from "./scenario/serve.ts";
import { startStandIn } from "./stand-in/stand-in.ts";

const MONTH = "2026-10";
const history = historyOf(MONTH);

const newLedger = (): string => join(mkdtempSync(join(tmpdir(), "keeptabs-e2e-")), "ledger.db");

/** The report of a ledger, by customer: cost and calls. */
async function reportOf(
  ledger: string,
  month: string,
): Promise<ReadonlyMap<string, readonly [string, number, number]>> {
  const { code, out } = await keeptabsOn(ledger, "report", "--month", month, "--json");
  expect(code).toBe(0);
  const { rows } = JSON.parse(out) as {
    rows: { customer: string; cost: string; calls: number; unpriced_calls: number }[];
  };
  return new Map(
    rows.map(({ customer, cost, calls, unpriced_calls }) => [customer, [cost, calls, unpriced_calls]]),
  );
}

/** The same from the scenario's own arithmetic. */
const expected = new Map(
  [...billBy(history, ({ customer }) => customer ?? "__unattributed__")].map(([customer, bill]) => [
    customer,
    [usd(bill.pico), bill.calls, bill.unpricedCalls],
  ]),
);

/** What /metrics says that Initech cost, without the zeros that fill the width. */
function initechCost(text: string): string | undefined {
  const value =
    /^llm_cost_usd_total\{customer="initech",feature="assistant",provider="openai",model="gpt-4o-mini-2024-07-18"\} (\S+)$/m.exec(
      text,
    )?.[1];
  // As many digits as the line has room for: zeros before the number, and after its point.
  return value
    ?.replace(/^0+(?=\d)/, "")
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}

describe("a month of history over OTLP", () => {
  let ledger: string;
  let serving: Serving;

  beforeAll(async () => {
    ledger = newLedger();
    serving = await serve(ledger);
    await send(() => serving.ingestUrl, history);
  });

  afterAll(async () => {
    await serving.stop();
  });

  it("is in the report to the last digit, customer by customer", async () => {
    expect(await reportOf(ledger, MONTH)).toEqual(expected);
  });

  it("does not change when the same batch is sent ten times", async () => {
    for (let i = 0; i < 10; i += 1) await send(() => serving.ingestUrl, history.slice(0, 500));
    expect(await reportOf(ledger, MONTH)).toEqual(expected);
  });

  it("shows on /metrics what the ledger holds, first as 0 and then in full", async () => {
    const scrape = async () => (await fetch(`${serving.operatorUrl}/metrics`)).text();
    expect(initechCost(await scrape())).toBe("0");
    expect(initechCost(await scrape())).toBe(expected.get("initech")?.[0]);
  });

  it("stands on the report page", async () => {
    const page = await (await fetch(`${serving.operatorUrl}/?month=${MONTH}`)).text();
    expect(page).toContain("Globex");
  });

  it("keeps no word of a prompt", () => {
    expect(readFileSync(ledger).includes("secret prompt")).toBe(false);
    expect(readFileSync(`${ledger}-wal`).includes("secret prompt")).toBe(false);
  });

  it("is still there after a restart, and so are the counters, at once", async () => {
    expect(await serving.stop()).toBe(0);
    serving = await serve(ledger);
    expect(await reportOf(ledger, MONTH)).toEqual(expected);
    const text = await (await fetch(`${serving.operatorUrl}/metrics`)).text();
    expect(initechCost(text)).toBe(expected.get("initech")?.[0]);
  });
});

describe("a processor that is killed while traffic runs", { timeout: 120_000 }, () => {
  it("has the scenario's bill in the end, whatever was acknowledged, retried or lost on the way", async () => {
    const ledger = newLedger();
    let serving = await serve(ledger);
    let done = false;
    const sending = send(() => serving.ingestUrl, history, { batchSize: 40 }).finally(() => {
      done = true;
    });
    let kills = 0;
    while (!done && kills < 6) {
      await sleep(150);
      if (done) break;
      await serving.kill();
      kills += 1;
      serving = await serve(ledger);
    }
    const sent = await sending;
    expect(kills).toBeGreaterThanOrEqual(3);
    expect(sent.retries).toBeGreaterThan(0);
    expect(await reportOf(ledger, MONTH)).toEqual(expected);
    await serving.stop();
  });
});

describe("live calls through the real SDKs", () => {
  it("are in the ledger once each, on the right customer, as the provider bills them", async () => {
    const ledger = newLedger();
    const serving = await serve(ledger);
    const standIn = await startStandIn({ respond: answers() });
    const app = await startSampleApp({
      openaiBaseUrl: standIn.openaiBaseUrl,
      anthropicBaseUrl: standIn.anthropicBaseUrl,
      otlpEndpoint: serving.ingestUrl,
      tokens: TOKENS,
    });
    await liveTraffic(app);
    await standIn.idle();
    expect(await app.stop()).toBe(0);

    const month = new Date().toISOString().slice(0, 7);
    const report = await reportOf(ledger, month);
    const { code, out } = await keeptabsOn(
      ledger,
      "report",
      "--month",
      month,
      "--json",
      "--group-by",
      "model",
    );
    expect(code).toBe(0);
    const byModel = new Map(
      (JSON.parse(out) as { rows: { model: string; cost: string }[] }).rows.map(({ model, cost }) => [
        model,
        cost,
      ]),
    );
    for (const [model, bill] of billBy(statedCalls(standIn.bill()), ({ responseModel }) => responseModel)) {
      expect([model, byModel.get(model)]).toEqual([model, usd(bill.pico)]);
    }
    expect([...report.keys()].toSorted()).toEqual(["__unattributed__", "acme", "globex", "initech"]);
    expect(report.get("globex")?.[1]).toBe(
      standIn.bill().filter(({ model }) => model.startsWith("claude")).length + 1,
    );
    // The broken stream is the only call without a price: the provider never said what it used.
    expect([...report.values()].reduce((sum, [, , unpriced]) => sum + unpriced, 0)).toBe(BROKEN_OFF);
    await standIn.close();
    await serving.stop();
  });
});

describe("bad input", () => {
  it("is answered in one sentence that names the thing, with the right exit code", async () => {
    const ledger = newLedger();
    const cases: [string[], number, RegExp][] = [
      [["repotr"], 2, /unknown command 'repotr'/],
      [["report", "--mnth", "2026-10"], 2, /unknown option '--mnth'/],
      [["report", "--ledger", ledger], 2, /there is no ledger at .*ledger\.db/],
      [
        ["serve", "--ledger", "/nowhere/at/all.db"],
        1,
        /cannot open the ledger \/nowhere\/at\/all\.db: there is no folder \/nowhere\/at$/m,
      ],
      [
        ["serve", "--ledger", ledger, "--ingest-host", "nowhere.invalid", "--ingest-port", "0"],
        1,
        /cannot listen on nowhere\.invalid:0: .*; choose another with --ingest-host or ingest\.host$/m,
      ],
      [["serve", "--ingest-port", "99999"], 2, /must be a port from 0 to 65535/],
      [["serve", "--config", "/nowhere.yaml"], 2, /cannot read the configuration \/nowhere\.yaml/],
      [["explain", "xyz", "1"], 2, /trace id must be 32 hex digits/],
    ];
    for (const [args, exit, message] of cases) {
      const { code, err } = await keeptabs(...args);
      expect([args, code]).toEqual([args, exit]);
      expect(err).toMatch(message);
    }
  });

  it("says which port is in use", async () => {
    const first = await serve(newLedger());
    const { port } = new URL(first.ingestUrl);
    await expect(serve(newLedger(), { ingest: port })).rejects.toThrow(
      `127.0.0.1:${port}: the port is in use`,
    );
    await first.stop();
  });
});
