import { concatenated } from "./bytes.ts";
import type { FramedEvent, Framing } from "./event-answer.ts";

/** Total length, length of the headers, checksum; after the payload one more checksum. */
const PRELUDE = 12;
const CHECKSUM = 4;
/** AWS' own limit for a message. */
const MAX_MESSAGE = 24 * 1024 * 1024;

/**
 * Bedrock's event stream, `application/vnd.amazon.eventstream`: messages that begin with their length. The payload is
 * JSON, of InvokeModel the model's own in base64. Once a length makes no sense nothing more is read.
 */
export function awsEventStream(): Framing {
  let held: Uint8Array = new Uint8Array();
  let broken = false;
  const decoder = new TextDecoder();
  return {
    cut(bytes: Uint8Array): readonly Uint8Array[] {
      if (broken) return [];
      const messages: Uint8Array[] = [];
      let all = concatenated([held, bytes]);
      while (all.length >= PRELUDE) {
        const length = uint32(all, 0);
        broken = length < PRELUDE + CHECKSUM || length > MAX_MESSAGE;
        if (broken || all.length < length) break;
        messages.push(all.subarray(0, length));
        all = all.subarray(length);
      }
      held = broken ? new Uint8Array() : all.slice();
      return messages;
    },
    rest: () => new Uint8Array(),
    event(message: Uint8Array): FramedEvent {
      if (message.length < PRELUDE + CHECKSUM) return { kind: "other" };
      const payload = message.subarray(PRELUDE + uint32(message, 4), message.length - CHECKSUM);
      const json: unknown = JSON.parse(decoder.decode(payload));
      const inner = (json as { readonly bytes?: unknown } | null)?.bytes;
      if (typeof inner !== "string") return { kind: "json", json };
      return { kind: "json", json: JSON.parse(Buffer.from(inner, "base64").toString("utf8")) };
    },
  };
}

function uint32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0);
}
