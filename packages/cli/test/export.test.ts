import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Ledger } from "@keeptabs/ledger";
import { charge, defaultPriceBook, formatUsd, parseUsd, sumUsd } from "@keeptabs/pricing";
import { type Call, type Outcome, type Usage, usageOf } from "@keeptabs/usage";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { costOf, entriesOf, totalsOf } from "./ledgers.ts";
import { ledgerWith, NOON, run } from "./running.ts";

const emptyLedger = (): string => join(mkdtempSync(join(tmpdir(), "keeptabs-export-")), "ledger.db");
const october = ["--month", "2026-10"] as const;

/** Whatever a call may be. */
interface Made {
  readonly at: number;
  readonly customer: string | undefined;
  readonly feature: string | undefined;
  readonly model: string;
  readonly provider: string;
  readonly outcome: Outcome;
  readonly usage: Usage;
  readonly scope: string;
  readonly responseId: string | undefined;
  readonly source: string;
}

async function ledgerOf(calls: readonly Made[]): Promise<string> {
  const path = emptyLedger();
  const ledger = await Ledger.open(path);
  const bookings = calls.map(
    ({ at, customer, feature, model, provider, outcome, usage, scope, responseId, source }, i) => {
      const call: Call = {
        traceId: (i + 1).toString(16).padStart(32, "0"),
        spanId: (i + 1).toString(16).padStart(16, "0"),
        parentSpanId: undefined,
        startedAt: BigInt(NOON + at) * 1_000_000n - 12_345n,
        occurredAt: BigInt(NOON + at) * 1_000_000n,
        dialect: "otel",
        scope,
        provider,
        requestModel: model,
        responseModel: undefined,
        operation: "chat",
        responseId,
        usage,
        outcome,
        attribution: {
          ...(customer === undefined ? {} : { customer }),
          ...(feature === undefined ? {} : { feature }),
        },
        aggregate: false,
      };
      const charged = charge(
        { provider, model, usage, atMs: NOON + at, ...(customer === undefined ? {} : { customer }) },
        defaultPriceBook(),
      );
      return { source, call, charge: charged, customer, feature, ancestors: [] };
    },
  );
  await ledger.append(bookings, BigInt(NOON + 86_400_000) * 1_000_000n);
  await ledger.close();
  return path;
}

const quantity = fc.integer({ min: 0, max: 2_000_000 });
const usage = fc
  .record({
    input: quantity,
    cache_read: quantity,
    output: quantity,
    web_search: fc.integer({ min: 0, max: 3 }),
    claim: fc.option(
      fc.tuple(fc.constantFrom("provider", "gateway", "tool"), fc.integer({ min: 1, max: 10 ** 9 })),
    ),
    batch: fc.boolean(),
    free: fc.boolean(),
  })
  .map(({ claim, batch, free, ...quantities }) =>
    usageOf(Object.entries(quantities), {
      claims:
        claim === null
          ? []
          : [
              {
                source: claim[0] as "provider",
                amount: `0.${String(claim[1]).padStart(15, "0")}`,
                field: "cost",
              },
            ],
      ...(batch ? { circumstances: { batch: true } } : {}),
      ...(free ? { free: "gateway_cache_hit" } : {}),
    }),
  );
const calls = fc.array(
  fc.record<Made>({
    at: fc.integer({ min: 0, max: 200_000 }),
    customer: fc.constantFrom("acme", "None", '=cmd|"x"', "a,b\u00e9", undefined),
    feature: fc.constantFrom("chat", "null", undefined),
    model: fc.constantFrom("gpt-4o", "gpt-4o-mini", "acme-9", "o3"),
    provider: fc.constantFrom("openai", "azure.ai.openai", "nobody"),
    outcome: fc.constantFrom<Outcome>("ok", "error", "aborted"),
    usage,
    scope: fc.constantFrom("openai", "langchain"),
    responseId: fc.constantFrom("resp_1", undefined),
    source: fc.constantFrom("default", "eu"),
  }),
  { maxLength: 12 },
);

describe("keeptabs export --format jsonl", () => {
  it("gives an empty ledger the same totals to the last digit when it is imported, and changes nothing after", async () => {
    await fc.assert(
      fc.asyncProperty(calls, async (made) => {
        const ledger = await ledgerOf(made);
        const file = join(dirname(ledger), "calls.jsonl");
        await run("export", "--ledger", ledger, ...october, "--output", file);
        const restored = emptyLedger();
        if (readFileSync(file, "utf8") === "") return;
        expect(await run("import", file, "--ledger", restored)).toMatchObject({ code: 0 });
        expect(totalsOf(restored)).toEqual(totalsOf(ledger));
        const again = join(dirname(restored), "calls.jsonl");
        await run("export", "--ledger", restored, ...october, "--output", again);
        const before = entriesOf(restored);
        expect((await run("import", again, "--ledger", restored)).out).toMatch(
          /; 0 calls booked, 0 USD; \d+ booked before/,
        );
        expect(entriesOf(restored)).toEqual(before);
      }),
      { numRuns: 12 },
    );
  }, 240_000);

  it("has the names of the API, and null for a cost that is not known", async () => {
    const { path } = await ledgerWith("gpt-4o", "acme-9");
    const { out } = await run("export", "--ledger", path, ...october);
    const [priced, unpriced] = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(priced).toMatchObject({
      customer: "acme",
      list_cost_usd: "0.0035",
      cost_usd: "0.0035",
      cost_source: "computed",
      occurred_at: "2026-10-15T12:00:00.000000000Z",
      quantities: [
        { unit: "input", quantity: 1000 },
        { unit: "output", quantity: 100 },
      ],
      usage: { quantities: { input: 1000, output: 100 } },
    });
    expect(priced.lines).toHaveLength(2);
    expect(unpriced).toMatchObject({ status: "unpriced", cost_usd: null, list_cost_usd: null });
  });

  it("shows the period that was asked for, and one customer", async () => {
    const { path } = await ledgerWith("gpt-4o");
    const lines = async (...options: string[]): Promise<number> =>
      (await run("export", "--ledger", path, ...options)).out.split("\n").length - 1;
    expect(await lines()).toBe(1);
    expect(await lines("--from", "2026-10-15", "--to", "2026-10-16")).toBe(1);
    expect(await lines("--from", "2026-10-15T12:00:00.001Z", "--to", "2026-10-16")).toBe(0);
    expect(await lines("--from", "2026-10-14", "--to", "2026-10-15T12:00:00Z")).toBe(0);
    expect(await lines("--month", "2026-09")).toBe(0);
    expect(await lines("--customer", "nobody")).toBe(0);
  });
});

const HOSTILE: Made = {
  at: 0,
  customer: '=HYPERLINK("x")',
  feature: "a,\r\nb",
  model: "gpt-4o",
  provider: "openai",
  outcome: "ok",
  usage: usageOf([["input", 1]]),
  scope: "s",
  responseId: undefined,
  source: "default",
};

describe("keeptabs export --format csv", () => {
  it("quotes what has to be, defuses formulas, and keeps money exact", async () => {
    const customers = ["=1", "+1", "-1", "@x", "＝1", "＋1", "－1", "＠x", "plain", HOSTILE.customer!];
    const ledger = await ledgerOf(customers.map((customer, at) => ({ ...HOSTILE, customer, at })));
    const { out } = await run("export", "--format", "csv", "--ledger", ledger, ...october);
    const rows = parse(out, { columns: true }) as Record<string, string>[];
    expect(rows.map((row) => row["customer"])).toEqual(
      customers.map((customer) => (customer === "plain" ? customer : `'${customer}`)),
    );
    expect(out).toContain('"\'=HYPERLINK(""x"")","a,\r\nb"');
    expect(new Set(rows.map((row) => row["cost_usd"]))).toEqual(new Set(["0.0000025"]));
    expect(out.endsWith("\r\n")).toBe(true);
  });
});

describe("an export of more calls than fit on a page", () => {
  it("has each of them once", async () => {
    const ledger = await ledgerOf(Array.from({ length: 2_100 }, (_, at) => ({ ...HOSTILE, at: at % 7 })));
    const { out } = await run("export", "--ledger", ledger, ...october);
    const spans = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).span_id as string);
    expect([spans.length, new Set(spans).size]).toEqual([2_100, 2_100]);
  });
});

describe("keeptabs export --format focus", () => {
  it("adds up to the ledger to the last digit, in the time zone of reports, with days that are its days", async () => {
    const made = Array.from({ length: 60 }, (_, i) => ({
      ...HOSTILE,
      at: (i - 30) * 3_600_000 * 7,
      customer: ["acme", "=x", undefined][i % 3],
      model: i % 7 === 0 ? "acme-9" : "gpt-4o",
      usage: usageOf([["input", i * 17 + 1]]),
    }));
    const ledger = await ledgerOf(made);
    const config = join(dirname(ledger), "keeptabs.yaml");
    writeFileSync(config, "time_zone: Asia/Kolkata\ncustomers: [{ id: acme, name: Acme Inc. }]\n");
    const period = ["--from", "2026-10-01", "--to", "2026-11-01"];
    const { out } = await run(
      "export",
      "--format",
      "focus",
      "--ledger",
      ledger,
      "--config",
      config,
      ...period,
    );
    const rows = parse(out, { columns: true }) as Record<string, string>[];
    expect(formatUsd(sumUsd(rows.map((row) => parseUsd(row["EffectiveCost"] || "0"))))).toBe(
      formatUsd(costOf(ledger)),
    );
    expect(new Set(rows.map((row) => row["ChargePeriodStart"]!.slice(10)))).toEqual(new Set(["T18:30:00Z"]));
    expect(new Set(rows.map((row) => row["SubAccountId"]))).toEqual(new Set(["acme", "'=x", ""]));
    expect(
      rows.filter((row) => row["EffectiveCost"] === "").every((row) => /unpriced/.test(row["Tags"]!)),
    ).toBe(true);
  });
});

describe("keeptabs export --format parquet", () => {
  it("keeps money to the last digit and times to the nanosecond", async () => {
    const usages = [
      usageOf([["input", 1]]),
      usageOf([], { claims: [{ amount: "1.000000000000000001", source: "provider", field: "x" }] }),
    ];
    const ledger = await ledgerOf([
      ...usages.map((one) => ({ ...HOSTILE, usage: one })),
      { ...HOSTILE, model: "acme-9" },
    ]);
    const file = join(dirname(ledger), "calls.parquet");
    expect(
      await run("export", "--format", "parquet", "--ledger", ledger, ...october, "--output", file),
    ).toMatchObject({
      code: 0,
      out: `3 calls of 2026-10 in ${file}\n`,
    });
    const rows = await parquetReadObjects({
      file: await asyncBufferFromFile(file),
      parsers: {
        dateFromBigInt: (value: bigint) => value,
        timestampFromNanoseconds: (value: bigint) => value,
      } as never,
      utf8: true,
    });
    expect(rows.map((row) => row["customer"])).toEqual(Array(3).fill(HOSTILE.customer));
    expect(rows.map((row) => row["occurred_at"])).toEqual(Array(3).fill(BigInt(NOON) * 1_000_000n));
    expect(rows.map((row) => row["cost_usd"])).toEqual([0.0000025, 1, null]);
    // The reader makes floats of decimals; what is in the file is a whole number of 1e-18 USD.
    const exact = Buffer.alloc(16);
    exact.writeBigUInt64BE(parseUsd("1.000000000000000001") as bigint, 8);
    expect(readFileSync(file).includes(exact)).toBe(true);
  });
});

describe("the file of an export", () => {
  it("is for its owner only, never replaces another unless told to, and is not left half done", async () => {
    const { path } = await ledgerWith("gpt-4o");
    const file = join(dirname(path), "out.csv");
    const how = ["export", "--format", "csv", "--ledger", path, "--output", file] as const;
    expect((await run(...how)).code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const before = readFileSync(file, "utf8");
    const { code, err } = await run(...how, "--month", "2026-09");
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/--output: .*out\.csv exists; replace it with --force/),
    ]);
    expect(readFileSync(file, "utf8")).toBe(before);
    expect((await run(...how, "--month", "2026-09", "--force")).code).toBe(0);
    expect(readFileSync(file, "utf8").split("\r\n")).toHaveLength(2);
    expect(readdirSync(dirname(path)).filter((name) => name.startsWith("out"))).toEqual(["out.csv"]);
  });

  it("writes out all there is at once, however long the period that is asked for", async () => {
    const { path } = await ledgerWith("gpt-4o", "acme-llm-9");
    const [month, ever] = [october, ["--from", "1970-01-01", "--to", "2261-12-31"]];
    for (const format of ["jsonl", "csv", "focus"]) {
      const exported = async (period: readonly string[]): Promise<string> =>
        (await run("export", "--ledger", path, "--format", format, ...period)).out;
      expect(await exported(ever)).toBe(await exported(month));
    }
  });

  it("says in one sentence what can't be written, and leaves nothing behind", async () => {
    const { path } = await ledgerWith("gpt-4o");
    const folder = mkdtempSync(join(tmpdir(), "keeptabs-export-"));
    const { code, err } = await run("export", "--ledger", path, "--force", "--output", folder);
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/^keeptabs: --output: cannot write \S+: EISDIR.*\n$/),
    ]);
    expect(readdirSync(dirname(folder)).filter((name) => name.endsWith(".new"))).toEqual([]);
  });

  it.each([
    [["--format", "xlsx"], /--format: "xlsx" is none of jsonl, csv, parquet, focus/],
    [["--format", "parquet"], /--output: needed with --format parquet/],
    [["--month", "Oct"], /--month: "Oct" is not a month/],
    [["--month", "2026-10", "--from", "2026-10-01", "--to", "2026-10-02"], /--month: give either/],
    [["--from", "2026-10-01"], /--to: needed with --from/],
    [["--from", "2026-10-02", "--to", "2026-10-01"], /--to: must be later than --from/],
    [["--from", "2026-02-30", "--to", "2026-10-01"], /--from: "2026-02-30" is neither a day/],
    [["--from", "2026-02-30T00:00:00Z", "--to", "2026-10-01"], /--from: "2026-02-30T00:00:00Z" is neither/],
    [["--month", "9999-12"], /--month: months are from 1970-01 to 2261-12/],
    [["--output", "/nowhere/x"], /--output: cannot write \/nowhere\/x/],
  ])("refuses %j in one sentence", async (options, why) => {
    const { path } = await ledgerWith("gpt-4o");
    expect(await run("export", "--ledger", path, ...options)).toMatchObject({
      code: 2,
      err: expect.stringMatching(why),
    });
  });
});
