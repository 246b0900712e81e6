import type { Answer } from "./answer.ts";
import { safely } from "./safely.ts";

/** Told once how an answer ended; `lost` means that nobody can read it any more. */
export interface Watcher {
  ended(): void;
  failed(error: unknown): void;
  left(): void;
}

/** What becomes of streams that nobody read to the end. */
const lost = new FinalizationRegistry<() => void>((end) => end());

/**
 * The same response, whose bytes are seen by `answer` as the application reads them: nothing is read ahead,
 * nothing is waited for, errors and cancellation pass through. Throws, with the response as it was, when it can't be wrapped.
 */
export function observedResponse(response: Response, answer: Answer, watcher: Watcher): Response {
  const { body } = response;
  if (body === null) throw new TypeError("a response without a body has nothing to observe");
  const bytes = isByteStream(body);
  // Locked from the start: fetch would otherwise cancel a body whose response is garbage.
  const upstream = body.getReader();
  try {
    const source = passing(upstream, answer, watcher);
    const stream = bytes
      ? new ReadableStream({ ...source, type: "bytes" }, { highWaterMark: 0 })
      : new ReadableStream(source, { highWaterMark: 0 });
    const copy = likeness(response, stream);
    lost.register(stream, () => {
      safely("an unread answer", () => watcher.left());
      upstream.cancel().catch(() => undefined);
    });
    return copy;
  } catch (error) {
    upstream.releaseLock();
    throw error;
  }
}

type Upstream = ReadableStreamDefaultReader<Uint8Array>;
type Controller = ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array>;

interface Source {
  pull(controller: Controller): Promise<void>;
  cancel(reason: unknown): Promise<void>;
}

/** Holds neither the stream nor the response, so that an unread one can be found out. */
function passing(upstream: Upstream, answer: Answer, watcher: Watcher): Source {
  let over = false;
  return {
    async pull(controller) {
      for (;;) {
        let result: Awaited<ReturnType<Upstream["read"]>>;
        try {
          result = await upstream.read();
        } catch (error) {
          over = true;
          safely("an answer that failed", () => watcher.failed(error));
          throw error;
        }
        if (over) return;
        if (result.done) {
          over = true;
          const rest = safely("the rest of an answer", () => answer.rest());
          safely("the end of an answer", () => watcher.ended());
          finish(controller, rest);
          return;
        }
        const { value } = result;
        const passed = safely("reading an answer", () => answer.take(value)) ?? value;
        if (passed.byteLength === 0) continue;
        controller.enqueue(passed);
        return;
      }
    },
    cancel(reason) {
      over = true;
      safely("leaving an answer", () => watcher.left());
      return upstream.cancel(reason);
    },
  };
}

function finish(controller: Controller, rest: Uint8Array | undefined): void {
  if (rest !== undefined && rest.byteLength > 0) controller.enqueue(rest);
  controller.close();
  // A reader that brought its own buffer gets it back.
  if ("byobRequest" in controller) controller.byobRequest?.respond(0);
}

function isByteStream(stream: ReadableStream): boolean {
  try {
    stream.getReader({ mode: "byob" }).releaseLock();
    return true;
  } catch {
    return false;
  }
}

/** A response with another body and all else the same, also what the constructor does not take. */
function likeness(response: Response, body: ReadableStream): Response {
  const { status, statusText, headers, url, redirected, type } = response;
  const copy = Reflect.construct(response.constructor, [body, { status, statusText, headers }]) as Response;
  const own = (value: unknown): PropertyDescriptor => ({ value, configurable: true });
  const dress = (bare: Response): Response =>
    Object.defineProperties(bare, {
      url: own(url),
      redirected: own(redirected),
      type: own(type),
      clone: own(() => dress(Object.getPrototypeOf(bare).clone.call(bare))),
    });
  Object.defineProperty(dress(copy), "headers", own(headers));
  return copy;
}
