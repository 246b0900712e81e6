import { type Endpoint, type RequestFacts, type ResponseReading, usageFromResponse } from "@keeptabs/usage";
import { awsEventStream } from "./aws-event-stream.ts";
import { EventAnswer } from "./event-answer.ts";
import { serverSentEvents } from "./server-sent-events.ts";
import { WholeAnswer } from "./whole-answer.ts";

/** What is learned from an answer while its bytes pass to the application. */
export interface Answer {
  /** Sees bytes and returns those that the application gets. */
  take(bytes: Uint8Array): Uint8Array;
  /** Bytes that were held back when the answer ended. */
  rest(): Uint8Array;
  /** True when the provider has said its last word, so that whoever leaves now missed nothing. */
  readonly ended: boolean;
  /** What went wrong at the provider although it had answered 200; a short name without any content. */
  readonly failure: string | undefined;
  /** What is known so far about the call. */
  reading(): ResponseReading;
}

/** Chooses how an answer is read by what it says it is. */
export function answerOf(
  { api }: Endpoint,
  facts: RequestFacts,
  contentType: string,
  stream: boolean | undefined,
  dropUsageChunk: boolean,
): Answer {
  const type = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "application/vnd.amazon.eventstream") {
    return new EventAnswer(api, facts, awsEventStream(), false);
  }
  const vague = type === "" || type === "text/plain";
  if (type === "text/event-stream" || (stream === true && vague)) {
    return new EventAnswer(api, facts, serverSentEvents(), dropUsageChunk);
  }
  if (vague || /json|^text\//.test(type)) return new WholeAnswer(api, facts);
  return unread(() => usageFromResponse(api, undefined, facts));
}

/** An answer that is no text: speech, for one, is billed by what was asked for. */
function unread(reading: () => ResponseReading): Answer {
  return {
    take: (bytes) => bytes,
    rest: () => new Uint8Array(),
    ended: false,
    failure: undefined,
    reading,
  };
}
