import { missingUsage, type Outcome } from "@keeptabs/usage";
import { type Answer, answerOf } from "./answer.ts";
import { askingForUsage, refusesUsage } from "./include-usage.ts";
import { type FetchInit, type FetchInput, type ModelRequest, modelRequest } from "./model-request.ts";
import { type Ending, ModelSpan } from "./model-span.ts";
import { observedResponse, type Watcher } from "./observed-response.ts";
import { nameOf, reportOnce, safely } from "./safely.ts";
import type { Settings } from "./settings.ts";

type Send = (init: FetchInit) => Promise<Response>;

interface Call {
  readonly request: ModelRequest;
  readonly span: ModelSpan;
  /** The same request asking for usage, where the application does not and it can be asked. */
  readonly asking: FetchInit;
  readonly signal: AbortSignal | undefined;
}

/**
 * A `fetch` that makes a span of each call of a model. `settings` says what is in force now; undefined means that
 * the hook is off. Every other request passes as it is.
 */
export function observedFetch(original: typeof fetch, settings: () => Settings | undefined): typeof fetch {
  return function fetch(this: unknown, input: FetchInput, init?: FetchInit): Promise<Response> {
    const now = settings();
    const call = now === undefined ? undefined : safely("a request", () => begun(input, init, now));
    const send: Send = (given) =>
      Reflect.apply(original, this, given === undefined ? [input] : [input, given]);
    return call === undefined ? send(init) : observed(call, send, init);
  } as typeof fetch;
}

function begun(input: FetchInput, init: FetchInit, settings: Settings): Call | undefined {
  const request = modelRequest(input, init);
  if (request === undefined) return undefined;
  const span = ModelSpan.start(request, settings);
  if (!span.recording) return undefined;
  const asking =
    settings.includeUsage === false
      ? undefined
      : safely("asking", () => askingForUsage(request, input, init));
  const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
  // The prompt is not kept while the answer comes in.
  return { request: { ...request, payload: undefined }, span, asking, signal };
}

async function observed(call: Call, send: Send, init: FetchInit): Promise<Response> {
  const { request, span } = call;
  let asked = call.asking !== undefined;
  let response: Response;
  try {
    response = await span.within(() => send(call.asking ?? init));
    if (asked && (await refusesUsage(request, response))) {
      // The application did not ask for what was refused, so it gets the answer to what it asked.
      asked = false;
      response.body?.cancel().catch(() => undefined);
      response = await span.within(() => send(init));
    }
  } catch (error) {
    safely("a request that failed", () => span.end(failedEnding(call, error)));
    throw error;
  }
  return safely("an answer", () => watched(call, response, asked)) ?? response;
}

/** The response to hand on: as it is when there is nothing to read in it, otherwise with its bytes watched. */
function watched(call: Call, response: Response, asked: boolean): Response {
  const { request, span } = call;
  if (!response.ok) {
    span.end({ outcome: "error", error: String(response.status) });
    return response;
  }
  const facts = { ...request.facts, headers: new Map(response.headers) };
  const type = response.headers.get("content-type") ?? "";
  const answer = answerOf(request.endpoint, facts, type, request.stream, asked);
  const watcher: Watcher = {
    ended: () => span.end(endingOf(answer, "ok")),
    left: () => span.end(endingOf(answer, "aborted")),
    failed: (error) => span.end(endingOf(answer, "aborted", errorType(call, error))),
  };
  try {
    // Nobody reads a body that is known to be empty.
    const empty = response.body === null || response.headers.get("content-length") === "0";
    if (!empty) return observedResponse(response, answer, watcher);
  } catch (error) {
    reportOnce("unobserved", `an answer can't be observed: ${nameOf(error)}`, "error");
  }
  watcher.ended();
  return response;
}

function endingOf(answer: Answer, otherwise: Outcome, error?: string): Ending {
  const reading = answer.reading();
  if (answer.failure !== undefined) return { outcome: "error", error: answer.failure, reading };
  if (otherwise === "ok" || answer.ended) return { outcome: "ok", reading };
  const brokenOff = { ...reading, usage: { ...reading.usage, lowerBound: true } };
  return { outcome: "aborted", reading: brokenOff, ...(error === undefined ? {} : { error }) };
}

/** A request that was given up on may be billed all the same; one that never got through is not. */
function failedEnding(call: Call, error: unknown): Ending {
  const type = errorType(call, error);
  if (type !== undefined) return { outcome: "error", error: type };
  const usage = missingUsage({ lowerBound: true });
  return { outcome: "aborted", reading: { usage, responseModel: undefined, responseId: undefined } };
}

/** The error's name; undefined when it was the application that gave up. */
function errorType({ signal }: Call, error: unknown): string | undefined {
  const name = nameOf(error);
  return signal?.aborted === true || name === "AbortError" || name === "TimeoutError" ? undefined : name;
}
