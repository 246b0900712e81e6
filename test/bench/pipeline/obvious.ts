/**
 * What one writes in an afternoon, well: it reads OTLP with protobufjs, prices calls by a table, counts with prom-client,
 * and keeps each request in one transaction of SQLite before it answers 200. argv is the database's path.
 */
import { createServer, type IncomingMessage } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { TraceRequest } from "../../../packages/processor/test/otlp/official-schema.ts";

interface Message {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly SpanMessage[] }[];
  }[];
}

interface SpanMessage {
  readonly traceId: Buffer;
  readonly spanId: Buffer;
  readonly endTimeUnixNano: { toString(): string };
  readonly attributes: readonly {
    readonly key: string;
    readonly value: {
      readonly value?: string;
      readonly stringValue: string;
      readonly intValue: { toNumber(): number };
    };
  }[];
  readonly status: { readonly code: number } | null;
}

/** USD for a million tokens. */
const PRICES = new Map([
  ["gpt-4o", { input: 2.5, cached: 1.25, output: 10 }],
  ["gpt-4o-mini", { input: 0.15, cached: 0.075, output: 0.6 }],
  ["claude-sonnet-4-6", { input: 3, cached: 0.3, output: 15 }],
]);
const WANTED = new Set([
  "gen_ai.operation.name",
  "gen_ai.provider.name",
  "gen_ai.request.model",
  "gen_ai.response.model",
  "gen_ai.usage.input_tokens",
  "gen_ai.usage.cache_read.input_tokens",
  "gen_ai.usage.output_tokens",
  "keeptabs.customer.id",
  "keeptabs.feature",
]);

/** The part of prom-client that is used; it is a dependency of the processor only. */
interface PromClient {
  readonly Counter: new (options: object) => { inc(labels: object, value: number): void };
  readonly register: { metrics(): Promise<string> };
}
const { Counter, register } = createRequire(
  new URL("../../../packages/processor/package.json", import.meta.url),
)("prom-client") as PromClient;
const counter = (name: string, labelNames: readonly string[]) =>
  new Counter({ name, help: name, labelNames });
const cost = counter("llm_cost_usd_total", ["customer", "feature", "provider", "model"]);
const tokens = counter("llm_tokens_total", ["customer", "provider", "model", "type"]);
const calls = counter("llm_calls_total", ["customer", "feature", "outcome"]);

const database = new DatabaseSync(process.argv[2] ?? "obvious.db");
database.exec(`
  PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  CREATE TABLE calls (trace_id TEXT NOT NULL, span_id TEXT NOT NULL, occurred_at INTEGER NOT NULL, customer TEXT NOT NULL,
    feature TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, input INTEGER NOT NULL, cached INTEGER NOT NULL,
    output INTEGER NOT NULL, cost REAL NOT NULL, UNIQUE (trace_id, span_id))`);
const insert = database.prepare("INSERT OR IGNORE INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

interface Call {
  readonly row: readonly SQLInputValue[];
  readonly count: () => void;
}

function callOf(span: SpanMessage): Call | undefined {
  const texts = new Map<string, string>();
  const numbers = new Map<string, number>();
  for (const { key, value } of span.attributes) {
    if (!WANTED.has(key)) continue;
    if (value.value === "stringValue") texts.set(key, value.stringValue);
    else if (value.value === "intValue") numbers.set(key, value.intValue.toNumber());
  }
  if (!texts.has("gen_ai.operation.name")) return undefined;
  const model = texts.get("gen_ai.response.model") ?? texts.get("gen_ai.request.model") ?? "";
  const provider = texts.get("gen_ai.provider.name") ?? "";
  const customer = texts.get("keeptabs.customer.id") ?? "";
  const feature = texts.get("keeptabs.feature") ?? "";
  const cached = numbers.get("gen_ai.usage.cache_read.input_tokens") ?? 0;
  const input = (numbers.get("gen_ai.usage.input_tokens") ?? 0) - cached;
  const output = numbers.get("gen_ai.usage.output_tokens") ?? 0;
  const price = PRICES.get(model);
  const usd =
    price === undefined ? 0 : (input * price.input + cached * price.cached + output * price.output) / 1e6;
  const outcome = span.status?.code === 2 ? "error" : "ok";
  return {
    row: [
      span.traceId.toString("hex"),
      span.spanId.toString("hex"),
      BigInt(span.endTimeUnixNano.toString()),
      customer,
      feature,
      provider,
      model,
      input,
      cached,
      output,
      usd,
    ],
    count: () => {
      cost.inc({ customer, feature, provider, model }, usd);
      calls.inc({ customer, feature, outcome }, 1);
      tokens.inc({ customer, provider, model, type: "input" }, input);
      tokens.inc({ customer, provider, model, type: "cache_read" }, cached);
      tokens.inc({ customer, provider, model, type: "output" }, output);
    },
  };
}

function book(body: Uint8Array): void {
  const message = TraceRequest.decode(body) as unknown as Message;
  const spans = message.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  const found = spans.map(callOf).filter((call) => call !== undefined);
  database.exec("BEGIN");
  let booked: Call[];
  try {
    booked = found.filter(({ row }) => insert.run(...row).changes === 1);
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
  for (const { count } of booked) count();
}

const inflate = promisify<Uint8Array, Buffer>(gunzip);

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const raw = Buffer.concat(chunks);
  return request.headers["content-encoding"] === "gzip" ? inflate(raw) : raw;
}

const server = createServer(async (request, response) => {
  try {
    if (request.url === "/metrics") response.end(await register.metrics());
    else {
      book(await bodyOf(request));
      response.setHeader("content-type", "application/x-protobuf").end();
    }
  } catch (error) {
    console.error(error);
    response.writeHead(503).end();
  }
});
server.listen(0, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once("SIGTERM", () => {
  server.close(() => database.close());
  server.closeAllConnections();
});
