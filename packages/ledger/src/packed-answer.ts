import { joinUsd } from "@keeptabs/pricing/money";
import type { Outcome } from "@keeptabs/usage";
import type { Dictionary } from "./dictionary.ts";
import type { BookingResult, EntryKind, Posting } from "./entry.ts";
import type { PostingSum, Series } from "./postings.ts";

/** What became of bookings and what was posted, in the form in which it comes back from the writer's thread. */
export interface PackedAnswer {
  /** One for each booking: its place in `RESULTS`. */
  readonly results: Uint8Array<ArrayBuffer>;
  readonly customers: readonly string[];
  readonly words: readonly string[];
  readonly units: readonly string[];
  /** `SERIES_REFERENCES` for each series, all words: feature, provider, model, kind, reason, outcome. */
  readonly series: Uint32Array<ArrayBuffer>;
  /** `POSTING_REFERENCES` for each posting: customer, series, 1 when first. */
  readonly references: Uint32Array<ArrayBuffer>;
  /** `POSTING_NUMBERS` for each posting: when, calls, nano, atto. */
  readonly numbers: BigInt64Array<ArrayBuffer>;
  /** Unit and quantity of all postings, and where each one's end. */
  readonly quantities: Float64Array<ArrayBuffer>;
  readonly quantityEnds: Uint32Array<ArrayBuffer>;
}

const SERIES_REFERENCES = 6;
const POSTING_REFERENCES = 3;
const POSTING_NUMBERS = 4;

const KINDS: readonly EntryKind[] = ["charged", "zero", "unpriced", "partly_unpriced", "covered", "held"];
const RESULTS: readonly BookingResult[] = [
  { kind: "duplicate" },
  { kind: "conflict" },
  ...KINDS.map((entry): BookingResult => ({ kind: "booked", entry })),
];

/** Packs what a request did. */
export function packAnswer(
  results: readonly BookingResult[],
  postings: readonly PostingSum[],
  names: Dictionary,
  customers: Dictionary,
): PackedAnswer {
  const customerNames: string[] = [];
  const customerIndexes = new Map<number, number>();
  const customerIndex = (id: number): number => {
    let found = customerIndexes.get(id);
    if (found === undefined) {
      found = customerNames.push(customers.name(id)) - 1;
      customerIndexes.set(id, found);
    }
    return found;
  };
  const units: number[] = [];
  const unitIndex = (id: number): number => {
    const found = units.indexOf(id);
    return found >= 0 ? found : units.push(id) - 1;
  };
  const words: string[] = [];
  const wordIndexes = new Map<string, number>();
  const wordIndex = (word: string): number => {
    let found = wordIndexes.get(word);
    if (found === undefined) {
      found = words.push(word) - 1;
      wordIndexes.set(word, found);
    }
    return found;
  };
  const series: number[] = [];
  const seriesIndexes = new Map<Series, number>();
  const seriesIndex = (of: Series): number => {
    let found = seriesIndexes.get(of);
    if (found === undefined) {
      const places = [of.feature, of.provider, of.model].map((id) => wordIndex(names.name(id)));
      series.push(...places, wordIndex(of.kind), wordIndex(of.reason), wordIndex(of.outcome));
      found = seriesIndexes.size;
      seriesIndexes.set(of, found);
    }
    return found;
  };
  const references = new Uint32Array(postings.length * POSTING_REFERENCES);
  const numbers = new BigInt64Array(postings.length * POSTING_NUMBERS);
  const quantities: number[] = [];
  const quantityEnds = new Uint32Array(postings.length);
  let at = 0;
  for (const posting of postings) {
    const to = at * POSTING_REFERENCES;
    references[to] = customerIndex(posting.customer);
    references[to + 1] = seriesIndex(posting.series);
    references[to + 2] = posting.first ? 1 : 0;
    const number = at * POSTING_NUMBERS;
    numbers[number] = posting.occurredAt;
    numbers[number + 1] = BigInt(posting.calls);
    numbers[number + 2] = posting.nano;
    numbers[number + 3] = posting.atto;
    const consumed = posting.quantities;
    for (let i = 0; i < consumed.units.length; i += 1) {
      quantities.push(unitIndex(consumed.units[i] ?? 0), consumed.amounts[i] ?? 0);
    }
    quantityEnds[at] = quantities.length;
    at += 1;
  }
  return {
    results: Uint8Array.from(results, codeOf),
    customers: customerNames,
    words,
    units: units.map((id) => names.name(id)),
    series: Uint32Array.from(series),
    references,
    numbers,
    quantities: Float64Array.from(quantities),
    quantityEnds,
  };
}

/** The buffers that may change hands instead of being copied. */
export function answerBuffers(answer: PackedAnswer): ArrayBuffer[] {
  const { results, series, references, numbers, quantities, quantityEnds } = answer;
  return [results, series, references, numbers, quantities, quantityEnds].map(({ buffer }) => buffer);
}

/** Reads back what `packAnswer` packed. */
export function unpackAnswer(answer: PackedAnswer): { results: BookingResult[]; postings: Posting[] } {
  const { customers, words, units, series, references, numbers, quantities, quantityEnds } = answer;
  const word = (index: number | undefined): string => words[index ?? -1] ?? "";
  const results = Array.from(answer.results, (code) => RESULTS[code] as BookingResult);
  const postings: Posting[] = [];
  let from = 0;
  for (const [i, until] of quantityEnds.entries()) {
    const to = i * POSTING_REFERENCES;
    const of = (references[to + 1] ?? 0) * SERIES_REFERENCES;
    const number = i * POSTING_NUMBERS;
    const tokens: (readonly [string, number])[] = [];
    for (; from < until; from += 2)
      tokens.push([units[quantities[from] ?? -1] ?? "", quantities[from + 1] ?? 0]);
    postings.push({
      occurredAt: numbers[number] ?? 0n,
      customer: customers[references[to] ?? -1] ?? "",
      feature: word(series[of]),
      provider: word(series[of + 1]),
      model: word(series[of + 2]),
      amount: joinUsd(numbers[number + 2] ?? 0n, numbers[number + 3] ?? 0n),
      calls: Number(numbers[number + 1] ?? 0n),
      kind: word(series[of + 3]) as EntryKind,
      reason: word(series[of + 4]),
      outcome: word(series[of + 5]) as Outcome,
      tokens,
      first: references[to + 2] === 1,
    });
  }
  return { results, postings };
}

function codeOf(result: BookingResult): number {
  return result.kind === "booked" ? 2 + KINDS.indexOf(result.entry) : result.kind === "conflict" ? 1 : 0;
}
