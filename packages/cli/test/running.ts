import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "@keeptabs/cli";
import { Ledger } from "@keeptabs/ledger";
import { charge, defaultPriceBook } from "@keeptabs/pricing";
import { type Call, type Usage, usageOf } from "@keeptabs/usage";

export const NOON: number = Date.parse("2026-10-15T12:00:00Z");

/** Runs a command and returns what it printed and its exit code; the clock stands at noon of 15 October 2026. */
export async function run(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const code = await runCli(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isTerminal: false,
    now: () => NOON,
  });
  return { code, out, err };
}

/** A file in a new folder. */
export function fileWith(name: string, content: unknown): string {
  const path = join(mkdtempSync(join(tmpdir(), "keeptabs-cli-")), name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

/** A ledger with one call of each model, each of 1000 input and 100 output tokens, for acme. */
export async function ledgerWith(
  ...models: readonly string[]
): Promise<{ path: string; calls: readonly Call[] }> {
  const path = join(mkdtempSync(join(tmpdir(), "keeptabs-cli-")), "ledger.db");
  const usage: Usage = usageOf([
    ["input", 1000],
    ["output", 100],
  ]);
  const at = BigInt(NOON) * 1_000_000n;
  const calls = models.map(
    (model, i): Call => ({
      traceId: (i + 1).toString(16).padStart(32, "0"),
      spanId: (i + 1).toString(16).padStart(16, "0"),
      parentSpanId: undefined,
      startedAt: at - 1000n,
      occurredAt: at,
      dialect: "otel",
      scope: "test",
      provider: "openai",
      requestModel: model,
      responseModel: model,
      operation: "chat",
      responseId: undefined,
      usage,
      outcome: "ok",
      attribution: {},
      aggregate: false,
    }),
  );
  const ledger = await Ledger.open(path);
  await ledger.append(
    calls.map((call) => ({
      source: "default",
      call,
      charge: charge(
        { provider: "openai", model: call.responseModel, usage, atMs: NOON },
        defaultPriceBook(),
      ),
      customer: "acme",
      feature: "chat",
      ancestors: [],
    })),
    at,
  );
  await ledger.close();
  return { path, calls };
}

/** A price file in which a model costs 1 USD for a million tokens of input and 2 of output. */
export function priceFileFor(model: string): string {
  return fileWith("prices.json", [
    {
      provider: "openai",
      models: [
        {
          models: [model],
          prices: [{ source: "contract", checked: "2026-10-01", rates: { input: "1", output: "2" } }],
        },
      ],
    },
  ]);
}
