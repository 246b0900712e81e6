import { DETAIL, FLAG_NAMES, FLAGS, flagBits, IS_FRAMEWORK } from "../columns.ts";

/** Columns that are read from `flags`. */
function flagColumns(): string {
  const columns = FLAG_NAMES.map((name) => {
    const { values } = FLAGS[name];
    const words = values.map((value, i) => `WHEN ${i} THEN '${value}'`).join(" ");
    return typeof values[0] === "string"
      ? `CASE ${flagBits(name)} ${words} END AS ${name}`
      : `${flagBits(name)} AS ${name}`;
  });
  return columns.join(",\n    ");
}

/** Columns that are read from `detail`: what only an explained call needs. */
function detailColumns(): string {
  return DETAIL.map(
    ({ name, type }, i) => `detail ${type === "TEXT" && name !== "reason" ? "->" : "->>"} ${i} AS ${name}`,
  ).join(",\n    ");
}

/** What was posted after an entry and an adjustment that `projected` names. */
function tailView(name: string, entry: string, adjustment: string): string {
  return `
CREATE VIEW ${name} AS
  SELECT e.occurred_at, e.customer, e.feature, e.provider, e.model, e.kind, coalesce(e.reason, '') AS reason, e.outcome,
    1 AS first, 1 AS calls, e.net_nano, e.net_atto, e.usage
  FROM full_entries e WHERE e.id > (SELECT ${entry} FROM projected) AND e.kind NOT IN ('covered', 'held')
  UNION ALL
  SELECT e.occurred_at, a.customer, a.feature, e.provider, e.model, a.charge_kind, coalesce(e.reason, ''), e.outcome,
    a.kind = 'released', a.calls, a.net_nano, a.net_atto, e.usage
  FROM adjustments a JOIN full_entries e ON e.id = a.entry WHERE a.id > (SELECT ${adjustment} FROM projected);`;
}

/** The table of entries, with its indexes and rules. */
export const ENTRIES: string = `
CREATE TABLE entries (
  id INTEGER PRIMARY KEY,
  trace_id BLOB NOT NULL CHECK (length(trace_id) = 16),
  span_id BLOB NOT NULL CHECK (length(span_id) = 8),
  source INTEGER NOT NULL REFERENCES names,
  flags INTEGER NOT NULL,
  customer INTEGER NOT NULL REFERENCES customers,
  feature INTEGER NOT NULL REFERENCES names,
  provider INTEGER NOT NULL REFERENCES names,
  model INTEGER NOT NULL REFERENCES names,
  scope INTEGER NOT NULL REFERENCES names,
  response_id TEXT,
  response_key INTEGER CHECK ((response_key IS NULL) = (response_id IS NULL)),
  started_at INTEGER NOT NULL,
  occurred_at INTEGER NOT NULL,
  booked_at INTEGER NOT NULL,
  net_nano INTEGER NOT NULL CHECK (net_nano >= 0),
  net_atto INTEGER NOT NULL CHECK (net_atto BETWEEN 0 AND 999999999),
  detail TEXT NOT NULL,
  covered_by INTEGER REFERENCES entries,
  content_hash BLOB NOT NULL,
  ancestors BLOB NOT NULL CHECK (length(ancestors) % 8 = 0)
) STRICT;
CREATE INDEX entries_by_cover ON entries (covered_by) WHERE covered_by IS NOT NULL;
CREATE INDEX entries_by_time ON entries (occurred_at, booked_at);
CREATE INDEX framework_entries_by_time ON entries (occurred_at)
  WHERE ${IS_FRAMEWORK};

CREATE TRIGGER entries_are_not_changed BEFORE UPDATE ON entries BEGIN SELECT raise(ABORT, 'entries are append-only'); END;
CREATE TRIGGER entries_are_not_deleted BEFORE DELETE ON entries BEGIN SELECT raise(ABORT, 'entries are append-only'); END;
`;

/** The index of identities, and what it refers to. */
export const SPANS: string = `
CREATE TABLE notes (
  id INTEGER PRIMARY KEY,
  ancestors BLOB NOT NULL CHECK (length(ancestors) % 8 = 0),
  customer INTEGER REFERENCES customers,
  person INTEGER REFERENCES customers,
  feature INTEGER REFERENCES names
) STRICT;

CREATE TABLE spans (
  trace_id BLOB NOT NULL,
  span_id BLOB NOT NULL,
  source INTEGER NOT NULL REFERENCES names,
  entry INTEGER REFERENCES entries,
  note INTEGER REFERENCES notes CHECK ((note IS NULL) <> (entry IS NULL)),
  PRIMARY KEY (trace_id, span_id, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE instrumentations (
  source INTEGER NOT NULL REFERENCES names,
  scope INTEGER NOT NULL REFERENCES names,
  PRIMARY KEY (source, scope)
) STRICT, WITHOUT ROWID;
`;

/** Entries as they are read, and what the projections lack. */
export const VIEWS: string = `
CREATE VIEW full_entries AS
  SELECT *,
    ${flagColumns()},
    ${detailColumns()}
  FROM entries;
${tailView("tail", "entry", "adjustment")}
${tailView("uncounted", "counted_entry", "counted_adjustment")}
`;

/**
 * The ledger's tables. Entries and adjustments are appended and never changed: triggers forbid it. What
 * changes later is an adjustment. Each transaction seals what it appended with a row of `batches`, whose
 * hash goes on from the batch before.
 *
 * Amounts are two integers, whole nano-USD and the rest in atto-USD, so that SQL sums them exactly. Names
 * (features, models …) are kept once and referred to by number; customers have a table of their own, so
 * that one can be forgotten. Rates are the parts of a charge that many calls share; a rate's number is
 * made from its text.
 *
 * Of an entry, what is only read now and then is packed into two columns, `flags` and `detail`. `full_entries` is for
 * whoever reads: it has a column for each part. (As generated columns of the table they would all be made for every row that
 * is written, which takes as long as writing it.)
 *
 * `spans` is the index of identities: every call, and every span above calls, which is kept in `notes`. `instrumentations`
 * says who may describe a source's calls; where there are two, the source has an index of response ids (see
 * `responseIndex`), which before that nobody would ask. Totals and counters are projections; `projected` says up to which
 * entry and adjustment each goes, and what came after is the `tail`. Sums of days (of UTC) are there so that a month
 * of all customers need not read all of its hours.
 */
export const SCHEMA_3: string = `
CREATE TABLE names (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE customers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  salt BLOB CHECK (length(salt) = 16),
  digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT;

CREATE TABLE rates (
  id INTEGER PRIMARY KEY,
  rate TEXT NOT NULL
) STRICT;

${ENTRIES}
CREATE TABLE adjustments (
  id INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entries,
  kind TEXT NOT NULL CHECK (kind IN ('superseded', 'released', 'reattributed', 'repriced')),
  reason TEXT NOT NULL,
  customer INTEGER NOT NULL REFERENCES customers,
  feature INTEGER NOT NULL REFERENCES names,
  calls INTEGER NOT NULL,
  charge_kind TEXT NOT NULL CHECK (charge_kind IN ('charged', 'zero', 'unpriced', 'partly_unpriced')),
  net_nano INTEGER NOT NULL,
  net_atto INTEGER NOT NULL CHECK (net_atto BETWEEN 0 AND 999999999),
  charge TEXT CHECK (charge IS NOT NULL OR kind <> 'repriced' OR calls < 0),
  booked_at INTEGER NOT NULL
) STRICT;
CREATE INDEX adjustments_by_entry ON adjustments (entry);
CREATE INDEX adjustments_by_booking ON adjustments (booked_at);

${SPANS}
CREATE TABLE conflicts (
  source INTEGER NOT NULL REFERENCES names,
  trace_id BLOB NOT NULL,
  span_id BLOB NOT NULL,
  content_hash BLOB NOT NULL,
  seen_at INTEGER NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (source, trace_id, span_id, content_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE held (
  entry INTEGER PRIMARY KEY REFERENCES entries,
  held_since INTEGER NOT NULL
) STRICT;
CREATE INDEX held_by_time ON held (held_since);

CREATE TABLE hourly_totals (
  hour INTEGER NOT NULL,
  customer INTEGER NOT NULL REFERENCES customers,
  feature INTEGER NOT NULL REFERENCES names,
  provider INTEGER NOT NULL REFERENCES names,
  model INTEGER NOT NULL REFERENCES names,
  calls INTEGER NOT NULL,
  unpriced_calls INTEGER NOT NULL,
  failed_calls INTEGER NOT NULL,
  net_nano INTEGER NOT NULL,
  net_atto INTEGER NOT NULL,
  PRIMARY KEY (hour, customer, feature, provider, model)
) STRICT, WITHOUT ROWID;

CREATE TABLE hourly_quantities (
  hour INTEGER NOT NULL,
  customer INTEGER NOT NULL REFERENCES customers,
  feature INTEGER NOT NULL REFERENCES names,
  provider INTEGER NOT NULL REFERENCES names,
  model INTEGER NOT NULL REFERENCES names,
  unit INTEGER NOT NULL REFERENCES names,
  quantity INTEGER NOT NULL,
  PRIMARY KEY (hour, customer, feature, provider, model, unit)
) STRICT, WITHOUT ROWID;

CREATE TABLE daily_customers (
  day INTEGER NOT NULL,
  customer INTEGER NOT NULL REFERENCES customers,
  calls INTEGER NOT NULL,
  unpriced_calls INTEGER NOT NULL,
  failed_calls INTEGER NOT NULL,
  net_nano INTEGER NOT NULL,
  net_atto INTEGER NOT NULL,
  PRIMARY KEY (day, customer)
) STRICT, WITHOUT ROWID;

CREATE TABLE daily_models (
  day INTEGER NOT NULL,
  feature INTEGER NOT NULL REFERENCES names,
  provider INTEGER NOT NULL REFERENCES names,
  model INTEGER NOT NULL REFERENCES names,
  calls INTEGER NOT NULL,
  unpriced_calls INTEGER NOT NULL,
  failed_calls INTEGER NOT NULL,
  net_nano INTEGER NOT NULL,
  net_atto INTEGER NOT NULL,
  PRIMARY KEY (day, feature, provider, model)
) STRICT, WITHOUT ROWID;

CREATE TABLE daily_customer_quantities (
  day INTEGER NOT NULL,
  customer INTEGER NOT NULL REFERENCES customers,
  unit INTEGER NOT NULL REFERENCES names,
  quantity INTEGER NOT NULL,
  PRIMARY KEY (day, customer, unit)
) STRICT, WITHOUT ROWID;

CREATE TABLE daily_model_quantities (
  day INTEGER NOT NULL,
  feature INTEGER NOT NULL REFERENCES names,
  provider INTEGER NOT NULL REFERENCES names,
  model INTEGER NOT NULL REFERENCES names,
  unit INTEGER NOT NULL REFERENCES names,
  quantity INTEGER NOT NULL,
  PRIMARY KEY (day, feature, provider, model, unit)
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (
  metric INTEGER NOT NULL,
  a INTEGER NOT NULL,
  b INTEGER NOT NULL,
  c INTEGER NOT NULL,
  d INTEGER NOT NULL,
  whole INTEGER NOT NULL CHECK (whole >= 0),
  atto INTEGER NOT NULL CHECK (atto >= 0),
  PRIMARY KEY (metric, a, b, c, d)
) STRICT, WITHOUT ROWID;

CREATE TABLE projected (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  entry INTEGER NOT NULL,
  adjustment INTEGER NOT NULL,
  counted_entry INTEGER NOT NULL,
  counted_adjustment INTEGER NOT NULL
) STRICT;
INSERT INTO projected VALUES (1, 0, 0, 0, 0);

CREATE TABLE batches (
  seq INTEGER PRIMARY KEY,
  last_name INTEGER NOT NULL,
  last_customer INTEGER NOT NULL,
  last_entry INTEGER NOT NULL,
  last_adjustment INTEGER NOT NULL,
  booked_at INTEGER NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

${VIEWS}

CREATE TRIGGER adjustments_are_not_changed BEFORE UPDATE ON adjustments BEGIN SELECT raise(ABORT, 'adjustments are append-only'); END;
CREATE TRIGGER adjustments_are_not_deleted BEFORE DELETE ON adjustments BEGIN SELECT raise(ABORT, 'adjustments are append-only'); END;
CREATE TRIGGER batches_are_not_changed BEFORE UPDATE ON batches BEGIN SELECT raise(ABORT, 'batches are append-only'); END;
CREATE TRIGGER batches_are_not_deleted BEFORE DELETE ON batches BEGIN SELECT raise(ABORT, 'batches are append-only'); END;
`;
