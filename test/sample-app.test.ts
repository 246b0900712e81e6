import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  ATTR_KEEPTABS_CUSTOMER_ID,
  ATTR_KEEPTABS_FEATURE,
  type Attributes,
  type AttributeValue,
  semconv,
  usageFromAttributes,
} from "@keeptabs/usage";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSampleApp } from "./sample-app/run.ts";
import type { Answer, ProviderRequest } from "./stand-in/answer.ts";
import type { BilledCall } from "./stand-in/bill.ts";
import { type StandIn, startStandIn } from "./stand-in/stand-in.ts";

interface ExportedSpan {
  readonly scope: string;
  readonly statusCode: number;
  readonly attributes: Attributes;
}

/** Stands for an answer that ended before it was whole. */
const BROKEN_OFF = "broken off";

const spans: ExportedSpan[] = [];
const answers = new Map<string, unknown>();
const statuses = new Map<string, number>();
let standIn: StandIn;
let collector: Server;
let exitCode: number | null;

/** Other numbers for each call, so that one call's usage can't pass for another's. */
let calls = 0;
function plan({ path, body }: ProviderRequest): Answer {
  calls += 1;
  const prompt = JSON.stringify(body);
  if (prompt.includes("overload")) return { error: { status: 400 } };
  if (prompt.includes("break off")) return { usage: { input: 300, output: 4000 }, breakAfterEvents: 3 };
  if (path === "/v1/embeddings") return { usage: { input: 100 + calls } };
  if (path === "/v1/messages") {
    const done = prompt.split('"tool_result"').length > 2;
    return {
      usage: {
        input: 50 + calls,
        cache_read: 1000,
        cache_write_5m: 20,
        cache_write_1h: 10,
        output: 30 + calls,
      },
      ...(done
        ? { text: "It is on its way." }
        : { toolCalls: [{ name: "order_status", input: { order: "7" } }] }),
    };
  }
  return {
    usage: { input: 500 + calls, cache_read: 1024, output: 60 + calls, output_reasoning: 40 },
    text: "Yes, it is.",
  };
}

beforeAll(async () => {
  standIn = await startStandIn({ respond: plan });
  collector = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    if (request.url === "/v1/traces") spans.push(...decode(JSON.parse(Buffer.concat(parts).toString())));
    response.setHeader("content-type", "application/json").end("{}");
  }).listen(0, "127.0.0.1");
  await once(collector, "listening");

  const app = await startSampleApp({
    openaiBaseUrl: standIn.openaiBaseUrl,
    anthropicBaseUrl: standIn.anthropicBaseUrl,
    otlpEndpoint: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    tokens: new Map([
      ["t-acme", "acme"],
      ["t-globex", "globex"],
    ]),
  });
  const ask = async (name: string, route: string, body: object, token?: string): Promise<void> => {
    const response = await app.post(route, body, token);
    statuses.set(name, response.status);
    const text = await response.text().catch(() => BROKEN_OFF);
    answers.set(name, response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text);
  };
  // At once, so that a customer leaking from one request into another would show.
  await Promise.all([
    ask("assistant", "/assistant", { question: "Is it blue?" }, "t-acme"),
    ask("stream", "/assistant", { question: "Is it blue?", stream: true }, "t-globex"),
    ask("search", "/search", { query: "Can I return it?" }, "t-acme"),
    ask("summarise", "/summarise", { text: "A long story." }, "t-globex"),
    ask("agent", "/agent", { task: "Where is order 7?" }, "t-acme"),
    ask("digest", "/cron/digest", {}),
    ask("stranger", "/assistant", { question: "Is it blue?" }, "t-nobody"),
    ask("broken", "/assistant", { question: "break off", stream: true }, "t-acme"),
    ask("overload", "/assistant", { question: "overload" }, "t-globex"),
  ]);
  await standIn.idle();
  exitCode = await app.stop();
});

afterAll(async () => {
  collector.close();
  await standIn.close();
});

const attribute = (span: ExportedSpan | undefined, name: string): unknown => span?.attributes.get(name);
const ours = (): readonly ExportedSpan[] =>
  spans.filter((span) => span.scope === "@keeptabs/instrumentation");

/** The spans of a billed call; embeddings have no response id and are told by their model. */
function spansOf(call: BilledCall, among: readonly ExportedSpan[]): readonly ExportedSpan[] {
  return among.filter((span) =>
    call.responseId === undefined
      ? attribute(span, semconv.ATTR_GEN_AI_RESPONSE_MODEL) === call.model
      : attribute(span, semconv.ATTR_GEN_AI_RESPONSE_ID) === call.responseId,
  );
}

describe("the sample app", () => {
  it("answers its customers", () => {
    expect(answers.get("assistant")).toEqual({ answer: "Yes, it is." });
    expect(answers.get("stream")).toBe("Yes, it is.");
    expect(answers.get("search")).toMatchObject({ answer: "Yes, it is.", source: expect.any(String) });
    expect(answers.get("summarise")).toEqual({ summary: "Yes, it is." });
    expect(answers.get("agent")).toEqual({ answer: "It is on its way.", turns: 3 });
  });

  it("lets no stranger call a model", () => {
    expect(statuses.get("stranger")).toBe(401);
    expect(standIn.requests()).toHaveLength(11);
  });

  it("sends its last spans when it is told to stop", () => {
    expect(exitCode).toBe(0);
    expect(spans).not.toHaveLength(0);
  });

  it("exports one Keeptabs span with the provider's own counts for each call that was answered whole", () => {
    const told = standIn.bill().filter((call) => call.usageSent);
    expect(told).toHaveLength(9);
    for (const call of told) {
      const found = spansOf(call, ours());
      expect(found, `spans of ${call.path}`).toHaveLength(1);
      const span = found[0];
      expect(attribute(span, semconv.ATTR_GEN_AI_PROVIDER_NAME)).toBe(call.provider);
      expect(attribute(span, semconv.ATTR_GEN_AI_RESPONSE_MODEL)).toBe(call.model);
      const usage = usageFromAttributes(span?.attributes ?? new Map());
      expect(Object.fromEntries(usage?.quantities ?? [])).toEqual(call.consumption);
    }
  });

  it("says on each span which customer and feature the call was for", () => {
    const attributed = standIn.bill().map((call) => {
      const [span] = spansOf(call, ours());
      return [
        call.path,
        attribute(span, ATTR_KEEPTABS_CUSTOMER_ID),
        attribute(span, ATTR_KEEPTABS_FEATURE),
      ].join(" ");
    });
    expect(attributed.sort()).toEqual([
      "/v1/chat/completions  ",
      "/v1/chat/completions acme assistant",
      "/v1/chat/completions acme assistant",
      "/v1/chat/completions acme search",
      "/v1/chat/completions globex assistant",
      "/v1/embeddings acme search",
      "/v1/messages acme agent",
      "/v1/messages acme agent",
      "/v1/messages acme agent",
      "/v1/responses globex summarise",
    ]);
  });

  it("exports a call whose stream broke off without the usage that nobody was told", () => {
    expect(answers.get("broken")).toBe(BROKEN_OFF);
    const billed = standIn.bill().filter((call) => call.delivery === "broken_off");
    expect(billed).toHaveLength(1);
    const found = spansOf(billed[0]!, ours());
    expect(found).toHaveLength(1);
    expect(attribute(found[0], semconv.ATTR_GEN_AI_USAGE_OUTPUT_TOKENS)).toBeUndefined();
  });

  it("exports a failed call as an error of its customer", () => {
    expect(statuses.get("overload")).toBe(502);
    const failed = ours().filter(
      (span) =>
        attribute(span, semconv.ATTR_GEN_AI_RESPONSE_ID) === undefined &&
        attribute(span, semconv.ATTR_GEN_AI_RESPONSE_MODEL) === undefined,
    );
    expect(failed.map((span) => span.statusCode)).toEqual([2]);
    expect(attribute(failed[0], ATTR_KEEPTABS_CUSTOMER_ID)).toBe("globex");
    expect(attribute(failed[0], semconv.ATTR_GEN_AI_USAGE_INPUT_TOKENS)).toBeUndefined();
  });

  it("exports Anthropic's own span of each of its calls too, for the same customer", () => {
    const native = spans.filter((span) => span.scope === "com.anthropic.sdk.typescript");
    for (const call of standIn.bill().filter(({ provider }) => provider === "anthropic")) {
      const found = spansOf(call, native);
      expect(found).toHaveLength(1);
      expect(attribute(found[0], ATTR_KEEPTABS_CUSTOMER_ID)).toBe("acme");
    }
  });

  it("tells no provider who the customer is", () => {
    for (const { headers, body } of standIn.requests()) {
      expect(JSON.stringify([...headers, body])).not.toMatch(/acme|globex/);
    }
  });
});

/** Reads an OTLP/JSON export as far as the tests need it. */
function decode(body: {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly scope: { readonly name: string };
      readonly spans: readonly {
        readonly status: { readonly code?: number };
        readonly attributes: readonly {
          readonly key: string;
          readonly value: Readonly<Record<string, AttributeValue>>;
        }[];
      }[];
    }[];
  }[];
}): readonly ExportedSpan[] {
  return body.resourceSpans.flatMap((resource) =>
    resource.scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => ({
        scope: scope.name,
        statusCode: span.status.code ?? 0,
        attributes: new Map(span.attributes.map(({ key, value }) => [key, Object.values(value)[0] ?? null])),
      })),
    ),
  );
}
