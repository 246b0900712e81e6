import { concatenated, MAX_KEPT_BYTES } from "./bytes.ts";
import type { FramedEvent, Framing } from "./event-answer.ts";

const LF = 10;
const CR = 13;

/** Pieces of content: most of a stream, and without a word on usage. */
const CONTENT = /^(?:content_block_delta|.*\.delta)$/;

/**
 * The event stream of the HTML standard (§9.2): lines end with LF, CR LF or CR, an empty line ends an event.
 * An event above MAX_KEPT_BYTES is let go in parts and not read.
 */
export function serverSentEvents(): Framing {
  let parts: Uint8Array[] = [];
  let size = 0;
  let lineIsEmpty = true;
  let afterCr = false;
  const decoder = new TextDecoder();

  const taken = (last: Uint8Array): Uint8Array => {
    const event = parts.length === 0 ? last : concatenated([...parts, last]);
    parts = [];
    size = 0;
    return event;
  };

  return {
    cut(bytes: Uint8Array): readonly Uint8Array[] {
      const events: Uint8Array[] = [];
      let start = 0;
      for (let i = 0; i < bytes.length; i += 1) {
        const byte = bytes[i];
        if (byte === LF && afterCr) {
          afterCr = false;
          // The second half of an event's end: the event itself is not held back until it comes.
          if (i === start && size === 0) {
            events.push(bytes.subarray(i, i + 1));
            start = i + 1;
          }
          continue;
        }
        afterCr = byte === CR;
        if (byte !== LF && byte !== CR) {
          lineIsEmpty = false;
        } else if (lineIsEmpty) {
          events.push(taken(bytes.subarray(start, i + 1)));
          start = i + 1;
        } else {
          lineIsEmpty = true;
        }
      }
      if (start < bytes.length) {
        // A copy, since the application's stream takes the memory of what passes.
        parts.push(new Uint8Array(bytes.subarray(start)));
        size += bytes.length - start;
        if (size > MAX_KEPT_BYTES) events.push(taken(new Uint8Array()));
      }
      return events;
    },
    rest: () => taken(new Uint8Array()),
    event: (bytes) => eventOf(decoder.decode(bytes)),
  };
}

function eventOf(text: string): FramedEvent {
  if (text === "\n") return { kind: "tail" };
  const data: string[] = [];
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line.startsWith("data:")) data.push(line.slice(line[5] === " " ? 6 : 5));
    else if (line.startsWith("event:") && CONTENT.test(line.slice(6).trim())) return { kind: "other" };
  }
  const json = data.join("\n");
  if (json === "[DONE]") return { kind: "end" };
  if (!json.startsWith("{")) return { kind: "other" };
  try {
    return { kind: "json", json: JSON.parse(json) };
  } catch {
    return { kind: "other" };
  }
}
