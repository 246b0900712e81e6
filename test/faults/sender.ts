import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Journal } from "./journal.ts";
import { type OtlpRequest, otlpRequest, type SentSpan } from "./otlp.ts";
import type { Random } from "./random.ts";
import { nextStory, type Parcel, type Story } from "./stories.ts";

/** The answer to a request; undefined when there was none. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: string;
}

/** What a sender works with. */
export interface SenderOptions {
  readonly random: Random;
  readonly journal: Journal;
  /** Where the processor is, once it is up. */
  readonly ingestUrl: () => Promise<string>;
  readonly story?: (random: Random) => Story;
  /** Most parcels in one request. */
  readonly batch?: number;
  /** Parcels that wait to be sent. */
  readonly pool?: number;
  /** Writes a request; in either encoding, with or without gzip, if it is left out. */
  readonly request?: (spans: readonly SentSpan[], random: Random) => OtlpRequest;
  /** False for a sender that sends nothing twice unless it must. */
  readonly repeats?: boolean;
}

const REMEMBERED = 200;

/** A request in either encoding, with or without gzip. */
export function anyRequest(spans: readonly SentSpan[], random: Random): OtlpRequest {
  return otlpRequest(spans, { encoding: random.pick(["json", "protobuf"]), gzip: random.chance(0.6) });
}

/**
 * A sender as it is in bad times: it makes calls without end, sends them in any order, tries again until it is
 * told 200, sometimes packs anew what it has no answer for, and sends much of it more than once.
 */
export class Sender {
  readonly #options: Required<SenderOptions>;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });
  readonly #pool: Parcel[] = [];
  readonly #sent: Parcel[] = [];
  readonly #forged = new Set<Parcel>();
  #stopping = false;

  constructor(options: SenderOptions) {
    this.#options = { story: nextStory, batch: 16, pool: 40, request: anyRequest, repeats: true, ...options };
  }

  /** Makes no more calls; `run` ends when all that were made are acknowledged. */
  stop(): void {
    this.#stopping = true;
  }

  async run(): Promise<void> {
    try {
      while (!this.#stopping || this.#pool.length > 0) {
        this.#fill();
        await this.#deliver(this.#batch());
      }
    } finally {
      this.#agent.destroy();
    }
  }

  #fill(): void {
    const { random, journal, story, pool } = this.#options;
    while (!this.#stopping && this.#pool.length < pool) {
      const next = story(random);
      journal.emit(next);
      this.#pool.push(...next.parcels);
    }
  }

  #batch(): Parcel[] {
    const { random, batch, repeats } = this.#options;
    const parcels: Parcel[] = [];
    for (let size = random.between(1, batch); size > 0 && this.#pool.length > 0; size -= 1) {
      parcels.push(random.draw(this.#pool));
    }
    if (!repeats) return parcels;
    // Some that were sent before travel along, also in one request with themselves.
    while (random.chance(0.25) && this.#sent.length > 0) parcels.push(random.pick(this.#sent));
    if (random.chance(0.05)) parcels.push(random.pick(parcels));
    return parcels;
  }

  async #deliver(parcels: readonly Parcel[]): Promise<void> {
    const { random, journal, repeats } = this.#options;
    const spans = parcels.flatMap((parcel) => parcel.spans);
    const sent = this.#options.request(spans, random);
    this.#remember(parcels);
    for (;;) {
      const twice = repeats && random.chance(0.08);
      const answers = await Promise.all(twice ? [this.#post(sent), this.#post(sent)] : [this.#post(sent)]);
      if (answers.some((answer) => answer?.status === 200)) break;
      if (journal.wrongAnswers.length > 100) throw new Error(journal.wrongAnswers[0]);
      if (!this.#stopping && random.chance(0.2)) {
        this.#pool.push(...parcels);
        return;
      }
      await sleep(20);
    }
    for (const { entries, forgery } of parcels) {
      journal.acknowledge(entries);
      // Only now is it certain which of the two comes second.
      if (forgery !== undefined) this.#forge(forgery);
    }
  }

  #forge(forgery: Parcel): void {
    if (this.#forged.has(forgery)) return;
    this.#forged.add(forgery);
    this.#options.journal.forged();
    this.#pool.push(forgery);
  }

  #remember(parcels: readonly Parcel[]): void {
    for (const parcel of parcels) {
      if (this.#sent.length < REMEMBERED) this.#sent.push(parcel);
      else this.#sent[this.#options.random.between(0, REMEMBERED - 1)] = parcel;
    }
  }

  async #post(sent: OtlpRequest): Promise<Answer | undefined> {
    const url = await this.#options.ingestUrl();
    const answer = await post(url, sent, this.#agent);
    this.#options.journal.answer(answer?.status, answer?.retryAfter, answer?.body ?? "");
    return answer;
  }
}

/** Sends a request to a processor; resolves with undefined when no whole answer came back. */
export function post(
  ingestUrl: string,
  { body, headers }: OtlpRequest,
  agent?: Agent,
): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const sending = request(
      `${ingestUrl}/v1/traces`,
      {
        method: "POST",
        headers: { ...headers, "content-length": body.length },
        timeout: 30_000,
        ...(agent === undefined ? {} : { agent }),
      },
      (response) => {
        let text = "";
        response.setEncoding("latin1");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => {
          const { statusCode, headers: answered, complete } = response;
          if (!complete || statusCode === undefined) resolve(undefined);
          else resolve({ status: statusCode, retryAfter: answered["retry-after"], body: text });
        });
        response.on("error", () => resolve(undefined));
        response.on("close", () => resolve(undefined));
      },
    );
    sending.on("timeout", () => sending.destroy(new Error("no answer in time")));
    sending.on("error", () => resolve(undefined));
    sending.end(body);
  });
}
