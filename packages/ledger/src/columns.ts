import type { CostSource } from "@keeptabs/pricing";
import type { Outcome, UsageQuality } from "@keeptabs/usage";
import type { EntryKind } from "./entry.ts";

const KINDS: readonly EntryKind[] = ["charged", "zero", "unpriced", "partly_unpriced", "covered", "held"];
const OUTCOMES: readonly Outcome[] = ["ok", "error", "aborted"];
const QUALITIES: readonly UsageQuality[] = ["reported", "partial", "estimated", "missing"];
const COST_SOURCES: readonly CostSource[] = ["provider", "computed", "gateway", "none"];
const YES_OR_NO: readonly number[] = [0, 1];

type Flag =
  | "kind"
  | "outcome"
  | "quality"
  | "cost_source"
  | "lower_bound"
  | "aggregate"
  | "framework"
  | "named";

/** What stands where in an entry's `flags`. Part of the file format. */
export const FLAGS: Readonly<
  Record<Flag, { readonly shift: number; readonly values: readonly (string | number)[] }>
> = {
  kind: { shift: 0, values: KINDS },
  outcome: { shift: 3, values: OUTCOMES },
  quality: { shift: 5, values: QUALITIES },
  cost_source: { shift: 7, values: COST_SOURCES },
  lower_bound: { shift: 9, values: YES_OR_NO },
  aggregate: { shift: 10, values: YES_OR_NO },
  framework: { shift: 11, values: YES_OR_NO },
  named: { shift: 12, values: [0, 1, 2, 3, 4, 5, 6, 7] },
};

/** SQL for the bits of a flag in an entry's `flags`. */
export function flagBits(flag: Flag): string {
  const { shift, values } = FLAGS[flag];
  return `(flags >> ${shift} & ${widthOf(values.length)})`;
}

/** SQL for entries of frameworks, in the words of the index of these: SQLite takes an index only for the same words. */
export const IS_FRAMEWORK: string = `${flagBits("framework")} = 1`;

/** An entry's flags as one number. Throws RangeError for a value that is none. */
export function flagsOf(row: Readonly<Record<Flag, string | number>>): number {
  let flags = 0;
  for (const name of FLAG_NAMES) {
    const { shift, values } = FLAGS[name];
    const value = values.indexOf(row[name]);
    if (value < 0) throw new RangeError(`${name} must be one of ${values.join(", ")}, got ${row[name]}`);
    flags |= value << shift;
  }
  return flags;
}

/** The bits of so many values, all set. */
function widthOf(values: number): number {
  return 2 ** Math.ceil(Math.log2(values)) - 1;
}

export const FLAG_NAMES: readonly Flag[] = Object.keys(FLAGS) as readonly Flag[];

/** What stands where in the JSON array that is an entry's `detail`. Part of the file format. */
export const DETAIL: readonly { readonly name: string; readonly type: "TEXT" | "INTEGER" }[] = [
  { name: "usage", type: "TEXT" },
  { name: "charge", type: "TEXT" },
  { name: "reason", type: "TEXT" },
  { name: "request_model", type: "INTEGER" },
  { name: "response_model", type: "INTEGER" },
  { name: "operation", type: "INTEGER" },
  { name: "dialect", type: "INTEGER" },
  { name: "list_nano", type: "INTEGER" },
  { name: "list_atto", type: "INTEGER" },
];

/** The parts of an entry's `detail`, which are put together to one text. Usage and charge are JSON already. */
export const detailParts = {
  own: (usage: string, charge: string): string => `[${usage},${charge},`,
  traits: (traits: {
    readonly reason: string | null;
    readonly requestModel: number | null;
    readonly responseModel: number | null;
    readonly operation: number;
    readonly dialect: number;
  }): string => {
    const { reason, requestModel, responseModel, operation, dialect } = traits;
    const why = reason === null ? "null" : JSON.stringify(reason);
    return `${why},${requestModel},${responseModel},${operation},${dialect}`;
  },
  list: (nano: bigint, atto: bigint): string => `,${nano},${atto}]`,
} as const;

/** The columns of an entry as it is written and as the chain of batches covers it, in this order. */
export const ENTRY_COLUMNS: readonly string[] = [
  "id",
  "trace_id",
  "span_id",
  "source",
  "flags",
  "customer",
  "feature",
  "provider",
  "model",
  "scope",
  "response_id",
  "response_key",
  "started_at",
  "occurred_at",
  "booked_at",
  "net_nano",
  "net_atto",
  "detail",
  "covered_by",
];

/** Columns of an entry that the chain does not cover: by what a span is known again, and what is known to lie above it. */
export const IDENTITY_COLUMNS: readonly string[] = ["content_hash", "ancestors"];

/** The columns of an adjustment as it is written and as the chain covers it. */
export const ADJUSTMENT_COLUMNS: readonly string[] = [
  "id",
  "entry",
  "kind",
  "reason",
  "customer",
  "feature",
  "calls",
  "charge_kind",
  "net_nano",
  "net_atto",
  "charge",
  "booked_at",
];

/** `INSERT INTO table (…) VALUES (?, …)`. */
export function insertInto(table: string, columns: readonly string[]): string {
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
}
