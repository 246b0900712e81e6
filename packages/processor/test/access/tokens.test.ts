import { LedgerReader } from "@keeptabs/ledger";
import {
  defaultConfig,
  hashOfToken,
  mintToken,
  parseConfig,
  StartError,
  startProcessor,
} from "@keeptabs/processor";
import fc from "fast-check";
import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { exportOf, type Running, spanOf, startTestProcessor } from "../running.ts";
import { basic, bearer, INGEST_TOKENS, OPERATOR_TOKENS, TOKENS } from "./tokens.ts";

let processor: Running;
afterEach(async () => processor?.stop());

const JSON_TYPE = { "content-type": "application/json" };
const send = (headers: Record<string, string>, ...spans: object[]): Promise<Response> =>
  processor.post(JSON.stringify(exportOf(spans.length === 0 ? [spanOf()] : spans)), {
    ...JSON_TYPE,
    ...headers,
  });
const look = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(processor.operatorUrl + path, { headers });

describe("a token", () => {
  it("has 256 random bits behind a prefix that is known, and is not told by its hash", () => {
    const tokens = Array.from({ length: 100 }, mintToken);
    expect(new Set(tokens).size).toBe(100);
    for (const token of tokens) {
      expect(token).toMatch(/^kt_[\w-]{43}$/);
      expect(Buffer.from(token.slice(3), "base64url")).toHaveLength(32);
      expect(hashOfToken(token)).toMatch(/^[0-9a-f]{64}$/);
    }
  });
});

describe("without tokens", () => {
  it("both ports are open on this machine, and calls are booked under the default source", async () => {
    processor = await startTestProcessor();
    expect((await send({})).status).toBe(200);
    expect((await send(bearer("anything"))).status).toBe(200);
    expect((await look("/api/v1/costs")).status).toBe(200);
    expect((await look("/metrics")).status).toBe(200);
  });

  it.each(["0.0.0.0", "::", "192.0.2.1", "example.org"])(
    "the operator port is not opened on %s, and the message says which keys help",
    async (host) => {
      const config = defaultConfig();
      const started = startProcessor({
        config: { ...config, ledgerPath: "/nowhere/ledger.db", operator: { ...config.operator, host } },
        log: pino({ level: "silent" }),
      });
      await expect(started).rejects.toThrow(StartError);
      await expect(started).rejects.toThrow(/operator\.host is .*`tokens`.*operator\.without_tokens: true/);
    },
  );

  it("it is opened beyond this machine when that is asked for in words, or when there is a token", async () => {
    processor = await startTestProcessor('operator: { host: "0.0.0.0", without_tokens: true }');
    expect((await look("/api/v1/costs")).status).toBe(200);
    await processor.stop();
    processor = await startTestProcessor(`operator: { host: "0.0.0.0" }\ntokens:\n${OPERATOR_TOKENS}`);
    expect((await look("/api/v1/costs")).status).toBe(401);
  });
});

describe("where there is a token of role ingest", () => {
  it("nobody sends spans without one, and with one of another role neither", async () => {
    processor = await startTestProcessor(`tokens:\n${INGEST_TOKENS}${OPERATOR_TOKENS}`);
    const without = await send({});
    expect([without.status, without.headers.get("www-authenticate")]).toEqual([
      401,
      'Bearer realm="Keeptabs"',
    ]);
    expect(await without.json()).toMatchObject({ code: 16 });
    for (const header of [
      "Bearer",
      "Bearer ",
      "Bearer kt_x",
      `Token ${TOKENS.backend}`,
      TOKENS.backend,
      "Basic !!",
    ]) {
      expect([header, (await send({ authorization: header })).status]).toEqual([header, 401]);
    }
    for (const token of [TOKENS.grafana, TOKENS.acme, TOKENS.ops]) {
      const refused = await send(bearer(token));
      expect([refused.status, await refused.json()]).toEqual([403, expect.objectContaining({ code: 7 })]);
    }
    expect(processor.october()).toEqual([]);
    for (const header of [
      bearer(TOKENS.backend),
      basic(TOKENS.backend),
      { authorization: `bearer ${TOKENS.backend}` },
    ]) {
      expect((await send(header)).status).toBe(200);
    }
    expect(processor.october()).toEqual([["__unattributed__", "", 3, expect.any(String)]]);
  });

  it("its source is the one under which calls are booked, so that senders can't hold back each other's", async () => {
    processor = await startTestProcessor(`tokens:\n${INGEST_TOKENS}`);
    const first = spanOf({ "customer.id": "acme" });
    const same = {
      ...first,
      ...spanOf({ "customer.id": "globex" }),
      traceId: "1".repeat(32),
      spanId: "2".repeat(16),
    };
    const other = { ...first, traceId: "1".repeat(32), spanId: "2".repeat(16) };
    await send(bearer(TOKENS.backend), other);
    await send(bearer(TOKENS.worker), same);
    await send(bearer(TOKENS.worker), same);
    expect(processor.october().map(([customer, , calls]) => [customer, calls])).toEqual([
      ["acme", 1],
      ["globex", 1],
    ]);
    const reader = LedgerReader.open(processor.ledgerPath);
    const sources = ["backend", "worker", "default"].map((source) => reader.hasTrace(source, "1".repeat(32)));
    reader.close();
    expect(sources).toEqual([true, true, false]);
  });

  it("two of one name are in force at a time, so that changing them loses nothing", async () => {
    const [old, young] = [mintToken(), mintToken()];
    const entry = (secret: string) =>
      `  - { name: backend, role: ingest, source: backend, sha256: "${hashOfToken(secret)}" }\n`;
    processor = await startTestProcessor(`tokens:\n${entry(old)}${entry(young)}`);
    const span = spanOf();
    expect((await send(bearer(old), span)).status).toBe(200);
    // The same span sent again with the new token is the same call.
    expect((await send(bearer(young), span)).status).toBe(200);
    expect(processor.october()).toEqual([["__unattributed__", "", 1, "0.0035"]]);
  });

  it("the operator port stays open on this machine", async () => {
    processor = await startTestProcessor(`tokens:\n${INGEST_TOKENS}`);
    expect((await look("/api/v1/costs")).status).toBe(200);
  });

  it("no header makes the processor stumble", async () => {
    processor = await startTestProcessor(`tokens:\n${INGEST_TOKENS}`);
    const headers = fc.oneof(
      fc.string({ unit: fc.constantFrom(..."Bearer Basic=:/+kt_ ab\t".split("")), maxLength: 60 }),
      fc.base64String({ maxLength: 60 }).map((text) => `Basic ${text}`),
    );
    await fc.assert(
      fc.asyncProperty(headers, async (authorization) => {
        expect((await send({ authorization })).status).toBe(401);
      }),
      { numRuns: 60 },
    );
  });
});

describe("where there is a token of role read or admin", () => {
  it("nobody looks without one, and a browser is asked for it", async () => {
    processor = await startTestProcessor(`tokens:\n${OPERATOR_TOKENS}`);
    const page = await look("/", { accept: "text/html" });
    expect([page.status, page.headers.get("www-authenticate")]).toEqual([
      401,
      'Bearer realm="Keeptabs", Basic realm="Keeptabs", charset="UTF-8"',
    ]);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect((await look("/", basic(TOKENS.ops))).status).toBe(200);
    expect((await look("/", basic(TOKENS.ops, "a:b"))).status).toBe(401);
    expect((await look("/metrics")).status).toBe(401);
    for (const path of ["/healthz", "/readyz"]) {
      expect([(await look(path)).status, await (await look(path)).text()]).toEqual([200, "ok\n"]);
    }
    // Ingest stays open as long as no token is one for it.
    expect((await send({})).status).toBe(200);
  });
});

describe("the log", () => {
  it("has one line for many refusals, without token, header or customer", async () => {
    const lines: string[] = [];
    const log = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
    processor = await startTestProcessor(`tokens:\n${INGEST_TOKENS}${OPERATOR_TOKENS}`, undefined, log);
    lines.length = 0;
    for (let i = 0; i < 10; i += 1) {
      await send(bearer(`${TOKENS.backend}x`), spanOf({ "customer.id": "acme\nforged line" }));
      await send(bearer(TOKENS.ops), spanOf({ "customer.id": "acme" }));
      await look("/api/v1/costs?customer=acme", bearer(`${TOKENS.ops}x`));
    }
    const parsed = lines.map((line) => JSON.parse(line));
    expect(parsed.map(({ port, reason }) => `${port} ${reason}`).sort()).toEqual([
      "ingest no_valid_token",
      "ingest wrong_role",
      "operator no_valid_token",
    ]);
    for (const line of lines) {
      expect(line.indexOf("\n")).toBe(line.length - 1);
      expect(line).not.toMatch(/kt_|acme|forged/);
    }
  });

  it("is told of every refusal, for counting", async () => {
    const counted: string[] = [];
    const config = parseConfig(`tokens:\n${INGEST_TOKENS}`, "test.yaml");
    processor = await startTestProcessor();
    const counting = await startProcessor({
      config: {
        ...config,
        ledgerPath: `${processor.ledgerPath}.other`,
        ingest: { ...config.ingest, port: 0 },
        operator: { ...config.operator, port: 0 },
      },
      log: pino({ level: "silent" }),
      onRefusal: (port, reason) => counted.push(`${port} ${reason}`),
    });
    for (let i = 0; i < 3; i += 1)
      await fetch(`${counting.ingestUrl}/v1/traces`, { method: "POST", body: "{}" });
    await counting.stop();
    expect(counted).toEqual(Array(3).fill("ingest no_valid_token"));
  });
});
