import type { ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { CompleteAnswer } from "./answer.ts";
import type { Delivery } from "./bill.ts";
import type { Reply, ServerSentEvent } from "./reply.ts";

/** Told how the answer ends, always before its last byte leaves. */
export type Ended = (delivery: Delivery, usageSent: boolean) => void;

/** Sends the answer as one JSON body. */
export async function deliverJson(
  out: ServerResponse,
  reply: Reply,
  answer: CompleteAnswer,
  ended: Ended,
): Promise<void> {
  if (out.destroyed) return ended("abandoned_by_client", false);
  const body = Buffer.from(JSON.stringify(reply.body));
  out.setHeader("content-type", "application/json");
  out.setHeader("content-length", body.length);
  if (answer.breakAfterEvents === undefined) {
    ended("whole", true);
    out.end(body);
    return;
  }
  ended("broken_off", false);
  await write(out, body.subarray(0, body.length / 2));
  out.destroy();
}

/** Sends the answer as server-sent events, until it is told to break off or nobody listens any more. */
export async function deliverEvents(
  out: ServerResponse,
  reply: Reply,
  answer: CompleteAnswer,
  giveUp: ServerSentEvent,
  ended: Ended,
): Promise<void> {
  out.setHeader("content-type", "text/event-stream; charset=utf-8");
  out.setHeader("cache-control", "no-cache");
  out.flushHeaders();
  const { breakAfterEvents = Number.POSITIVE_INFINITY, eventDelayMs } = answer;
  let usageSent = false;
  for (const [index, event] of reply.events.entries()) {
    if (index > 0 && eventDelayMs !== undefined) await pause(eventDelayMs);
    if (out.destroyed) return ended("abandoned_by_client", usageSent);
    if (index >= breakAfterEvents) {
      ended("broken_off", usageSent);
      if (answer.breakWith === "event") out.end(frame(giveUp));
      else out.destroy();
      return;
    }
    usageSent ||= event.final === true;
    if (index === reply.events.length - 1) ended("whole", usageSent);
    await write(out, frame(event));
  }
  out.end();
}

function frame({ event, data }: ServerSentEvent): string {
  const text = data === "[DONE]" ? data : JSON.stringify(data);
  return `${event === undefined ? "" : `event: ${event}\n`}data: ${text}\n\n`;
}

/** Waits until the bytes are with the operating system, so that destroying the socket does not take them back. */
async function write(out: ServerResponse, bytes: string | Buffer): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  out.once("close", resolve);
  out.write(bytes, () => resolve());
  await promise;
  out.off("close", resolve);
}
