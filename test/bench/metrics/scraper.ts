/**
 * Scrapes `/metrics` in a process of its own and sends how long each scrape took: port, encoding, times, pause. It reads into one
 * buffer and makes nothing of it, so that the time is the server's: Node's own client takes twice as long to read.
 */
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const [port, encoding = "identity", times, pause] = process.argv.slice(2);
const WARM_UPS = 5;
const LAST_CHUNK = "\r\n0\r\n\r\n";
const buffer = Buffer.allocUnsafe(256 * 1024);

let read = (_bytes: Buffer): void => undefined;
const socket = connect({
  host: "127.0.0.1",
  port: Number(port),
  onread: {
    buffer,
    callback: (length) => {
      read(buffer.subarray(0, length));
      return true;
    },
  },
});
await once(socket, "connect");

/** Asks once and reads to the end, which is where `content-length` or the last chunk says; the bytes of the whole answer. */
function scrape(): Promise<number> {
  return new Promise((resolve) => {
    let received = 0;
    let expected: number | undefined;
    let tail = "";
    read = (bytes) => {
      if (received === 0) expected = announced(bytes.toString("latin1"));
      received += bytes.length;
      if (expected !== undefined) {
        if (received >= expected) resolve(received);
        return;
      }
      tail = (tail + bytes.toString("latin1", Math.max(0, bytes.length - LAST_CHUNK.length))).slice(
        -LAST_CHUNK.length,
      );
      if (tail === LAST_CHUNK) resolve(received);
    };
    socket.write(`GET /metrics HTTP/1.1\r\nhost: localhost\r\naccept-encoding: ${encoding}\r\n\r\n`);
  });
}

/** The length of an answer by its head; undefined when it comes in chunks. */
function announced(start: string): number | undefined {
  const head = start.slice(0, start.indexOf("\r\n\r\n") + 4);
  if (!head.startsWith("HTTP/1.1 200 ")) throw new Error(`not an answer: ${start.slice(0, 200)}`);
  const length = /^content-length: (\d+)\r$/im.exec(head)?.[1];
  return length === undefined ? undefined : head.length + Number(length);
}

let bytes = 0;
for (let i = 0; i < WARM_UPS; i += 1) {
  await scrape();
  await sleep(Number(pause));
}
process.send?.("warm");
const took: number[] = [];
for (let i = 0; i < Number(times); i += 1) {
  const start = performance.now();
  bytes = await scrape();
  took.push(performance.now() - start);
  await sleep(Number(pause));
}
socket.destroy();
process.send?.({ times: took, bytes });
process.disconnect();
