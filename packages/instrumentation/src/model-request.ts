import { apiOf, type Endpoint, type RequestFacts } from "@keeptabs/usage";

/** What `fetch` takes. */
export type FetchInput = Parameters<typeof fetch>[0];
export type FetchInit = Parameters<typeof fetch>[1];

/** A call of a model, understood from the request. */
export interface ModelRequest {
  readonly endpoint: Endpoint;
  readonly url: URL;
  readonly model: string | undefined;
  /** Undefined where neither the path nor a body that we can read says it. */
  readonly stream: boolean | undefined;
  readonly facts: RequestFacts;
  /** The body's JSON object; undefined where it is something else. */
  readonly payload: Payload | undefined;
}

export type Payload = Readonly<Record<string, unknown>>;

/** A prompt longer than this many UTF-16 units is not parsed a second time. */
const MAX_PAYLOAD = 32 * 1024 * 1024;
const MAX_NAME = 512;

/** Understands a request from `fetch`'s arguments; undefined for what is no call of a model. */
export function modelRequest(input: FetchInput, init: FetchInit): ModelRequest | undefined {
  const isRequest = typeof input === "object" && "url" in input;
  const method = init?.method ?? (isRequest ? input.method : "GET");
  if (method !== "POST" && method.toUpperCase() !== "POST") return undefined;
  const url = URL.parse(String(isRequest ? input.url : input));
  const endpoint = url === null ? undefined : apiOf(url);
  // What opens a realtime session has no usage: its responses have, and they don't come this way.
  if (url === null || endpoint === undefined || endpoint.api === "openai.realtime") return undefined;
  const body: unknown = init?.body;
  const payload = payloadOf(body);
  const model = name(payload?.["model"] ?? formField(body, "model")) ?? endpoint.model;
  return {
    endpoint,
    url,
    model,
    stream: streams(url, payload),
    facts: factsOf(endpoint, model, payload),
    payload,
  };
}

function payloadOf(body: unknown): Payload | undefined {
  if (typeof body !== "string" || body.length > MAX_PAYLOAD) return undefined;
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === "object" && json !== null && !Array.isArray(json) ? (json as Payload) : undefined;
  } catch {
    return undefined;
  }
}

/** Files go out as a form. */
function formField(body: unknown, field: string): unknown {
  return body instanceof FormData ? body.get(field) : undefined;
}

function name(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && value.length <= MAX_NAME ? value : undefined;
}

function streams(url: URL, payload: Payload | undefined): boolean | undefined {
  if (/:stream[A-Z]|-stream$/.test(url.pathname)) return true;
  return payload === undefined ? undefined : payload["stream"] === true;
}

function factsOf(endpoint: Endpoint, model: string | undefined, payload: Payload | undefined): RequestFacts {
  const spoken = endpoint.api === "openai.speech" ? payload?.["input"] : undefined;
  const policy = payload?.["billing_policy"];
  const billTo =
    typeof policy === "object" && policy !== null ? name((policy as Payload)["bill_to"]) : undefined;
  return {
    ...(model === undefined ? {} : { model }),
    ...(endpoint.region === undefined ? {} : { region: endpoint.region }),
    ...(typeof spoken === "string" ? { characters: characters(spoken) } : {}),
    ...(billTo === undefined ? {} : { billTo }),
  };
}

/** Unicode characters, so that an emoji is one. */
function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
