import { copyFileSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { Books, Packer, unpackAnswer, Vocabulary } from "@keeptabs/ledger/books";
import type { Random } from "./random.ts";
import type { SentSpan, World } from "./world.ts";

/** How often which misfortune happens. */
const MISFORTUNE = { answerLost: 0.1, killed: 0.05, duplicate: 0.3, failedInside: 0.05, release: 0.05 };

/** A vocabulary of so few names is begun anew with nearly every request. */
const FEW_NUMBERS = 12;

/** What the deliveries of a world did. */
export interface Delivered {
  /** The ledger's file in the end; each kill goes on from a copy of what was on the disk. */
  readonly path: string;
  readonly kills: number;
  readonly booked: number;
  readonly duplicates: number;
}

/**
 * Delivers a world's spans to a ledger: in any order and grouping, some more than once, with answers that
 * are lost, transactions that fail in the middle, kills, and a clock that jumps. Senders send again until
 * they are answered.
 */
export function deliver(world: World, path: string, random: Random): Delivered {
  let file = path;
  let books = new Books(file);
  const numbered = random.chance(0.5) ? FEW_NUMBERS : undefined;
  let front = new Front(numbered);
  let kills = 0;
  let booked = 0;
  let duplicates = 0;
  let now = 1_790_000_000_000_000_000n;
  const open = [...random.shuffled(world.spans)];
  while (open.length > 0) {
    now += BigInt(random.below(2_000) - 500) * 1_000_000_000n;
    const batch = open.splice(0, 1 + random.below(6));
    // Requests that share a transaction; when that fails each is tried again by itself, and senders send once more.
    const half = random.below(batch.length);
    const group = [front.request(batch.slice(0, half), now), front.request(batch.slice(half), now)];
    const failed = random.chance(MISFORTUNE.failedInside);
    if (failed) failInside(books, group);
    const again = failed && random.chance(0.5) ? [front.request(batch, now)] : group;
    const results = failed ? again.flatMap((request) => append(books, [request])) : append(books, group);
    booked += results.filter((kind) => kind === "booked").length;
    duplicates += results.filter((kind) => kind === "duplicate").length;
    // Not answered: sent again, at some time and in other company.
    const repeated = batch.filter(() => random.chance(MISFORTUNE.duplicate));
    for (const span of random.chance(MISFORTUNE.answerLost) ? batch : repeated) {
      open.splice(random.below(open.length + 1), 0, span);
    }
    if (random.chance(MISFORTUNE.release))
      books.transaction(now, () => books.release(now - 600_000_000_000n, now));
    if (random.chance(MISFORTUNE.killed)) {
      kills += 1;
      file = killed(file, kills);
      books.abandon();
      books = new Books(file);
      front = new Front(numbered);
    }
  }
  books.transaction(now, () => books.release(now * 2n, now));
  books.close();
  return { path: file, kills, booked, duplicates };
}

type Request = Parameters<Books["book"]>[0][number];

/** What a process keeps in memory to pack requests, and its writer's thread to read them. */
class Front {
  readonly #packer: Packer;
  #vocabulary = new Vocabulary();

  constructor(numbered: number | undefined) {
    this.#packer = new Packer(numbered);
  }

  request(batch: readonly SentSpan[], now: bigint): Request {
    const bookings = batch.flatMap((span) => (span.kind === "call" ? [span.booking] : []));
    const notes = batch.flatMap((span) => (span.kind === "note" ? [span.note] : []));
    const packed = this.#packer.pack(bookings, notes);
    this.#vocabulary = this.#vocabulary.with(packed.news);
    return { packed, vocabulary: this.#vocabulary, now };
  }
}

function append(books: Books, group: readonly Request[]): string[] {
  const answers = books.transaction(group[0]?.now ?? 0n, () => books.book(group));
  return answers.flatMap((answer) => unpackAnswer(answer).results.map(({ kind }) => kind));
}

/** A transaction that breaks off after everything was written and before it is committed. */
function failInside(books: Books, group: readonly Request[]): void {
  try {
    books.transaction(group[0]?.now ?? 0n, () => {
      books.book(group);
      throw new Error("broken off");
    });
  } catch (error) {
    if ((error as Error).message !== "broken off") throw error;
  }
}

/** The files as a kill would leave them, in a place of their own. */
function killed(path: string, nth: number): string {
  const copy = join(dirname(path), `after-kill-${nth}.db`);
  for (const ending of ["", "-wal", ".anchor"]) {
    if (existsSync(path + ending)) copyFileSync(path + ending, copy + ending);
  }
  return copy;
}
