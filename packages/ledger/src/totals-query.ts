/** What sums can be grouped and filtered by. */
export type Dimension = "hour" | "customer" | "feature" | "provider" | "model";

/** Which sums are asked for: a half-open period in Unix milliseconds, and what to keep apart. */
export interface TotalsQuery {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly groupBy: readonly Dimension[];
  readonly customer?: string;
  readonly feature?: string;
  readonly provider?: string;
  readonly model?: string;
}

const MS_PER_HOUR = 3_600_000;
const NAMED = ["customer", "feature", "provider", "model"] as const;

interface Statement {
  readonly sql: string;
  readonly parameters: (string | number | bigint)[];
}

/**
 * The SQL for a query. A period of whole hours is read from the hourly totals; any other (a time zone
 * with a half-hour offset) from the entries and their adjustments, which takes longer and says the same.
 */
export function totalsStatement(query: TotalsQuery, what: "money" | "quantities" = "money"): Statement {
  const wholeHours = query.fromMs % MS_PER_HOUR === 0 && query.untilMs % MS_PER_HOUR === 0;
  if (what === "quantities") {
    const hours = hoursOf(query);
    return grouped(query, "quantities_now", ["sum(quantity) AS quantity"], hours, ["unit"]);
  }
  const sums = ["calls", "unpriced_calls", "failed_calls", "net_nano", "net_atto"].map(
    (sum) => `sum(${sum}) AS ${sum}`,
  );
  if (wholeHours) return grouped(query, "totals_now", sums, hoursOf(query));
  return grouped(query, `(${FROM_ENTRIES})`, sums, {
    where: "occurred_at >= ? AND occurred_at < ?",
    parameters: [BigInt(query.fromMs) * 1_000_000n, BigInt(query.untilMs) * 1_000_000n],
  });
}

/** The table of a dimension's names. */
function tableOf(dimension: string): string {
  return dimension === "customer" ? "customers" : "names";
}

function hoursOf(query: TotalsQuery): { where: string; parameters: (string | number | bigint)[] } {
  return {
    where: "hour >= ? AND hour < ?",
    parameters: [Math.floor(query.fromMs / MS_PER_HOUR), Math.floor(query.untilMs / MS_PER_HOUR)],
  };
}

/** Entries as they were first posted, and each adjustment, in the columns of `hourly_totals`. */
const FROM_ENTRIES = `
  SELECT occurred_at, occurred_at / 3600000000000 AS hour, customer, feature, provider, model, 1 AS calls,
    kind IN ('unpriced', 'partly_unpriced') AS unpriced_calls, outcome <> 'ok' AS failed_calls, net_nano, net_atto
  FROM entries WHERE kind NOT IN ('covered', 'held')
  UNION ALL
  SELECT e.occurred_at, e.occurred_at / 3600000000000, a.customer, a.feature, e.provider, e.model, a.calls,
    a.calls * (a.charge_kind IN ('unpriced', 'partly_unpriced')), a.calls * (e.outcome <> 'ok'), a.net_nano, a.net_atto
  FROM adjustments a JOIN entries e ON e.id = a.entry`;

function grouped(
  query: TotalsQuery,
  table: string,
  sums: readonly string[],
  period: { readonly where: string; readonly parameters: readonly (string | number | bigint)[] },
  extra: readonly string[] = [],
): Statement {
  const parameters = [...period.parameters];
  const where = [period.where];
  for (const dimension of NAMED) {
    const wanted = query[dimension];
    if (wanted === undefined) continue;
    where.push(`t.${dimension} = (SELECT id FROM ${tableOf(dimension)} WHERE name = ?)`);
    parameters.push(wanted);
  }
  const keys = [...query.groupBy, ...extra];
  const named = keys.filter((key) => key !== "hour");
  const joins = named.map((key) => `JOIN ${tableOf(key)} n_${key} ON n_${key}.id = t.${key}`).join(" ");
  const columns = keys.map((key) => (key === "hour" ? "t.hour AS hour" : `n_${key}.name AS ${key}`));
  const inner = `SELECT ${[...keys.map((key) => `t.${key}`), ...sums].join(", ")} FROM ${table} t WHERE ${where.join(" AND ")}
    ${keys.length === 0 ? "HAVING count(*) > 0" : `GROUP BY ${keys.map((key) => `t.${key}`).join(", ")}`}`;
  const outer = [...columns, ...sums.map((sum) => `t.${sum.split(" AS ")[1]}`)].join(", ");
  return { sql: `SELECT ${outer} FROM (${inner}) t ${joins}`, parameters };
}
