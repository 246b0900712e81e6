import type { DatabaseSync, StatementSync } from "node:sqlite";
import { splitUsd } from "@keeptabs/pricing";
import { TOKEN_UNITS } from "@keeptabs/usage";
import type { EntryKind, Posting } from "./entry.ts";
import type { Names } from "./names.ts";

const NANOS_PER_HOUR = 3_600_000_000_000n;

/** Sums gathered for one row of a projection. */
interface Gathered {
  readonly key: readonly number[];
  readonly sums: bigint[];
}

/** A table of sums: rows are gathered by key and added to what is there. */
class SumTable {
  readonly #gathered = new Map<string, Gathered>();
  readonly #add: StatementSync;

  constructor(database: DatabaseSync, table: string, keys: readonly string[], sums: readonly string[]) {
    const columns = [...keys, ...sums];
    this.#add = database.prepare(
      `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})
       ON CONFLICT (${keys.join(", ")}) DO UPDATE SET ${sums.map((sum) => `${sum} = ${sum} + excluded.${sum}`).join(", ")}`,
    );
  }

  add(key: readonly number[], amounts: readonly bigint[]): void {
    const name = key.join();
    const known = this.#gathered.get(name);
    if (known === undefined) this.#gathered.set(name, { key, sums: [...amounts] });
    else for (const [i, amount] of amounts.entries()) known.sums[i] = (known.sums[i] ?? 0n) + amount;
  }

  flush(): void {
    for (const { key, sums } of this.#gathered.values()) this.#add.run(...key, ...sums);
    this.#gathered.clear();
  }

  reset(): void {
    this.#gathered.clear();
  }
}

/** Which counter a row of `counters` belongs to. Numbers are part of the file format. */
export const COUNTERS = { cost: 1, tokens: 2, calls: 3, unpriced: 4 } as const;

/** Hourly totals follow every posting; counters follow first postings only, since a counter never falls. */
export class Projections {
  readonly #names: Names;
  readonly #totals: SumTable;
  readonly #quantities: SumTable;
  readonly #counters: SumTable;

  constructor(database: DatabaseSync, names: Names) {
    this.#names = names;
    const dimensions = ["hour", "customer", "feature", "provider", "model"];
    const sums = ["calls", "unpriced_calls", "failed_calls", "net_nano", "net_atto"];
    this.#totals = new SumTable(database, "hourly_totals", dimensions, sums);
    this.#quantities = new SumTable(database, "hourly_quantities", [...dimensions, "unit"], ["quantity"]);
    this.#counters = new SumTable(database, "counters", ["metric", "a", "b", "c", "d"], ["whole", "atto"]);
  }

  add(postings: readonly Posting[]): void {
    for (const posting of postings) {
      this.#addTotals(posting);
      if (posting.first) this.#addCounters(posting);
    }
  }

  /** Writes what was gathered. */
  flush(): void {
    for (const table of [this.#totals, this.#quantities, this.#counters]) table.flush();
  }

  /** Forgets what was gathered. */
  reset(): void {
    for (const table of [this.#totals, this.#quantities, this.#counters]) table.reset();
  }

  #addTotals(posting: Posting): void {
    const id = (name: string): number => this.#names.id(name);
    const key = [
      Number(posting.occurredAt / NANOS_PER_HOUR),
      id(posting.customer),
      id(posting.feature),
      id(posting.provider),
      id(posting.model),
    ];
    const calls = BigInt(posting.calls);
    const { nano, atto } = splitUsd(posting.amount);
    this.#totals.add(key, [
      calls,
      isUnpriced(posting.kind) ? calls : 0n,
      posting.outcome === "ok" ? 0n : calls,
      nano,
      atto,
    ]);
    for (const [unit, quantity] of posting.tokens)
      this.#quantities.add([...key, id(unit)], [BigInt(quantity)]);
  }

  #addCounters(posting: Posting): void {
    const id = (name: string): number => this.#names.id(name);
    const { nano, atto } = splitUsd(posting.amount);
    const customer = id(posting.customer);
    const feature = id(posting.feature);
    const provider = id(posting.provider);
    const model = id(posting.model);
    this.#counters.add([COUNTERS.cost, customer, feature, provider, model], [nano, atto]);
    this.#counters.add([COUNTERS.calls, customer, feature, id(posting.outcome), 0], [1n, 0n]);
    if (isUnpriced(posting.kind)) {
      this.#counters.add([COUNTERS.unpriced, provider, model, id(reasonCode(posting.reason)), 0], [1n, 0n]);
    }
    for (const [unit, quantity] of posting.tokens) {
      if (TOKEN_UNITS.has(unit)) {
        this.#counters.add([COUNTERS.tokens, customer, provider, model, id(unit)], [BigInt(quantity), 0n]);
      }
    }
  }
}

/** True for a call of which at least a part has no price. */
export function isUnpriced(kind: EntryKind): boolean {
  return kind === "unpriced" || kind === "partly_unpriced";
}

/** The bounded part of a reason: `unit_not_priced:web_search` is counted as `unit_not_priced`. */
export function reasonCode(reason: string): string {
  return reason.split(/[: ]/, 1)[0] ?? reason;
}
