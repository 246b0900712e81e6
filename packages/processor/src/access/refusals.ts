import type { Logger } from "pino";

/** Told of each refusal, to count it. */
export type OnRefusal = (port: "ingest" | "operator", reason: string) => void;

const QUIET_MS = 10_000;

/**
 * Requests that were not served, by reason: each is counted, and of each reason one line is logged in ten
 * seconds, with how many there were since the last. Reasons are our own words and few; what a client sent
 * stands only in the facts of a line, as JSON.
 */
export class Refusals {
  readonly #port: "ingest" | "operator";
  readonly #log: Logger;
  readonly #onRefusal: OnRefusal | undefined;
  readonly #nowMs: () => number;
  readonly #spoken = new Map<string, { at: number; silent: number }>();

  constructor(
    port: "ingest" | "operator",
    log: Logger,
    onRefusal?: OnRefusal,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#port = port;
    this.#log = log;
    this.#onRefusal = onRefusal;
    this.#nowMs = nowMs;
  }

  /** Notes one. Facts are never a token, nor anything of a customer. */
  note(
    reason: string,
    facts: Readonly<Record<string, unknown>> = {},
    message = "a request was refused",
  ): void {
    this.#onRefusal?.(this.#port, reason);
    const now = this.#nowMs();
    const last = this.#spoken.get(reason);
    if (last !== undefined && now - last.at < QUIET_MS) {
      last.silent += 1;
      return;
    }
    const port = this.#port;
    const others = last === undefined || last.silent === 0 ? {} : { since_last_line: last.silent };
    this.#log.warn({ port, reason, ...others, ...facts }, message);
    this.#spoken.set(reason, { at: now, silent: 0 });
  }
}
