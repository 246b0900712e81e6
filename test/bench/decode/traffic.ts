import { readdirSync, readFileSync } from "node:fs";
import { TraceRequest } from "../../../packages/processor/test/otlp/official-schema.ts";

/** One request of a kind of traffic, in both encodings. */
export interface Batch {
  readonly protobuf: Buffer;
  readonly json: Buffer;
}

export interface Traffic {
  readonly name: string;
  readonly batches: readonly Batch[];
}

type Value = string | number | boolean;

export const SPANS_PER_BATCH = 512;
const RESOURCES = 8;
const MODELS = ["gpt-5.2", "gpt-5.2-mini", "claude-opus-4-6", "claude-haiku-4-5", "gemini-3-pro"];
const ROUTES = ["/api/orders", "/api/orders/{id}", "/api/chat", "/api/search", "/healthz"];
const TABLES = ["orders", "customers", "messages", "sessions"];

/** Batches of 512 spans from 8 services, the same in each run. */
export function traffic(batches: number): readonly Traffic[] {
  const kinds = [
    { name: "LLM with prompts", llmShare: 1, prompts: true },
    { name: "LLM without prompts", llmShare: 1, prompts: false },
    { name: "5 % LLM with prompts", llmShare: 0.05, prompts: true },
    { name: "5 % LLM without prompts", llmShare: 0.05, prompts: false },
  ];
  return kinds.map((kind, index) => {
    const generator = new Generator(index + 1);
    return {
      name: kind.name,
      batches: Array.from({ length: batches }, () => generator.batch(kind.llmShare, kind.prompts)),
    };
  });
}

class Generator {
  #state: number;
  readonly #prose = prose();
  #time = 1_795_000_000_000_000_000n;

  constructor(seed: number) {
    this.#state = seed;
  }

  batch(llmShare: number, prompts: boolean): Batch {
    const json = JSON.stringify({
      resourceSpans: Array.from({ length: RESOURCES }, (_, service) => ({
        resource: { attributes: keyValues(resource(service)) },
        scopeSpans: [
          {
            scope: { name: "@opentelemetry/instrumentation-openai", version: "0.22.0" },
            spans: this.#spans(SPANS_PER_BATCH / RESOURCES, llmShare, prompts),
          },
        ],
      })),
    });
    return { protobuf: toProtobuf(json), json: Buffer.from(json) };
  }

  #spans(count: number, llmShare: number, prompts: boolean): unknown[] {
    const spans: unknown[] = [];
    let traceId = "";
    let parentSpanId = "";
    for (let at = 0; at < count; at++) {
      if (at % 6 === 0) {
        traceId = this.#hex(16);
        parentSpanId = "";
      }
      const spanId = this.#hex(8);
      const llm = this.#random() < llmShare;
      const start = this.#time;
      this.#time += BigInt(this.#below(5_000_000));
      spans.push({
        traceId,
        spanId,
        ...(parentSpanId === "" ? {} : { parentSpanId }),
        flags: 257,
        name: llm ? `chat ${this.#pick(MODELS)}` : `GET ${this.#pick(ROUTES)}`,
        kind: llm ? 3 : 1 + this.#below(3),
        startTimeUnixNano: String(start),
        endTimeUnixNano: String(start + BigInt(this.#below(2_000_000_000))),
        attributes: keyValues(llm ? this.#llm(prompts) : this.#below(2) ? this.#http() : this.#database()),
        status: { code: this.#below(20) === 0 ? 2 : 0 },
      });
      if (parentSpanId === "") parentSpanId = spanId;
    }
    return spans;
  }

  #llm(prompts: boolean): [string, Value][] {
    const model = this.#pick(MODELS);
    const input = 200 + this.#below(20_000);
    const attributes: [string, Value][] = [
      ["gen_ai.operation.name", "chat"],
      ["gen_ai.provider.name", model.startsWith("claude") ? "anthropic" : "openai"],
      ["gen_ai.request.model", model],
      ["gen_ai.response.model", `${model}-2026-02-01`],
      ["gen_ai.response.id", `chatcmpl-${this.#hex(14)}`],
      ["gen_ai.request.temperature", 0.2 + this.#random()],
      ["gen_ai.request.max_tokens", 4096],
      ["gen_ai.request.top_p", 0.95],
      ["gen_ai.response.finish_reasons", "stop"],
      ["gen_ai.usage.input_tokens", input],
      ["gen_ai.usage.output_tokens", this.#below(3000)],
      ["gen_ai.usage.cache_read.input_tokens", this.#below(input)],
      ["gen_ai.usage.reasoning.output_tokens", this.#below(1000)],
      ["gen_ai.conversation.id", this.#hex(16)],
      ["server.address", "api.openai.com"],
      ["server.port", 443],
      ["keeptabs.customer.id", `customer-${this.#below(2000)}`],
      ["keeptabs.feature", this.#pick(["assistant", "search", "summaries", "onboarding"])],
      ["thread.id", this.#below(64)],
      ["thread.name", "worker"],
      ["code.function.name", "completeConversation"],
      ["app.request.id", this.#hex(16)],
      ["app.release", "2026.11.3"],
    ];
    if (prompts) {
      attributes.splice(
        9,
        0,
        ["gen_ai.input.messages", this.#text()],
        ["gen_ai.output.messages", this.#text()],
      );
    }
    return attributes;
  }

  #http(): [string, Value][] {
    return [
      ["http.request.method", "GET"],
      ["http.response.status_code", 200],
      ["http.route", this.#pick(ROUTES)],
      ["url.scheme", "https"],
      ["url.path", `/api/orders/${this.#below(100_000)}`],
      ["server.address", "shop.example.com"],
      ["server.port", 443],
      ["client.address", `10.0.${this.#below(256)}.${this.#below(256)}`],
      ["network.protocol.version", "1.1"],
      [
        "user_agent.original",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
      ],
      ["thread.id", this.#below(64)],
      ["app.request.id", this.#hex(16)],
      ["http.response.body.size", this.#below(100_000)],
    ];
  }

  #database(): [string, Value][] {
    const table = this.#pick(TABLES);
    return [
      ["db.system.name", "postgresql"],
      ["db.namespace", "shop"],
      ["db.operation.name", "SELECT"],
      ["db.collection.name", table],
      [
        "db.query.text",
        `SELECT id, created_at, state FROM ${table} WHERE id = $1 AND tenant_id = $2 LIMIT 100`,
      ],
      ["db.query.summary", `SELECT ${table}`],
      ["db.response.returned_rows", this.#below(100)],
      ["server.address", "db.internal"],
      ["server.port", 5432],
      ["thread.id", this.#below(64)],
      ["thread.name", "worker"],
      ["app.request.id", this.#hex(16)],
    ];
  }

  #text(): string {
    const length = 2000 + this.#below(18_000);
    const start = this.#below(this.#prose.length - length);
    return this.#prose.slice(start, start + length);
  }

  #hex(bytes: number): string {
    let hex = "";
    while (hex.length < 2 * bytes) hex += (1 + this.#below(0xffff)).toString(16).padStart(4, "0");
    return hex.slice(0, 2 * bytes);
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#below(from.length)] as T;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  /** Mulberry32. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
}

function resource(service: number): [string, Value][] {
  return [
    ["service.name", `service-${service}`],
    ["service.version", "4.2.1"],
    ["service.instance.id", `instance-${service}-a`],
    ["deployment.environment.name", "production"],
    ["host.name", `node-${service}`],
    ["process.runtime.name", "nodejs"],
    ["telemetry.sdk.language", "nodejs"],
  ];
}

function keyValues(attributes: readonly [string, Value][]): unknown[] {
  return attributes.map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: Value): unknown {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

function toProtobuf(json: string): Buffer {
  const request = JSON.parse(json, (key, value) =>
    /^(traceId|spanId|parentSpanId)$/.test(key) ? Buffer.from(value, "hex") : value,
  );
  return Buffer.from(TraceRequest.encode(TraceRequest.fromObject(request)).finish());
}

/** Real English: the read-me files of the installed packages. */
function prose(): string {
  const packages = new URL("../../../node_modules/", import.meta.url);
  const files = readdirSync(packages)
    .map((name) => new URL(`${name}/README.md`, packages))
    .flatMap((file) => {
      try {
        return [readFileSync(file, "utf8")];
      } catch {
        return [];
      }
    });
  const pnpm = new URL(".pnpm/node_modules/", packages);
  for (const name of readdirSync(pnpm).sort()) {
    try {
      files.push(readFileSync(new URL(`${name}/README.md`, pnpm), "utf8"));
    } catch {
      // A scope's folder, or a package without one.
    }
  }
  return files.join("\n").slice(0, 4_000_000);
}
