import type { MetricFamily } from "./catalogue.ts";
import { familyHead, labelText } from "./exposition.ts";

interface Series {
  readonly labels: string;
  value: bigint;
  /** False until a scrape has shown the series at 0. */
  shown: boolean;
}

/**
 * The series of one counter family. A series that is new shows 0 for one scrape first: Prometheus'
 * `increase()` takes the first sample it sees as the start, and would otherwise lose the first calls.
 */
export class CounterSeries {
  readonly #family: MetricFamily;
  readonly #format: (value: bigint) => string;
  readonly #series = new Map<string, Series>();

  constructor(family: MetricFamily, format: (value: bigint) => string) {
    this.#family = family;
    this.#format = format;
  }

  get size(): number {
    return this.#series.size;
  }

  /** Sets a series to what it was before a restart; it shows its value at once. */
  restore(values: readonly string[], value: bigint): void {
    const series = this.#of(values);
    series.value += value;
    series.shown = true;
  }

  add(values: readonly string[], value: bigint): void {
    this.#of(values).value += value;
  }

  /** The family's text, and what to do when it has reached the scraper. */
  render(): { readonly text: string; readonly delivered: () => void } {
    const fresh: Series[] = [];
    let text = familyHead(this.#family);
    for (const series of this.#series.values()) {
      if (!series.shown) fresh.push(series);
      text += `${this.#family.name}${series.labels} ${series.shown ? this.#format(series.value) : "0"}\n`;
    }
    return {
      text,
      delivered: () => {
        for (const series of fresh) series.shown = true;
      },
    };
  }

  #of(values: readonly string[]): Series {
    // JSON keeps apart what joining with a separator would mix up: ("a,b", "c") and ("a", "b,c").
    const key = JSON.stringify(values);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { labels: labelText(this.#family.labels, values), value: 0n, shown: false };
      this.#series.set(key, series);
    }
    return series;
  }
}

/** The text of a gauge family; a value is written as it stands. */
export function gaugeText(
  family: MetricFamily,
  samples: Iterable<readonly [values: readonly string[], value: string]>,
): string {
  let text = familyHead(family);
  for (const [values, value] of samples)
    text += `${family.name}${labelText(family.labels, values)} ${value}\n`;
  return text;
}
