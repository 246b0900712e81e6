import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { Ledger } from "@keeptabs/ledger";
import { describe, expect, it } from "vitest";
import { entriesOf, totalsOf } from "./ledgers.ts";
import { fileWith, run } from "./running.ts";

function fixture(name: string): Buffer {
  return readFileSync(fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url)));
}

function rows(name: string): Record<string, unknown>[] {
  return JSON.parse(fixture(name).toString("utf8"));
}

function file(name: string, content: string | Buffer): string {
  const path = join(mkdtempSync(join(tmpdir(), "keeptabs-import-")), name);
  writeFileSync(path, content);
  return path;
}

const emptyLedger = (): string => join(mkdtempSync(join(tmpdir(), "keeptabs-import-")), "ledger.db");

const SPEND = rows("litellm-spend-logs.json");
const LITELLM_TOTALS = [
  "acme|chat|openai|gpt-4o|1|0.000225|0",
  "acme||openai|gpt-4o|2|0|0",
  "globex||anthropic|claude-sonnet-4-5-20250929|1|0.003759|0",
  "initech||hosted_vllm|acme-llm-9|1|0.000012|0",
  "u-17||openai|tts-1|1|0.001125|0",
];

const lines = (records: readonly object[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join("");

/** Every value as text, as a database client writes CSV. */
function csv(records: readonly Record<string, unknown>[]): string {
  const header = Object.keys(records[0]!);
  const cell = (value: unknown): string => `"${String(value ?? "").replaceAll('"', '""')}"`;
  return [header, ...records.map((record) => header.map((name) => record[name]))]
    .map((values) => values.map(cell).join(","))
    .join("\n");
}

const LINE = {
  trace_id: "0af7651916cd43dd8448eb211c80319c",
  span_id: "f1b2c3d4e5f60718",
  occurred_at: "2026-10-14T09:00:02Z",
  customer: "acme",
  provider: "openai",
  request_model: "gpt-4o",
  quantities: [
    { unit: "input", quantity: 1000 },
    { unit: "output", quantity: 100 },
  ],
};
const line = (i: number, change: object = {}): object => ({
  ...LINE,
  trace_id: (i + 1).toString(16).padStart(32, "0"),
  span_id: (i + 1).toString(16).padStart(16, "0"),
  ...change,
});

describe("keeptabs import", () => {
  it.each([
    ["a JSON array", "spend.json", fixture("litellm-spend-logs.json")],
    ["JSON Lines", "spend.jsonl", lines(SPEND)],
    ["a page of the API", "page.json", JSON.stringify({ data: SPEND, total: 7, page: 1 }, undefined, 2)],
    ["pages, one a line", "pages.jsonl", lines([{ data: SPEND.slice(0, 3) }, { data: SPEND.slice(3) }])],
    ["CSV", "spend.csv", csv(SPEND)],
    ["a gzip file", "spend.json.gz", gzipSync(fixture("litellm-spend-logs.json"))],
    ["a zstd file", "spend.csv.zst", zstdCompressSync(csv(SPEND))],
  ])(
    "books LiteLLM's spend logs from %s, each by the list price where there is one",
    async (_, name, content) => {
      const ledger = emptyLedger();
      const { code, out, err } = await run("import", file(name, content), "--ledger", ledger);
      expect({ code, out, err }).toEqual({
        code: 0,
        out: "7 records; 6 calls booked, 0.005121 USD; 1 no calls.\n",
        err: "",
      });
      expect(totalsOf(ledger)).toEqual(LITELLM_TOTALS);
    },
  );

  it("books Langfuse's observations, for whom their trace names, in whatever order the files come", async () => {
    const [traces, observations] = ["langfuse-traces.json", "langfuse-observations.json"].map((name) =>
      file(name, fixture(name)),
    );
    const expected = [
      "acme|assistant|openai|gpt-4o-2024-08-06|1|0.000225|0",
      "globex|||acme-llm-9|1|0.000012|0",
      "globex||anthropic|claude-sonnet-4-5-20250929|1|0.003759|0",
      "__unattributed__||openai|gpt-4o|1|0|1",
    ];
    for (const files of [
      [traces!, observations!],
      [observations!, traces!],
    ]) {
      const ledger = emptyLedger();
      const tenant = await run(
        "import",
        ...files,
        "--ledger",
        ledger,
        "--config",
        configOf("metadata.tenant"),
      );
      expect(tenant).toMatchObject({ code: 0, err: "" });
      expect(totalsOf(ledger)).toEqual(expected.toSorted());
    }
    const ledger = emptyLedger();
    await run("import", file("blob.jsonl", fixture("langfuse-blob.jsonl")), "--ledger", ledger);
    expect(totalsOf(ledger)).toEqual(["initech|chat|openai|gpt-4o-mini|1|0.00021|0"]);
  });

  it("books OTLP from a request, a file exporter's lines, and protobuf, all the same", async () => {
    const folder = new URL("../../processor/test/otlp/fixtures/", import.meta.url);
    const json = readFileSync(new URL("anthropic-native.json", folder), "utf8");
    const protobuf = readFileSync(new URL("anthropic-native-proto.pb", folder));
    const other = JSON.stringify(JSON.parse(readFileSync(new URL("traceloop-openai.json", folder), "utf8")));
    const framed = (body: Buffer): Buffer => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(body.length);
      return Buffer.concat([length, body]);
    };
    const book = async (name: string, content: string | Buffer): Promise<string[]> => {
      const ledger = emptyLedger();
      const { code, err } = await run("import", file(name, content), "--ledger", ledger);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      return entriesOf(ledger);
    };
    const one = await book("request.json", json);
    expect(one.length).toBeGreaterThan(2);
    expect(await book("lines.jsonl", `${JSON.stringify(JSON.parse(json))}\n`)).toEqual(one);
    const two = await book("lines.jsonl.gz", gzipSync(`${JSON.stringify(JSON.parse(json))}\n${other}\n`));
    expect(two.length).toBeGreaterThan(one.length);
    const binary = await book("request.pb", protobuf);
    expect(binary.length).toBeGreaterThan(2);
    expect(await book("exporter.pb", framed(protobuf))).toEqual(binary);
  });

  it("changes nothing when the same file is imported again, and knows live calls by their response id", async () => {
    const ledger = emptyLedger();
    const path = file("spend.json", fixture("litellm-spend-logs.json"));
    await run("import", path, "--ledger", ledger);
    const before = entriesOf(ledger);
    expect((await run("import", path, "--ledger", ledger)).out).toBe(
      "7 records; 0 calls booked, 0 USD; 6 booked before; 1 no calls.\n",
    );
    expect(entriesOf(ledger)).toEqual(before);
    // The application's own span of the call that LiteLLM's first row tells of, a little longer than that.
    const live = line(7, {
      response_id: SPEND[0]!["request_id"],
      started_at: "2026-10-14T09:20:46.8Z",
      occurred_at: "2026-10-14T09:20:48.9Z",
      feature: "chat",
      quantities: [
        { unit: "input", quantity: 10 },
        { unit: "output", quantity: 20 },
      ],
    });
    await run("import", file("live.jsonl", lines([live])), "--ledger", ledger);
    expect(totalsOf(ledger)).toEqual(LITELLM_TOTALS);
  });

  it("counts every call of our own lines, however alike they are: they were told apart before", async () => {
    const ledger = emptyLedger();
    const alike = ["langchain", "openai"].map((scope, i) => line(i, { scope, response_id: "resp_1" }));
    await run("import", file("calls.jsonl", lines(alike)), "--ledger", ledger);
    expect(totalsOf(ledger)).toEqual(["acme||openai|gpt-4o|2|0.007|0"]);
  });

  it("books what is good, and tells of what is not with its line, its field and the reason", async () => {
    const ledger = emptyLedger();
    const bad = [
      line(0),
      line(1, { span_id: "xyz" }),
      "{ not json",
      line(2, { quantities: [{ unit: "input", quantity: "many" }] }),
      "",
      line(3, { input: "a prompt" }),
      [1],
    ].map((record) => (typeof record === "string" ? record : JSON.stringify(record)));
    const path = file("calls.jsonl", bad.join("\r\n"));
    const { code, out } = await run("import", path, "--ledger", ledger);
    expect([code, out]).toEqual([
      1,
      "6 records; 2 calls booked, 0.007 USD; 4 rejected, see calls.jsonl.rejected.jsonl.\n",
    ]);
    expect(
      readFileSync(`${path}.rejected.jsonl`, "utf8")
        .trim()
        .split("\n")
        .map((text) => JSON.parse(text)),
    ).toEqual([
      { place: "line 2", field: "span_id", reason: "must be 16 hex digits, not all zero" },
      { place: "line 3", reason: "is not valid JSON" },
      { place: "line 4", field: "quantities[0].quantity", reason: "must be a whole number from 0 on" },
      { place: "line 7", field: "record", reason: "is not a JSON object" },
    ]);
    expect(readdirSync(dirname(ledger)).filter((name) => name.includes("import"))).toEqual([]);
  });

  it("leads to the rejected records of those files that have some", async () => {
    const [good, bad] = [file("good.jsonl", lines([line(0)])), file("bad.jsonl", `${lines([line(1)])}\n{`)];
    const { out } = await run("import", good, bad, "--ledger", emptyLedger());
    expect(out).toMatch(/; 1 rejected, see bad\.jsonl\.rejected\.jsonl\.\n$/);
  });

  it("rejects a row of CSV with fields too many, and a span without an id", async () => {
    const shifted = `${csv(SPEND)}\na,b,c`;
    expect((await run("import", file("x.csv", shifted), "--ledger", emptyLedger())).code).toBe(1);
    const request = { resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: "1", spanId: "2" }] }] }] };
    const path = file("x.json", JSON.stringify(request));
    expect(await run("import", path, "--ledger", emptyLedger())).toMatchObject({ code: 1 });
    expect(readFileSync(`${path}.rejected.jsonl`, "utf8")).toMatch(/spans\[0\]\.traceId/);
  });

  it("books what comes before a place where a file breaks off, and says where that is", async () => {
    const ledger = emptyLedger();
    const cut = fixture("litellm-spend-logs.json").toString("utf8").slice(0, 5_000);
    const { code, out, err } = await run("import", file("cut.json", cut), "--ledger", ledger);
    expect([code, out]).toEqual([1, expect.stringMatching(/^2 records; 2 calls booked, 0.003984 USD/)]);
    expect(err).toMatch(/cut\.json: can't be read on after 2 records, which were read: /);
    const half = gzipSync(lines(Array.from({ length: 5_000 }, (_, i) => line(i)))).subarray(0, 20_000);
    expect((await run("import", file("cut.jsonl.gz", half), "--ledger", ledger)).err).toMatch(
      /can't be read on/,
    );
    const short = gzipSync(lines([line(7_000), line(7_001)])).subarray(0, -12);
    expect(await run("import", file("short.jsonl.gz", short), "--ledger", ledger)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^keeptabs: \S+: can't be read on.*\n$/),
    });
  });

  it("tries out on a copy what it would book, and leaves the ledger and its folder alone", async () => {
    const ledger = emptyLedger();
    await run("import", file("first.jsonl", lines([line(0)])), "--ledger", ledger);
    const before = readdirSync(dirname(ledger));
    const all = file(
      "all.jsonl",
      lines(Array.from({ length: 30 }, (_, i) => line(i, { customer: `c${i % 12}` }))),
    );
    const running = await Ledger.open(ledger);
    const { out } = await run("import", all, "--ledger", ledger, "--dry-run");
    await running.close();
    expect(out).toMatch(
      /^30 records; 29 calls would be booked, 0\.1015 USD; 1 booked before with other content/,
    );
    expect(out).toMatch(/^c1 +3 +0\.0105$/m);
    expect(out).toMatch(/^and 2 more$/m);
    expect(readdirSync(dirname(ledger))).toEqual(before);
    expect(totalsOf(ledger)).toEqual(["acme||openai|gpt-4o|1|0.0035|0"]);
    expect(existsSync(`${all}.rejected.jsonl`)).toBe(false);
    const absent = emptyLedger();
    expect((await run("import", all, "--ledger", absent, "--dry-run", "--json")).out).toMatch(/"booked": 30/);
    expect(readdirSync(dirname(absent))).toEqual([]);
  });

  it("says how to reach a processor that is writing to the ledger", async () => {
    const ledger = emptyLedger();
    const running = await Ledger.open(ledger);
    const { code, err } = await run("import", file("calls.jsonl", lines([line(0)])), "--ledger", ledger);
    await running.close();
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(
        /another process is writing .*: keeptabs import \S+calls\.jsonl --to http:\/\/127\.0\.0\.1:4318$/m,
      ),
    ]);
  });

  it("books under the source that is named, where the same calls are others", async () => {
    const ledger = emptyLedger();
    const path = file("calls.jsonl", lines([line(0), line(1, { source: "eu" })]));
    await run("import", path, "--ledger", ledger);
    expect((await run("import", path, "--ledger", ledger, "--source", "eu")).out).toMatch(
      /1 call booked.*1 booked before/,
    );
    expect(totalsOf(ledger)).toEqual(["acme||openai|gpt-4o|3|0.0105|0"]);
  });

  it.each([
    [["--format", "xml"], /--format: "xml" is none of otlp, keeptabs, litellm, langfuse/],
    [
      ["--customer-field", "end_user"],
      /--customer-field: our own lines name customer and feature themselves/,
    ],
    [["--format", "litellm", "--feature-field", "colour"], /--feature-field: "colour" is none of end_user, /],
    [["--format", "otlp", "--customer-field", "user"], /see `attribution` in keeptabs\.yaml/],
    [["--dry-run", "--to", "http://127.0.0.1:1"], /--dry-run: does not go with --to/],
    [["--source", "a", "--to", "http://127.0.0.1:1"], /--source: with --to the processor names the source/],
    [["--token", "x"], /--token: is for --to/],
    [["--to", "localhost"], /--to: "localhost" is no address/],
  ])("refuses %j in one sentence", async (options, why) => {
    const path = file("calls.jsonl", lines([line(0)]));
    const { code, err } = await run("import", path, "--ledger", emptyLedger(), ...options);
    expect([code, err]).toEqual([2, expect.stringMatching(why)]);
  });

  it("refuses what is no export, and a file that is not there", async () => {
    expect((await run("import", file("x.json", '{"a": 1}'), "--ledger", emptyLedger())).err).toMatch(
      /is in no format that is known; name one with --format/,
    );
    expect((await run("import", "/nowhere.json")).err).toMatch(/cannot read \/nowhere\.json/);
    expect(await run("import", file("x.json", ""), "--ledger", emptyLedger())).toMatchObject({
      code: 1,
      err: expect.stringMatching(/is empty/),
    });
  });

  it("shows in its help what works", async () => {
    const { code, out } = await run("import", "--help");
    expect(code).toBe(0);
    expect(out).toMatch(/keeptabs import spend-logs\.csv --customer-field end_user --dry-run/);
  });
});

function configOf(key: string): string {
  return fileWith(
    "keeptabs.yaml",
    `attribution:\n  customer: [langfuse.observation.${key}, langfuse.trace.${key}, "tag:customer"]\n`,
  );
}
