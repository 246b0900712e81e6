import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { entriesOf, totalsOf } from "./ledgers.ts";
import { run } from "./running.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const CALLS = 9_000;

/** Spans of OTLP in traces of three: a root that names the customer comes last, batches after its calls. */
function spansFile(folder: string): string {
  const span = (trace: number, id: number, parent: number, attributes: object[]): object => ({
    traceId: trace.toString(16).padStart(32, "0"),
    spanId: id.toString(16).padStart(16, "0"),
    ...(parent === 0 ? {} : { parentSpanId: parent.toString(16).padStart(16, "0") }),
    name: "chat",
    kind: 3,
    startTimeUnixNano: `${1_750_000_000_000_000_000n + BigInt(id) * 1_000_000n}`,
    endTimeUnixNano: `${1_750_000_001_000_000_000n + BigInt(id) * 1_000_000n}`,
    attributes,
  });
  const text = (key: string, stringValue: string): object => ({ key, value: { stringValue } });
  const count = (key: string, intValue: number): object => ({ key, value: { intValue } });
  const request = (one: object): string =>
    `${JSON.stringify({ resourceSpans: [{ scopeSpans: [{ scope: { name: "app" }, spans: [one] }] }] })}\n`;
  const lines: string[] = [];
  for (let i = 1; i <= CALLS; i += 1) {
    const call = [
      text("gen_ai.operation.name", "chat"),
      text("gen_ai.provider.name", "openai"),
      text("gen_ai.request.model", i % 5 === 0 ? "acme-9" : "gpt-4o"),
      count("gen_ai.usage.input_tokens", i),
      count("gen_ai.usage.output_tokens", i % 100),
    ];
    lines.push(request(span(i, i, 100_000 + i, call)));
    if (i % 1000 === 0) lines.push("{ broken\n");
  }
  for (let i = 1; i <= CALLS; i += 1)
    lines.push(request(span(i, 200_000 + i, 0, [text("customer.id", `c${i % 7}`)])));
  for (let i = 1; i <= CALLS; i += 1) lines.push(request(span(i, 100_000 + i, 200_000 + i, [])));
  const path = join(folder, "spans.jsonl");
  writeFileSync(path, lines.join(""));
  return path;
}

function positionIn(folder: string): number {
  const name = readdirSync(folder).find((file) => /\.import-[0-9a-f]+\.json$/.test(file));
  return name === undefined ? 0 : (JSON.parse(readFileSync(join(folder, name), "utf8")).items as number);
}

/** Kills an import somewhere beyond a position, or lets it end. */
async function killBeyond(position: number, child: ChildProcess, folder: string): Promise<void> {
  while (child.exitCode === null && positionIn(folder) < position) await sleep(5);
  await sleep(Math.random() * 60);
  if (child.exitCode === null) {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
}

describe("an import that is killed", () => {
  it("goes on where it was, and ends with the same ledger and the same rejected records", async () => {
    const folder = mkdtempSync(join(tmpdir(), "keeptabs-killed-"));
    const path = spansFile(folder);
    const whole = join(folder, "whole.db");
    expect((await run("import", path, "--ledger", whole)).code).toBe(1);
    const rejected = readFileSync(`${path}.rejected.jsonl`, "utf8");
    expect(rejected.trim().split("\n")).toHaveLength(9);

    const ledger = join(mkdtempSync(join(tmpdir(), "keeptabs-killed-")), "ledger.db");
    const start = (): ChildProcess =>
      spawn(process.execPath, [MAIN, "import", path, "--ledger", ledger], { stdio: "ignore" });
    const reached: number[] = [];
    for (const position of [1, 3_000, 7_000, 12_000, 19_000]) {
      await killBeyond(position, start(), join(ledger, ".."));
      reached.push(positionIn(join(ledger, "..")));
    }
    expect(reached).toEqual(reached.toSorted((a, b) => a - b));
    expect(reached.at(-1)).toBeGreaterThanOrEqual(19_000);
    const last = start();
    await once(last, "exit");
    expect(last.exitCode).toBe(1);
    expect(entriesOf(ledger)).toEqual(entriesOf(whole));
    expect(totalsOf(ledger)).toEqual(totalsOf(whole));
    expect(totalsOf(ledger).filter((total) => total.startsWith("__unattributed__"))).toEqual([]);
    expect(readFileSync(`${path}.rejected.jsonl`, "utf8")).toBe(rejected);
    expect(positionIn(join(ledger, ".."))).toBe(0);
  }, 300_000);

  it("begins anew when the file is another by then", async () => {
    const folder = mkdtempSync(join(tmpdir(), "keeptabs-killed-"));
    const path = spansFile(folder);
    const ledger = join(folder, "ledger.db");
    await killBeyond(
      1,
      spawn(process.execPath, [MAIN, "import", path, "--ledger", ledger], { stdio: "ignore" }),
      folder,
    );
    const line = {
      trace_id: "f".repeat(32),
      span_id: "f".repeat(16),
      occurred_at: "2025-06-15T00:00:00Z",
      quantities: [],
    };
    writeFileSync(path, `${JSON.stringify(line)}\n`);
    expect((await run("import", path, "--ledger", ledger)).out).toMatch(/^1 record; 1 call booked/);
    expect(existsSync(`${path}.rejected.jsonl`)).toBe(false);
  }, 120_000);
});
