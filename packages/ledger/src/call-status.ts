/**
 * What an entry is now. Of those that count: `charged`, `zero`, `unpriced` or `partly_unpriced`, after the last
 * repricing. Of the others: `covered` was never charged, because another span of the call was; `superseded` was
 * charged, or could have been, until a better description of the call came; `held` waits for the calls below it.
 */
export const CALL_STATUSES = [
  "charged",
  "zero",
  "unpriced",
  "partly_unpriced",
  "covered",
  "held",
  "superseded",
] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

/** SQL that holds for an entry `e` that counts now: it was posted, or released, and not taken back. */
export const COUNTS_NOW: string = `(e.kind NOT IN ('covered', 'held'))
  + coalesce((SELECT sum(a.calls) FROM adjustments a WHERE a.entry = e.id), 0) > 0`;

/** The last value of a column that an adjustment gave an entry by putting it somewhere. */
const put = (column: "customer" | "feature" | "charge_kind"): string =>
  `(SELECT a.${column} FROM adjustments a WHERE a.entry = e.id AND a.calls > 0 ORDER BY a.id DESC LIMIT 1)`;

/** SQL for the number of the customer that an entry `e` belongs to now. */
export const CUSTOMER_NOW: string = `coalesce(${put("customer")}, e.customer)`;

/** SQL for the number of the feature that an entry `e` belongs to now. */
export const FEATURE_NOW: string = `coalesce(${put("feature")}, e.feature)`;

/** SQL for what an entry `e` counts as after the last repricing. */
export const KIND_NOW: string = `coalesce(${put("charge_kind")}, e.kind)`;

/** SQL for the status of an entry `e`. */
export const STATUS_NOW: string = `CASE
  WHEN ${COUNTS_NOW} THEN ${KIND_NOW}
  WHEN EXISTS (SELECT 1 FROM held h WHERE h.entry = e.id) THEN 'held'
  WHEN e.kind = 'covered' THEN 'covered'
  ELSE 'superseded' END`;
