import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LedgerReader, type Total } from "@keeptabs/ledger";
import { formatUsd } from "@keeptabs/pricing";
import { type Processor, parseConfig, startProcessor } from "@keeptabs/processor";
import { type Logger, pino } from "pino";

export const NOON: number = Date.parse("2026-10-15T12:00:00Z");

/** A processor on free ports with a ledger of its own, and its clock at noon of 15 October 2026. */
export interface Running extends Processor {
  readonly ledgerPath: string;
  now: number;
  /** Posts to the ingest port. */
  post(
    body: string | Uint8Array<ArrayBuffer>,
    headers?: Record<string, string>,
    path?: string,
  ): Promise<Response>;
  /** Posts spans as OTLP/JSON. */
  postSpans(...spans: object[]): Promise<Response>;
  metrics(): Promise<string>;
  /** Customer, feature, calls and cost of October. */
  october(): (readonly [...string[], number, string])[];
}

/** Starts one; `yaml` is its configuration. */
export async function startTestProcessor(
  yaml = "",
  ledgerPath?: string,
  log: Logger = pino({ level: "silent" }),
): Promise<Running> {
  const path = ledgerPath ?? join(mkdtempSync(join(tmpdir(), "keeptabs-processor-")), "ledger.db");
  const config = { ...parseConfig(yaml, "test.yaml"), ledgerPath: path };
  const clock = { now: NOON };
  const processor = await startProcessor({
    config: { ...config, ingest: { ...config.ingest, port: 0 }, operator: { ...config.operator, port: 0 } },
    log,
    now: () => clock.now,
  });
  const post: Running["post"] = (
    body,
    headers = { "content-type": "application/json" },
    path = "/v1/traces",
  ) => fetch(`${processor.ingestUrl}${path}`, { method: "POST", headers, body });
  return {
    ...processor,
    ledgerPath: path,
    get now() {
      return clock.now;
    },
    set now(value: number) {
      clock.now = value;
    },
    post,
    postSpans: (...spans) => post(JSON.stringify(exportOf(spans))),
    metrics: async () => (await fetch(`${processor.operatorUrl}/metrics`)).text(),
    october: () => {
      const reader = LedgerReader.open(path);
      const totals = reader.totals({
        fromMs: Date.parse("2026-10-01T00:00:00Z"),
        untilMs: Date.parse("2026-11-01T00:00:00Z"),
        groupBy: ["customer", "feature"],
      });
      reader.close();
      return totals.map(({ key, calls, net }: Total) => [...key, calls, formatUsd(net)] as const);
    },
  };
}

/** An OTLP/JSON request. */
export function exportOf(spans: readonly object[], scope = "assistant-api"): object {
  return {
    resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ scope: { name: scope }, spans }] }],
  };
}

let made = 0;

/** A gpt-4o call of 1000 input and 100 output tokens (0.0035 USD) that ended at noon, with further attributes. */
export function spanOf(attributes: Record<string, string | number> = {}, fields: object = {}): object {
  made += 1;
  const all = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.model": "gpt-4o-2024-08-06",
    "gen_ai.usage.input_tokens": 1000,
    "gen_ai.usage.cache_read.input_tokens": 0,
    "gen_ai.usage.output_tokens": 100,
    ...attributes,
  };
  return {
    traceId: made.toString(16).padStart(32, "a"),
    spanId: made.toString(16).padStart(16, "b"),
    name: "chat gpt-4o",
    kind: 3,
    startTimeUnixNano: `${NOON - 1000}000000`,
    endTimeUnixNano: `${NOON}000000`,
    attributes: Object.entries(all).map(([key, value]) => ({
      key,
      value: typeof value === "number" ? { intValue: String(value) } : { stringValue: value },
    })),
    ...fields,
  };
}
