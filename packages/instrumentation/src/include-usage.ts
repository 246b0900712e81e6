import type { FetchInit, FetchInput, ModelRequest, Payload } from "./model-request.ts";

/**
 * Headers that vouch for the body as it is: a changed one would be refused. Their requests are left alone.
 */
const VOUCHING = ["content-length", "content-md5", "content-digest", "digest", "signature", "x-amz-date"];

/** Addresses that refused the option; they are not asked again. */
const refusing = new Set<string>();
const MAX_REFUSING = 1000;

/** Bytes of a refusal that are looked at, and how long its caller waits for them at most. */
const MAX_REFUSAL = 64 * 1024;
const REFUSAL_PATIENCE_MS = 1000;

/**
 * The arguments of the same request with `stream_options.include_usage`, without which OpenAI does not say what a
 * streamed chat used. Undefined where it is asked for already, is not known, or can't be added without
 * touching anything else in the request.
 */
export function askingForUsage(request: ModelRequest, input: FetchInput, init: FetchInit): FetchInit {
  const { endpoint, payload } = request;
  if (endpoint.api !== "openai.chat" || payload?.["stream"] !== true) return undefined;
  if (init === undefined || typeof init.body !== "string" || !isPlain(init)) return undefined;
  if (refusing.has(addressOf(request))) return undefined;
  const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined));
  if (VOUCHING.some((header) => headers.has(header))) return undefined;
  const body = bodyAskingForUsage(init.body, payload);
  return body === undefined ? undefined : { ...init, body };
}

/** The body with the option, and all else byte for byte as it was. */
function bodyAskingForUsage(body: string, payload: Payload): string | undefined {
  if (!Object.hasOwn(payload, "stream_options")) {
    return `${body.slice(0, body.lastIndexOf("}"))},"stream_options":{"include_usage":true}}`;
  }
  const options = payload["stream_options"] ?? {};
  if (typeof options !== "object" || (options as Payload)["include_usage"] === true) return undefined;
  // Large integers and doubled keys do not survive being parsed and written again.
  if (JSON.stringify(payload) !== body) return undefined;
  return JSON.stringify({ ...payload, stream_options: { ...options, include_usage: true } });
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** True for the chunk that a stream has only because we asked for usage: no choices, and the usage. */
export function isUsageChunk(event: unknown): boolean {
  if (typeof event !== "object" || event === null) return false;
  const { choices, usage } = event as { readonly choices?: unknown; readonly usage?: unknown };
  return Array.isArray(choices) && choices.length === 0 && typeof usage === "object" && usage !== null;
}

/**
 * True when the answer refuses the option that we added; the address is then not asked again. The caller's copy of
 * the answer stays whole. Never rejects.
 */
export async function refusesUsage(request: ModelRequest, response: Response): Promise<boolean> {
  if (response.status !== 400 && response.status !== 422) return false;
  try {
    if (!/stream_options|include_usage/.test(await beginning(response.clone()))) return false;
  } catch {
    return false;
  }
  if (refusing.size < MAX_REFUSING) refusing.add(addressOf(request));
  return true;
}

async function beginning(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const stop = (): void => void reader.cancel().catch(() => undefined);
  const timer = setTimeout(stop, REFUSAL_PATIENCE_MS);
  const decoder = new TextDecoder();
  let text = "";
  try {
    while (text.length < MAX_REFUSAL) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
    return text;
  } finally {
    clearTimeout(timer);
    stop();
  }
}

function addressOf({ url, model }: ModelRequest): string {
  return `${url.origin}${url.pathname} ${model ?? ""}`;
}
