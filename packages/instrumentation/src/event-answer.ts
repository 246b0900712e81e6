import {
  type Api,
  type RequestFacts,
  type ResponseReading,
  type StreamReader,
  streamReader,
} from "@keeptabs/usage";
import type { Answer } from "./answer.ts";
import { concatenated } from "./bytes.ts";
import { failureOf } from "./failure.ts";
import { isUsageChunk } from "./include-usage.ts";
import { safely } from "./safely.ts";

/** How a stream of events is written in bytes. */
export interface Framing {
  /** Takes bytes, wherever they were cut, and returns the events that are now whole, with all of their bytes. */
  cut(bytes: Uint8Array): readonly Uint8Array[];
  /** The bytes of an event that is not whole. */
  rest(): Uint8Array;
  /** What an event says. */
  event(bytes: Uint8Array): FramedEvent;
}

/**
 * An event's JSON, the mark that ends a stream, what still belongs to the event before, or something that says
 * nothing about usage.
 */
export type FramedEvent =
  | { readonly kind: "json"; readonly json: unknown }
  | { readonly kind: "end" }
  | { readonly kind: "tail" }
  | { readonly kind: "other" };

/** An answer that comes event by event. */
export class EventAnswer implements Answer {
  readonly #reader: StreamReader;
  readonly #framing: Framing;
  readonly #dropsUsageChunk: boolean;
  #sawEnd = false;
  #keptLast = true;
  failure: string | undefined;

  constructor(api: Api, facts: RequestFacts, framing: Framing, dropsUsageChunk: boolean) {
    this.#reader = streamReader(api, facts);
    this.#framing = framing;
    this.#dropsUsageChunk = dropsUsageChunk;
  }

  take(bytes: Uint8Array): Uint8Array {
    const events = this.#framing.cut(bytes);
    const kept = events.filter((event) => this.#keeps(event));
    return this.#dropsUsageChunk ? concatenated(kept) : bytes;
  }

  rest(): Uint8Array {
    const rest = this.#framing.rest();
    const kept = this.#keeps(rest);
    return this.#dropsUsageChunk && kept ? rest : new Uint8Array();
  }

  get ended(): boolean {
    return this.#sawEnd || this.#reader.complete;
  }

  reading(): ResponseReading {
    return this.#reader.reading();
  }

  /** Reads an event and says whether the application is to see it. */
  #keeps(bytes: Uint8Array): boolean {
    const kept = safely("reading an event", () => {
      const event = this.#framing.event(bytes);
      if (event.kind === "tail") return this.#keptLast;
      if (event.kind === "end") this.#sawEnd = true;
      if (event.kind !== "json") return true;
      this.#reader.take(event.json);
      this.failure ??= failureOf(event.json);
      return !(this.#dropsUsageChunk && isUsageChunk(event.json));
    });
    this.#keptLast = kept ?? true;
    return this.#keptLast;
  }
}
