import { randomFillSync } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { ENTRY_COLUMNS, IDENTITY_COLUMNS, insertInto } from "../../../packages/ledger/src/columns.ts";
import { openForWriting } from "../../../packages/ledger/src/database.ts";

/** As long as those of the calls that are sent. */
const DETAIL =
  '[{"quantities":{"input":4098,"cache_read":5632,"output":1034}},["charged","computed",0,1,"29493600000000000",0,' +
  '[[4380574529737854,4098,"12294000000000000"],[4502479455152378,5632,"1689600000000000"],' +
  '[3888199377228377,1034,"15510000000000000"]]],null,11,11,14,15,29493600,0]';
const RESPONSE = "chatcmpl-0123456789abcdef01234567";
const MANY = 65_536;

/**
 * What no design comes below that keeps an entry for each call, and its identity in an index, in SQLite: rows like the
 * ledger's, ready-made, in the ledger's own tables, by bare statements. Nothing is read, checked, added up or hashed.
 */
export class BareRows {
  readonly #database: DatabaseSync;
  readonly #entry: ReturnType<DatabaseSync["prepare"]>;
  readonly #span: ReturnType<DatabaseSync["prepare"]>;
  readonly #ids = new Uint8Array(MANY * 40);
  #written = 0;

  constructor(path: string) {
    this.#database = openForWriting(path);
    this.#entry = this.#database.prepare(insertInto("entries", [...ENTRY_COLUMNS, ...IDENTITY_COLUMNS]));
    this.#span = this.#database.prepare(insertInto("spans", ["trace_id", "span_id", "source", "entry"]));
  }

  /** Writes so many rows in one durable transaction. */
  write(count: number): void {
    this.#database.exec("BEGIN IMMEDIATE");
    for (let i = 0; i < count; i += 1) this.#writeOne();
    this.#database.exec("COMMIT");
  }

  close(): void {
    this.#database.close();
  }

  #writeOne(): void {
    const nth = this.#written % MANY;
    if (nth === 0) randomFillSync(this.#ids);
    const id = ++this.#written;
    const ids = this.#ids.subarray(nth * 40, nth * 40 + 40);
    const [trace, span, hash] = [ids.subarray(0, 16), ids.subarray(16, 24), ids.subarray(24, 40)];
    const at = 1_792_000_000_000_000_000n + BigInt(id) * 16_667n - BigInt((id * 7919) % 10_000) * 1_000_000n;
    this.#entry.run(
      id,
      trace,
      span,
      1,
      4096,
      1 + (id % 2000),
      2,
      3,
      4,
      5,
      RESPONSE,
      id,
      at - 5_000_000_000n,
      at,
      at,
      29_493_600n,
      0n,
      DETAIL,
      null,
      hash,
      span,
    );
    this.#span.run(trace, span, 1, id);
  }
}
