import type { DatabaseSync } from "node:sqlite";
import { ENTRY_COLUMNS } from "../columns.ts";
import { indexResponses } from "../instrumentations.ts";
import { ENTRIES, SPANS, VIEWS } from "./schema-3.ts";

/**
 * Takes out of the entries' table what is read from other columns, and out of the index of identities what belongs to
 * entries or to spans above calls. Numbers, and so the chain of batches, stay what they were.
 */
export function from2(database: DatabaseSync): void {
  const columns = ENTRY_COLUMNS.map((column) => `e.${column}`).join(", ");
  // Other tables go on to refer to `entries` by that name.
  database.exec(`
    PRAGMA legacy_alter_table = ON;
    DROP VIEW tail;
    DROP VIEW uncounted;
    DROP TRIGGER entries_are_not_changed;
    DROP TRIGGER entries_are_not_deleted;
    DROP INDEX entries_by_response;
    DROP INDEX entries_by_cover;
    DROP INDEX entries_by_time;
    DROP INDEX framework_entries_by_time;
    ALTER TABLE entries RENAME TO old_entries;
    ALTER TABLE spans RENAME TO old_spans;
    PRAGMA legacy_alter_table = OFF;
    ${ENTRIES}
    ${SPANS}
    -- An entry whose span is missing, in a damaged file, is kept: its money is in the totals, and verify tells of it.
    INSERT INTO entries SELECT ${columns}, coalesce(s.content_hash, X''), coalesce(s.ancestors, X'') FROM old_entries e
      LEFT JOIN old_spans s ON s.trace_id = e.trace_id AND s.span_id = e.span_id AND s.source = e.source ORDER BY e.id;
    CREATE TABLE above AS SELECT * FROM old_spans WHERE entry IS NULL;
    INSERT INTO notes SELECT rowid, ancestors, customer, person, feature FROM above;
    INSERT INTO spans SELECT trace_id, span_id, source, entry, NULL FROM old_spans WHERE entry IS NOT NULL
      UNION ALL SELECT trace_id, span_id, source, NULL, rowid FROM above;
    INSERT INTO instrumentations SELECT DISTINCT source, scope FROM entries;
    DROP TABLE above;
    DROP TABLE old_spans;
    DROP TABLE old_entries;
    ${VIEWS}`);
  indexResponses(database);
}
