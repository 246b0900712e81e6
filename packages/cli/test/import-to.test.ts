import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Processor, parseConfig, startProcessor } from "@keeptabs/processor";
import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { totalsOf } from "./ledgers.ts";
import { NOON, run } from "./running.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const folder = (): string => mkdtempSync(join(tmpdir(), "keeptabs-to-"));

function fixture(name: string): string {
  const path = join(folder(), name);
  writeFileSync(path, readFileSync(fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))));
  return path;
}

async function processor(ledgerPath: string): Promise<Processor> {
  const config = parseConfig("ingest: { port: 0 }\noperator: { port: 0 }", "test.yaml");
  const running = await startProcessor({
    config: { ...config, ledgerPath },
    log: pino({ level: "silent" }),
    now: () => NOON,
  });
  closing.push(() => running.stop());
  return running;
}

/** Answers that a server gives in turn; after them it passes requests on. */
interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

async function inFront(
  of: string | undefined,
  answers: Answer[],
): Promise<{ url: string; authorizations: unknown[] }> {
  const authorizations: unknown[] = [];
  const server: Server = createServer(async (request, response) => {
    authorizations.push(request.headers.authorization);
    const body = Buffer.concat(await request.toArray());
    const answer = answers.shift();
    if (answer !== undefined || of === undefined) {
      response.writeHead(answer?.status ?? 500, answer?.headers ?? {}).end(answer?.body ?? "");
      return;
    }
    const passed = await fetch(`${of}${request.url}`, {
      method: "POST",
      headers: { "content-type": String(request.headers["content-type"]) },
      body,
    });
    response.writeHead(passed.status).end(Buffer.from(await passed.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, authorizations };
}

const spendLogs = (): string => fixture("litellm-spend-logs.json");

describe("keeptabs import --to", () => {
  it("gives a running processor the same calls that it would book itself", async () => {
    const [direct, ledger, path] = [join(folder(), "direct.db"), join(folder(), "ledger.db"), spendLogs()];
    await run("import", path, "--ledger", direct);
    const { ingestUrl } = await processor(ledger);
    expect(await run("import", path, "--to", ingestUrl)).toEqual({
      code: 0,
      out: "7 records; 6 spans sent; 1 no calls.\n",
      err: "",
    });
    expect(totalsOf(ledger)).toEqual(totalsOf(direct));
    await run("import", path, "--to", ingestUrl);
    expect(totalsOf(ledger)).toEqual(totalsOf(direct));
  });

  it("needs no place beside the file for how far it has come", async () => {
    const ledger = join(folder(), "ledger.db");
    const { ingestUrl } = await processor(ledger);
    // So long that no longer name is allowed, as in a folder that can only be read.
    const path = join(folder(), `${"x".repeat(230)}.json`);
    copyFileSync(spendLogs(), path);
    const { code, out, err } = await run("import", path, "--to", ingestUrl);
    expect([code, out]).toEqual([0, "7 records; 6 spans sent; 1 no calls.\n"]);
    expect(err).toMatch(/^keeptabs: \S+: an import that is broken off will begin at the beginning: .*\n$/);
    expect(totalsOf(ledger)).toHaveLength(5);
  });

  it("keeps what lies above calls and names their customers", async () => {
    const files = ["langfuse-observations.json", "langfuse-traces.json"].map(fixture);
    const [direct, ledger] = [join(folder(), "direct.db"), join(folder(), "ledger.db")];
    await run("import", ...files, "--ledger", direct);
    const { ingestUrl } = await processor(ledger);
    expect((await run("import", ...files, "--to", ingestUrl)).code).toBe(0);
    expect(totalsOf(ledger)).toEqual(totalsOf(direct));
    expect(totalsOf(ledger).filter((total) => total.startsWith("acme|assistant"))).toHaveLength(1);
  });

  it("waits as long as it is told to and tries again, with its token, and halves what is too large", async () => {
    const ledger = join(folder(), "ledger.db");
    const { ingestUrl } = await processor(ledger);
    const answers = [
      { status: 503, headers: { "retry-after": "0" }, body: '{"message":"too many spans are waiting"}' },
      { status: 429, headers: { "retry-after": new Date(0).toUTCString() } },
      { status: 413 },
    ];
    const { url, authorizations } = await inFront(ingestUrl, answers);
    const { code, err } = await run("import", spendLogs(), "--to", url, "--token", "secret");
    expect(code).toBe(0);
    expect(err).toMatch(/it answered 503: too many spans are waiting; trying again in 0 s/);
    expect(authorizations).toEqual(Array(5).fill("Bearer secret"));
    expect(totalsOf(ledger)).toHaveLength(5);
  });

  it("gives up on what no waiting helps, says why, and never shows the token", async () => {
    for (const [answer, why] of [
      [{ status: 401 }, /it answered 401; give the token of an ingest source in KEEPTABS_TOKEN/],
      [
        { status: 400, body: '{"message":"The body is not valid JSON."}' },
        /it answered 400: The body is not valid JSON/,
      ],
      [
        { status: 200, body: '{"partialSuccess":{"rejectedSpans":"2","errorMessage":"no"}}' },
        /it refused 2 spans: no/,
      ],
    ] as const) {
      const { url } = await inFront(undefined, [answer]);
      const { code, out, err } = await run("import", spendLogs(), "--to", url, "--token", "secret");
      expect([code, out, err]).toEqual([1, "", expect.stringMatching(why)]);
      expect(err).toMatch(/run the same command again to go on/);
      expect(err).not.toMatch(/secret/);
    }
  });
});
