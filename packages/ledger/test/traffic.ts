import { DatabaseSync } from "node:sqlite";
import { type Booking, type Ledger, LedgerReader, type Posting, type SpanNote } from "@keeptabs/ledger";
import { charge, defaultPriceBook, joinUsd } from "@keeptabs/pricing";
import { type Outcome, type Usage, usageFromJson, usageOf } from "@keeptabs/usage";
import { bookingOf } from "./bookings.ts";

/** A posting, and when it was booked. */
export interface Booked {
  readonly posting: Posting;
  /** Unix milliseconds. */
  readonly bookedAtMs: number;
}

const CUSTOMERS = ["acme", "globex", "initech", undefined];
const FEATURES = ["assistant", "search", undefined];
const MODELS = [
  ["openai", "gpt-4o"],
  ["openai", "gpt-4o-mini"],
  ["anthropic", "claude-sonnet-4-6"],
  ["openai", "gpt-from-tomorrow"],
] as const;
const OUTCOMES: readonly Outcome[] = ["ok", "ok", "error", "aborted"];

const FIRST_MS = Date.parse("2026-09-29T00:00:00Z");
const DAYS = 36;
const MS_PER_DAY = 86_400_000;

/** Books calls of all kinds into a ledger, and remembers every posting with the instant at which it was booked. */
export class Traffic {
  readonly ledger: Ledger;
  #postings: readonly Booked[] | undefined;
  nowMs: number = FIRST_MS + DAYS * MS_PER_DAY;
  #state: number;
  #spans = 0;

  constructor(ledger: Ledger, seed: number) {
    this.ledger = ledger;
    this.#state = seed;
  }

  /** Every posting by itself, as it stands in the file; to be asked for when all is booked. */
  get postings(): readonly Booked[] {
    this.#postings ??= postingsIn(this.ledger.path);
    return this.#postings;
  }

  /** A number below `limit`; the same from run to run. */
  next(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  /** Books some calls: alone, one above the other, of agents that sum others, and of nobody until a note names them. */
  async book(calls: number): Promise<void> {
    const bookings: Booking[] = [];
    const notes: SpanNote[] = [];
    for (let i = 0; i < calls; i += 1) {
      const kind = this.next(10);
      if (kind < 6) bookings.push(this.#call());
      else if (kind < 8) bookings.push(...this.#pair(kind === 7));
      else if (kind < 9) bookings.push(this.#call({ aggregate: true }));
      else {
        const parent = this.#id(16);
        const call = this.#call({ parent, nobody: true });
        await this.#keep([call]);
        notes.push({
          source: "default",
          traceId: call.call.traceId,
          spanId: parent,
          parentSpanId: undefined,
          customer: "latecomer",
          feature: "named-late",
        });
      }
    }
    if (this.next(2) === 0) bookings.reverse();
    await this.#keep(bookings.slice(0, bookings.length >> 1));
    await this.#keep(bookings.slice(bookings.length >> 1), notes);
  }

  /** Charges the sums that are held. */
  async release(): Promise<void> {
    this.nowMs += 1000;
    const now = BigInt(this.nowMs) * 1_000_000n;
    await this.ledger.release(now, now);
  }

  /** Charges every so-manieth entry by another model's price. */
  async reprice(every: number): Promise<void> {
    const reader = LedgerReader.open(this.ledger.path);
    const entries = reader.entries({ fromMs: 0, untilMs: FIRST_MS * 2, after: 0, limit: 100_000 });
    reader.close();
    const repricings = entries
      .filter(() => this.next(every) === 0)
      .map(({ id, usage, occurredAt }) => ({
        entry: id,
        charge: charge(
          { provider: "openai", model: "gpt-4.1", usage, atMs: Number(occurredAt / 1_000_000n) },
          defaultPriceBook(),
        ),
      }));
    this.nowMs += 1000;
    await this.ledger.reprice(repricings, "another price", BigInt(this.nowMs) * 1_000_000n);
  }

  async #keep(bookings: readonly Booking[], notes: readonly SpanNote[] = []): Promise<void> {
    this.nowMs += 1000;
    await this.ledger.append(bookings, BigInt(this.nowMs) * 1_000_000n, notes);
  }

  #call(
    change: { parent?: string; nobody?: boolean; aggregate?: boolean; trace?: string; scope?: string } = {},
  ): Booking {
    const [provider, model] = MODELS[this.next(MODELS.length)] ?? MODELS[0];
    const occurredAt = this.#instant();
    return bookingOf({
      model,
      customer: change.nobody === true ? undefined : CUSTOMERS[this.next(CUSTOMERS.length)],
      feature: change.nobody === true ? undefined : FEATURES[this.next(FEATURES.length)],
      call: {
        traceId: change.trace ?? this.#id(32),
        spanId: this.#id(16),
        parentSpanId: change.parent,
        provider,
        scope: change.scope ?? "@keeptabs/instrumentation",
        startedAt: occurredAt - 1_000_000_000n,
        occurredAt,
        outcome: OUTCOMES[this.next(OUTCOMES.length)] ?? "ok",
        aggregate: change.aggregate === true,
        usage: this.#usage(),
      },
    });
  }

  /** Two spans of one call; the outer one knows less, or is the sum of an agent. */
  #pair(backwards: boolean): Booking[] {
    const trace = this.#id(32);
    const outer = this.#call({ trace, scope: "outer", aggregate: this.next(3) === 0 });
    const inner = this.#call({ trace, scope: "inner", parent: outer.call.spanId });
    return backwards ? [inner, outer] : [outer, inner];
  }

  /** Any instant of five weeks, and every so often one at which a period may end, or the nanosecond before. */
  #instant(): bigint {
    const at = FIRST_MS + this.next(DAYS * MS_PER_DAY);
    if (this.next(3) > 0) return BigInt(at) * 1_000_000n + BigInt(this.next(1_000_000));
    return BigInt(at - (at % 1_800_000)) * 1_000_000n - BigInt(this.next(2));
  }

  #usage(): Usage {
    const quantities = [
      ["input", 1 + this.next(5000)],
      ["output", 1 + this.next(500)],
      ...(this.next(3) === 0 ? [["cache_read", 1 + this.next(9000)] as const] : []),
    ] as const;
    if (this.next(6) > 0) return usageOf(quantities);
    return usageOf(quantities, {
      otherModels: [
        {
          model: "gpt-4o-mini",
          quantities: new Map([
            ["input", 1 + this.next(100)],
            ["web_search", 2],
          ]),
        },
      ],
    });
  }

  #id(length: number): string {
    this.#spans += 1;
    return (this.#spans + 0x1000).toString(16).padStart(length, "a");
  }
}

const POSTED = `
  SELECT e.occurred_at, e.booked_at, c.name AS customer, f.name AS feature, p.name AS provider, m.name AS model, e.kind,
    e.outcome, 1 AS calls, e.net_nano AS nano, e.net_atto AS atto, e.usage
  FROM full_entries e JOIN customers c ON c.id = e.customer JOIN names f ON f.id = e.feature JOIN names p ON p.id = e.provider
    JOIN names m ON m.id = e.model WHERE e.kind NOT IN ('covered', 'held')
  UNION ALL
  SELECT e.occurred_at, a.booked_at, c.name, f.name, p.name, m.name, a.charge_kind, e.outcome, a.calls, a.net_nano, a.net_atto,
    e.usage
  FROM adjustments a JOIN full_entries e ON e.id = a.entry JOIN customers c ON c.id = a.customer
    JOIN names f ON f.id = a.feature JOIN names p ON p.id = e.provider JOIN names m ON m.id = e.model`;

/** What each entry and each adjustment of a file posted, one by one. */
function postingsIn(path: string): Booked[] {
  const database = new DatabaseSync(path, { readOnly: true });
  const statement = database.prepare(POSTED);
  statement.setReadBigInts(true);
  const booked = statement.all().map((row): Booked => {
    const calls = Number(row["calls"]);
    return {
      bookedAtMs: Number((row["booked_at"] as bigint) / 1_000_000n),
      posting: {
        occurredAt: row["occurred_at"] as bigint,
        customer: String(row["customer"]),
        feature: String(row["feature"]),
        provider: String(row["provider"]),
        model: String(row["model"]),
        amount: joinUsd(row["nano"] as bigint, row["atto"] as bigint),
        calls,
        kind: row["kind"] as Posting["kind"],
        reason: "",
        outcome: row["outcome"] as Outcome,
        tokens: quantitiesOf(String(row["usage"])).map(
          ([unit, quantity]) => [unit, calls * quantity] as const,
        ),
        first: false,
      },
    };
  });
  database.close();
  return booked;
}

function quantitiesOf(usage: string): (readonly [string, number])[] {
  const { quantities, otherModels } = usageFromJson(usage) as Usage;
  return [...quantities, ...otherModels.flatMap((other) => [...other.quantities])];
}
