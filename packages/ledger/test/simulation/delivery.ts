import { copyFileSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { Books, Packer, unpackAnswer, Vocabulary } from "@keeptabs/ledger/books";
import type { Random } from "./random.ts";
import type { SentSpan, World } from "./world.ts";

/** How often which misfortune happens. */
const MISFORTUNE = { answerLost: 0.1, killed: 0.05, duplicate: 0.3, failedInside: 0.05, release: 0.05 };

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
  let front = new Front();
  let kills = 0;
  let booked = 0;
  let duplicates = 0;
  let now = 1_790_000_000_000_000_000n;
  const open = [...random.shuffled(world.spans)];
  while (open.length > 0) {
    now += BigInt(random.below(2_000) - 500) * 1_000_000_000n;
    const batch = open.splice(0, 1 + random.below(6));
    if (random.chance(MISFORTUNE.failedInside)) failInside(books, front.request(batch, now));
    const results = append(books, front.request(batch, now));
    booked += results.filter((kind) => kind === "booked").length;
    duplicates += results.filter((kind) => kind === "duplicate").length;
    // Not answered: sent again, at some time and in other company.
    const again = batch.filter(() => random.chance(MISFORTUNE.duplicate));
    for (const span of random.chance(MISFORTUNE.answerLost) ? batch : again) {
      open.splice(random.below(open.length + 1), 0, span);
    }
    if (random.chance(MISFORTUNE.release))
      books.transaction(now, () => books.release(now - 600_000_000_000n, now));
    if (random.chance(MISFORTUNE.killed)) {
      kills += 1;
      file = killed(file, kills);
      books.abandon();
      books = new Books(file);
      front = new Front();
    }
  }
  books.transaction(now, () => books.release(now * 2n, now));
  books.close();
  return { path: file, kills, booked, duplicates };
}

type Request = Parameters<Books["book"]>[0][number];

/** What a process keeps in memory to pack requests, and its writer's thread to read them. */
class Front {
  readonly #packer = new Packer();
  #vocabulary = new Vocabulary();

  request(batch: readonly SentSpan[], now: bigint): Request {
    const bookings = batch.flatMap((span) => (span.kind === "call" ? [span.booking] : []));
    const notes = batch.flatMap((span) => (span.kind === "note" ? [span.note] : []));
    const packed = this.#packer.pack(bookings, notes);
    this.#vocabulary = this.#vocabulary.with(packed.news);
    return { packed, vocabulary: this.#vocabulary, now };
  }
}

function append(books: Books, request: Request): string[] {
  const [answer] = books.transaction(request.now, () => books.book([request]));
  return answer === undefined ? [] : unpackAnswer(answer).results.map(({ kind }) => kind);
}

/** A transaction that breaks off after everything was written and before it is committed. */
function failInside(books: Books, request: Request): void {
  try {
    books.transaction(request.now, () => {
      books.book([request]);
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
