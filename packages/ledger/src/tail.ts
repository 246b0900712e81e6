import type { DatabaseSync } from "node:sqlite";
import { quantitiesIn } from "./covering.ts";
import type { EntryKind } from "./entry.ts";
import { type PostingRow, quarterOf, seriesOf } from "./postings.ts";

interface TailRow {
  readonly occurred_at: bigint;
  readonly customer: bigint;
  readonly feature: bigint;
  readonly provider: bigint;
  readonly model: bigint;
  readonly kind: EntryKind;
  readonly reason: string;
  readonly outcome: string;
  readonly first: bigint;
  readonly calls: bigint;
  readonly net_nano: bigint;
  readonly net_atto: bigint;
  readonly usage: string;
}

/** The projections that go to different entries. */
export type Projection = "totals" | "counters";

/** What was posted since a projection was last written; `unit` gives the number of a unit's name. */
export function* tailOf(
  database: DatabaseSync,
  projection: Projection,
  unit: (name: string) => number,
): Iterable<PostingRow> {
  const statement = database.prepare(`SELECT * FROM ${projection === "totals" ? "tail" : "uncounted"}`);
  statement.setReadBigInts(true);
  for (const row of statement.iterate() as Iterable<unknown> as Iterable<TailRow>) {
    const calls = Number(row.calls);
    const { kind, reason, outcome } = row;
    const [feature, provider, model] = [Number(row.feature), Number(row.provider), Number(row.model)];
    yield {
      series: seriesOf({ feature, provider, model, kind, reason, outcome }),
      customer: Number(row.customer),
      occurredAt: row.occurred_at,
      quarter: quarterOf(row.occurred_at),
      first: row.first === 1n,
      calls,
      nano: row.net_nano,
      atto: row.net_atto,
      tokens: quantitiesIn(row.usage).flatMap(([name, quantity]) => [unit(name), calls * quantity]),
    };
  }
}
