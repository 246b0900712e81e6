import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import {
  type CompleteAnswer,
  completeAnswer,
  type ErrorAnswer,
  type Provider,
  type ProviderRequest,
  type Respond,
} from "./answer.ts";
import { message } from "./anthropic-messages.ts";
import { Bill, type BilledCall } from "./bill.ts";
import { deliverEvents, deliverJson } from "./deliver.ts";
import { errorBody, errorEvent } from "./errors.ts";
import { providerHeaders, retryHeaders } from "./headers.ts";
import { datedModel, newId } from "./names.ts";
import { chatCompletion } from "./openai-chat.ts";
import { embeddings } from "./openai-embeddings.ts";
import { response } from "./openai-responses.ts";
import type { Order, Reply } from "./reply.ts";

/** What a stand-in can be told beforehand. */
export interface StandInOptions {
  /** Decides each answer; without it every request gets the default answer. */
  readonly respond?: Respond;
}

/** A request that reached an imitated API, and the status it got. */
export interface RecordedRequest extends ProviderRequest {
  readonly requestId: string;
  readonly status: number;
}

/** A server on the loopback interface that answers as OpenAI and Anthropic do and bills as they do. */
export interface StandIn {
  /** For `ANTHROPIC_BASE_URL`. */
  readonly anthropicBaseUrl: string;
  /** For `OPENAI_BASE_URL`. */
  readonly openaiBaseUrl: string;
  requests(): readonly RecordedRequest[];
  /** What the providers charge for; tests compare Keeptabs with it. */
  bill(): readonly BilledCall[];
  /** Resolves when no request is under way, so that the bill is final. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

interface Api {
  readonly provider: Provider;
  readonly reply: (order: Order) => Reply;
  readonly streams: boolean;
}

const APIS: ReadonlyMap<string, Api> = new Map([
  ["/v1/chat/completions", { provider: "openai", reply: chatCompletion, streams: true }],
  ["/v1/responses", { provider: "openai", reply: response, streams: true }],
  ["/v1/embeddings", { provider: "openai", reply: embeddings, streams: false }],
  ["/v1/messages", { provider: "anthropic", reply: message, streams: true }],
]);

/** Starts a stand-in on a free port. */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const requests: RecordedRequest[] = [];
  const bill = new Bill();
  const underWay = new Set<Promise<void>>();

  const server = createServer((incoming, out) => {
    const work = answer(incoming, out, options.respond, requests, bill).catch((cause: unknown) => {
      out.destroy(cause instanceof Error ? cause : undefined);
    });
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const idle = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.all(underWay);
  };
  return {
    anthropicBaseUrl: url,
    openaiBaseUrl: `${url}/v1`,
    requests: () => [...requests],
    bill: () => bill.calls(),
    idle,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      await idle();
    },
  };
}

async function answer(
  incoming: IncomingMessage,
  out: ServerResponse,
  respond: Respond | undefined,
  requests: RecordedRequest[],
  bill: Bill,
): Promise<void> {
  const began = Date.now();
  const path = incoming.url?.split("?")[0] ?? "";
  const api = APIS.get(path);
  const provider = api?.provider ?? "openai";
  const requestId = provider === "openai" ? newId.openaiRequest() : newId.anthropicRequest();
  const request = await readRequest(incoming, provider, path);
  const record = (status: number): void => {
    const now = new Date();
    const headers = providerHeaders(provider, requestId, now, now.getTime() - began);
    for (const [name, value] of Object.entries(headers)) out.setHeader(name, value);
    out.statusCode = status;
    requests.push({ ...request, requestId, status });
  };
  const refuse = (error: ErrorAnswer, headers: Readonly<Record<string, string>> = {}): void => {
    record(error.status);
    for (const [name, value] of Object.entries(headers)) out.setHeader(name, value);
    out.setHeader("content-type", "application/json");
    out.end(JSON.stringify(errorBody(provider, error, requestId)));
  };

  if (api === undefined || incoming.method !== "POST") {
    return refuse({ status: 404, message: `Invalid URL (${incoming.method} ${path})`, code: "unknown_url" });
  }
  const key = request.headers.get("x-api-key") ?? request.headers.get("authorization");
  if (key === undefined) return refuse({ status: 401 });
  if (request.model === "") return refuse({ status: 400, message: "you must provide a model parameter" });

  let decided: CompleteAnswer;
  let reply: Reply;
  try {
    decided = completeAnswer(request, await respond?.(request));
    if (decided.delayMs !== undefined) await pause(decided.delayMs);
    if (decided.error !== undefined) {
      return refuse(decided.error, retryHeaders(provider, decided.error));
    }
    reply = api.reply({ request, model: datedModel(request.model), answer: decided, at: new Date() });
  } catch (cause) {
    // A mistake in the test's own plan: said aloud, and not worth a retry.
    return refuse({ status: 500, message: `stand-in: ${String(cause)}` }, { "x-should-retry": "false" });
  }

  record(200);
  const change = bill.open({
    provider,
    path,
    model: reply.model,
    responseId: reply.id,
    requestId,
    usage: reply.usage,
    consumption: decided.usage,
    serviceTier: reply.serviceTier,
    at: new Date(),
    delivery: "under_way",
    usageSent: false,
  });
  const ended = (delivery: BilledCall["delivery"], usageSent: boolean): void =>
    change({ at: new Date(), delivery, usageSent });
  if (api.streams && request.body["stream"] === true) {
    await deliverEvents(out, reply, decided, errorEvent(provider, path, requestId), ended);
  } else {
    await deliverJson(out, reply, decided, ended);
  }
}

async function readRequest(
  incoming: IncomingMessage,
  provider: Provider,
  path: string,
): Promise<ProviderRequest> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
  const body = parseObject(Buffer.concat(parts).toString("utf8"));
  const model = body["model"];
  return { provider, path, model: typeof model === "string" ? model : "", body, headers };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
