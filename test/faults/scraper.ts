import { setTimeout as sleep } from "node:timers/promises";

/** Reads `/metrics` all the time, and notes every counter of the ledger that falls or goes away. */
export class Scraper {
  readonly #operatorUrl: () => Promise<string>;
  readonly #highest = new Map<string, bigint>();
  readonly #falls: string[] = [];
  #scrapes = 0;
  #stopping = false;

  constructor(operatorUrl: () => Promise<string>) {
    this.#operatorUrl = operatorUrl;
  }

  /** What fell, and from what to what. */
  get falls(): readonly string[] {
    return this.#falls;
  }

  get scrapes(): number {
    return this.#scrapes;
  }

  stop(): void {
    this.#stopping = true;
  }

  async run(): Promise<void> {
    while (!this.#stopping) {
      const text = await metricsOf(await this.#operatorUrl());
      if (text !== undefined) this.take(text);
      await sleep(15);
    }
  }

  take(text: string): void {
    this.#scrapes += 1;
    const counters = samplesOf(text, /^llm_\w+_total$/);
    for (const [series, highest] of this.#highest) {
      const value = counters.get(series);
      if (value === undefined || value < highest)
        this.#falls.push(`${series} fell from ${highest} to ${value}`);
    }
    for (const [series, value] of counters) this.#highest.set(series, value);
  }
}

/** The text of `/metrics`, or undefined when the processor did not give it whole. */
export async function metricsOf(operatorUrl: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${operatorUrl}/metrics`);
    const text = await response.text();
    return response.ok ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The samples of the families whose name matches: the series as it is written, and its value in 1e-18. */
export function samplesOf(text: string, name: RegExp): Map<string, bigint> {
  const samples = new Map<string, bigint>();
  for (const line of text.split("\n")) {
    const [, family, labels, value] = /^(\w+)(\{.*\})? (\S+)$/.exec(line) ?? [];
    if (family === undefined || value === undefined || !name.test(family)) continue;
    samples.set(`${family}${labels ?? ""}`, attoOf(value));
  }
  return samples;
}

/** A decimal number as a whole number of 1e-18. */
export function attoOf(decimal: string): bigint {
  const [, sign, whole, fraction = ""] = /^(-?)(\d+)(?:\.(\d{1,18}))?$/.exec(decimal) ?? [];
  if (whole === undefined) throw new Error(`"${decimal}" is not a decimal number of at most 18 digits`);
  const atto = BigInt(whole) * 10n ** 18n + BigInt(fraction.padEnd(18, "0"));
  return sign === "-" ? -atto : atto;
}
