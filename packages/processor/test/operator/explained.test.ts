import { charge, defaultPriceBook, Overrides, parseUsd } from "@keeptabs/pricing";
import { usageOf } from "@keeptabs/usage";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bookingOf, NOW, PRODUCT_CUSTOMERS, productHistory } from "./seed.ts";
import { json, page, type Serving, serving } from "./serving.ts";

const TRACE = "e".repeat(32);
const path = (span: string): string => `/calls/${TRACE}/${span.repeat(16)}`;
const NAMED = { traceId: TRACE, scope: "openai" };

let server: Serving;

beforeAll(async () => {
  const at = "2026-10-14T13:00:00Z";
  const web = usageOf([
    ["input", 1000],
    ["web_search", 3],
  ]);
  const us = usageOf([["input", 1_000_001]], { circumstances: { region: "us" }, notes: ["server_said_us"] });
  const bill = usageOf([["input", 1000]], {
    claims: [{ amount: "0.0123456", source: "provider", field: "usage.cost" }],
  });
  server = await serving(
    [
      ...productHistory(),
      bookingOf({ customer: "acme", at, call: { ...NAMED, spanId: "a".repeat(16), usage: web } }),
      bookingOf({
        provider: "anthropic",
        model: "claude-opus-5",
        at,
        call: { ...NAMED, spanId: "b".repeat(16), usage: us },
      }),
      bookingOf({ at, call: { ...NAMED, spanId: "c".repeat(16), usage: bill } }),
    ],
    { customers: PRODUCT_CUSTOMERS },
  );
});
afterAll(() => server.close());

describe("a call explained", () => {
  it("shows quantity, rate, amount, price version, source and the day it was checked, line by line", async () => {
    const { text } = await page(server.base + path("a"));
    const lines = text.slice(text.indexOf("<tbody"), text.indexOf("</tfoot>")).split("<tr ").slice(1);
    expect(lines[0]).toMatch(
      /input.*1,000.*\$2\.50.*per million.*data-exact="0\.0025".*openai\/gpt-4o@.*href="https:\/\/[^"]*openai[^"]*".*checked <time datetime="\d{4}-\d\d-\d\d">/s,
    );
    expect(lines[1]).toMatch(/web_search.*>3<.*\$10\.00.*per 1,000.*data-exact="0\.03"/s);
    expect(lines[2]).toMatch(/Sum of the lines.*data-exact="0\.0325"/s);
    expect(text).toMatch(/class="answer"><data [^>]*>\$0\.0325</);
    expect(text).toContain("Acme Corporation");
  });

  it("shows the factors a provider publishes, what the reader noted, and both times in UTC and the zone", async () => {
    const { text } = await page(server.base + path("b"));
    expect(text).toMatch(/× 1\.1 /);
    expect(text).toContain('data-exact="5.5000055"');
    expect(text).toContain("server said us");
    expect(text).toMatch(
      /Ended<\/dt><dd><time datetime="2026-10-14T13:00:00\.000000000Z">14 Oct 2026, 15:00:00 CEST/,
    );
    expect(text).toMatch(/Booked<\/dt><dd><time datetime="2026-10-20T10:00:00\.000000000Z">/);
  });

  it("says when the provider reported the amount, so that there is nothing to multiply", async () => {
    const { text } = await page(server.base + path("c"));
    expect(text).toContain("Charged as the provider reported it.");
    expect(text).toContain("$0.0123456");
    expect(text).toContain("reported as a whole");
  });

  it("says not known, never zero, of a call without a price, and what to do", async () => {
    const { calls } = await json(`${server.base}/api/v1/calls?customer=blue-harbor&limit=1000&month=2026-10`);
    const { trace_id, span_id } = calls.find(({ status }: { status: string }) => status === "unpriced");
    const { text } = await page(`${server.base}/calls/${trace_id}/${span_id}`);
    expect(text).toContain('class="answer">not known<');
    expect(text).toContain("The price book has no such model of this provider.");
    expect(text).not.toContain("$0");
  });

  it("leads from a span that is not charged to the one that is", async () => {
    const { text } = await page(`${server.base}/calls/${"f".repeat(32)}/${"1".repeat(16)}`);
    expect(text).toContain('class="answer">not charged<');
    expect(text).toContain(`href="/calls/${"f".repeat(32)}/${"2".repeat(16)}"`);
  });

  it("of a span that is not booked is a 404, of one that can't be a 400 naming it", async () => {
    expect((await page(`${server.base}/calls/${TRACE}/${"9".repeat(16)}`)).status).toBe(404);
    const bad = await page(`${server.base}/calls/xyz/${"9".repeat(16)}`);
    expect(bad.status).toBe(400);
    expect(bad.text).toContain("<code>trace</code>");
  });
});

describe("a call that was negotiated or corrected", () => {
  it("shows list and net amount of each line with what was agreed, and that both add up", async () => {
    const agreed = new Overrides([
      {
        name: "contract 7 <b>",
        from: "2026-01-01T00:00:00Z",
        terms: { kind: "percent_off", percent: "12.5", units: ["input"] },
      },
    ]);
    const booking = bookingOf();
    const { call } = booking;
    const { provider, usage, responseModel: model } = call;
    const atMs = Number(call.occurredAt / 1_000_000n);
    const one = await serving([
      { ...booking, charge: charge({ provider, model, usage, atMs }, defaultPriceBook(), agreed) },
    ]);
    const { text } = await page(`${one.base}/calls/${call.traceId}/${call.spanId}`);
    const lines = text.slice(text.indexOf("<tbody"), text.indexOf("</tfoot>")).split("<tr ").slice(1);
    const amounts = lines.map((line) =>
      [...line.matchAll(/data-exact="([^"]*)"/g)].map(([, exact]) => exact),
    );
    expect(amounts).toEqual([
      ["0.0025", "0.0021875"],
      ["0.001", "0.001"],
      ["0.0035", "0.0031875"],
    ]);
    expect(lines[0]).toMatch(/12\.5 % off.*contract 7 &lt;b&gt;/s);
    expect(text).toMatch(/class="answer"><data [^>]*>\$0\.0031875</);
    expect(text).not.toContain('role="alert"');
    await one.close();
  });

  it("shows every booking with both times, and that together they are what counts now", async () => {
    const booking = bookingOf({ customer: "acme" });
    const { traceId, spanId } = booking.call;
    const one = await serving([booking]);
    const entry = one.view.reader.entry(traceId, spanId)?.id ?? 0;
    const later = BigInt(NOW + 3_600_000) * 1_000_000n;
    const dearer = { ...booking.charge, list: parseUsd("0.004"), net: parseUsd("0.004"), lines: [] };
    await one.ledger.reprice([{ entry, charge: dearer }], "the price was <i>wrong</i>", later);
    const { text } = await page(`${one.base}/calls/${traceId}/${spanId}`);
    const history = text.slice(text.indexOf('<section id="history"'));
    const rows = history.slice(history.indexOf("<tbody"), history.indexOf("</tfoot>")).split("<tr ").slice(1);
    expect(rows.map((row) => /data-exact="([^"]*)"/.exec(row)?.[1])).toEqual([
      "0.0035",
      "-0.0035",
      "0.004",
      "0.004",
    ]);
    expect(rows[0]).toMatch(
      /datetime="2026-10-20T10:00:00\.000000000Z">20 Oct 2026, 12:00:00 CEST(?:.*)booked.*acme/s,
    );
    expect(rows[2]).toMatch(/2026-10-20T11:00:00\.000000000Z.*charged anew.*the price was &lt;i&gt;wrong/s);
    expect(text).toMatch(/class="answer"><data [^>]*>\$0\.004</);
    await one.close();
  });

  it("that was superseded counts as nothing, and its history says since when", async () => {
    const trace = "9".repeat(32);
    const one = await serving([
      bookingOf({ call: { traceId: trace, spanId: "1".repeat(16), scope: "langchain" } }),
    ]);
    const inner = { traceId: trace, spanId: "2".repeat(16), parentSpanId: "1".repeat(16), scope: "openai" };
    await one.append([bookingOf({ call: inner, ancestors: ["1".repeat(16)] })], 2n);
    const { text } = await page(`${one.base}/calls/${trace}/${"1".repeat(16)}`);
    expect(text).toContain('class="answer">not charged<');
    const history = text.slice(text.indexOf('<section id="history"'));
    expect([...history.matchAll(/data-exact="([^"]*)"/g)].map(([, exact]) => exact)).toEqual([
      "0.0035",
      "-0.0035",
      "0",
    ]);
    expect(history).toContain("another span describes the call better");
    expect((await page(`${one.base}/calls/${trace}/${"2".repeat(16)}`)).text).not.toContain('id="history"');
    await one.close();
  });
});

describe("a customer's page", () => {
  it("shows the API's numbers to the digit", async () => {
    const { text } = await page(`${server.base}/customers/acme?month=2026-10`);
    const { rows } = await json(`${server.base}/api/v1/margins?month=2026-10`);
    const acme = rows.find(({ customer }: { customer: string }) => customer === "acme");
    const top = text.slice(text.indexOf("<h1"), text.indexOf("</dl>"));
    const exact = [...top.matchAll(/data-exact="([^"]*)"/g)].map(([, amount]) => amount);
    const before = await json(
      `${server.base}/api/v1/costs?from=2026-09-01&to=2026-09-20T12:00:00%2B02:00&customer=acme`,
    );
    expect(exact).toEqual([
      acme.budget_usd,
      acme.cost_usd,
      before.total.cost_usd,
      acme.revenue_usd,
      acme.margin_usd,
    ]);
    const features = await json(`${server.base}/api/v1/costs?month=2026-10&customer=acme&group_by=feature`);
    for (const { cost_usd } of features.rows) expect(text).toContain(`data-exact="${cost_usd}"`);
    const dearest = await json(`${server.base}/api/v1/calls?month=2026-10&customer=acme&limit=20`);
    const shown = [...text.matchAll(/href="\/calls\/(\w+)\/(\w+)"/g)].map(([, trace, span]) => [trace, span]);
    expect(shown).toEqual(
      dearest.calls.map((call: { trace_id: string; span_id: string }) => [call.trace_id, call.span_id]),
    );
  });

  it("exists for calls without a customer and for one who is only configured or called long ago", async () => {
    expect((await page(`${server.base}/customers/__unattributed__`)).text).toContain("<i>Unattributed</i>");
    const silent = await page(`${server.base}/customers/quiet-co?month=2026-02`);
    expect(silent.text).toContain("No calls in February 2026.");
    expect((await page(`${server.base}/customers/tiny?month=2025-01`)).status).toBe(200);
  });

  it("is a 404 for a customer whom nobody knows", async () => {
    const unknown = await page(`${server.base}/customers/%3Cscript%3E`);
    expect(unknown.status).toBe(404);
    expect(unknown.text).toContain("&lt;script&gt;");
    expect(await json(`${server.base}/customers/nobody`)).toMatchObject({ status: 404, title: "Not Found" });
    expect((await page(`${server.base}/customers/acme?month=2026-99`)).status).toBe(400);
  });
});
