import {
  type Api,
  type RequestFacts,
  type ResponseReading,
  streamReader,
  usageFromResponse,
} from "@keeptabs/usage";
import type { Answer } from "./answer.ts";
import { MAX_KEPT_BYTES } from "./bytes.ts";
import { failureOf } from "./failure.ts";

/** An answer that is one JSON text, an array of what would be events elsewhere, or one JSON text in each line. */
export class WholeAnswer implements Answer {
  readonly ended = false;
  readonly #api: Api;
  readonly #facts: RequestFacts;
  readonly #decoder = new TextDecoder();
  #parts: string[] = [];
  #bytes = 0;
  #events: readonly unknown[] | undefined;

  constructor(api: Api, facts: RequestFacts) {
    this.#api = api;
    this.#facts = facts;
  }

  take(bytes: Uint8Array): Uint8Array {
    this.#bytes += bytes.byteLength;
    if (this.#bytes <= MAX_KEPT_BYTES) this.#parts.push(this.#decoder.decode(bytes, { stream: true }));
    else this.#parts = [];
    return bytes;
  }

  rest(): Uint8Array {
    return new Uint8Array();
  }

  get failure(): string | undefined {
    return failureOf(this.#parsed().at(-1));
  }

  reading(): ResponseReading {
    const events = this.#parsed();
    if (events.length < 2) return usageFromResponse(this.#api, events[0], this.#facts);
    const reader = streamReader(this.#api, this.#facts);
    for (const event of events) reader.take(event);
    return reader.reading();
  }

  #parsed(): readonly unknown[] {
    if (this.#events === undefined) {
      const text = this.#parts.join("");
      const json = parsed(text);
      this.#parts = [];
      const events = json === undefined ? text.split("\n").map(parsed) : [json].flat();
      this.#events = events.filter((event) => typeof event === "object" && event !== null);
    }
    return this.#events;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
