import type { Booking } from "@keeptabs/ledger";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bookingOf, PRODUCT_CUSTOMERS, productHistory } from "./seed.ts";
import { json, page, type Serving, serving } from "./serving.ts";

const history = productHistory();
let server: Serving;

beforeAll(async () => {
  server = await serving(history, { customers: PRODUCT_CUSTOMERS });
});
afterAll(() => server.close());

/** The body rows of a section's table. */
function rowsOf(text: string, id: string): readonly string[] {
  const part = text.slice(text.indexOf(`<section id="${id}"`));
  return part.slice(part.indexOf("<tbody"), part.indexOf("</tbody>")).split("<tr ").slice(1);
}

const cell = (row: string | undefined, title: string): string =>
  new RegExp(`data-label="${title}"[^>]*>(.*?)</td>`, "s").exec(row ?? "")?.[1] ?? "";
const exact = (cellText: string): string | undefined => /data-exact="([^"]*)"/.exec(cellText)?.[1];
const value = (cellText: string): string | undefined => /value="([^"]*)"/.exec(cellText)?.[1];
const nameOf = (row: string): string => /class="name"[^>]*><(?:bdi|i)>([^<]*)/.exec(row)?.[1] ?? "";

/** The bookings of October in Berlin that are calls of their own. */
const october = history.filter(
  ({ call }) =>
    call.occurredAt >= BigInt(Date.parse("2026-09-30T22:00:00Z")) * 1_000_000n && call.scope !== "langchain",
);
const tokens = (bookings: readonly Booking[], units: readonly string[]): string =>
  String(
    bookings
      .flatMap(({ call }) => [...call.usage.quantities])
      .filter(([unit]) => units.includes(unit))
      .reduce((sum, [, quantity]) => sum + quantity, 0),
  );

describe("the page of all features", () => {
  it("puts cost against usage: each figure equals the API's, or what the calls used", async () => {
    const { text } = await page(`${server.base}/features?month=2026-10`);
    const { rows } = await json(`${server.base}/api/v1/costs?month=2026-10&group_by=feature`);
    const shown = rowsOf(text, "features");
    expect(shown.map((row) => exact(cell(row, "Spend")))).toEqual(
      rows.map(({ cost_usd }: { cost_usd: string }) => cost_usd),
    );
    for (const [i, { feature, calls }] of rows.entries()) {
      const mine = october.filter((booking) => (booking.feature ?? "") === feature);
      expect(mine).toHaveLength(calls);
      expect(value(cell(shown[i], "Tokens in"))).toBe(tokens(mine, ["input", "cache_read"]));
      expect(value(cell(shown[i], "Tokens out"))).toBe(tokens(mine, ["output"]));
      const customers = new Set(mine.flatMap(({ customer }) => customer ?? []));
      expect(cell(shown[i], "Customers")).toBe(String(customers.size));
    }
    expect(shown.map(nameOf)).toContain("no feature named");
  });

  it("finds by name and sorts by what is quietly expensive, and keeps both in its links", async () => {
    const names = async (query: string): Promise<string[]> =>
      rowsOf((await page(`${server.base}/features?month=2026-10&${query}`)).text, "features").map(nameOf);
    const { rows } = await json(`${server.base}/api/v1/costs?month=2026-10&group_by=feature`);
    const perCall = rows.toSorted(
      (a: Row, b: Row) => Number(b.cost_usd) / b.calls - Number(a.cost_usd) / a.calls,
    );
    expect(await names("sort=per_call")).toEqual(
      perCall.map(({ feature }: Row) => feature || "no feature named"),
    );
    expect((await names("sort=customers"))[0]).toBe("assistant");
    expect(await names("feature=SUMM")).toEqual(["summaries"]);
    const { text } = await page(`${server.base}/features?month=2026-10&feature=s&sort=calls`);
    expect(text).toContain('href="/features?month=2026-09&amp;feature=s&amp;sort=calls"');
    expect(text).toContain('href="/features?month=2026-10&amp;feature=s&amp;sort=per_million"');
    expect((await json(`${server.base}/features?sort=margin`)).errors[0].field).toBe("sort");
  });

  it("knows the tokens in a zone with half an hour too", async () => {
    const one = await serving([bookingOf()], { timeZone: "Asia/Kolkata" });
    const { text } = await page(`${one.base}/features`);
    const [row] = rowsOf(text, "features");
    expect(exact(cell(row, "Spend"))).toBe("0.0035");
    expect(["Tokens in", "Tokens out"].map((title) => value(cell(row, title)))).toEqual(["1000", "100"]);
    expect(value(cell(row, "Per 1M tokens"))).toMatch(/^3\.1818/);
    await one.close();
  });
});

interface Row {
  readonly feature: string;
  readonly cost_usd: string;
  readonly calls: number;
}

describe("a feature's page", () => {
  it("shows its customers, models and days as the API does, to the digit", async () => {
    const { text } = await page(`${server.base}/features/assistant?month=2026-10`);
    const api = (groupBy: string) =>
      json(`${server.base}/api/v1/costs?month=2026-10&feature=assistant&group_by=${groupBy}`);
    const amounts = (rows: readonly (Row & { unpriced_calls: number })[]): (string | undefined)[] =>
      rows.map(({ cost_usd, calls, unpriced_calls }) => (calls === unpriced_calls ? undefined : cost_usd));
    for (const [id, groupBy] of [
      ["users", "customer"],
      ["models", "provider,model"],
    ] as const) {
      const { rows } = await api(groupBy);
      expect(rowsOf(text, id).map((row) => exact(cell(row, "Spend")))).toEqual(amounts(rows));
    }
    const days = text.slice(text.indexOf("<details>"), text.indexOf("</details>"));
    for (const { day, cost_usd } of (await api("day")).rows)
      expect(days).toMatch(new RegExp(`datetime="${day}"(?:(?!<tr).)*data-exact="${cost_usd}"`, "s"));
    expect(text).toContain("Northwind Traders");
    expect(text).toMatch(/<a [^>]*href="\/customers\/northwind\?month=2026-10"/);
  });

  it("is there for calls that name no feature, and for a month without calls", async () => {
    const all = await page(`${server.base}/features?month=2026-10`);
    const href = /class="name" href="(\/features\/[^"]*)"><i>no feature named/.exec(all.text)?.[1] ?? "";
    expect((await page(server.base + href)).text).toMatch(/<h1 class="long"><i>no feature named<\/i>/);
    const silent = await page(`${server.base}/features/assistant?month=2025-01`);
    expect([silent.status, silent.text.includes("No calls in January 2025.")]).toEqual([200, true]);
  });

  it("is a 404 for a feature that nobody used", async () => {
    const unknown = await page(`${server.base}/features/%3Cscript%3E`);
    expect(unknown.status).toBe(404);
    expect(unknown.text).toContain("&lt;script&gt;");
  });
});
