import type { EntryKind } from "./entry.ts";
import { PairMap } from "./pair-map.ts";
import type { Row } from "./row.ts";

/** What postings that are added up have in common beside customer and time; names are the ledger's numbers. */
export interface SeriesKey {
  readonly feature: number;
  readonly provider: number;
  readonly model: number;
  readonly kind: EntryKind;
  readonly reason: string;
  readonly outcome: string;
}

/** A series with numbers of this process, by which its sums are found. */
export interface Series extends SeriesKey {
  readonly id: number;
  /** The same for all series of one feature, provider and model. */
  readonly place: number;
}

/** What an entry or an adjustment adds to the totals. */
export interface PostingRow {
  readonly series: Series;
  readonly customer: number;
  /** Unix nanoseconds. */
  readonly occurredAt: bigint;
  /** In which quarter of an hour since 1970 that is. */
  readonly quarter: number;
  readonly first: boolean;
  readonly calls: number;
  readonly nano: bigint;
  readonly atto: bigint;
  /** Unit and quantity by turns. */
  readonly tokens: readonly number[];
}

/** Postings that were added up. */
export interface PostingSum extends Omit<PostingRow, "tokens"> {
  readonly quantities: Quantities;
}

/** Days and months of every time zone begin at a quarter of an hour: what lies within one is in the same. */
const NANOS_PER_QUARTER = 900_000_000_000n;

/** The quarter of an hour, counted from 1970, that an instant of Unix nanoseconds lies in. */
export function quarterOf(occurredAt: bigint): number {
  return Number(occurredAt / NANOS_PER_QUARTER);
}

/** More series than this start the memory anew: a series that comes again then has other numbers, and sums of its own. */
const SERIES_LIMIT = 100_000;

const series = new Map<string, Series>();
const places = new Map<string, number>();
let lastSeries = 0;
let lastPlace = 0;

/** The series of a posting. */
export function seriesOf({ feature, provider, model, kind, reason, outcome }: SeriesKey): Series {
  const place = `${feature} ${provider} ${model}`;
  const key = `${place} ${kind} ${outcome} ${reason}`;
  const known = series.get(key);
  if (known !== undefined) return known;
  if (series.size >= SERIES_LIMIT) {
    series.clear();
    places.clear();
  }
  const made = { id: ++lastSeries, place: placeOf(place), feature, provider, model, kind, reason, outcome };
  series.set(key, made);
  return made;
}

function placeOf(name: string): number {
  let place = places.get(name);
  if (place === undefined) {
    place = ++lastPlace;
    places.set(name, place);
  }
  return place;
}

/** Quantities by unit: a handful, which is looked through faster than a map. */
export class Quantities {
  readonly units: number[] = [];
  readonly amounts: number[] = [];

  add(unit: number, quantity: number): void {
    const { units, amounts } = this;
    let at = 0;
    while (at < units.length && units[at] !== unit) at += 1;
    if (at < units.length) amounts[at] = (amounts[at] ?? 0) + quantity;
    else {
      units.push(unit);
      amounts.push(quantity);
    }
  }

  addAll({ units, amounts }: Quantities): void {
    for (let i = 0; i < units.length; i += 1) this.add(units[i] ?? 0, amounts[i] ?? 0);
  }
}

interface Sum extends Omit<PostingRow, "calls" | "nano" | "atto" | "tokens" | "occurredAt"> {
  occurredAt: bigint;
  calls: number;
  nano: bigint;
  atto: bigint;
  readonly quantities: Quantities;
}

/** Postings, those that differ in nothing but their amounts added up. */
export class Postings {
  /** By quarter of an hour; then by series, customer and whether they are first. */
  readonly #quarters = new Map<number, PairMap<Sum>>();
  readonly #sums: Sum[] = [];
  #quarter = Number.NaN;
  #ofLatest = new PairMap<Sum>();

  add({ series, customer, quarter, occurredAt, first, calls, nano, atto, tokens }: PostingRow): void {
    const sum = this.#sumOf(series, customer, quarter, occurredAt, first);
    sum.calls += calls;
    sum.nano += nano;
    sum.atto += atto;
    for (let i = 0; i < tokens.length; i += 2) sum.quantities.add(tokens[i] ?? 0, tokens[i + 1] ?? 0);
  }

  /** Adds what a call posts when it is booked. */
  addFirst(row: Row): void {
    const sum = this.#sumOf(row.profile.series, row.customer, row.quarter, row.occurredAt, true);
    sum.calls += 1;
    sum.nano += row.netNano;
    sum.atto += row.netAtto;
    row.addQuantities(sum.quantities);
  }

  #sumOf(series: Series, customer: number, quarter: number, occurredAt: bigint, first: boolean): Sum {
    const sums = this.#ofQuarter(quarter);
    const id = first ? series.id : -series.id;
    let sum = sums.get(id, customer);
    if (sum === undefined) {
      const none = { calls: 0, nano: 0n, atto: 0n, quantities: new Quantities() };
      sum = { series, customer, quarter, occurredAt, first, ...none };
      sums.set(id, customer, sum);
      this.#sums.push(sum);
    } else if (occurredAt > sum.occurredAt) sum.occurredAt = occurredAt;
    return sum;
  }

  /** One call after the other ends in the same quarter. */
  #ofQuarter(quarter: number): PairMap<Sum> {
    if (quarter === this.#quarter) return this.#ofLatest;
    let sums = this.#quarters.get(quarter);
    if (sums === undefined) {
      sums = new PairMap();
      this.#quarters.set(quarter, sums);
    }
    this.#quarter = quarter;
    this.#ofLatest = sums;
    return sums;
  }

  sums(): readonly PostingSum[] {
    return this.#sums;
  }
}
