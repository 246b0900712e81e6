import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { Bookkeeper } from "./bookkeeper.ts";
import { openForWriting } from "./database.ts";
import type { Posting } from "./entry.ts";
import type { Answer, AppendRequest, Request, WriterOptions } from "./protocol.ts";

/**
 * The writer's thread: the only one that writes. Requests that arrive while a transaction is being
 * committed wait in the port and share the next one, so that the group grows with the load by itself.
 */

/** Rows in one transaction: bounds both the time of a commit and what a rollback repeats. */
const MAX_GROUP = 20_000;

const port = parentPort;
if (port === null) throw new Error("the ledger's writer runs in a worker thread");
const { path } = workerData as WriterOptions;
const database = openForWriting(path);
const bookkeeper = new Bookkeeper(database);

port.postMessage({ kind: "open" } satisfies Answer);

port.on("message", (first: Request) => {
  const group: AppendRequest[] = [];
  let rows = 0;
  for (let next: Request | undefined = first; next !== undefined; next = waiting()) {
    if (next.kind === "append") {
      group.push(next);
      rows += next.rows.length;
      if (rows < MAX_GROUP) continue;
    }
    commitGroup(group.splice(0));
    rows = 0;
    const { id } = next;
    if (next.kind === "release") {
      const { heldBefore, now } = next;
      adjust(id, () => bookkeeper.release(heldBefore, now));
    }
    if (next.kind === "reprice") {
      const { repricings, reason, now } = next;
      adjust(id, () => bookkeeper.reprice(repricings, reason, now));
    }
    if (next.kind === "close") {
      close(next.id);
      return;
    }
  }
  commitGroup(group);
});

function waiting(): Request | undefined {
  return (receiveMessageOnPort(port as MessagePort) as { message: Request } | undefined)?.message;
}

function commitGroup(group: readonly AppendRequest[]): void {
  if (group.length === 0) return;
  const started = performance.now();
  try {
    const answers = transaction(() =>
      group.map((request) => bookkeeper.book(request.rows, request.notes, request.now)),
    );
    const seconds = (performance.now() - started) / 1000;
    for (const [i, request] of group.entries()) {
      const booked = answers[i];
      if (booked !== undefined)
        port?.postMessage({ kind: "booked", id: request.id, ...booked, seconds } satisfies Answer);
    }
  } catch (error) {
    // One bad request must not fail those that happened to share its transaction.
    if (group.length > 1) for (const request of group) commitGroup([request]);
    else refuse(group[0]?.id ?? 0, error);
  }
}

/** Work of its own, beside the groups of appends. */
function adjust(id: number, work: () => readonly Posting[]): void {
  const started = performance.now();
  try {
    const postings = transaction(work);
    const seconds = (performance.now() - started) / 1000;
    port?.postMessage({ kind: "booked", id, results: [], postings, seconds } satisfies Answer);
  } catch (error) {
    refuse(id, error);
  }
}

function transaction<T>(work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    bookkeeper.flush();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    bookkeeper.reset();
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function close(id: number): void {
  try {
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    database.close();
    port?.postMessage({ kind: "closed", id } satisfies Answer);
  } catch (error) {
    refuse(id, error);
  }
  port?.close();
}

function refuse(id: number, error: unknown): void {
  port?.postMessage({ kind: "failed", id, message: (error as Error).message } satisfies Answer);
}
