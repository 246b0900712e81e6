import type { DatabaseSync } from "node:sqlite";
import { type AttoUsd, joinUsd } from "@keeptabs/pricing";
import type { Outcome } from "@keeptabs/usage";
import { Dictionary } from "./dictionary.ts";
import { Postings } from "./postings.ts";
import { COUNTERS, type Count, CounterTotals } from "./projections.ts";
import { tailOf } from "./tail.ts";

/** Counters as they stand in the ledger, from which metrics start. */
export interface Counters {
  readonly cost: readonly {
    customer: string;
    feature: string;
    provider: string;
    model: string;
    amount: AttoUsd;
  }[];
  readonly tokens: readonly {
    customer: string;
    provider: string;
    model: string;
    unit: string;
    quantity: bigint;
  }[];
  readonly calls: readonly { customer: string; feature: string; outcome: Outcome; count: bigint }[];
  readonly unpriced: readonly { provider: string; model: string; reason: string; count: bigint }[];
}

type Key = Count["key"];

/** Reads the counters of a ledger: as far as they are written, and what was posted since. */
export function countersOf(database: DatabaseSync): Counters {
  const names = Dictionary.names(database);
  const customers = Dictionary.customers(database);
  const sums = [...sumsOf(database, names)];
  const of = <T>(metric: number, read: (key: Key, sum: Count) => T): T[] =>
    sums.filter(({ key }) => key[0] === metric).map((sum) => read(sum.key, sum));
  return {
    cost: of(COUNTERS.cost, ([, customer, feature, provider, model], { whole, atto }) => ({
      customer: customers.name(customer),
      feature: names.name(feature),
      provider: names.name(provider),
      model: names.name(model),
      amount: joinUsd(whole, atto),
    })),
    tokens: of(COUNTERS.tokens, ([, customer, provider, model, unit], { whole }) => ({
      customer: customers.name(customer),
      provider: names.name(provider),
      model: names.name(model),
      unit: names.name(unit),
      quantity: whole,
    })),
    calls: of(COUNTERS.calls, ([, customer, feature, outcome], { whole }) => ({
      customer: customers.name(customer),
      feature: names.name(feature),
      outcome: names.name(outcome) as Outcome,
      count: whole,
    })),
    unpriced: of(COUNTERS.unpriced, ([, provider, model, reason], { whole }) => ({
      provider: names.name(provider),
      model: names.name(model),
      reason: names.name(reason),
      count: whole,
    })),
  };
}

function sumsOf(database: DatabaseSync, names: Dictionary): Iterable<Count> {
  const sums = new Map<string, Count>();
  const add = ({ key, whole, atto }: Count): void => {
    const name = key.join();
    const known = sums.get(name);
    if (known === undefined) sums.set(name, { key, whole, atto });
    else {
      known.whole += whole;
      known.atto += atto;
    }
  };
  const written = database.prepare("SELECT metric, a, b, c, d, whole, atto FROM counters");
  written.setReadBigInts(true);
  for (const row of written.iterate() as Iterable<unknown> as Iterable<Record<string, bigint>>) {
    const { metric, a, b, c, d, whole = 0n, atto = 0n } = row;
    add({ key: [Number(metric), Number(a), Number(b), Number(c), Number(d)], whole, atto });
  }
  const postings = new Postings();
  for (const posting of tailOf(database, "counters", (unit) => names.id(unit))) postings.add(posting);
  const tail = new CounterTotals(database, names);
  tail.add(postings.sums());
  for (const count of tail.counts()) add(count);
  return sums.values();
}
