import { Journal } from "./journal.ts";
import type { Addresses } from "./processor.ts";
import type { Random } from "./random.ts";
import { metricsOf, Scraper } from "./scraper.ts";
import { Sender, type SenderOptions } from "./sender.ts";
import { WhenUp } from "./up.ts";

const SENDERS = 5;

/** How many senders there are, and what they do. */
export interface LoadOptions extends Pick<SenderOptions, "story" | "batch" | "pool" | "request" | "repeats"> {
  readonly senders?: number;
}

/** Several senders and a scraper on one processor, which comes and goes. */
export class Load {
  readonly journal: Journal = new Journal();
  readonly #up = new WhenUp<Addresses>();
  readonly #senders: readonly Sender[];
  readonly #scraper: Scraper;
  readonly #running: Promise<unknown>;
  readonly #scraping: Promise<void>;

  constructor(random: Random, { senders = SENDERS, ...habits }: LoadOptions = {}) {
    this.#senders = Array.from(
      { length: senders },
      (_, i) =>
        new Sender({
          random: random.fork(`sender ${i}`),
          journal: this.journal,
          ingestUrl: async () => (await this.#up.get()).ingestUrl,
          ...habits,
        }),
    );
    this.#scraper = new Scraper(async () => (await this.#up.get()).operatorUrl);
    this.#running = Promise.all(this.#senders.map((sender) => sender.run()));
    // Whoever waits for the end hears of it; until then it is no unhandled rejection.
    this.#running.catch(() => undefined);
    this.#scraping = this.#scraper.run();
  }

  get scrapes(): number {
    return this.#scraper.scrapes;
  }

  /** Counters that fell. */
  get falls(): readonly string[] {
    return this.#scraper.falls;
  }

  up(addresses: Addresses): void {
    this.#up.set(addresses);
  }

  down(): void {
    this.#up.down();
  }

  /** Makes no more calls, waits until all are acknowledged, and returns what `/metrics` says then. */
  async drain(): Promise<string> {
    for (const sender of this.#senders) sender.stop();
    await this.#running;
    this.#scraper.stop();
    const { operatorUrl } = await this.#up.get();
    await this.#scraping;
    // A new series shows 0 for one scrape.
    for (let last = false; ; last = true) {
      const text = await metricsOf(operatorUrl);
      if (text === undefined) throw new Error("the processor does not give its metrics");
      this.#scraper.take(text);
      if (last) return text;
    }
  }
}
