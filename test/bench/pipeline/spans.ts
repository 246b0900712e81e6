import { TraceRequest } from "../../../packages/processor/test/otlp/official-schema.ts";
import { anyCall, attoCostOf, type CallFacts } from "../ledger/calls.ts";
import { Random } from "../ledger/random.ts";
import { marked } from "./id-slots.ts";
import { callsIn, type Shape } from "./shapes.ts";

type Value = string | number;
type Attribute = readonly [key: string, value: Value];

/** A request in protobuf with marks in the places of its ids, and what its calls cost in 1e-18 USD. */
export interface Original {
  readonly protobuf: Buffer;
  readonly cost: bigint;
}

const SPANS_PER_TRACE = 16;
const ROUTES = ["/api/orders", "/api/orders/{id}", "/api/chat", "/api/search", "/api/session"];
const TABLES = ["orders", "customers", "messages", "sessions"];

/** A shape's originals, the same each time; their calls ended in the seconds before `atMs`. */
export function originalsOf(shape: Shape, atMs: number): readonly Original[] {
  const random = new Random(shape.spans + callsIn(shape));
  return Array.from({ length: shape.originals }, () => originalOf(shape, atMs, random));
}

function originalOf(shape: Shape, atMs: number, random: Random): Original {
  const calls = Array.from({ length: callsIn(shape) }, () => anyCall(random));
  const waiting = [...calls];
  const perService = shape.spans / shape.services;
  const resourceSpans = Array.from({ length: shape.services }, (_, service) => ({
    resource: { attributes: resource(service).map(keyValue) },
    scopeSpans: [
      {
        scope: { name: "@opentelemetry/instrumentation-openai", version: "0.22.0" },
        spans: Array.from({ length: perService }, (_, i) => {
          const span = service * perService + i;
          return shape.calls === "all"
            ? callSpan(
                span,
                waiting.pop() as CallFacts,
                { trace: span, parent: shape.spans + span },
                atMs,
                random,
              )
            : traceSpan(span, waiting, atMs, random);
        }),
      },
    ],
  }));
  const message = TraceRequest.fromObject({ resourceSpans });
  return {
    protobuf: Buffer.from(TraceRequest.encode(message).finish()),
    cost: calls.reduce((sum, call) => sum + attoCostOf(call), 0n),
  };
}

/** A span of a trace whose root is its first, and one of whose others may be a call. */
function traceSpan(span: number, waiting: CallFacts[], atMs: number, random: Random): object {
  const trace = Math.floor(span / SPANS_PER_TRACE);
  const place = span % SPANS_PER_TRACE;
  const parent = place === 0 ? undefined : trace * SPANS_PER_TRACE;
  const call = place === 7 ? waiting.pop() : undefined;
  if (call !== undefined) return callSpan(span, call, { trace, parent }, atMs, random);
  const name = place === 0 ? `GET ${random.pick(ROUTES)}` : `SELECT ${random.pick(TABLES)}`;
  const ids = { span, trace, parent };
  const kind = place === 0 ? 2 : 3;
  return spanOf(ids, name, kind, place % 2 === 0 ? http(random) : database(random), atMs, 1, random);
}

function callSpan(
  span: number,
  call: CallFacts,
  above: { readonly trace: number; readonly parent: number | undefined },
  atMs: number,
  random: Random,
): object {
  const name = `chat ${call.priced.model}`;
  return spanOf({ span, ...above }, name, 3, llm(span, call, random), atMs, call.seconds, random);
}

function spanOf(
  ids: { readonly span: number; readonly trace: number; readonly parent: number | undefined },
  name: string,
  kind: number,
  attributes: readonly Attribute[],
  atMs: number,
  seconds: number,
  random: Random,
): object {
  const end = BigInt(atMs - random.below(5000)) * 1_000_000n + BigInt(random.below(1_000_000));
  return {
    traceId: marked("trace", ids.trace),
    spanId: marked("span", ids.span),
    ...(ids.parent === undefined ? {} : { parentSpanId: marked("span", ids.parent) }),
    flags: 257,
    name,
    kind,
    startTimeUnixNano: String(end - BigInt(seconds) * 1_000_000_000n),
    endTimeUnixNano: String(end),
    attributes: attributes.map(keyValue),
    status: { code: 0 },
  };
}

/** As instrumentations of the GenAI conventions write it: the input contains what was read from the cache. */
function llm(span: number, call: CallFacts, random: Random): readonly Attribute[] {
  const { priced, customer, feature, input, cached, output } = call;
  return [
    ["gen_ai.operation.name", "chat"],
    ["gen_ai.provider.name", priced.provider],
    ["gen_ai.request.model", priced.model],
    ["gen_ai.response.model", priced.model],
    ["gen_ai.response.id", `chatcmpl-${marked("response", span).toString("latin1")}`],
    ["gen_ai.request.temperature", 0.25 + random.below(100) / 128],
    ["gen_ai.request.max_tokens", 4096],
    ["gen_ai.request.top_p", 0.95],
    ["gen_ai.response.finish_reasons", "stop"],
    ["gen_ai.usage.input_tokens", input + cached],
    ["gen_ai.usage.cache_read.input_tokens", cached],
    ["gen_ai.usage.output_tokens", output],
    ["gen_ai.conversation.id", random.hex(16)],
    ["server.address", `api.${priced.provider}.com`],
    ["server.port", 443],
    ["keeptabs.customer.id", customer],
    ["keeptabs.feature", feature],
    ["thread.id", random.below(64)],
    ["thread.name", "worker"],
    ["code.function.name", "completeConversation"],
    ["app.request.id", random.hex(16)],
    ["app.release", "2026.11.3"],
  ];
}

function http(random: Random): readonly Attribute[] {
  return [
    ["http.request.method", "GET"],
    ["http.response.status_code", 200],
    ["http.route", random.pick(ROUTES)],
    ["url.scheme", "https"],
    ["url.path", `/api/orders/${random.below(100_000)}`],
    ["server.address", "shop.example.com"],
    ["server.port", 443],
    ["client.address", `10.0.${random.below(256)}.${random.below(256)}`],
    ["network.protocol.version", "1.1"],
    ["user_agent.original", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"],
    ["thread.id", random.below(64)],
    ["app.request.id", random.hex(16)],
  ];
}

function database(random: Random): readonly Attribute[] {
  const table = random.pick(TABLES);
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
    ["db.response.returned_rows", random.below(100)],
    ["server.address", "db.internal"],
    ["server.port", 5432],
    ["thread.id", random.below(64)],
    ["thread.name", "worker"],
    ["app.request.id", random.hex(16)],
  ];
}

function resource(service: number): readonly Attribute[] {
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

function keyValue([key, value]: Attribute): object {
  if (typeof value === "string") return { key, value: { stringValue: value } };
  if (Number.isInteger(value)) return { key, value: { intValue: value } };
  return { key, value: { doubleValue: value } };
}
