import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { LedgerError } from "./database.ts";
import type { Booking, BookingResult, Posting, Repricing, SpanNote } from "./entry.ts";
import { lockLedger } from "./lock.ts";
import { Packer } from "./packed.ts";
import { unpackAnswer } from "./packed-answer.ts";
import type { Answer, Request, WriterOptions } from "./protocol.ts";
import type { RateText } from "./rates.ts";
import { encodeCharge } from "./stored-charge.ts";

/** What an append did, after its commit. */
export interface Appended {
  /** One for each booking, in order. */
  readonly results: readonly BookingResult[];
  /**
   * What was posted to totals, adjustments of earlier entries included. Appends that shared a commit are added up
   * in the postings of one of them: over all appends each posting is there once.
   */
  readonly postings: readonly Posting[];
  /** How long the commit took that these bookings were part of. */
  readonly commitSeconds: number;
}

/**
 * Node strips types with WebAssembly, in each thread that loads source. In V8 13.6 two threads that replace a
 * wrapper of it by a faster one at the same time can free it twice and crash the process; so none is replaced.
 */
function keepWasmWrappers(): void {
  setFlagsFromString("--wasm-wrapper-tiering-budget=1000000000");
}

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: LedgerError) => void;
}

/**
 * The ledger's writing side. One process writes to a ledger; looking into it is `LedgerReader`'s.
 */
export class Ledger {
  readonly path: string;
  readonly #worker: Worker;
  readonly #unlock: () => void;
  readonly #pending = new Map<number, Pending>();
  readonly #packer = new Packer();
  #nextId = 1;
  #closing = false;
  #broken: LedgerError | undefined;
  /** Resolves with the reason when the writer's thread ended by itself: nothing can be booked any more. */
  readonly failed: Promise<LedgerError>;

  private constructor(path: string, worker: Worker, unlock: () => void) {
    this.path = path;
    this.#worker = worker;
    this.#unlock = unlock;
    worker.on("message", (answer: Answer) => this.#take(answer));
    this.failed = new Promise((resolve) => {
      worker.on("error", (error) =>
        resolve(this.#break(new LedgerError(`the ledger's writer failed: ${(error as Error).message}`))),
      );
      worker.on("exit", () => {
        if (this.#closing) this.#break(new LedgerError("the ledger is closed"));
        else resolve(this.#break(new LedgerError("the ledger's writer ended")));
      });
    });
  }

  /**
   * Opens the ledger for writing, creating the file where there is none. Throws LedgerError when the
   * file can't be written, is not a ledger, is newer than this release, or has another writer.
   */
  static async open(path: string): Promise<Ledger> {
    const unlock = lockLedger(path);
    // Beside the source it is TypeScript, in the published package it is JavaScript.
    const fromSource = import.meta.url.endsWith(".ts");
    if (fromSource) keepWasmWrappers();
    const script = new URL(fromSource ? "./writer.ts" : "./writer.js", import.meta.url);
    const worker = new Worker(script, { workerData: { path } satisfies WriterOptions });
    try {
      await new Promise<void>((resolve, reject) => {
        worker.once("message", () => resolve());
        worker.once("error", reject);
      });
    } catch (error) {
      unlock();
      const { message } = error as Error;
      throw new LedgerError(message, { cause: error });
    }
    return new Ledger(path, worker, unlock);
  }

  /**
   * Books calls, all or none, and answers after they are on disk. A call that is booked already changes
   * nothing. `now` is when they were received, Unix nanoseconds. Rejects with LedgerError when the
   * ledger can't commit: nothing is booked then, and the same bookings may be tried again; with RangeError
   * when an id is not hex of the right length or an amount is more than a ledger holds.
   *
   * `notes` are spans above calls. What they name goes to the calls below that nobody nearer is named
   * for, whether those are booked already, now or later.
   */
  async append(
    bookings: readonly Booking[],
    now: bigint,
    notes: readonly SpanNote[] = [],
  ): Promise<Appended> {
    if (bookings.length === 0 && notes.length === 0) return { results: [], postings: [], commitSeconds: 0 };
    const packed = this.#packer.pack(bookings, notes);
    return this.#booked((id) => ({ kind: "append", id, packed, now }), [packed.buffer]);
  }

  /**
   * Charges agents' sums that have been held since before `heldBefore` and below which no call was seen:
   * they are the only ones who know of their calls. Both times are Unix nanoseconds.
   */
  release(heldBefore: bigint, now: bigint): Promise<Appended> {
    return this.#booked((id) => ({ kind: "release", id, heldBefore, now }));
  }

  /**
   * Books what other charges make of entries, all or none, as adjustments: the entries stay as they are.
   * Entries that cost the same, or are not in the totals, are left alone.
   */
  reprice(repricings: readonly Repricing[], reason: string, now: bigint): Promise<Appended> {
    const rates: RateText[] = [];
    const rows = repricings.map(({ entry, charge }) => ({
      entry,
      charge: encodeCharge(charge, (rate) => rates.push(rate)),
    }));
    return this.#booked((id) => ({ kind: "reprice", id, repricings: rows, rates, reason, now }));
  }

  /**
   * Puts a pseudonym in the place of a customer's identity, for ever: in the entries, in every total, and in
   * the bytes of the file. The money stays. True when the ledger knew the customer.
   */
  async forget(customer: string, now: bigint): Promise<boolean> {
    const answer = await this.#ask((id) => ({ kind: "forget", id, customer, now }));
    return answer.kind === "forgotten" && answer.found;
  }

  /** Resolves when something could be written just now; rejects with LedgerError otherwise. */
  async probe(): Promise<void> {
    await this.#ask((id) => ({ kind: "probe", id }));
  }

  /** Requests that are waiting for their commit. */
  get waiting(): number {
    return this.#pending.size;
  }

  /** Commits what was appended, closes the file and lets the next writer in. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    try {
      if (this.#broken !== undefined) return;
      const ended = new Promise((resolve) => this.#worker.once("exit", resolve));
      await this.#ask((id) => ({ kind: "close", id }));
      // The thread ends by itself once its port is closed; ending it from here could catch it inside SQLite.
      await ended;
    } finally {
      this.#unlock();
    }
  }

  async #booked(request: (id: number) => Request, buffers?: readonly ArrayBuffer[]): Promise<Appended> {
    const answer = await this.#ask(request, buffers);
    if (answer.kind !== "booked") throw new LedgerError(`unexpected answer of the writer: ${answer.kind}`);
    return { ...unpackAnswer(answer.answer), commitSeconds: answer.seconds };
  }

  #ask(request: (id: number) => Request, buffers: readonly ArrayBuffer[] = []): Promise<Answer> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const message = request(id);
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage(message, buffers);
    });
  }

  #take(answer: Answer): void {
    if (answer.kind === "open") return;
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (answer.kind === "failed")
      pending?.reject(new LedgerError(`the ledger could not commit: ${answer.message}`));
    else pending?.resolve(answer);
  }

  /** Nothing more can be asked. Returns why, which is what it was first. */
  #break(error: LedgerError): LedgerError {
    this.#broken ??= error;
    for (const { reject } of this.#pending.values()) reject(this.#broken);
    this.#pending.clear();
    return this.#broken;
  }
}
