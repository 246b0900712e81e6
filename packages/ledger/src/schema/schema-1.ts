/** The first schema. It is kept as it was, so that ledgers which were made with it can be migrated. */
export const SCHEMA_1: string = `
CREATE TABLE names (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE entries (
  id INTEGER PRIMARY KEY,
  source INTEGER NOT NULL REFERENCES names,
  trace_id BLOB NOT NULL CHECK (length(trace_id) = 16),
  span_id BLOB NOT NULL CHECK (length(span_id) = 8),
  content_hash BLOB NOT NULL CHECK (length(content_hash) = 16),
  ancestors BLOB NOT NULL CHECK (length(ancestors) % 8 = 0),
  kind TEXT NOT NULL CHECK (kind IN ('charged', 'zero', 'unpriced', 'partly_unpriced', 'covered', 'held')),
  reason TEXT CHECK (reason IS NOT NULL OR kind NOT IN ('zero', 'unpriced', 'partly_unpriced')),
  customer INTEGER NOT NULL REFERENCES names,
  feature INTEGER NOT NULL REFERENCES names,
  provider INTEGER NOT NULL REFERENCES names,
  model INTEGER NOT NULL REFERENCES names,
  request_model INTEGER REFERENCES names,
  response_model INTEGER REFERENCES names,
  operation INTEGER NOT NULL REFERENCES names,
  dialect INTEGER NOT NULL REFERENCES names,
  scope INTEGER NOT NULL REFERENCES names,
  response_id TEXT,
  outcome TEXT NOT NULL CHECK (outcome IN ('ok', 'error', 'aborted')),
  quality TEXT NOT NULL CHECK (quality IN ('reported', 'partial', 'estimated', 'missing')),
  lower_bound INTEGER NOT NULL CHECK (lower_bound IN (0, 1)),
  aggregate INTEGER NOT NULL CHECK (aggregate IN (0, 1)),
  framework INTEGER NOT NULL CHECK (framework IN (0, 1)),
  started_at INTEGER NOT NULL,
  occurred_at INTEGER NOT NULL,
  booked_at INTEGER NOT NULL,
  list_nano INTEGER NOT NULL CHECK (list_nano >= 0),
  list_atto INTEGER NOT NULL CHECK (list_atto BETWEEN 0 AND 999999999),
  net_nano INTEGER NOT NULL CHECK (net_nano >= 0),
  net_atto INTEGER NOT NULL CHECK (net_atto BETWEEN 0 AND 999999999),
  cost_source TEXT NOT NULL CHECK (cost_source IN ('provider', 'computed', 'gateway', 'none')),
  price_version TEXT,
  named INTEGER NOT NULL CHECK (named BETWEEN 0 AND 7),
  usage TEXT NOT NULL,
  charge TEXT NOT NULL,
  covered_by INTEGER REFERENCES entries,
  UNIQUE (source, trace_id, span_id)
) STRICT;
CREATE INDEX entries_by_response_id ON entries (response_id) WHERE response_id IS NOT NULL;
CREATE INDEX entries_by_cover ON entries (covered_by) WHERE covered_by IS NOT NULL;
CREATE INDEX entries_by_time ON entries (occurred_at);
CREATE INDEX framework_entries_by_time ON entries (occurred_at) WHERE framework = 1;

CREATE TABLE adjustments (
  id INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entries,
  kind TEXT NOT NULL CHECK (kind IN ('superseded', 'released', 'reattributed', 'repriced')),
  reason TEXT NOT NULL,
  customer INTEGER NOT NULL REFERENCES names,
  feature INTEGER NOT NULL REFERENCES names,
  calls INTEGER NOT NULL,
  charge_kind TEXT NOT NULL CHECK (charge_kind IN ('charged', 'zero', 'unpriced', 'partly_unpriced')),
  net_nano INTEGER NOT NULL,
  net_atto INTEGER NOT NULL CHECK (net_atto BETWEEN 0 AND 999999999),
  charge TEXT CHECK (charge IS NOT NULL OR kind <> 'repriced' OR calls < 0),
  booked_at INTEGER NOT NULL
) STRICT;
CREATE INDEX adjustments_by_entry ON adjustments (entry);

CREATE TABLE conflicts (
  source INTEGER NOT NULL REFERENCES names,
  trace_id BLOB NOT NULL,
  span_id BLOB NOT NULL,
  content_hash BLOB NOT NULL,
  seen_at INTEGER NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (source, trace_id, span_id, content_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE hourly_totals (
  hour INTEGER NOT NULL,
  customer INTEGER NOT NULL REFERENCES names,
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
  customer INTEGER NOT NULL REFERENCES names,
  feature INTEGER NOT NULL REFERENCES names,
  provider INTEGER NOT NULL REFERENCES names,
  model INTEGER NOT NULL REFERENCES names,
  unit INTEGER NOT NULL REFERENCES names,
  quantity INTEGER NOT NULL,
  PRIMARY KEY (hour, customer, feature, provider, model, unit)
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

CREATE TABLE spans (
  source INTEGER NOT NULL REFERENCES names,
  trace_id BLOB NOT NULL,
  span_id BLOB NOT NULL,
  parent_span_id BLOB,
  customer INTEGER REFERENCES names,
  person INTEGER REFERENCES names,
  feature INTEGER REFERENCES names,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (source, trace_id, span_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX spans_by_time ON spans (seen_at);

CREATE TABLE held (
  entry INTEGER PRIMARY KEY REFERENCES entries,
  held_since INTEGER NOT NULL
) STRICT;
CREATE INDEX held_by_time ON held (held_since);

CREATE TRIGGER entries_are_not_changed BEFORE UPDATE ON entries BEGIN SELECT raise(ABORT, 'entries are append-only'); END;
CREATE TRIGGER entries_are_not_deleted BEFORE DELETE ON entries BEGIN SELECT raise(ABORT, 'entries are append-only'); END;
CREATE TRIGGER adjustments_are_not_changed BEFORE UPDATE ON adjustments BEGIN SELECT raise(ABORT, 'adjustments are append-only'); END;
CREATE TRIGGER adjustments_are_not_deleted BEFORE DELETE ON adjustments BEGIN SELECT raise(ABORT, 'adjustments are append-only'); END;
`;
