import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TraceResponse } from "../otlp/official-schema.ts";
import { toProtobuf } from "../otlp/requests.ts";
import { exportOf, type Running, spanOf, startTestProcessor } from "../running.ts";

let processor: Running;

beforeEach(async () => {
  processor = await startTestProcessor("ingest: { max_body_bytes: 100000 }");
});

afterEach(async () => {
  await processor.stop();
});

const JSON_TYPE = { "content-type": "application/json" };

describe("the ingest port", () => {
  it("answers 200 with an empty message after the call is in the ledger", async () => {
    const response = await processor.postSpans(spanOf({ "customer.id": "acme", "keeptabs.feature": "chat" }));
    expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
      200,
      "application/json",
      "{}",
    ]);
    expect(processor.october()).toEqual([["acme", "chat", 1, "0.0035"]]);
  });

  it("takes gzip and zstd, and an export without spans", async () => {
    const body = (span: object) => JSON.stringify(exportOf([span]));
    const gzip = await processor.post(gzipSync(body(spanOf())), { ...JSON_TYPE, "content-encoding": "gzip" });
    const zstd = await processor.post(zstdCompressSync(body(spanOf())), {
      ...JSON_TYPE,
      "content-encoding": "zstd",
    });
    const empty = await processor.post("{}");
    expect([gzip.status, zstd.status, empty.status]).toEqual([200, 200, 200]);
    expect(processor.october()).toEqual([["__unattributed__", "", 2, "0.007"]]);
  });

  it("accepts metrics and logs and drops them, since default set-ups send them here", async () => {
    for (const path of ["/v1/metrics", "/v1/logs"])
      expect((await processor.post("{}", JSON_TYPE, path)).status).toBe(200);
  });

  it("refuses what it can't decode with 400 and a sentence, and keeps the bytes aside", async () => {
    const response = await processor.post('{"resourceSpans": [');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 3, message: expect.stringMatching(/JSON/) });
    const folder = `${processor.ledgerPath}.quarantine`;
    const [file] = readdirSync(folder);
    expect(readFileSync(`${folder}/${file}`, "utf8")).toBe('{"resourceSpans": [');
    const protobuf = await processor.post(new Uint8Array([0xff, 0xff]), {
      "content-type": "application/x-protobuf",
    });
    expect([protobuf.status, protobuf.headers.get("content-type")]).toEqual([400, "application/x-protobuf"]);
  });

  it("knows a span again that it dates itself, because its clock is ahead or it has no times", async () => {
    const day = 86_400_000;
    const ahead = spanOf({}, { startTimeUnixNano: "0", endTimeUnixNano: `${processor.now + day}000000` });
    const timeless = spanOf({}, { startTimeUnixNano: "0", endTimeUnixNano: "0" });
    const late = spanOf({}, { startTimeUnixNano: `${processor.now + day}000000` });
    for (let deliveries = 0; deliveries < 3; deliveries += 1) {
      expect((await processor.postSpans(ahead, timeless, late)).status).toBe(200);
      // In the end the sender's clock is not ahead any more.
      processor.now += day - 1;
    }
    const metrics = await processor.metrics();
    expect(/^keeptabs_spans_total\{result="duplicate"\} (\d+)$/m.exec(metrics)?.[1]).toBe("6");
    expect(metrics).not.toMatch(/result="conflict"\} [1-9]/);
    expect(processor.october()).toEqual([["__unattributed__", "", 3, "0.0105"]]);
  });

  it("keeps equal undecodable bodies aside once", async () => {
    for (let i = 0; i < 5; i += 1) await processor.post("nonsense");
    expect(readdirSync(`${processor.ledgerPath}.quarantine`)).toHaveLength(1);
  });

  it("names the wrong content type, content encoding, path and method", async () => {
    const type = await processor.post("x", { "content-type": "text/plain" });
    expect([type.status, await type.text()]).toEqual([415, expect.stringContaining("got text/plain")]);
    const encoding = await processor.post("x", { ...JSON_TYPE, "content-encoding": "br" });
    expect([encoding.status, await encoding.text()]).toEqual([
      415,
      expect.stringContaining("Content-Encoding"),
    ]);
    const path = await processor.post("{}", JSON_TYPE, "/v1/trace");
    expect([path.status, await path.text()]).toEqual([404, expect.stringContaining("/v1/trace here")]);
    const method = await fetch(`${processor.ingestUrl}/v1/traces`);
    expect([method.status, method.headers.get("allow")]).toEqual([405, "POST"]);
  });

  it("refuses a body over the limit with 413, before and after decompression, declared or not", async () => {
    const large = JSON.stringify(exportOf([spanOf({ note: "x".repeat(200_000) })]));
    expect((await processor.post(large)).status).toBe(413);
    expect((await processor.post(gzipSync(large), { ...JSON_TYPE, "content-encoding": "gzip" })).status).toBe(
      413,
    );
    const status = await new Promise((resolve, reject) => {
      const chunked = request(
        `${processor.ingestUrl}/v1/traces`,
        { method: "POST", headers: JSON_TYPE },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      chunked.on("error", reject);
      for (let i = 0; i < 4; i += 1) chunked.write("y".repeat(50_000));
      chunked.end();
    });
    expect(status).toBe(413);
  });

  it("does not lose the good spans of a request that has a bad one", async () => {
    const response = await processor.postSpans(spanOf(), { ...spanOf(), traceId: "00" }, spanOf());
    expect(response.status).toBe(200);
    expect(processor.october()).toEqual([["__unattributed__", "", 2, "0.007"]]);
    expect(await processor.metrics()).toContain('keeptabs_spans_total{result="rejected"} 1\n');
  });

  it("asks senders to come again while it stops, and finishes what is under way", async () => {
    const under = Array.from({ length: 20 }, () => processor.postSpans(spanOf()));
    const answers = await Promise.all(under);
    await processor.stop();
    const booked = answers.filter(({ status }) => status === 200).length;
    expect(processor.october()).toEqual([["__unattributed__", "", booked, expect.any(String)]]);
    await expect(processor.postSpans(spanOf())).rejects.toThrow();
  });
});

describe("spans that can never be booked", () => {
  const SECRET = "pay the invoice of Jane Roe";
  const noTrace = () => ({ ...spanOf({ note: SECRET }), traceId: "00", name: SECRET });
  const rejectedOf = (metrics: string) => /result="rejected"\} (\d+)/.exec(metrics)?.[1];

  it("are told of in the answer by field and reason, and the rest of the request is booked", async () => {
    const response = await processor.postSpans(spanOf(), noTrace(), { ...spanOf(), spanId: SECRET });
    expect(response.status).toBe(200);
    const { partialSuccess } = (await response.json()) as { partialSuccess: Record<string, string> };
    expect(partialSuccess["rejectedSpans"]).toBe("2");
    expect(partialSuccess["errorMessage"]).toMatch(
      /spans\[1\]\.traceId must be 32 hex digits, got 2 characters/,
    );
    expect(partialSuccess["errorMessage"]).toMatch(/spans\[2\]\.spanId must be 16 hex digits/);
    expect(partialSuccess["errorMessage"]).not.toContain("Jane");
    expect(processor.october()).toEqual([["__unattributed__", "", 1, "0.0035"]]);
    expect(rejectedOf(await processor.metrics())).toBe("2");
  });

  it("are told of in protobuf to who sends protobuf", async () => {
    const body = toProtobuf(exportOf([noTrace(), spanOf()]));
    const response = await processor.post(new Uint8Array(body), { "content-type": "application/x-protobuf" });
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/x-protobuf"]);
    const answer = TraceResponse.decode(new Uint8Array(await response.arrayBuffer()));
    const { partialSuccess } = TraceResponse.toObject(answer, { longs: String });
    expect(partialSuccess).toEqual({
      rejectedSpans: "1",
      errorMessage: expect.stringMatching(/^1 span can't be booked.* trace_id must be 16 bytes, got 1\.$/),
    });
    expect(processor.october()).toEqual([["__unattributed__", "", 1, "0.0035"]]);
  });

  it("are counted all, and told of within bounds, however many they are", async () => {
    const response = await processor.postSpans(...Array.from({ length: 50 }, noTrace));
    const { partialSuccess } = (await response.json()) as { partialSuccess: Record<string, string> };
    expect(partialSuccess).toEqual({
      rejectedSpans: "50",
      errorMessage: expect.stringMatching(/^50 spans .*spans\[0\].* And 47 more\.$/),
    });
    expect(partialSuccess["errorMessage"]?.length).toBeLessThan(500);
    expect(rejectedOf(await processor.metrics())).toBe("50");
  });

  it("are no reason to keep the others from coming again while the ledger can't commit", async () => {
    const other = new DatabaseSync(processor.ledgerPath);
    other.exec("BEGIN IMMEDIATE");
    const spans = [spanOf(), noTrace()];
    const refused = await processor.postSpans(...spans);
    other.exec("ROLLBACK");
    other.close();
    expect([refused.status, await refused.json()]).toEqual([
      503,
      { code: 14, message: expect.stringMatching(/locked/) },
    ]);
    const taken = await processor.postSpans(...spans);
    expect([taken.status, await taken.json()]).toEqual([
      200,
      { partialSuccess: { rejectedSpans: "1", errorMessage: expect.any(String) } },
    ]);
    expect(processor.october()).toEqual([["__unattributed__", "", 1, "0.0035"]]);
    expect(rejectedOf(await processor.metrics())).toBe("1");
  }, 30_000);
});

describe("a body that can't be kept aside", () => {
  const failures = async () =>
    /^keeptabs_quarantine_failures_total (\d+)$/m.exec(await processor.metrics())?.[1];

  it("is refused for good all the same, which the log says once, until bodies can be kept again", async () => {
    const lines: Readonly<Record<string, unknown>>[] = [];
    await processor.stop();
    const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) });
    processor = await startTestProcessor("", undefined, log);
    const said = () => lines.filter(({ msg }) => /kept aside/.test(String(msg))).map(({ msg }) => msg);
    const folder = `${processor.ledgerPath}.quarantine`;
    // Where the folder should be, there is a file.
    writeFileSync(folder, "");
    expect(await failures()).toBe("0");
    for (const body of ["nonsense", "nonsense", "[", '{"resourceSpans": [']) {
      const response = await processor.post(body);
      expect([response.status, response.headers.get("retry-after")]).toEqual([400, null]);
      expect(await response.json()).toEqual({ code: 3, message: expect.stringMatching(/JSON/) });
    }
    const broken = { "content-type": "application/x-protobuf", "content-encoding": "gzip" };
    expect((await processor.post("nonsense", broken)).status).toBe(400);
    expect(said()).toEqual(["bodies with undecodable content can't be kept aside"]);
    expect(JSON.stringify(lines)).not.toContain("nonsense");
    expect(await failures()).toBe("5");
    rmSync(folder);
    expect((await processor.post("nonsense")).status).toBe(400);
    expect(readdirSync(folder)).toHaveLength(1);
    expect(said().slice(1)).toEqual(["bodies with undecodable content are kept aside again"]);
    expect(await failures()).toBe("5");
  });

  it("is booked for the rest of it, when only some of its spans can't be", async () => {
    writeFileSync(`${processor.ledgerPath}.quarantine`, "");
    const response = await processor.postSpans(spanOf(), { ...spanOf(), traceId: "00" });
    expect([response.status, await response.json()]).toMatchObject([
      200,
      { partialSuccess: { rejectedSpans: "1" } },
    ]);
    expect(processor.october()).toEqual([["__unattributed__", "", 1, "0.0035"]]);
    expect(await failures()).toBe("1");
  });
});

describe("dates that can't be", () => {
  it("are replaced by the time of receipt, so that no call is lost", async () => {
    const day = 86_400_000;
    await processor.postSpans(
      spanOf({}, { endTimeUnixNano: "0" }),
      spanOf({}, { endTimeUnixNano: `${processor.now + 40 * day}000000` }),
      spanOf({}, { startTimeUnixNano: `${processor.now + day}000000` }),
    );
    expect(processor.october()).toEqual([["__unattributed__", "", 3, "0.0105"]]);
  });
});
