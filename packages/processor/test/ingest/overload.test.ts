import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { bearer, INGEST_TOKENS, OPERATOR_TOKENS, TOKENS } from "../access/tokens.ts";
import { exportOf, type Running, spanOf, startTestProcessor } from "../running.ts";

let processor: Running;
const closing: (() => void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await processor?.stop();
});

const JSON_TYPE = { "content-type": "application/json" };

/** A request of which only the head is sent. */
function opened(headers: Record<string, string | number>): ClientRequest {
  const sent = request(`${processor.ingestUrl}/v1/traces`, {
    method: "POST",
    headers: { ...JSON_TYPE, ...headers },
  });
  closing.push(() => sent.destroy());
  sent.flushHeaders();
  return sent;
}

/** A request that declares more than it has sent, once the processor has begun to read it. */
async function unfinished(bytes: number): Promise<ClientRequest> {
  const sent = opened({ "content-length": bytes, expect: "100-continue" });
  await once(sent, "continue");
  sent.on("error", () => {});
  sent.write("{");
  return sent;
}

async function answerTo(sent: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  response.resume();
  return response;
}

describe("bodies in flight", () => {
  const YAML = "ingest: { max_body_bytes: 100000, max_in_flight_bytes: 200000 }";

  it("are bounded together: one too many is refused before a byte of it is read, and taken later", async () => {
    processor = await startTestProcessor(YAML);
    const first = await unfinished(100_000);
    await unfinished(60_000);
    // Its body is never sent.
    const refused = await answerTo(opened({ "content-length": 50_000 }));
    expect([refused.statusCode, refused.headers["retry-after"]]).toEqual([503, "1"]);
    // What is small enough still has room.
    expect((await processor.postSpans(spanOf())).status).toBe(200);
    // One whose length is not told is refused when it passes what is left.
    const chunked = opened({});
    chunked.on("error", () => {});
    chunked.write(" ".repeat(50_000));
    expect((await answerTo(chunked)).statusCode).toBe(503);
    // So is one that fits until it is unpacked.
    const packed = gzipSync(JSON.stringify(exportOf([spanOf({ note: "x".repeat(60_000) })])));
    const post = () => processor.post(packed, { ...JSON_TYPE, "content-encoding": "gzip" });
    expect((await post()).status).toBe(503);
    first.destroy();
    await expect.poll(async () => (await post()).status).toBe(200);
    expect(processor.october()).toEqual([["__unattributed__", "", 2, "0.007"]]);
  });

  it("give their room back however they end", async () => {
    processor = await startTestProcessor(YAML);
    const large = " ".repeat(90_000);
    for (let i = 0; i < 5; i += 1) {
      const bodies = [large, `${large}{"resourceSpans": [`, " ".repeat(150_000), `${large}{}`];
      const statuses = [];
      for (const body of bodies) statuses.push((await processor.post(body)).status);
      expect(statuses).toEqual([400, 400, 413, 200]);
      (await unfinished(100_000)).destroy();
    }
    await expect.poll(async () => (await processor.post(`${large}{}`)).status).toBe(200);
  });
});

describe("a rate limit", () => {
  it("holds each token to it with 429, on either port, and lets nobody else wait", async () => {
    const limit = "rate_limit: { requests_per_second: 0.001, burst: 3 }";
    processor = await startTestProcessor(
      `ingest: { ${limit} }\noperator: { ${limit} }\ntokens:\n${INGEST_TOKENS}${OPERATOR_TOKENS}`,
    );
    const send = (token: string) => processor.post("{}", { ...JSON_TYPE, ...bearer(token) });
    const look = (token: string, path = "/api/v1/costs") =>
      fetch(processor.operatorUrl + path, { headers: bearer(token) });
    for (let i = 0; i < 3; i += 1) {
      expect((await send(TOKENS.backend)).status).toBe(200);
      expect((await look(TOKENS.acme)).status).toBe(200);
    }
    for (const refused of [await send(TOKENS.backend), await look(TOKENS.acme)]) {
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(900);
    }
    expect((await send(TOKENS.worker)).status).toBe(200);
    expect((await look(TOKENS.ops)).status).toBe(200);
    for (let i = 0; i < 5; i += 1) expect((await look(TOKENS.acme, "/healthz")).status).toBe(200);
  });
});

describe("connections", () => {
  /** A connection on which a request drips in, a byte at a time, and never ends. */
  function drip(head: string): Socket {
    const { hostname, port } = new URL(processor.ingestUrl);
    const socket = connect(Number(port), hostname);
    socket.on("error", () => {});
    socket.resume();
    socket.write(head);
    const dripping = setInterval(() => socket.write("x"), 50);
    socket.once("close", () => clearInterval(dripping));
    closing.push(() => socket.destroy());
    return socket;
  }

  it("on which a request drips in are cut, and honest senders are served meanwhile", async () => {
    processor = await startTestProcessor("ingest: { request_timeout_seconds: 1, max_connections: 64 }");
    const heads = [
      "POST /v1/traces HTTP/1.1\r\nhost: a\r\nx-drip: ",
      "POST /v1/traces HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n",
    ];
    const sockets = Array.from({ length: 48 }, (_, i) => drip(heads[i % 2] ?? ""));
    let cut = 0;
    for (const socket of sockets) {
      socket.once("close", () => {
        cut += 1;
      });
    }
    let served = 0;
    while (cut < sockets.length) {
      expect((await processor.postSpans(spanOf())).status).toBe(200);
      served += 1;
    }
    expect(served).toBeGreaterThan(0);
  });

  it("are bounded in number, and there is room again when some have gone", async () => {
    processor = await startTestProcessor("ingest: { max_connections: 8, request_timeout_seconds: 600 }");
    const head = "POST /v1/traces HTTP/1.1\r\nhost: a\r\nx-drip: ";
    const sockets = Array.from({ length: 8 }, () => drip(head));
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    const oneTooMany = drip(head);
    await new Promise((resolve) => oneTooMany.once("close", resolve));
    expect(sockets.filter((socket) => socket.destroyed)).toEqual([]);
    for (const socket of sockets) socket.destroy();
    await expect
      .poll(() =>
        processor.postSpans(spanOf()).then(
          ({ status }) => status,
          () => "cut off",
        ),
      )
      .toBe(200);
  });

  it("are kept after a refusal of a body that is not read", async () => {
    processor = await startTestProcessor(`tokens:\n${INGEST_TOKENS}`);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const send = async (headers: Record<string, string>, body: string) => {
      const sent = request(`${processor.ingestUrl}/v1/traces`, {
        method: "POST",
        agent,
        headers: { ...JSON_TYPE, "content-length": String(body.length), ...headers },
      });
      sent.end(body);
      const response = await answerTo(sent);
      await once(response, "end");
      return [response.statusCode, sent.reusedSocket];
    };
    const body = JSON.stringify(exportOf([spanOf({ note: "x".repeat(200_000) })]));
    expect(await send({}, body)).toEqual([401, false]);
    expect(await send({}, body)).toEqual([401, true]);
    expect(await send(bearer(TOKENS.backend), body)).toEqual([200, true]);
    agent.destroy();
  });
});

describe("a hundred zip bombs at once", () => {
  it("are refused within bounded memory, while the processor answers", async () => {
    const yaml = "ingest: { max_body_bytes: 4194304, max_in_flight_bytes: 33554432 }";
    const ledger = join(mkdtempSync(join(tmpdir(), "keeptabs-bombs-")), "ledger.db");
    const file = fileURLToPath(new URL("./serving-process.ts", import.meta.url));
    const child = spawn(process.execPath, [file, yaml, ledger], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const [ingest = "", operator = ""] = line.toString().trim().split(" ");
    try {
      const memory = async (): Promise<number> => {
        const text = await (await fetch(`${operator}/metrics`)).text();
        return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
      };
      // Members one after the other: a MiB of them makes a GiB.
      const member = gzipSync(Buffer.alloc(64 * 1024 * 1024));
      const bomb = Buffer.concat(Array(16).fill(member));
      const post = (body: string | Uint8Array<ArrayBuffer>, encoding: Record<string, string>) =>
        fetch(`${ingest}/v1/traces`, { method: "POST", headers: { ...JSON_TYPE, ...encoding }, body });
      const before = await memory();
      let peak = before;
      let burning = true;
      const watching = (async () => {
        while (burning) peak = Math.max(peak, await memory());
      })();
      const answers = await Promise.all(
        Array.from({ length: 100 }, async () => (await post(bomb, { "content-encoding": "gzip" })).status),
      );
      burning = false;
      await watching;
      expect(new Set([413, 503, ...answers])).toEqual(new Set([413, 503]));
      expect(answers).toContain(413);
      // What is in flight, what four threads of zlib unpack at a time, and what is not yet collected.
      expect(peak - before).toBeLessThan(256 * 1024 * 1024);
      expect((await post(JSON.stringify(exportOf([spanOf()])), {})).status).toBe(200);
    } finally {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
  }, 60_000);
});

describe("trouble of ours", () => {
  it("is 503, so that the sender keeps its spans and comes again", async () => {
    processor = await startTestProcessor();
    // A clock that tells no time.
    processor.now = Number.NaN;
    const response = await processor.postSpans(spanOf());
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await response.json()).toEqual({ code: 14, message: "internal trouble; try again" });
  });

  it("is never seen: whatever is sent, the answer is one of those that senders know", async () => {
    processor = await startTestProcessor(`ingest: { max_body_bytes: 2048 }\ntokens:\n${INGEST_TOKENS}`);
    const known = new Set([200, 400, 401, 403, 404, 405, 413, 415]);
    const requests = fc.record({
      method: fc.constantFrom("POST", "GET", "PUT", "DELETE", "PATCH", "OPTIONS"),
      path: fc.constantFrom(
        "/v1/traces",
        "/v1/metrics",
        "/v1/logs",
        "/v1/traces?x=%",
        "/",
        "/%00",
        "/v1/traces/",
      ),
      type: fc.constantFrom(
        "application/json",
        "application/x-protobuf",
        "application/json; charset=x",
        "text/plain",
        "",
      ),
      encoding: fc.constantFrom("", "gzip", "zstd", "deflate", "identity", "br", "gzip, gzip"),
      token: fc.constantFrom(TOKENS.backend, TOKENS.backend, "kt_x"),
      body: fc.oneof(
        fc.uint8Array({ maxLength: 4096 }),
        fc.json().map((text) => new TextEncoder().encode(text)),
        fc.constant(gzipSync("{}")),
      ),
    });
    await fc.assert(
      fc.asyncProperty(requests, async ({ method, path, type, encoding, token, body }) => {
        const response = await fetch(processor.ingestUrl + path, {
          method,
          headers: { "content-type": type, "content-encoding": encoding, ...bearer(token) },
          ...(method === "GET" ? {} : { body: new Uint8Array(body) }),
        });
        expect(known).toContain(response.status);
      }),
      { numRuns: 200 },
    );
  });
});
