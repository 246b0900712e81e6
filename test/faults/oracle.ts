import { existsSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { LedgerReader, type TotalsQuery, verifyLedger } from "@keeptabs/ledger";
import type { Journal } from "./journal.ts";
import { attoOf, samplesOf } from "./scraper.ts";
import type { TrueCall } from "./stories.ts";

/**
 * Compares a ledger with what the senders know. Everything is exact: an identity more or less, and 1e-18 USD
 * more or less, is a difference. Each function returns what differs, in words.
 */

const EVER = { fromMs: 0, untilMs: Date.UTC(2100, 0, 1) };
/** The same calls, but read from the entries and adjustments, since it is no period of whole hours. */
const EVER_BY_ENTRIES = { ...EVER, fromMs: 1 };
const MOST = 12;

/** The latest batch that the anchor beside a ledger knows; 0 when there is none. */
export function anchoredBatch(ledger: string): number {
  const anchor = `${ledger}.anchor`;
  if (!existsSync(anchor)) return 0;
  const batches = readFileSync(anchor, "utf8").matchAll(
    /\{"batch":(\d+),"hash":"[0-9a-f]{64}"\} [0-9a-f]{16} *\n/g,
  );
  return Math.max(0, ...[...batches].map(([, batch]) => Number(batch)));
}

/**
 * Calls that were acknowledged since this was asked last and that are not in the ledger, or of which the anchor,
 * which knew of the batches up to `anchored` when the processor was killed, could not have told that they are missing.
 */
export function lostAcknowledged(
  ledger: string,
  journal: Journal,
  anchored: number = anchoredBatch(ledger),
): readonly string[] {
  const database = new DatabaseSync(ledger, { readOnly: true, timeout: 5000 });
  try {
    const reach = database.prepare("SELECT last_entry FROM batches WHERE seq = ?").get(anchored);
    const lastAnchored = Number(reach?.["last_entry"] ?? 0);
    const entries = entriesOf(database, journal.takeUnchecked());
    const unanchored = [...entries].filter(([, entry]) => entry !== undefined && entry > lastAnchored);
    return [
      ...lost(entries),
      ...some(
        "acknowledged, but the anchor did not know its batch",
        unanchored.map(([id]) => id),
      ),
    ];
  } finally {
    database.close();
  }
}

/** Which of these calls, all of them acknowledged, are not in the ledger. */
export function missing(ledger: string, acknowledged: readonly string[]): readonly string[] {
  const database = new DatabaseSync(ledger, { readOnly: true, timeout: 5000 });
  try {
    return lost(entriesOf(database, acknowledged));
  } finally {
    database.close();
  }
}

/** The number of each call's entry, by trace id + span id. */
type EntriesOf = ReadonlyMap<string, number | undefined>;

function entriesOf(database: DatabaseSync, ids: readonly string[]): EntriesOf {
  const find = database.prepare(
    `SELECT e.id FROM spans s JOIN entries e ON e.id = s.entry AND e.trace_id = s.trace_id AND e.span_id = s.span_id
     WHERE s.trace_id = ? AND s.span_id = ?`,
  );
  const entry = (id: string): number | undefined => {
    const row = find.get(Buffer.from(id.slice(0, 32), "hex"), Buffer.from(id.slice(32), "hex"));
    return row === undefined ? undefined : Number(row["id"]);
  };
  return new Map(ids.map((id) => [id, entry(id)]));
}

function lost(entries: EntriesOf): readonly string[] {
  const without = [...entries].filter(([, entry]) => entry === undefined);
  return some(
    "acknowledged, but not in the ledger",
    without.map(([id]) => id),
  );
}

/** Every difference between a ledger and the senders' journal, after all was delivered. */
export function differences(ledger: string, journal: Journal): readonly string[] {
  const database = new DatabaseSync(ledger, { readOnly: true, timeout: 5000 });
  const reader = LedgerReader.open(ledger);
  try {
    return [
      ...journal.wrongAnswers.slice(0, MOST),
      ...soundness(database),
      ...some("keeptabs verify", verifyLedger(ledger).problems),
      ...identities(database, journal),
      ...forgeries(database, journal),
      ...unequal("hourly totals", totals(reader, EVER), expected(journal.calls)),
      ...unequal("entries and adjustments", totals(reader, EVER_BY_ENTRIES), expected(journal.calls)),
      ...unequal("hourly quantities", quantities(reader), expectedQuantities(journal.calls)),
      ...unequal("hourly totals by hour", totals(reader, EVER, ["hour"]), hourly(journal.calls)),
      ...unequal("counters", counters(reader), firstBooked(database)),
    ];
  } finally {
    reader.close();
    database.close();
  }
}

/** Every difference between what `/metrics` shows and what the ledger holds. */
export function metricDifferences(ledger: string, text: string): readonly string[] {
  const reader = LedgerReader.open(ledger);
  try {
    return unequal(
      "/metrics",
      samplesOf(text, /^llm_(cost_usd|tokens|calls|unpriced_calls)_total$/),
      counters(reader),
    );
  } finally {
    reader.close();
  }
}

/** The month-to-date gauge of each customer, beside what the ledger says of the month that `at` lies in (UTC). */
export function monthDifferences(ledger: string, text: string, at: Date): readonly string[] {
  const reader = LedgerReader.open(ledger);
  const fromMs = Date.UTC(at.getUTCFullYear(), at.getUTCMonth());
  const untilMs = Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1);
  try {
    const held = reader
      .totals({ fromMs, untilMs, groupBy: ["customer"] })
      .map(
        ({ key, net }) =>
          [`llm_customer_cost_month_to_date_usd${labels(["customer"], key)}`, BigInt(net)] as const,
      );
    const shown = samplesOf(text, /^llm_customer_cost_month_to_date_usd$/);
    return unequal("the gauges of the month", withoutZeros(shown), withoutZeros(new Map(held)));
  } finally {
    reader.close();
  }
}

function soundness(database: DatabaseSync): readonly string[] {
  const integrity = database.prepare("PRAGMA integrity_check").all() as { integrity_check: string }[];
  const foreign = database.prepare("PRAGMA foreign_key_check").all();
  return [
    ...integrity.flatMap(({ integrity_check }) =>
      integrity_check === "ok" ? [] : [`integrity: ${integrity_check}`],
    ),
    ...(foreign.length === 0 ? [] : [`${foreign.length} rows refer to nothing`]),
  ].slice(0, MOST);
}

function identities(database: DatabaseSync, journal: Journal): readonly string[] {
  const rows = database.prepare("SELECT hex(trace_id) || hex(span_id) AS id FROM entries").all() as {
    id: string;
  }[];
  const seen = new Set<string>();
  const doubled: string[] = [];
  for (const { id } of rows) {
    const name = id.toLowerCase();
    if (seen.has(name)) doubled.push(name);
    seen.add(name);
  }
  return [
    ...some("in the ledger more than once", doubled),
    ...some("in the ledger, but never sent", without(seen, journal.emitted)),
    ...some("acknowledged, but not in the ledger", without(journal.acknowledged.keys(), seen)),
    ...some("sent, but not in the ledger", without(journal.emitted, seen)),
  ];
}

function without(all: Iterable<string>, these: ReadonlySet<string>): readonly string[] {
  return [...all].filter((one) => !these.has(one));
}

function forgeries(database: DatabaseSync, journal: Journal): readonly string[] {
  const { count } = database.prepare("SELECT count(*) AS count FROM conflicts").get() as { count: number };
  return count === journal.forgeries
    ? []
    : [`${count} conflicts were kept aside instead of ${journal.forgeries}`];
}

/** Sums in one line of text for each group, so that they compare and read well. */
type Sums = ReadonlyMap<string, string>;

const GROUPS = ["customer", "feature", "provider", "model"] as const;

function totals(reader: LedgerReader, period: typeof EVER, groupBy: TotalsQuery["groupBy"] = GROUPS): Sums {
  return new Map(
    reader
      .totals({ ...period, groupBy })
      // What was taken back leaves a row of zeros behind.
      .filter(({ calls, net }) => calls !== 0 || net !== 0n)
      .map(({ key, calls, unpricedCalls, failedCalls, net }) => [
        key.join(" | "),
        sumText(calls, unpricedCalls, failedCalls, net),
      ]),
  );
}

function expected(calls: readonly TrueCall[]): Sums {
  return summed(calls, ({ customer, feature, provider, model }) =>
    [customer, feature, provider, model].join(" | "),
  );
}

function hourly(calls: readonly TrueCall[]): Sums {
  return summed(calls, ({ endedAt }) => String(Math.floor(endedAt / 3_600_000)));
}

/** What calls add up to by anything that can be said of them. */
export function summed(calls: readonly TrueCall[], by: (call: TrueCall) => string): Sums {
  const groups = Map.groupBy(calls, by);
  return new Map(
    [...groups].map(([key, group]) => [
      key,
      sumText(
        group.length,
        group.filter(({ pico }) => pico === undefined).length,
        group.filter(({ failed }) => failed).length,
        group.reduce((sum, { pico = 0n }) => sum + pico * 1_000_000n, 0n),
      ),
    ]),
  );
}

function sumText(calls: number, unpriced: number, failed: number, atto: bigint): string {
  return `${calls} calls, ${unpriced} unpriced, ${failed} failed, ${atto}e-18 USD`;
}

function quantities(reader: LedgerReader): Sums {
  return new Map(
    reader
      .quantities({ ...EVER, groupBy: ["customer", "model"] })
      .filter(({ quantity }) => quantity !== 0n)
      .map(({ key, unit, quantity }) => [[...key, unit].join(" | "), String(quantity)]),
  );
}

function expectedQuantities(calls: readonly TrueCall[]): Sums {
  const sums = new Map<string, number>();
  for (const { customer, model, quantities: used } of calls) {
    for (const [unit, quantity] of Object.entries(used)) {
      const key = [customer, model, unit].join(" | ");
      sums.set(key, (sums.get(key) ?? 0) + quantity);
    }
  }
  return new Map([...sums].map(([key, sum]) => [key, String(sum)]));
}

/** The ledger's counters as the series that `/metrics` shows. */
function counters(reader: LedgerReader): ReadonlyMap<string, bigint> {
  const { cost, tokens, calls, unpriced } = reader.counters();
  const one = attoOf("1");
  return new Map([
    ...cost.map(({ amount, ...row }) => series("llm_cost_usd_total", row, BigInt(amount))),
    ...tokens.map(({ quantity, unit, ...row }) =>
      series("llm_tokens_total", { ...row, type: unit }, quantity * one),
    ),
    ...calls.map(({ count, ...row }) => series("llm_calls_total", row, count * one)),
    ...unpriced.map(({ count, ...row }) => series("llm_unpriced_calls_total", row, count * one)),
  ]);
}

/** The same once more, counted from the entries as they were first booked. */
function firstBooked(database: DatabaseSync): ReadonlyMap<string, bigint> {
  const statement = database.prepare(
    `SELECT c.name AS customer, f.name AS feature, p.name AS provider, m.name AS model, e.outcome, e.kind, e.reason, e.usage,
       e.net_nano AS nano, e.net_atto AS atto
     FROM full_entries e JOIN customers c ON c.id = e.customer JOIN names f ON f.id = e.feature
       JOIN names p ON p.id = e.provider JOIN names m ON m.id = e.model
     WHERE e.kind NOT IN ('covered', 'held')`,
  );
  statement.setReadBigInts(true);
  const sums = new Map<string, bigint>();
  const one = attoOf("1");
  for (const row of statement.iterate()) {
    const { customer, feature, provider, model, outcome, kind, reason, usage, nano, atto } =
      row as unknown as {
        [key in
          | "customer"
          | "feature"
          | "provider"
          | "model"
          | "outcome"
          | "kind"
          | "reason"
          | "usage"]: string;
      } & { nano: bigint; atto: bigint };
    const add = ([name, value]: readonly [string, bigint]): void => {
      sums.set(name, (sums.get(name) ?? 0n) + value);
    };
    add(series("llm_cost_usd_total", { customer, feature, provider, model }, nano * 1_000_000_000n + atto));
    add(series("llm_calls_total", { customer, feature, outcome }, one));
    if (kind === "unpriced") add(series("llm_unpriced_calls_total", { provider, model, reason }, one));
    for (const [type, quantity] of Object.entries(quantitiesIn(usage)))
      add(series("llm_tokens_total", { customer, provider, model, type }, BigInt(quantity) * one));
  }
  return sums;
}

function quantitiesIn(usage: string): { readonly [unit: string]: number } {
  return (JSON.parse(usage) as { quantities: { [unit: string]: number } }).quantities;
}

function series(
  family: string,
  row: { readonly [label: string]: string },
  value: bigint,
): readonly [string, bigint] {
  return [`${family}${labels(Object.keys(row), Object.values(row))}`, value];
}

function labels(names: readonly string[], values: readonly string[]): string {
  const escaped = values.map((value) => value.replace(/[\\"]/g, (character) => `\\${character}`));
  return `{${names.map((name, i) => `${name}="${escaped[i]}"`).join(",")}}`;
}

function withoutZeros(samples: ReadonlyMap<string, bigint>): ReadonlyMap<string, bigint> {
  return new Map([...samples].filter(([, value]) => value !== 0n));
}

function unequal(
  what: string,
  is: ReadonlyMap<string, string | bigint>,
  shouldBe: ReadonlyMap<string, string | bigint>,
): readonly string[] {
  const keys = [...new Set([...is.keys(), ...shouldBe.keys()])];
  const wrong = keys.filter((key) => is.get(key) !== shouldBe.get(key));
  return some(
    what,
    wrong.map((key) => `${key}: ${is.get(key) ?? "nothing"} instead of ${shouldBe.get(key) ?? "nothing"}`),
  );
}

/** The first few of many findings, and how many there are. */
function some(what: string, found: readonly string[]): readonly string[] {
  const more = found.length > MOST ? [`${what}: ${found.length - MOST} more`] : [];
  return [...found.slice(0, MOST).map((one) => `${what}: ${one}`), ...more];
}
