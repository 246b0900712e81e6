import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { Books, PROJECT_MS, type ToBook } from "./books.ts";
import { namingDamage, troubleWith } from "./database.ts";
import { answerBuffers, type PackedAnswer } from "./packed-answer.ts";
import type { Answer, AppendRequest, OtherRequest, Request, WriterOptions } from "./protocol.ts";
import { Vocabulary } from "./vocabulary.ts";

/**
 * The writer's thread: the only one that writes. Requests that arrive while a transaction is being
 * committed wait in the port and share the next one, so that the group grows with the load by itself.
 */

/** Calls in one transaction: bounds both the time of a commit and what a rollback repeats. */
const MAX_GROUP = 20_000;

type Appending = AppendRequest & ToBook;

const port = parentPort;
if (port === null) throw new Error("the ledger's writer runs in a worker thread");
const { path } = workerData as WriterOptions;
/** Undefined between an error of the disk and the next attempt. */
let books: Books | undefined = new Books(path);
/** What the numbers in requests mean, whichever books are open. */
let vocabulary = new Vocabulary();
let projecting: NodeJS.Timeout | undefined;

answer({ kind: "open" });

port.on("message", (first: Request) => {
  const group: Appending[] = [];
  let calls = 0;
  for (let next: Request | undefined = first; next !== undefined; next = waiting()) {
    if (next.kind === "append") {
      vocabulary = vocabulary.with(next.packed.news);
      group.push({ ...next, vocabulary });
      calls += next.packed.sizes.bookings;
      if (calls < MAX_GROUP) continue;
    }
    commitGroup(group.splice(0));
    calls = 0;
    if (next.kind !== "append" && attend(next) === "closed") return;
  }
  commitGroup(group);
});

function waiting(): Request | undefined {
  return (receiveMessageOnPort(port as MessagePort) as { message: Request } | undefined)?.message;
}

function commitGroup(group: readonly Appending[]): void {
  const [first] = group;
  if (first === undefined) return;
  const started = performance.now();
  try {
    const ledger = opened();
    const booked = ledger.transaction(first.now, () => ledger.book(group));
    const seconds = (performance.now() - started) / 1000;
    for (const [i, { id }] of group.entries()) answerBooked(id, booked[i], seconds);
    projectSoon();
  } catch (error) {
    // One bad request must not fail those that happened to share its transaction; other trouble meets all.
    const alone = afterError(error) === "request" && group.length > 1;
    if (alone) for (const request of group) commitGroup([request]);
    else for (const { id } of group) refuse(id, error);
  }
}

/** Work of its own, beside the groups of appends. */
function attend(request: OtherRequest): "closed" | "open" {
  const { id } = request;
  if (request.kind === "close") {
    close(id);
    return "closed";
  }
  const started = performance.now();
  try {
    const ledger = opened();
    if (request.kind === "probe") {
      ledger.probe();
      answer({ kind: "probed", id });
    } else if (request.kind === "forget") {
      answer({ kind: "forgotten", id, found: ledger.forget(request.customer, request.now) });
    } else {
      const booked = ledger.transaction(request.now, () =>
        request.kind === "release"
          ? ledger.release(request.heldBefore, request.now)
          : ledger.reprice(request.repricings, request.rates, request.reason, request.now),
      );
      answerBooked(id, booked, (performance.now() - started) / 1000);
    }
    projectSoon();
  } catch (error) {
    afterError(error);
    refuse(id, error);
  }
  return "open";
}

/** The books, opened anew after an error of the disk. */
function opened(): Books {
  books ??= new Books(path);
  return books;
}

/** After an error of the disk what is in memory is not trusted any more. Returns what the trouble is with. */
function afterError(error: unknown): ReturnType<typeof troubleWith> {
  const trouble = troubleWith(error);
  if (trouble !== "disk") return trouble;
  const broken = books;
  books = undefined;
  try {
    broken?.abandon();
  } catch {
    // It was broken; what counts is what the disk says when it is opened again.
  }
  return trouble;
}

/** Projections that nobody else writes are written after a while. */
function projectSoon(): void {
  projecting ??= setTimeout(() => {
    projecting = undefined;
    try {
      books?.project();
    } catch (error) {
      // Whoever reads adds what the projections lack; the next commit tries again.
      afterError(error);
    }
  }, PROJECT_MS);
}

function close(id: number): void {
  clearTimeout(projecting);
  try {
    books?.close();
    answer({ kind: "closed", id });
  } catch (error) {
    refuse(id, error);
  }
  port?.close();
}

function answerBooked(id: number, booked: PackedAnswer | undefined, seconds: number): void {
  if (booked !== undefined) {
    port?.postMessage(
      { kind: "booked", id, answer: booked, seconds } satisfies Answer,
      answerBuffers(booked),
    );
  }
}

function refuse(id: number, error: unknown): void {
  answer({ kind: "failed", id, message: namingDamage(error, path).message });
}

function answer(message: Answer): void {
  port?.postMessage(message);
}
