import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Booking, Ledger } from "@keeptabs/ledger";
import { charge, defaultPriceBook } from "@keeptabs/pricing";
import { usageOf } from "@keeptabs/usage";
import { beforeAll, describe, expect, it } from "vitest";
import { ledgerWith, NOON, run } from "./running.ts";

const NANOS = 1_000_000n;
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const usage = usageOf([
  ["input", 1000],
  ["output", 100],
]);

/** A gpt-4o call (0.0035 USD). */
function callAt(
  iso: string,
  who: { customer?: string; feature?: string; trace?: string; span?: string; parent?: string },
): Booking {
  const occurredAt = BigInt(Date.parse(iso)) * NANOS;
  return {
    source: "default",
    call: {
      traceId: who.trace ?? occurredAt.toString(16).padStart(32, "0"),
      spanId: who.span ?? occurredAt.toString(16).padStart(16, "0").slice(-16),
      parentSpanId: who.parent,
      startedAt: occurredAt - 1000n,
      occurredAt,
      dialect: "otel",
      scope: "test",
      provider: "openai",
      requestModel: "gpt-4o",
      responseModel: "gpt-4o",
      operation: "chat",
      responseId: undefined,
      usage,
      outcome: "ok",
      attribution: {},
      aggregate: false,
    },
    charge: charge({ provider: "openai", model: "gpt-4o", usage, atMs: NOON }, defaultPriceBook()),
    customer: who.customer,
    feature: who.feature,
    ancestors: who.parent === undefined ? [] : [who.parent],
  };
}

let path: string;

beforeAll(async () => {
  path = join(mkdtempSync(join(tmpdir(), "keeptabs-cli-")), "ledger.db");
  const ledger = await Ledger.open(path);
  const at = (iso: string): bigint => BigInt(Date.parse(iso)) * NANOS;
  await ledger.append(
    [
      callAt("2026-10-05T12:00:00Z", { customer: "acme", feature: "chat" }),
      callAt("2026-10-05T18:29:59.999Z", { customer: "acme", feature: "chat" }),
      callAt("2026-10-05T18:30:00Z", { customer: "acme", feature: "search" }),
      callAt("2026-10-06T09:00:00Z", { customer: "=HYPERLINK(1)", feature: 'say "hi", @all' }),
      callAt("2026-10-07T09:00:00Z", { trace: TRACE, span: SPAN, parent: "a".repeat(16) }),
    ],
    at("2026-10-31T00:00:00Z"),
  );
  await ledger.append([callAt("2026-10-31T23:59:59Z", { customer: "globex" })], at("2026-11-05T08:00:00Z"), [
    {
      source: "default",
      traceId: TRACE,
      spanId: "a".repeat(16),
      parentSpanId: undefined,
      customer: "globex",
      feature: "night",
    },
  ]);
  await ledger.close();
});

const report = (...args: readonly string[]): ReturnType<typeof run> =>
  run("report", "--ledger", path, ...args);
const OCTOBER = ["--month", "2026-10"] as const;

describe("keeptabs report", () => {
  it("takes days and months where the time zone has them, half hours included", async () => {
    const { out } = await report(
      ...OCTOBER,
      "--group-by",
      "day",
      "--time-zone",
      "Asia/Kolkata",
      "--customer",
      "acme",
    );
    expect(out).toMatch(/in 2026-10 \(Asia\/Kolkata\)/);
    expect(out).toMatch(/^2026-10-05 +2 +0 +0\.0070\n2026-10-06 +1 +0 +0\.0035\ntotal +3 /m);
    // In Kolkata the last call ended on the first of November.
    const months = await report(
      "--from",
      "2026-10-01",
      "--to",
      "2026-12-01",
      "--group-by",
      "month",
      "--time-zone",
      "Asia/Kolkata",
    );
    expect(months.out).toMatch(/^2026-10 +5 .*\n2026-11 +1 /m);
  });

  it("reports from one instant to another", async () => {
    const { out } = await report(
      "--from",
      "2026-10-05T18:29:59.999Z",
      "--to",
      "2026-10-05T20:30:00+02:00",
      "--json",
    );
    expect(JSON.parse(out)).toMatchObject({
      from: "2026-10-05T18:29:59.999Z",
      to: "2026-10-05T18:30:00.000Z",
      total: "0.0035",
      rows: [{ customer: "acme", calls: 1 }],
    });
    expect(JSON.parse(out)).not.toHaveProperty("month");
    expect(JSON.parse((await report(...OCTOBER, "--json")).out)).toMatchObject({
      month: "2026-10",
      total: "0.021",
    });
  });

  it("filters by provider and model, and shows what was used by unit", async () => {
    const { out } = await report(
      ...OCTOBER,
      "--group-by",
      "model,unit",
      "--customer",
      "acme",
      "--provider",
      "openai",
      "--model",
      "gpt-4o",
    );
    expect(out).toMatch(/^gpt-4o +input +3000\ngpt-4o +output +300$/m);
    expect((await report(...OCTOBER, "--group-by", "unit", "--json")).out).toContain('"quantity": "6000"');
    expect((await report(...OCTOBER, "--model", "gpt-4o-mini")).out).toBe("No calls in 2026-10 (UTC).\n");
  });

  it("shows the dearest and all others as one, with the sum of all", async () => {
    const { out } = await report(...OCTOBER, "--group-by", "customer", "--top", "1");
    expect(out).toMatch(/^acme +3 +0 +0\.0105\n\(other\) 2 groups +3 +0 +0\.0105\ntotal +6 +0 +0\.0210$/m);
  });

  it("writes CSV that no spreadsheet runs, with every digit", async () => {
    const { out } = await report(...OCTOBER, "--group-by", "customer,feature", "--csv");
    const lines = out.split("\r\n");
    expect(lines[0]).toBe("customer,feature,calls,unpriced_calls,failed_calls,cost_usd");
    expect(lines).toContain(`'=HYPERLINK(1),"say ""hi"", @all",1,0,0,0.0035`);
    expect(lines).toContain("acme,chat,2,0,0,0.007");
  });

  it("lists what came into the period late, and how its total changed", async () => {
    const { out } = await report(...OCTOBER, "--booked-after", "2026-11-03");
    expect(out).toMatch(/^2026-11-05T08:00:00\.000Z +2026-10-31T23:59:59\.000Z +booked +globex .* 0\.0035 /m);
    expect(out).toMatch(
      /^2026-11-05T\S+ +2026-10-07T\S+ +reattributed +__unattributed__ .* -1 +-0\.0035 +named by a span above/m,
    );
    expect(out).toMatch(
      /^total as booked until 2026-11-03T00:00:00\.000Z +0\.0175 USD\nbooked since +0\.0035 USD\ntotal now +0\.021 USD$/m,
    );
    const globex = JSON.parse(
      (await report(...OCTOBER, "--booked-after", "2026-11-03", "--customer", "globex", "--json")).out,
    );
    expect(globex).toMatchObject({
      total_then: "0",
      booked_since: "0.007",
      total_now: "0.007",
      calls_since: 2,
    });
    expect(globex.bookings.map((booking: { what: string }) => booking.what)).toEqual([
      "reattributed",
      "booked",
    ]);
    expect(
      (await report(...OCTOBER, "--booked-after", "2026-11-03", "--csv")).out.split("\r\n"),
    ).toHaveLength(5);
    expect((await report(...OCTOBER, "--booked-after", "2026-11-06")).out).toMatch(
      /^Nothing was booked into 2026-10/,
    );
  });

  it("shows no cost of a late call without a price, which cost something", async () => {
    const { path: ledger } = await ledgerWith("acme-llm-9");
    const late = async (...form: string[]): Promise<string> =>
      (await run("report", "--ledger", ledger, ...OCTOBER, "--booked-after", "2026-10-01", ...form)).out;
    expect(await late()).toMatch(/ booked +acme +chat +acme-llm-9 +1 +not known +model_not_found /);
    expect(JSON.parse(await late("--json")).bookings).toMatchObject([{ calls: 1, net: null }]);
    expect(await late("--csv")).toContain(",acme,chat,acme-llm-9,1,,model_not_found,");
  });

  it("names the option that is wrong, and ends with 2", async () => {
    const wrong: readonly (readonly [args: readonly string[], error: RegExp])[] = [
      [["--month", "2026-10", "--from", "2026-10-01"], /--month: give either/],
      [["--from", "2026-10-01"], /--to: needed with --from/],
      [["--to", "2026-10-01"], /--from: needed with --to/],
      [["--from", "2026-10-02", "--to", "2026-10-02"], /--to: must be later/],
      [["--from", "2026-02-30", "--to", "2026-10-02"], /--from: "2026-02-30" is neither a day/],
      [["--from", "2026-10-01T00:00", "--to", "2026-10-02"], /--from: "2026-10-01T00:00" is neither/],
      [["--from", "2026-02-30T00:00:00Z", "--to", "2026-10-02"], /--from: "2026-02-30T00:00:00Z" is neither/],
      [["--from", "2026-10-01", "--to", "2999-01-01"], /--to: must lie from 1970-01 to 2261-12/],
      [["--month", "9999-12"], /--month: months are from 1970-01 to 2261-12/],
      [
        ["--from", "2011-12-30", "--to", "2012-01-01", "--time-zone", "Pacific/Apia"],
        /--from: 2011-12-30 did not exist in Pacific\/Apia/,
      ],
      [["--time-zone", "Mars/Olympus"], /--time-zone: "Mars\/Olympus" is not an IANA time zone/],
      [["--group-by", "day,day"], /--group-by: names day twice/],
      [["--top", "0"], /--top: "0" is not a whole number/],
      [["--top", "3", "--group-by", "unit"], /--top: quantities of different units/],
      [["--booked-after", "yesterday"], /--booked-after: "yesterday" is neither/],
      [["--csv", "--json"], /--csv: give either/],
      [["--top", "3", "--booked-after", "2026-10-20"], /--top: does not go with --booked-after/],
    ];
    for (const [args, error] of wrong) {
      const { code, err } = await report(...args);
      expect(err).toMatch(error);
      expect(code).toBe(2);
    }
  });
});

describe("keeptabs explain", () => {
  it("shows both times, and how a call came to the customer it belongs to", async () => {
    const { out } = await run("explain", TRACE, SPAN, "--ledger", path);
    expect(out).toMatch(/^customer +globex\nfeature +night$/m);
    expect(out).toMatch(/^ended +2026-10-07T09:00:00\.000Z\nbooked +2026-10-31T00:00:00\.000Z$/m);
    expect(out).toMatch(
      /reattributed +__unattributed__ +\(none\) +-1 +-0\.0035 +named by a span above the call/,
    );
    expect(out).toMatch(/reattributed +globex +night +1 +0\.0035 /);
    const json = JSON.parse((await run("explain", TRACE, SPAN, "--ledger", path, "--json")).out);
    expect(json).toMatchObject({ customer: "globex", net: "0.0035", status: "charged", counted: true });
    expect(json.adjustments).toMatchObject([
      { customer: "__unattributed__", calls: -1, booked_at: "2026-11-05T08:00:00.000Z" },
      { customer: "globex", calls: 1, occurred_at: "2026-10-07T09:00:00.000Z" },
    ]);
  });
});

describe("the examples in --help", () => {
  it.each(["report", "explain"])("of %s work", async (command) => {
    const { out } = await run(command, "--help");
    const examples = [...out.matchAll(/^ {2}keeptabs (.+)$/gm)].map(([, line = ""]) => line.split(" "));
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      const { code, out: shown, err } = await run(...example, "--ledger", path);
      expect(err).toBe("");
      expect(code).toBe(0);
      expect(shown).not.toBe("");
    }
  });

  it("work on a ledger without a call as well", async () => {
    const { path: empty } = await ledgerWith();
    expect(await run("report", "--ledger", empty, "--top", "3")).toMatchObject({ code: 0 });
  });
});
