import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** How a request is answered: a JSON body or server-sent events, perhaps cut short. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly text?: string;
  readonly events?: readonly string[];
  /** Destroys the socket after so many events, or in the middle of a body. */
  readonly breakAfter?: number;
  /** Sends nothing more after so many events, and does not end either. */
  readonly stallAfter?: number;
  readonly delayMs?: number;
}

export interface Provider {
  readonly url: string;
  readonly received: Received[];
  /** Connections that clients have gone from before their answer was over. */
  readonly left: () => number;
  close(): Promise<void>;
}

/** A server on the loopback interface that answers as it is told. */
export async function startProvider(respond: (request: Received, nth: number) => Answer): Promise<Provider> {
  const received: Received[] = [];
  let left = 0;
  const server = createServer(async (incoming, out) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const json = incoming.headers["content-type"]?.includes("json") === true;
    const request = {
      path: incoming.url ?? "",
      headers: incoming.headers,
      body: json ? JSON.parse(text) : {},
      text,
    };
    received.push(request);
    out.on("close", () => {
      if (!out.writableFinished) left += 1;
    });
    await send(out, respond(request, received.length));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    left: () => left,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function send(out: ServerResponse, answer: Answer): Promise<void> {
  const { status = 200, headers = {}, json, text, events, breakAfter, stallAfter, delayMs } = answer;
  if (delayMs !== undefined) await pause(delayMs);
  out.statusCode = status;
  for (const [name, value] of Object.entries(headers)) out.setHeader(name, value);
  if (events === undefined) {
    const body = text ?? JSON.stringify(json);
    if (!out.hasHeader("content-type")) out.setHeader("content-type", "application/json");
    if (breakAfter === undefined) return void out.end(body);
    out.setHeader("content-length", Buffer.byteLength(body));
    await written(out, body.slice(0, body.length / 2));
    return void out.destroy();
  }
  if (!out.hasHeader("content-type")) out.setHeader("content-type", "text/event-stream; charset=utf-8");
  for (const [index, event] of events.entries()) {
    if (out.destroyed || index === stallAfter) return;
    if (index === breakAfter) return void out.destroy();
    await written(out, event);
  }
  out.end();
}

/** Waits for the socket, so that what was written is not taken back when it is destroyed. */
async function written(out: ServerResponse, text: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  out.once("close", resolve);
  out.write(text, () => resolve());
  await promise;
  out.off("close", resolve);
  await pause(1);
}
