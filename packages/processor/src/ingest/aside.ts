import type { Logger } from "pino";
import type { Refusals } from "../access/index.ts";
import type { OtlpEncoding } from "../otlp/index.ts";
import type { ProcessMetrics } from "../process-metrics.ts";
import type { Quarantine } from "../quarantine.ts";

/** What keeping aside works with. */
export interface AsideParts {
  readonly quarantine: Pick<Quarantine, "keep">;
  readonly refusals: Refusals;
  readonly process: Pick<ProcessMetrics, "quarantineFailures">;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
}

/**
 * Keeps bodies aside of which something could not be decoded. It never can be, so where a body can't be kept its
 * sender is answered as if it were: told to come again, it would come for ever.
 */
export class Aside {
  readonly #parts: AsideParts;
  #failing = false;

  constructor(parts: AsideParts) {
    this.#parts = parts;
  }

  /** Keeps a body, if that can be done, and notes what is wrong with it. Never rejects. */
  async keep(body: Uint8Array, encoding: OtlpEncoding, problem: string): Promise<void> {
    const file = await this.#file(body, encoding);
    if (file === undefined) {
      this.#parts.refusals.note("content", { problem }, "a body had undecodable content");
    } else {
      const facts = { problem, file };
      this.#parts.refusals.note("content", facts, "a body with undecodable content was kept aside");
    }
  }

  async #file(body: Uint8Array, encoding: OtlpEncoding): Promise<string | undefined> {
    const { quarantine, now } = this.#parts;
    try {
      const { file, written } = await quarantine.keep(body, encoding === "json" ? "json" : "pb", now());
      if (written) this.#succeeded();
      return file;
    } catch (error) {
      this.#failed(error as Error);
      return undefined;
    }
  }

  /** One line in the log when the trouble begins, however many bodies meet it. */
  #failed({ message }: Error): void {
    const { process, log } = this.#parts;
    process.quarantineFailures.inc();
    if (!this.#failing) {
      log.error({ problem: message }, "bodies with undecodable content can't be kept aside");
    }
    this.#failing = true;
  }

  #succeeded(): void {
    if (!this.#failing) return;
    this.#failing = false;
    this.#parts.log.info("bodies with undecodable content are kept aside again");
  }
}
