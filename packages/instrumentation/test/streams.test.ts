import { register } from "@keeptabs/instrumentation";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chat, data, messages, responses } from "./answers.ts";
import { lastAttributes, PRICES, startTracing, type Tracing } from "./tracing.ts";

let tracing: Tracing;
beforeEach(() => {
  tracing = startTracing();
});
afterEach(() => tracing.stop());

const SSE = { "content-type": "text/event-stream" };

/** Lets bytes that arrive in these pieces pass through us, and returns what the application reads. */
async function passed(
  url: string,
  pieces: readonly Uint8Array[],
  body: object,
  type: Record<string, string> = SSE,
): Promise<Buffer> {
  const waiting = [...pieces];
  const stream = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const next = waiting.shift();
      if (next === undefined) controller.close();
      else controller.enqueue(new Uint8Array(next));
    },
  });
  const target = { fetch: async () => new Response(stream, { headers: type }) };
  register({ target, priceBook: PRICES });
  const init = { method: "POST", body: JSON.stringify(body) };
  const fetch = target.fetch as typeof globalThis.fetch;
  return Buffer.from(await (await fetch(url, init)).arrayBuffer());
}

function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const borders = [
    0,
    ...at.map((share) => Math.floor(share * bytes.length)).toSorted((a, b) => a - b),
    bytes.length,
  ];
  return borders
    .slice(1)
    .map((end, i) => bytes.slice(borders[i], end))
    .filter(({ length }) => length > 0);
}

const body = { model: "m", stream: true };
const STREAMS = [
  [
    "https://api.openai.com/v1/chat/completions",
    chat({ body: { ...body, stream_options: { include_usage: true } } }),
    2006,
  ],
  ["https://api.openai.com/v1/responses", responses({ body }), 2006],
  ["https://api.anthropic.com/v1/messages", messages({ body }), 2098],
] as const;

describe("a stream", () => {
  const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 });

  it("passes byte for byte and is understood wherever it is cut, however its lines end", async () => {
    const lines = fc.constantFrom("\n", "\r\n", "\r");
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...STREAMS), cuts, lines, async ([url, answer, input], at, line) => {
        const bytes = Buffer.from((answer.events ?? []).join("").replaceAll("\n", line));
        // Asks for usage itself, so that nothing is to be taken away.
        const seen = await passed(url, cut(bytes, at), { ...body, stream_options: { include_usage: true } });
        expect(seen).toEqual(bytes);
        expect(lastAttributes(tracing)).toMatchObject({
          "gen_ai.usage.input_tokens": input,
          "keeptabs.outcome": "ok",
        });
      }),
      { numRuns: 60 },
    );
  });

  it("loses the usage chunk we asked for, and nothing else, wherever it is cut", async () => {
    const [url, answer] = STREAMS[0];
    await fc.assert(
      fc.asyncProperty(cuts, fc.constantFrom("\n", "\r\n", "\r"), async (at, line) => {
        const events = (answer.events ?? []).map((event) => event.replaceAll("\n", line));
        const seen = await passed(url, cut(Buffer.from(events.join("")), at), body);
        expect(seen.toString()).toBe(events.filter((event) => !event.includes('"choices":[]')).join(""));
        expect(lastAttributes(tracing)).toMatchObject({ "gen_ai.usage.input_tokens": 2006 });
      }),
      { numRuns: 60 },
    );
  });

  it("is given out event by event, without waiting for the next", async () => {
    const events = (STREAMS[0][1].events ?? []).map((event) => Buffer.from(event.replaceAll("\n", "\r\n")));
    const steps: ReadableStreamDefaultController<Uint8Array>[] = [];
    const stream = new ReadableStream<Uint8Array>({ start: (controller) => void steps.push(controller) });
    const target = { fetch: (async () => new Response(stream, { headers: SSE })) as typeof fetch };
    register({ target });
    const response = await target.fetch(STREAMS[0][0], { method: "POST", body: JSON.stringify(body) });
    const reader = response.body!.getReader();
    for (const event of events.slice(0, 3)) {
      steps[0]?.enqueue(event);
      expect((await reader.read()).value).toEqual(new Uint8Array(event));
    }
    await reader.cancel();
  });

  it("is read no faster than the application reads it", async () => {
    let pulled = 0;
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled += 1;
          controller.enqueue(Buffer.from(data({ n: pulled })));
        },
      },
      { highWaterMark: 0 },
    );
    const target = { fetch: (async () => new Response(stream, { headers: SSE })) as typeof fetch };
    register({ target });
    const response = await target.fetch(STREAMS[1][0], { method: "POST", body: JSON.stringify(body) });
    const reader = response.body!.getReader();
    await new Promise(setImmediate);
    expect(pulled).toBe(0);
    await reader.read();
    await reader.read();
    expect(pulled).toBe(2);
    await reader.cancel();
  });

  it("with an event that has no end is passed on and kept only up to a bound", async () => {
    const megabytes = Array.from({ length: 40 }, () => new Uint8Array(1024 * 1024).fill(97));
    const rest = Buffer.from(`\n\n${(STREAMS[2][1].events ?? []).join("")}`);
    const seen = await passed(STREAMS[2][0], [Buffer.from("data: "), ...megabytes, rest], body);
    expect(seen.byteLength).toBe(6 + 40 * 1024 * 1024 + rest.byteLength);
    expect(lastAttributes(tracing)).toMatchObject({ "gen_ai.usage.input_tokens": 2098 });
  });

  it("of Bedrock's is read from its binary messages", async () => {
    const events = (messages({ body }).events ?? []).map((event) => event.split("data: ")[1] ?? "");
    const bytes = Buffer.concat(
      events.map((json) => awsMessage({ bytes: Buffer.from(json).toString("base64") })),
    );
    const url =
      "https://bedrock-runtime.eu-west-1.amazonaws.com/model/anthropic.claude-opus-5/invoke-with-response-stream";
    const type = { "content-type": "application/vnd.amazon.eventstream" };
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        expect(await passed(url, cut(bytes, at), {}, type)).toEqual(bytes);
        expect(lastAttributes(tracing)).toMatchObject({
          "gen_ai.usage.input_tokens": 2098,
          "gen_ai.provider.name": "aws.bedrock",
        });
      }),
      { numRuns: 30 },
    );
  });

  it("of Gemini's that is one array is read as its events", async () => {
    const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 };
    const chunks = [
      { candidates: [{}] },
      { candidates: [{ finishReason: "STOP" }], usageMetadata, modelVersion: "gemini-3-pro" },
    ];
    const url = "https://generativelanguage.googleapis.com/v1beta/models/gemini-3-pro:streamGenerateContent";
    await passed(
      url,
      [Buffer.from(JSON.stringify(chunks, null, 1))],
      {},
      { "content-type": "application/json" },
    );
    expect(tracing.ours().at(-1)?.name).toBe("generate_content gemini-3-pro");
    expect(lastAttributes(tracing)).toMatchObject({
      "gen_ai.usage.input_tokens": 10,
      "gen_ai.usage.output_tokens": 5,
    });
  });
});

/** A message with one header, `:event-type: chunk`. Checksums are left zero: nothing of ours checks them. */
function awsMessage(payload: object): Buffer {
  const headers = Buffer.concat([
    Buffer.from([11]),
    Buffer.from(":event-type"),
    Buffer.from([7, 0, 5]),
    Buffer.from("chunk"),
  ]);
  const json = Buffer.from(JSON.stringify(payload));
  const message = Buffer.alloc(12 + headers.length + json.length + 4);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(headers.length, 4);
  headers.copy(message, 12);
  json.copy(message, 12 + headers.length);
  return message;
}
