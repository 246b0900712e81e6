import { DAYS, type Grain, HOURS, type Piece, type Stretch } from "./time-slices.ts";

/** What sums can be grouped by. Days and months are those of the query's time zone, hours those of UTC. */
export type Dimension = "hour" | "day" | "month" | "customer" | "feature" | "provider" | "model";

/** Which sums are asked for: a half-open period in Unix milliseconds, and what to keep apart. */
export interface TotalsQuery {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly groupBy: readonly Dimension[];
  /** IANA time zone of days and months; UTC when there is none. */
  readonly timeZone?: string;
  readonly customer?: string;
  readonly feature?: string;
  readonly provider?: string;
  readonly model?: string;
  /** Keeps only so many groups, the dearest, and folds all others into one whose key is `(other)`. */
  readonly top?: number;
}

export const NAMED = ["customer", "feature", "provider", "model"] as const;
export type Named = (typeof NAMED)[number];

/** The table of a dimension's names. */
export function tableOf(dimension: string): "customers" | "names" {
  return dimension === "customer" ? "customers" : "names";
}

/** Filters by the numbers of names. */
export type Filter = ReadonlyMap<Named, bigint>;

interface Statement {
  readonly sql: string;
  readonly parameters: readonly (string | bigint)[];
}

/** A table of sums, and which dimensions it keeps apart. */
export interface SumTable {
  readonly table: string;
  readonly grain: Grain;
  readonly keeps: readonly Named[];
}

/** What is summed: in which tables the sums are, and how a posting is seen in the same columns. */
export interface Sums {
  /** The narrowest first: the first one that keeps apart what is asked for is read. */
  readonly tables: readonly SumTable[];
  /** What else the tables keep apart. */
  readonly key: readonly "unit"[];
  readonly columns: readonly string[];
  /** Entries `e` of the stretches `r`, and adjustments `a` of them. */
  readonly postings: readonly Source[];
  /** What the tables do not reach yet: rows `t` of the tail. */
  readonly tail: readonly Source[];
}

/** Where rows come from, and what they hold in the columns of the tables of sums. */
interface Source {
  readonly from: string;
  readonly columns: Readonly<Record<string, string>>;
}

const UNPRICED = "('unpriced', 'partly_unpriced')";
const FIRST = "e.kind NOT IN ('covered', 'held')";
const ENTRIES = "CROSS JOIN full_entries e ON e.occurred_at >= r.from_at AND e.occurred_at < r.until_at";
const ADJUSTMENTS = `${ENTRIES} CROSS JOIN adjustments a ON a.entry = e.id`;
const OF_ENTRY = {
  hour: "e.occurred_at / 3600000000000",
  customer: "e.customer",
  feature: "e.feature",
  provider: "e.provider",
  model: "e.model",
};
const OF_TAIL = {
  hour: "t.occurred_at / 3600000000000",
  customer: "t.customer",
  feature: "t.feature",
  provider: "t.provider",
  model: "t.model",
};
const OF_ADJUSTMENT = { ...OF_ENTRY, customer: "a.customer", feature: "a.feature" };

/** Calls and money. */
export const MONEY: Sums = {
  tables: [
    { table: "daily_customers", grain: DAYS, keeps: ["customer"] },
    { table: "daily_models", grain: DAYS, keeps: ["feature", "provider", "model"] },
    { table: "hourly_totals", grain: HOURS, keeps: NAMED },
  ],
  key: [],
  columns: ["calls", "unpriced_calls", "failed_calls", "net_nano", "net_atto"],
  postings: [
    {
      from: `${ENTRIES} AND ${FIRST}`,
      columns: {
        ...OF_ENTRY,
        calls: "1",
        unpriced_calls: `e.kind IN ${UNPRICED}`,
        failed_calls: "e.outcome <> 'ok'",
        net_nano: "e.net_nano",
        net_atto: "e.net_atto",
      },
    },
    {
      from: ADJUSTMENTS,
      columns: {
        ...OF_ADJUSTMENT,
        calls: "a.calls",
        unpriced_calls: `a.calls * (a.charge_kind IN ${UNPRICED})`,
        failed_calls: "a.calls * (e.outcome <> 'ok')",
        net_nano: "a.net_nano",
        net_atto: "a.net_atto",
      },
    },
  ],
  tail: [
    {
      from: "tail t",
      columns: {
        ...OF_TAIL,
        calls: "t.calls",
        unpriced_calls: `t.calls * (t.kind IN ${UNPRICED})`,
        failed_calls: "t.calls * (t.outcome <> 'ok')",
        net_nano: "t.net_nano",
        net_atto: "t.net_atto",
      },
    },
  ],
};

/** What the usage of a row holds, over all models that the call ran on, as rows `q`. */
const unitsOf = (row: "e" | "t"): readonly string[] =>
  [
    `CROSS JOIN json_each(${row}.usage, '$.quantities') q`,
    `CROSS JOIN json_each(${row}.usage, '$.otherModels') o CROSS JOIN json_each(o.value, '$.quantities') q`,
  ].map((units) => `${units} CROSS JOIN names u ON u.name = q.key`);

/** Quantities by unit. */
export const QUANTITIES: Sums = {
  tables: [
    { table: "daily_customer_quantities", grain: DAYS, keeps: ["customer"] },
    { table: "daily_model_quantities", grain: DAYS, keeps: ["feature", "provider", "model"] },
    { table: "hourly_quantities", grain: HOURS, keeps: NAMED },
  ],
  key: ["unit"],
  columns: ["quantity"],
  postings: unitsOf("e").flatMap((units) => [
    { from: `${ENTRIES} AND ${FIRST} ${units}`, columns: { ...OF_ENTRY, unit: "u.id", quantity: "q.value" } },
    {
      from: `${ADJUSTMENTS} ${units}`,
      columns: { ...OF_ADJUSTMENT, unit: "u.id", quantity: "a.calls * q.value" },
    },
  ]),
  tail: unitsOf("t").map((units) => ({
    from: `tail t ${units}`,
    columns: { ...OF_TAIL, unit: "u.id", quantity: "t.calls * q.value" },
  })),
};

/**
 * The SQL for sums over pieces of time. Its rows hold the number of the slice, then `hour` and names as asked, then
 * the sums. A group of which nothing is left, because all of it was moved elsewhere, has no row.
 */
export function sumsStatement(
  sums: Sums,
  tables: readonly SumTable[],
  pieces: readonly Piece[],
  asked: { readonly keys: readonly (Named | "hour")[]; readonly filter: Filter; readonly slices: number },
): Statement {
  const query: Query = { ...asked, sums, keys: [...asked.keys, ...sums.key] };
  const branches = pieces.flatMap((piece, i) => branchesOf(piece, `stretches_${i}`, tables, query));
  const stretches = pieces.map(
    (_, i) =>
      `stretches_${i}(slice, from_at, until_at) AS MATERIALIZED (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))`,
  );
  const columns = ["g.slice"];
  const joins: string[] = [];
  for (const key of query.keys) {
    columns.push(key === "hour" ? "g.hour" : `n_${key}.name AS ${key}`);
    if (key !== "hour") joins.push(`JOIN ${tableOf(key)} n_${key} ON n_${key}.id = g.${key}`);
  }
  const grouped = ["slice", ...query.keys].join(", ");
  const sql = `WITH ${stretches.join(", ")}
    SELECT ${[...columns, ...sums.columns.map((column) => `g.${column}`)].join(", ")} FROM (
      SELECT ${grouped}, ${sums.columns.map((column) => `sum(${column}) AS ${column}`).join(", ")}
      FROM (${branches.map((branch) => branch.sql).join(" UNION ALL ")})
      GROUP BY ${grouped} HAVING ${sums.columns.map((column) => `sum(${column}) <> 0`).join(" OR ")}
    ) g ${joins.join(" ")}`;
  return {
    sql,
    parameters: [...pieces.map(jsonOf), ...branches.flatMap(({ parameters }) => parameters)],
  };
}

interface Query {
  readonly sums: Sums;
  readonly keys: readonly string[];
  readonly filter: Filter;
  readonly slices: number;
}

function branchesOf(
  { grain, sign }: Piece,
  stretches: string,
  tables: readonly SumTable[],
  query: Query,
): readonly Statement[] {
  if (grain !== undefined) {
    const from = tables.find((table) => table.grain === grain);
    if (from === undefined) return [];
    return [fromSums(from, sign, stretches, query), ...fromTail(from, sign, stretches, query)];
  }
  return query.sums.postings.map(({ from, columns }) =>
    branch(`${stretches} r ${from}`, (column) => columns[column] ?? column, sign, query),
  );
}

/**
 * Sums of whole units. The tables are ordered by time and then by customer: all customers are read as they lie; for
 * one customer every unit is looked up, which leaves the others' rows alone.
 */
function fromSums(
  { table, grain: { unit } }: SumTable,
  sign: 1 | -1,
  stretches: string,
  query: Query,
): Statement {
  const each = `(WITH RECURSIVE each_unit(slice, at, until_at) AS (
      SELECT slice, from_at, until_at FROM ${stretches}
      UNION ALL SELECT slice, at + 1, until_at FROM each_unit WHERE at + 1 < until_at
    ) SELECT slice, at FROM each_unit)`;
  const from = query.filter.has("customer")
    ? `${each} r CROSS JOIN ${table} t ON t.${unit} = r.at`
    : `${stretches} r CROSS JOIN ${table} t ON t.${unit} >= r.from_at AND t.${unit} < r.until_at`;
  return branch(from, (column) => `t.${column}`, sign, query);
}

/** The part of the tail that lies in whole units; it is short, and is gone through once. */
function fromTail({ grain }: SumTable, sign: 1 | -1, stretches: string, query: Query): readonly Statement[] {
  const nanos = BigInt(grain.ms) * 1_000_000n;
  return query.sums.tail.map(({ from, columns }) =>
    branch(
      `${from} CROSS JOIN ${stretches} r ON t.occurred_at >= r.from_at * ${nanos} AND t.occurred_at < r.until_at * ${nanos}`,
      (column) => columns[column] ?? column,
      sign,
      query,
    ),
  );
}

function branch(
  from: string,
  column: (name: string) => string,
  sign: 1 | -1,
  { sums, keys, filter, slices }: Query,
): Statement {
  const wanted = [...filter.keys()].map((name) => `${column(name)} = ?`);
  // With one slice there is nothing to keep apart, and rows that lie in order need not be sorted.
  const grouped = [...(slices === 1 ? [] : ["r.slice"]), ...keys.map(column)];
  const totals = sums.columns.map((name) => `${sign} * sum(${column(name)}) AS ${name}`);
  const selected = [
    `${slices === 1 ? "0" : "r.slice"} AS slice`,
    ...keys.map((key) => `${column(key)} AS ${key}`),
  ];
  return {
    sql: `SELECT ${[...selected, ...totals].join(", ")} FROM ${from}
      ${wanted.length === 0 ? "" : `WHERE ${wanted.join(" AND ")}`}
      ${grouped.length === 0 ? "HAVING count(*) > 0" : `GROUP BY ${grouped.join(", ")}`}`,
    parameters: [...filter.values()],
  };
}

/** The stretches as JSON; it is written by hand, since a nanosecond of today is no safe integer. */
function jsonOf({ grain, stretches }: Piece): string {
  const scale = grain === undefined ? 1_000_000n : 1n;
  const row = ({ slice, from, until }: Stretch): string =>
    `[${slice},${BigInt(from) * scale},${BigInt(until) * scale}]`;
  return `[${stretches.map(row).join()}]`;
}
