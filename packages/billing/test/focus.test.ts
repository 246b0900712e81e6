import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { customerOf, FOCUS_COLUMNS, FocusDay, type FocusRow, type Period } from "@keeptabs/billing";
import { type Entry, Ledger, LedgerReader } from "@keeptabs/ledger";
import { charge, defaultPriceBook, formatUsd, Overrides, parseUsd, sumUsd } from "@keeptabs/pricing";
import { type Call, type Usage, usageOf } from "@keeptabs/usage";
import { describe, expect, it } from "vitest";

const AT = Date.parse("2026-10-15T12:00:00Z");
const DAY: Period = {
  name: "2026-10-15",
  fromMs: Date.parse("2026-10-15T00:00:00Z"),
  untilMs: Date.parse("2026-10-16T00:00:00Z"),
};
const nanos = (ms: number): bigint => BigInt(ms) * 1_000_000n;
const TOKENS = usageOf([
  ["input", 1000],
  ["output", 100],
]);

let made = 0;

interface Made {
  readonly model?: string;
  readonly usage?: Usage;
  readonly customer?: string | undefined;
  readonly feature?: string;
  readonly parent?: string;
  readonly overrides?: Overrides;
}

function bookingOf({ model = "gpt-4o", usage = TOKENS, feature, parent, overrides, ...rest }: Made) {
  made += 1;
  const customer = "customer" in rest ? rest.customer : "acme";
  const call: Call = {
    traceId: made.toString(16).padStart(32, "0"),
    spanId: made.toString(16).padStart(16, "0"),
    parentSpanId: parent,
    startedAt: nanos(AT) - 1000n,
    occurredAt: nanos(AT),
    dialect: "otel",
    scope: "test",
    provider: "openai",
    requestModel: model,
    responseModel: undefined,
    operation: "chat",
    responseId: undefined,
    usage,
    outcome: "ok",
    attribution: {
      ...(customer === undefined ? {} : { customer }),
      ...(feature === undefined ? {} : { feature }),
    },
    aggregate: false,
  };
  const charged = charge(
    { provider: "openai", model, usage, atMs: AT, ...(customer === undefined ? {} : { customer }) },
    defaultPriceBook(),
    overrides,
  );
  const ancestors = parent === undefined ? [] : [parent];
  return { source: "default", call, charge: charged, customer, feature, ancestors };
}

/** The rows of a day, after calls were booked and something happened to them. */
async function rowsAfter(
  calls: readonly Made[],
  then: (ledger: Ledger, entries: readonly Entry[]) => Promise<unknown> = () => Promise.resolve(),
  customer?: string,
): Promise<{ rows: FocusRow[]; total: string }> {
  const path = join(mkdtempSync(join(tmpdir(), "keeptabs-focus-")), "ledger.db");
  const ledger = await Ledger.open(path);
  await ledger.append(calls.map(bookingOf), nanos(AT));
  const reader = LedgerReader.open(path);
  const entriesNow = (): Entry[] => reader.entries({ ...DAY, after: 0, limit: 1000 });
  await then(ledger, entriesNow());
  await ledger.close();
  const day = new FocusDay(DAY, {
    timeZone: "UTC",
    customers: new Map([["acme", customerOf({ id: "acme", name: "Acme Inc." })]]),
    billingAccount: "prod",
    ...(customer === undefined ? {} : { customer }),
  });
  for (const entry of entriesNow()) day.add(entry, reader.adjustments(entry.id));
  const totals = reader.totals({ ...DAY, groupBy: [], ...(customer === undefined ? {} : { customer }) });
  reader.close();
  return { rows: day.rows(), total: formatUsd(sumUsd(totals.map(({ net }) => net))) };
}

function sumOf(rows: readonly FocusRow[], column: string): string {
  return formatUsd(sumUsd(rows.map((row) => parseUsd(row[column] ?? "0"))));
}

/** Product of two decimals, exact. */
function product(a: string, b: string): string {
  const scale = (text: string): number => (text.split(".")[1] ?? "").length;
  const digits = (text: string): bigint => BigInt(text.replace(".", ""));
  return formatUsd(parseUsd(`${digits(a) * digits(b)}e-${scale(a) + scale(b)}`));
}

const MIXED: readonly Made[] = [
  {},
  { feature: "chat" },
  { feature: "chat", usage: usageOf([["input", 333]]) },
  { customer: undefined },
  { customer: "globex", model: "gpt-4o-mini" },
  { customer: "globex", model: "acme-9" },
  {
    customer: "globex",
    usage: usageOf([
      ["input", 7],
      ["telepathy", 3],
    ]),
  },
  { usage: usageOf([["input", 9]], { claims: [{ amount: "0.123", source: "provider", field: "cost" }] }) },
  { usage: usageOf([["input", 9]], { free: "gateway_cache_hit" }) },
  { usage: usageOf([["input", 5]], { circumstances: { batch: true, region: "eu" } }) },
];

describe("a day in FOCUS", () => {
  it("adds up to what the ledger says of it to the last digit, the unattributed included", async () => {
    const { rows, total } = await rowsAfter(MIXED);
    expect(sumOf(rows, "EffectiveCost")).toBe(total);
    expect(sumOf(rows, "BilledCost")).toBe(total);
    expect(
      sumOf(
        rows.filter((row) => row["SubAccountId"] === null),
        "EffectiveCost",
      ),
    ).toBe("0.0035");
    const mine = await rowsAfter(MIXED, undefined, "acme");
    expect(sumOf(mine.rows, "EffectiveCost")).toBe(mine.total);
    expect(new Set(mine.rows.map((row) => row["SubAccountId"]))).toEqual(new Set(["acme"]));
  });

  it("has every column in every row, of its type, and null only where the specification allows it", async () => {
    const { rows } = await rowsAfter(MIXED);
    const nullable = new Set(["ChargeClass"]);
    for (const row of rows) {
      expect(Object.keys(row).toSorted()).toEqual(FOCUS_COLUMNS.map(({ id }) => id).toSorted());
      const unpriced = row["Tags"]?.includes('"keeptabs/status":"unpriced"') === true;
      for (const { id, type, mandatory } of FOCUS_COLUMNS) {
        const value = row[id]!;
        // The one departure: FOCUS has no word for a cost that is not known.
        if (id.endsWith("Cost")) expect([id, value === null]).toEqual([id, unpriced]);
        else if (mandatory && !nullable.has(id))
          expect([id, value]).toEqual([id, expect.stringMatching(/./)]);
        if (value === null) continue;
        if (type === "decimal") expect(value).toMatch(/^-?\d+(\.\d+)?$/);
        if (type === "datetime") expect(value).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        if (type === "json") expect(JSON.parse(value)).toBeTypeOf("object");
      }
      expect(row["ConsumedQuantity"] === null).toBe(row["ConsumedUnit"] === null);
    }
    expect(FOCUS_COLUMNS.filter(({ mandatory }) => mandatory)).toHaveLength(21);
  });

  it("multiplies price and quantity to the list cost", async () => {
    const priced = (await rowsAfter(MIXED)).rows.filter((row) => row["ListUnitPrice"] !== null);
    expect(priced.length).toBeGreaterThan(5);
    for (const row of priced)
      expect(product(row["ListUnitPrice"]!, row["PricingQuantity"]!)).toBe(row["ListCost"]);
    expect(priced.find((row) => row["SkuMeter"] === "Input")).toMatchObject({
      PricingUnit: "1000000 Tokens",
      ListUnitPrice: "2.5",
      ConsumedQuantity: "1000",
      ConsumedUnit: "Tokens",
    });
  });

  it("puts together what is alike in customer, feature, provider, model, unit and price, and nothing else", async () => {
    const { rows } = await rowsAfter([
      {},
      {},
      { feature: "chat" },
      { usage: usageOf([["input", 1]], { circumstances: { batch: true } }) },
    ]);
    expect(rows.map((row) => [row["SkuMeter"], row["ConsumedQuantity"], row["ListUnitPrice"]])).toEqual([
      ["Input", "2000", "2.5"],
      ["Output", "200", "10"],
      ["Input", "1000", "2.5"],
      ["Output", "100", "10"],
      ["Input", "1", "1.25"],
    ]);
  });

  it("keeps list cost and negotiated cost apart", async () => {
    const overrides = new Overrides([
      {
        name: "contract",
        provider: "openai",
        from: "2026-01-01T00:00:00Z",
        terms: { kind: "percent_off", percent: "12.5" },
      },
    ]);
    const { rows, total } = await rowsAfter([{ overrides }]);
    expect([sumOf(rows, "ListCost"), sumOf(rows, "ContractedCost"), total]).toEqual([
      "0.0035",
      "0.0030625",
      "0.0030625",
    ]);
    expect(rows[0]).toMatchObject({ ListUnitPrice: "2.5", ContractedUnitPrice: "2.1875" });
  });

  it("shows calls without a price with an empty cost and a reason, by unit", async () => {
    const { rows } = await rowsAfter([
      { model: "acme-9" },
      {
        usage: usageOf([
          ["input", 7],
          ["telepathy", 3],
        ]),
      },
    ]);
    const unpriced = rows.filter((row) => row["EffectiveCost"] === null);
    expect(
      unpriced.map((row) => [
        row["ResourceId"],
        row["ConsumedQuantity"],
        JSON.parse(row["Tags"]!)["keeptabs/reason"],
      ]),
    ).toEqual([
      ["acme-9", "1000", "model_not_found"],
      ["acme-9", "100", "model_not_found"],
      ["gpt-4o", "3", "unit_not_priced:telepathy"],
    ]);
  });

  it("says whose cost it is, in the columns of split cost allocation", async () => {
    const { rows } = await rowsAfter([{ feature: "chat" }, { customer: undefined }]);
    expect(rows[0]).toMatchObject({
      SubAccountId: "acme",
      SubAccountName: "Acme Inc.",
      AllocatedResourceId: "acme",
      AllocatedTags: '{"customer":"acme","feature":"chat"}',
      AllocatedMethodId: "keeptabs/call-by-call",
    });
    expect(JSON.parse(rows[0]!["AllocatedMethodDetails"]!)).toEqual({
      Elements: [{ AllocatedRatio: 1, UsageUnit: "Tokens", UsageQuantity: 1000 }],
    });
    expect(rows.at(-1)).toMatchObject({
      AllocatedMethodId: null,
      AllocatedResourceId: null,
      SubAccountId: null,
    });
  });
});

describe("a correction in FOCUS", () => {
  const reprice = (ms: number) => (ledger: Ledger, entries: readonly Entry[]) =>
    ledger.reprice(
      entries.map(({ id, usage }) => ({
        entry: id,
        charge: charge({ provider: "openai", model: "gpt-4o-mini", usage, atMs: AT }, defaultPriceBook()),
      })),
      "prices were corrected",
      nanos(ms),
    );

  it("of a closed month is a row of its own in the month of its booking, and all adds up", async () => {
    const { rows, total } = await rowsAfter([{}, {}], reprice(Date.parse("2026-11-03T00:00:00Z")));
    expect(total).toBe("0.00042");
    expect(sumOf(rows, "EffectiveCost")).toBe(total);
    expect(
      rows.map((row) => [
        row["ChargeClass"],
        row["BillingPeriodStart"],
        row["ChargePeriodStart"],
        row["EffectiveCost"],
      ]),
    ).toEqual([
      [null, "2026-10-01T00:00:00Z", "2026-10-15T00:00:00Z", "0.007"],
      ["Correction", "2026-11-01T00:00:00Z", "2026-10-15T00:00:00Z", "-0.00658"],
    ]);
    expect(rows[1]!["PricingQuantity"]).toBeNull();
  });

  it("within the month is the charge itself", async () => {
    const { rows } = await rowsAfter([{}], reprice(AT + 86_400_000));
    expect(rows.map((row) => [row["ChargeClass"], row["EffectiveCost"]])).toEqual([
      [null, "0.00015"],
      [null, "0.00006"],
    ]);
  });

  it("moves a cost from one customer to another when it was reported already", async () => {
    const parent = "a".repeat(16);
    const name = (ledger: Ledger, [entry]: readonly Entry[]) =>
      ledger.append([], nanos(Date.parse("2026-11-03T00:00:00Z")), [
        {
          source: "default",
          traceId: entry!.traceId,
          spanId: parent,
          parentSpanId: undefined,
          customer: "globex",
          feature: undefined,
        },
      ]);
    const { rows, total } = await rowsAfter([{ customer: undefined, parent }], name);
    expect(sumOf(rows, "EffectiveCost")).toBe(total);
    expect(rows.map((row) => [row["ChargeClass"], row["SubAccountId"], row["EffectiveCost"]])).toEqual([
      [null, null, "0.0025"],
      [null, null, "0.001"],
      ["Correction", null, "-0.0035"],
      ["Correction", "globex", "0.0035"],
    ]);
    const theirs = await rowsAfter([{ customer: undefined, parent }], name, "globex");
    expect(sumOf(theirs.rows, "EffectiveCost")).toBe(theirs.total);
  });
});
