import { customerOf, marginsOf } from "@keeptabs/billing";
import type { Total } from "@keeptabs/ledger";
import { formatUsd, parseUsd } from "@keeptabs/pricing";
import { describe, expect, it } from "vitest";

const total = (customer: string, net: string): Total => ({
  key: [customer],
  calls: 10,
  unpricedCalls: 1,
  failedCalls: 0,
  net: parseUsd(net),
});

const customers = new Map(
  [
    customerOf({ id: "acme", name: "Acme", plan: "flat", revenue: [{ monthly: "20" }] }),
    customerOf({
      id: "quiet",
      revenue: [
        { from: "2026-01", monthly: "10" },
        { from: "2026-11", monthly: "99" },
      ],
    }),
    customerOf({ id: "free" }),
  ].map((customer) => [customer.id, customer]),
);

describe("the margins of a month", () => {
  const report = marginsOf(
    [total("acme", "25.5"), total("free", "1"), total("__unattributed__", "2")],
    customers,
    "2026-10",
  );

  it("show who loses money, the dearest first", () => {
    expect(
      report.rows.map(({ customer, margin, marginRatio }) => [
        customer,
        margin === undefined ? undefined : formatUsd(margin),
        marginRatio,
      ]),
    ).toEqual([
      ["acme", "-5.5", -0.275],
      ["__unattributed__", undefined, undefined],
      ["free", undefined, undefined],
      ["quiet", "10", 1],
    ]);
  });

  it("count revenue and margin only where revenue is known", () => {
    expect(formatUsd(report.net)).toBe("28.5");
    expect(formatUsd(report.revenue)).toBe("30");
    expect(formatUsd(report.margin)).toBe("4.5");
  });

  it("count those without revenue, among whom calls of nobody are none", () => {
    expect([report.customersWithRevenue, report.customersWithoutRevenue]).toEqual([2, 1]);
    const nobody = marginsOf([total("__unattributed__", "2")], new Map(), "2026-10");
    expect([nobody.customersWithRevenue, nobody.customersWithoutRevenue]).toEqual([0, 0]);
  });

  it("take the revenue of the month in question", () => {
    const november = marginsOf([], customers, "2026-11");
    expect(november.rows.find(({ customer }) => customer === "quiet")?.revenue).toBe(parseUsd("99"));
    const before = marginsOf([], customers, "2025-12");
    expect(before.rows.map(({ customer }) => customer)).toEqual(["acme"]);
  });
});
