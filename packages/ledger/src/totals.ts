import { type AttoUsd, joinUsd, sumUsd } from "@keeptabs/pricing";
import { requireTimeZone } from "./calendar.ts";
import { knownHours } from "./hours-of-calls.ts";
import type { Statements } from "./statements.ts";
import { HOURS, piecesOf, slicesOf } from "./time-slices.ts";
import {
  type Dimension,
  type Filter,
  MONEY,
  NAMED,
  type Named,
  QUANTITIES,
  type Sums,
  type SumTable,
  sumsStatement,
  type TotalsQuery,
  tableOf,
} from "./totals-query.ts";

/** A sum over calls. */
export interface Total {
  /** The values of the dimensions that were asked for, in that order; an hour is a number of hours since 1970. */
  readonly key: readonly string[];
  readonly calls: number;
  readonly unpricedCalls: number;
  readonly failedCalls: number;
  readonly net: AttoUsd;
  /** How many groups were folded into this one; only with `top`, and only on the group `(other)`. */
  readonly folded?: number;
}

/** A sum of one unit. */
export interface QuantityTotal {
  readonly key: readonly string[];
  readonly unit: string;
  readonly quantity: bigint;
}

/** What each part of the key of all groups is that `top` folded together. */
export const OTHER = "(other)";

type SumRow = Readonly<Record<string, string | bigint>>;

/** Sums of calls and money; see `LedgerReader.totals`. */
export function totalsOf(statements: Statements, query: TotalsQuery): Total[] {
  const totals = sumRows(statements, query, MONEY).map(
    ({ key, row }): Total => ({
      key,
      calls: Number(row["calls"]),
      unpricedCalls: Number(row["unpriced_calls"]),
      failedCalls: Number(row["failed_calls"]),
      net: joinUsd(row["net_nano"] as bigint, row["net_atto"] as bigint),
    }),
  );
  return query.top === undefined ? totals : dearest(totals, query.top);
}

/** Sums of units; see `LedgerReader.quantities`. */
export function quantitiesOf(statements: Statements, query: Omit<TotalsQuery, "top">): QuantityTotal[] {
  return sumRows(statements, query, QUANTITIES).map(({ key, row }) => ({
    key,
    unit: String(row["unit"]),
    quantity: row["quantity"] as bigint,
  }));
}

/** Totals, the dearest first; with the same net in the order of their keys. */
export function dearestFirst(totals: readonly Total[]): Total[] {
  return totals.toSorted((a, b) => {
    if (a.net !== b.net) return a.net > b.net ? -1 : 1;
    return JSON.stringify(a.key) < JSON.stringify(b.key) ? -1 : 1;
  });
}

/** The `most` dearest, and all others as one. */
function dearest(totals: readonly Total[], most: number): Total[] {
  const sorted = dearestFirst(totals);
  const others = sorted.slice(most);
  const [first] = others;
  if (first === undefined) return sorted;
  const sum = (field: "calls" | "unpricedCalls" | "failedCalls"): number =>
    others.reduce((all, total) => all + total[field], 0);
  const other: Total = {
    key: first.key.map(() => OTHER),
    calls: sum("calls"),
    unpricedCalls: sum("unpricedCalls"),
    failedCalls: sum("failedCalls"),
    net: sumUsd(others.map(({ net }) => net)),
    folded: others.length,
  };
  return [...sorted.slice(0, most), other];
}

function sumRows(
  statements: Statements,
  query: TotalsQuery,
  sums: Sums,
): { readonly key: readonly string[]; readonly row: SumRow }[] {
  const timeZone = requireSound(query);
  return statements.consistently(() => {
    const period = knownPart(statements, query);
    const filter = filterOf(statements, query);
    if (period === undefined || filter === undefined) return [];
    const { groupBy } = query;
    const by = (["day", "month"] as const).find((dimension) => groupBy.includes(dimension));
    const slices = slicesOf(period, by, timeZone);
    const keys = ["hour" as const, ...NAMED].filter((key) => groupBy.includes(key));
    const tables = tablesFor(sums, [...keys, ...filter.keys()]);
    const pieces = piecesOf(
      slices,
      tables.map(({ grain }) => grain),
    );
    const { sql, parameters } = sumsStatement(sums, tables, pieces, { keys, filter, slices: slices.length });
    return statements.all<SumRow>(sql, parameters).map((row) => {
      const slice = slices[Number(row["slice"])]?.name ?? "";
      const of = (dimension: Dimension): string => {
        if (dimension === "day") return slice;
        return dimension === "month" ? slice.slice(0, 7) : String(row[dimension]);
      };
      return { key: groupBy.map(of), row };
    });
  });
}

/** Throws RangeError naming the field that is wrong; returns the time zone. */
function requireSound({ fromMs, untilMs, top, timeZone }: TotalsQuery): string {
  for (const [field, value] of Object.entries({ fromMs, untilMs })) {
    if (!Number.isSafeInteger(value))
      throw new RangeError(`${field} must be whole milliseconds, got ${value}`);
  }
  if (top !== undefined && (!Number.isSafeInteger(top) || top < 1))
    throw new RangeError(`top must be a whole number from 1 on, got ${top}`);
  return timeZone === undefined ? "UTC" : requireTimeZone(timeZone);
}

/** The part of a period of which the ledger has hours: so that "always" is not cut into days since 1970. */
function knownPart(
  statements: Statements,
  { fromMs, untilMs }: TotalsQuery,
): { readonly fromMs: number; readonly untilMs: number } | undefined {
  const hours = knownHours(statements);
  if (hours === undefined) return undefined;
  const part = {
    fromMs: Math.max(fromMs, hours.first * HOURS.ms),
    untilMs: Math.min(untilMs, (hours.last + 1) * HOURS.ms),
  };
  return part.fromMs < part.untilMs ? part : undefined;
}

/** Undefined when a name is asked for that the ledger does not know. */
export function filterOf(statements: Statements, query: Pick<TotalsQuery, Named>): Filter | undefined {
  const filter = new Map<Named, bigint>();
  for (const dimension of NAMED) {
    const name = query[dimension];
    if (name === undefined) continue;
    const id = statements.idOf(name, tableOf(dimension));
    if (id === undefined) return undefined;
    filter.set(dimension, id);
  }
  return filter;
}

/** The tables to read, one of each grain: the narrowest that keep the dimensions apart. */
function tablesFor({ tables }: Sums, dimensions: readonly (Named | "hour")[]): readonly SumTable[] {
  const fitting = tables.filter(({ grain, keeps }) =>
    dimensions.every((one) => (one === "hour" ? grain === HOURS : keeps.includes(one))),
  );
  return fitting.filter(({ grain }, i) => fitting.findIndex((other) => other.grain === grain) === i);
}
