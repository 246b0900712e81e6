import { randomBytes } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { Anchor, readAnchor } from "./anchor.ts";
import { Bookkeeper, type RepricingRow } from "./bookkeeper.ts";
import { Chain } from "./chain.ts";
import { LedgerError, namingDamage, openForWriting } from "./database.ts";
import { Dictionary } from "./dictionary.ts";
import type { BookingResult } from "./entry.ts";
import { Meanings } from "./meanings.ts";
import type { Packed } from "./packed.ts";
import { type PackedAnswer, packAnswer } from "./packed-answer.ts";
import { Postings } from "./postings.ts";
import { CounterTotals, PeriodTotals } from "./projections.ts";
import { Rates, type RateText } from "./rates.ts";
import { type Projection, tailOf } from "./tail.ts";
import { Unpacked } from "./unpacked.ts";
import type { Vocabulary } from "./vocabulary.ts";

const NOTHING_POSTED = new Postings();
/** Totals are written this often while there is work, or less often: whoever reads them adds up what they lack. */
export const PROJECT_MS = 500;
/** Counters are written this often: the next start adds up what they lack. */
const COUNT_MS = 10_000;
/** More rows than this are written whenever the time. */
const MAX_UNWRITTEN = 50_000;
/** Writing takes at most one part in so many of the time, as long as that makes nobody wait longer than this for it. */
const WRITING_SHARE = 25;
const MAX_WAIT_MS = 5_000;

/** A request's calls: as they were packed, what its numbers mean, and when it was received (Unix nanoseconds). */
export interface ToBook {
  readonly packed: Packed;
  readonly vocabulary: Vocabulary;
  readonly now: bigint;
}

/**
 * A ledger's file opened for the one writer, with everything that it keeps in memory. After an error of
 * the disk it is to be closed and opened anew: what memory says may then not be what the disk says.
 */
export class Books {
  readonly #database: DatabaseSync;
  readonly #names: Dictionary;
  readonly #customers: Dictionary;
  readonly #rates: Rates;
  readonly #chain: Chain;
  readonly #bookkeeper: Bookkeeper;
  readonly #totals: Written<PeriodTotals>;
  readonly #counters: Written<CounterTotals>;
  readonly #anchor: Anchor;
  /** The anchor could not be written after the latest commit. */
  #anchorIsBehind = false;
  readonly #forget: StatementSync;
  #meanings: Meanings | undefined;

  /** Throws LedgerError when the file can't be opened, is damaged, or lacks what its anchor knows of. */
  constructor(path: string) {
    this.#database = openForWriting(path);
    let anchor: Anchor | undefined;
    try {
      requireAnchored(this.#database, path);
      this.#names = Dictionary.names(this.#database);
      this.#customers = Dictionary.customers(this.#database);
      this.#rates = new Rates(this.#database);
      this.#chain = new Chain(this.#database);
      this.#bookkeeper = new Bookkeeper(this.#database, this.#names, this.#customers, this.#chain);
      this.#totals = new Written(new PeriodTotals(this.#database), PROJECT_MS);
      this.#counters = new Written(new CounterTotals(this.#database, this.#names), COUNT_MS);
      this.#forget = this.#database.prepare(
        "UPDATE customers SET name = ?, salt = NULL WHERE id = ? AND salt IS NOT NULL",
      );
      anchor = new Anchor(path);
      this.#anchor = anchor;
      this.#gatherTails();
      this.project();
      this.#anchor.write(this.#chain.head);
    } catch (error) {
      try {
        anchor?.close();
      } finally {
        this.#database.close();
      }
      throw namingDamage(error, path);
    }
  }

  /**
   * Books the calls of requests, one after the other. Within `transaction`. What they posted is added up over all
   * of them and stands in the first one's answer.
   */
  book(requests: readonly ToBook[]): PackedAnswer[] {
    const postings = new Postings();
    const results = requests.map(({ packed, vocabulary, now }) => {
      const meanings = this.#meaningsOf(vocabulary);
      meanings.keepRates();
      const unpacked = new Unpacked(packed, meanings);
      return this.#bookkeeper.book(unpacked.rows(), unpacked.notes(), now, postings);
    });
    return results.map((each, i) => this.#posted(each, i === 0 ? postings : NOTHING_POSTED));
  }

  /** Charges sums that were held since before an instant and that no call was seen below. Within `transaction`. */
  release(heldBefore: bigint, now: bigint): PackedAnswer {
    const postings = new Postings();
    this.#bookkeeper.release(heldBefore, now, postings);
    return this.#posted([], postings);
  }

  /** Charges entries anew. Within `transaction`. */
  reprice(
    repricings: readonly RepricingRow[],
    rates: readonly RateText[],
    reason: string,
    now: bigint,
  ): PackedAnswer {
    for (const rate of rates) this.#rates.keep(rate);
    const postings = new Postings();
    this.#bookkeeper.reprice(repricings, reason, now, postings);
    return this.#posted([], postings);
  }

  /**
   * Runs work that is committed as a whole or not at all, and seals what it appended. Projections are
   * written with it when they are due, or when asked to. Throws what SQLite throws when it can't be committed.
   */
  transaction<T>(now: bigint, work: () => T, project: boolean = false): T {
    let result: T;
    if (this.#anchorIsBehind) this.#anchor.write(this.#chain.head);
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      result = work();
      for (const written of [this.#totals, this.#counters]) {
        if (project || written.isDue())
          written.write(this.#bookkeeper.lastEntry, this.#bookkeeper.lastAdjustment);
      }
      this.#chain.seal(
        {
          name: this.#names.last,
          customer: this.#customers.last,
          entry: this.#bookkeeper.lastEntry,
          adjustment: this.#bookkeeper.lastAdjustment,
        },
        now,
      );
      this.#database.exec("COMMIT");
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      this.#reset();
      throw error;
    }
    this.#bookkeeper.end(false);
    this.#chain.clear();
    for (const written of [this.#totals, this.#counters]) written.committed();
    this.#writeAnchor();
    return result;
  }

  /**
   * Whoever is told that calls are booked is told after the anchor knows of them too. Where it can't be written
   * they are booked all the same, and nothing more is until it can.
   */
  #writeAnchor(): void {
    try {
      this.#anchor.write(this.#chain.head);
      this.#anchorIsBehind = false;
    } catch {
      this.#anchorIsBehind = true;
    }
  }

  /** Writes what the projections gathered, if anything. */
  project(): void {
    const waiting = this.#totals.sums.waiting + this.#counters.sums.waiting;
    if (waiting > 0) this.transaction(0n, () => undefined, true);
  }

  /** Throws what SQLite throws when nothing can be written now. */
  probe(): void {
    this.transaction(0n, () => undefined, true);
  }

  /**
   * Puts a number in the place of a customer's name, for ever, and wipes the name from the file. True when
   * there was such a customer.
   */
  forget(customer: string, now: bigint): boolean {
    const found = this.#database.prepare("SELECT id FROM customers WHERE name = ?").get(customer);
    if (found === undefined) return false;
    const id = Number(found["id"]);
    const pseudonym = `forgotten-${randomBytes(6).toString("hex")}`;
    this.#database.exec("PRAGMA secure_delete = ON");
    const forgotten = this.transaction(now, () => this.#forget.run(pseudonym, id).changes > 0);
    this.#customers.reset();
    this.#meanings?.reset();
    // What was overwritten still stands in the write-ahead log until it is emptied.
    this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    return forgotten;
  }

  close(): void {
    try {
      this.project();
      this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } finally {
      this.abandon();
    }
  }

  /** Closes without writing anything. */
  abandon(): void {
    try {
      this.#anchor.close();
    } finally {
      this.#database.close();
    }
  }

  #meaningsOf(vocabulary: Vocabulary): Meanings {
    if (this.#meanings?.vocabulary !== vocabulary) {
      this.#meanings = new Meanings(vocabulary, this.#names, this.#customers, this.#rates);
    }
    return this.#meanings;
  }

  #posted(results: readonly BookingResult[], postings: Postings): PackedAnswer {
    const sums = postings.sums();
    this.#totals.sums.add(sums);
    this.#counters.sums.add(sums);
    return packAnswer(results, sums, this.#names, this.#customers);
  }

  /** Goes back to what the file says, after a transaction was rolled back. */
  #reset(): void {
    this.#names.reset();
    this.#customers.reset();
    this.#rates.reset();
    this.#meanings?.reset();
    this.#chain.reset();
    this.#bookkeeper.end(true);
    for (const written of [this.#totals, this.#counters]) written.rolledBack();
    this.#gatherTails();
  }

  /** Gathers anew what was posted since the projections were last written. */
  #gatherTails(): void {
    this.#gatherTail("totals", this.#totals.sums);
    this.#gatherTail("counters", this.#counters.sums);
  }

  #gatherTail(projection: Projection, sums: PeriodTotals | CounterTotals): void {
    const postings = new Postings();
    for (const posting of tailOf(this.#database, projection, (unit) => this.#names.id(unit))) {
      postings.add(posting);
    }
    sums.add(postings.sums());
  }
}

/** Sums of a projection and when they were last written. */
class Written<Sums extends PeriodTotals | CounterTotals> {
  readonly sums: Sums;
  readonly #everyMs: number;
  #at = performance.now();
  #wait: number;
  #tookMs = 0;
  #uncommitted = false;

  constructor(sums: Sums, everyMs: number) {
    this.sums = sums;
    this.#everyMs = everyMs;
    this.#wait = everyMs;
  }

  isDue(): boolean {
    return performance.now() - this.#at >= this.#wait || this.sums.waiting > MAX_UNWRITTEN;
  }

  write(entry: number, adjustment: number): void {
    const started = performance.now();
    this.sums.write(entry, adjustment);
    this.#tookMs = performance.now() - started;
    this.#uncommitted = true;
  }

  /** What was written is gone again; the sums are gathered anew. */
  rolledBack(): void {
    this.sums.clear();
    this.#uncommitted = false;
  }

  /** What was written is there for good. */
  committed(): void {
    if (!this.#uncommitted) return;
    this.sums.clear();
    this.#uncommitted = false;
    this.#at = performance.now();
    this.#wait = Math.max(this.#everyMs, Math.min(this.#tookMs * WRITING_SHARE, MAX_WAIT_MS));
  }
}

/** Throws LedgerError when the ledger's chain does not have the batch that the anchor knows of. */
function requireAnchored(database: DatabaseSync, path: string): void {
  const anchor = readAnchor(path);
  if (anchor === undefined || anchor.seq === 0) return;
  const row = database.prepare("SELECT hash FROM batches WHERE seq = ?").get(anchor.seq);
  if (row !== undefined && Buffer.compare(row["hash"] as unknown as Uint8Array, anchor.hash) === 0) return;
  const last = database.prepare("SELECT coalesce(max(seq), 0) AS last FROM batches").get();
  throw new LedgerError(
    row === undefined
      ? `the ledger ${path} ends with batch ${last?.["last"]}, but its anchor knows batch ${anchor.seq}: committed calls are missing. ${REMEDY}`
      : `batch ${anchor.seq} of the ledger ${path} is not the one that its anchor knows: the file was changed. ${REMEDY}`,
  );
}

const REMEDY =
  "Restore the ledger from a backup, or accept it as it is with `keeptabs verify --accept`; `keeptabs verify` says more";
