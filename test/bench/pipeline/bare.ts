/**
 * What no server comes below that answers after its calls are in SQLite: it takes requests, inflates them, and writes a
 * row and an identity for each call (test/bench/ledger/bare-rows.ts), those of all requests that wait in one
 * transaction. It reads nothing of what was sent. argv are the database's path and the calls of a request.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { BareRows } from "../ledger/bare-rows.ts";

const [path = "bare.db", calls = "1"] = process.argv.slice(2);
const rows = new BareRows(path);
let waiting: ServerResponse[] = [];

function commit(): void {
  const answered = waiting;
  waiting = [];
  rows.write(answered.length * Number(calls));
  for (const response of answered) response.writeHead(200, { "content-length": "0" }).end();
}

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  gunzipSync(Buffer.concat(chunks));
  if (waiting.push(response) === 1) setImmediate(commit);
}

const server = createServer((request, response) => void take(request, response));
server.listen(0, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once("SIGTERM", () => {
  server.close(() => rows.close());
  server.closeAllConnections();
});
