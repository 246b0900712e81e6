import { customerOf } from "@keeptabs/billing";
import { formatUsd, parseUsd, sumUsd } from "@keeptabs/pricing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { changeText, moneyText } from "../../src/operator/figures-text.ts";
import { renderReport } from "../../src/operator/index.ts";
import { monthFigures } from "../../src/operator/month-figures.ts";
import { reportPage } from "../../src/operator/report-page.ts";
import { bookingOf, HOSTILE, NOW, PRODUCT_CUSTOMERS, productHistory } from "./seed.ts";
import { json, page, type Serving, serving } from "./serving.ts";

/** The part of a page that has an id. */
function section(text: string, id: string): string {
  const start = text.indexOf(`<section id="${id}"`);
  return text.slice(start, text.indexOf("</section>", start));
}

/** The rows of a section's first table, each as its exact amounts. */
function exactRows(text: string, id: string): string[][] {
  const part = section(text, id);
  const body = part.slice(part.indexOf("<tbody"), part.indexOf("</table>"));
  return body
    .split("<tr ")
    .slice(1)
    .map((row) => [...row.matchAll(/data-exact="([^"]*)"/g)].map(([, exact]) => exact ?? ""));
}

const open: Serving[] = [];
async function serve(...given: Parameters<typeof serving>): Promise<Serving> {
  const server = await serving(...given);
  open.push(server);
  return server;
}
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

describe("the report page of a product", () => {
  let server: Serving;
  let text: string;

  beforeAll(async () => {
    server = await serving(productHistory(), { customers: PRODUCT_CUSTOMERS });
    ({ text } = await page(`${server.base}/?month=2026-10`));
  });
  afterAll(() => server.close());

  it("shows the API's numbers to the digit: spend, revenue and margin of each customer", async () => {
    const { rows, total } = await json(`${server.base}/api/v1/margins?month=2026-10`);
    const expected = [...rows, total].map(({ cost_usd, revenue_usd, margin_usd }) =>
      [cost_usd, revenue_usd, margin_usd].filter((amount) => amount !== null),
    );
    expect(exactRows(text, "customers")).toEqual(expected);
  });

  it("shows the API's numbers to the digit: features, models and days", async () => {
    for (const [id, groupBy] of [
      ["features", "feature"],
      ["models", "provider,model"],
    ] as const) {
      const { rows, total } = await json(`${server.base}/api/v1/costs?month=2026-10&group_by=${groupBy}`);
      // A group in which nothing has a price shows no amount: its cost is not known.
      const amounts = [...rows, total].map((row) =>
        row.unpriced_calls === row.calls && row.cost_usd === "0" ? [] : [row.cost_usd],
      );
      expect(exactRows(text, id)).toEqual(amounts);
    }
    const days = await json(`${server.base}/api/v1/costs?month=2026-10&group_by=day`);
    const table = text.slice(text.indexOf("<details>"), text.indexOf("</details>"));
    for (const { day, cost_usd } of days.rows) {
      expect(table).toMatch(new RegExp(`datetime="${day}"(?:(?!<tr).)*data-exact="${cost_usd}"`, "s"));
    }
  });

  it("says that the parts are the whole, marks the loss in words, and names what has no price", () => {
    expect(text).toContain("Sum of customers = sum of features = sum of models = sum of days = total");
    expect(section(text, "customers")).toMatch(/Lumen Labs(?:(?!<tr ).)*>loss<\/b>(?:(?!<tr ).)*>−\$/s);
    expect(section(text, "quality")).toMatch(
      /gpt-6-preview(?:(?!<tr ).)*model_not_found(?:(?!<tr ).)*update the price book/s,
    );
    expect(section(text, "quality")).toMatch(/Unattributed calls|Lower bounds|Described twice/);
    expect(text).toContain("Days and months are those of Europe/Berlin.");
    expect(text).toContain("computed from dated list prices and not yet settled");
  });

  it("shows a tiny amount with its digits and an unpriced model without an amount", () => {
    expect(section(text, "customers")).toMatch(/>tiny<(?:(?!<tr ).)*>\$0\.00[1-9]/s);
    expect(section(text, "models")).toMatch(/gpt-6-preview(?:(?!<tr ).)*no price/s);
    expect(section(text, "models")).not.toContain("$0.00<");
  });

  it("finds customers by name or id and still sums all of them", async () => {
    const found = await page(`${server.base}/?month=2026-10&customer=LABS`);
    const rows = exactRows(found.text, "customers");
    expect(rows).toHaveLength(2);
    expect(rows[1]).toEqual(exactRows(text, "customers").at(-1));
    expect(found.text).toContain("1 of 8 customers match");
    expect(found.text).toContain('value="LABS"');
  });

  it("sorts as it is asked, with what is not known at the end", async () => {
    const names = async (sort: string) =>
      [
        ...section((await page(`${server.base}/?month=2026-10&sort=${sort}`)).text, "customers").matchAll(
          /class="name"[^>]*><(?:bdi|i)>([^<]*)/g,
        ),
      ].map(([, name]) => name);
    expect((await names("margin"))[0]).toBe("Lumen Labs");
    expect((await names("margin")).slice(-3).sort()).toEqual(["Ferro GmbH", "Unattributed", "tiny"].sort());
    expect((await names("name"))[0]).toBe("Unattributed");
    expect((await names("calls"))[0]).toBe("Lumen Labs");
    expect(text).toMatch(/aria-sort="descending"><a [^>]*>Spend/);
  });

  it("keeps month and filter in every link that sorts or moves on", async () => {
    const found = await page(`${server.base}/?month=2026-09&customer=a%26b&sort=name`);
    expect(found.text).toContain('href="/?month=2026-08&amp;customer=a%26b&amp;sort=name"');
    expect(found.text).toContain('href="/?month=2026-09&amp;customer=a%26b&amp;sort=margin#customers"');
  });

  it("is the same in one file, which needs nothing from a server", () => {
    const file = renderReport(server.view, "2026-10");
    for (const id of ["customers", "features", "models"])
      expect(exactRows(file, id)).toEqual(exactRows(text, id));
    expect(file).not.toMatch(/<link rel="stylesheet"|<form|<script|href="\/|href="http/);
    expect(file).toMatch(/Content-Security-Policy" content="default-src 'none'; style-src 'sha256-/);
    expect(file).toContain("Written 20 Oct 2026, 12:00:00 CEST");
    expect(() => renderReport(server.view, "2026-10-01")).toThrow('"2026-10-01" is not a month');
  });

  it("adds up in a zone with half an hour too, and says so loudly where it does not", async () => {
    const figures = monthFigures({ ...server.view, timeZone: "Asia/Kolkata" }, "2026-10");
    expect(figures.agrees).toBe(true);
    expect(figures.total.calls).toBeGreaterThan(1000);
    const options = { filter: "", sort: "spend", page: 1 } as const;
    expect(reportPage(figures, options, undefined)).not.toContain('role="alert"');
    const wrong = reportPage({ ...figures, agrees: false }, options, undefined);
    expect(wrong).toMatch(/role="alert">(?:(?!<\/p>).)*differ/s);
    expect(wrong).not.toContain("equal to the last digit");
  });

  it("may only load its own files, and loads nothing else", async () => {
    const { headers } = await page(`${server.base}/`);
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cache-control")).toBe("private, no-cache");
    expect(text).not.toMatch(/<style|\sstyle="|\son\w+="/);
    const files = [
      ...text.matchAll(/<(?:link rel="stylesheet" href|script(?: defer| type="module") src)="([^"]*)"/g),
    ];
    expect(files).toHaveLength(4);
    expect(text.match(/<script/g)).toHaveLength(2);
    for (const [tag, path] of files) {
      const file = await fetch(`${server.base}${path}`);
      const type = tag?.startsWith("<link") === true ? "text/css" : "text/javascript";
      expect([file.status, file.headers.get("content-type")]).toEqual([200, `${type}; charset=utf-8`]);
      expect(file.headers.get("cache-control")).toContain("immutable");
      expect((await file.text()).length).toBeGreaterThan(1000);
    }
  });
});

describe("a month that is not over", () => {
  const figures = (text: string): string =>
    text.slice(text.indexOf("<figcaption"), text.indexOf("</figure>"));

  it("does not show days to come as days without spend", async () => {
    const server = await serve(productHistory());
    const chart = figures((await page(`${server.base}/`)).text);
    expect([...chart.matchAll(/<time datetime="([^"]*)"/g)].map(([, day]) => day).at(-1)).toBe("2026-10-20");
    expect(chart).toContain("from 21 October on: days to come");
    expect(chart).not.toContain("$0.00");
    expect(chart.match(/<rect class="column"/g)).toHaveLength(20);
    expect((await page(`${server.base}/`)).text).toMatch(/&quot;begun&quot;:20,/);
    const september = figures((await page(`${server.base}/?month=2026-09`)).text);
    expect(september.match(/<rect class="column"/g)).toHaveLength(30);
    expect(september).not.toContain("days to come");
  });

  it("shows a call whose sender's clock is ahead, with the days up to it", async () => {
    const server = await serve([bookingOf({ at: NOW }), bookingOf({ at: "2026-10-23T12:00:00Z" })]);
    const { text } = await page(`${server.base}/`);
    expect(figures(text)).toMatch(/datetime="2026-10-23"(?:(?!<tr).)*data-exact="0\.0035"/s);
    expect(figures(text)).not.toContain('datetime="2026-10-24"');
    expect(text).toContain("equal to the last digit");
  });

  it("is compared with the same hours of the month before, to the digit", async () => {
    const server = await serve(productHistory(), { customers: PRODUCT_CUSTOMERS });
    const { text } = await page(`${server.base}/`);
    // October in Berlin began 19 days and 12 hours before.
    const from = Date.parse("2026-08-31T22:00:00Z");
    const to = from + (NOW - Date.parse("2026-09-30T22:00:00Z"));
    const before = await json(
      `${server.base}/api/v1/costs?from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}&group_by=customer`,
    );
    const now = await json(`${server.base}/api/v1/costs?month=2026-10&group_by=customer`);
    const summary = text.slice(text.indexOf('<dl class="summary">'), text.indexOf("</dl>"));
    expect(summary).toContain("on the same days of September 2026");
    expect(summary).toContain(`data-exact="${before.total.cost_usd}"`);
    const changes = [...section(text, "customers").matchAll(/class="change" title="([^"]*)">([^<]*)</g)].map(
      ([, title, change]) => [title, change],
    );
    const rows = [...now.rows, now.total].map(({ customer, cost_usd }) => {
      const earlier =
        before.rows.find((row: { customer: string }) => row.customer === customer) ?? before.total;
      const amount = parseUsd(earlier.cost_usd);
      return [
        `${moneyText(amount)} in the same days of September 2026`,
        changeText(parseUsd(cost_usd), amount),
      ];
    });
    expect(changes).toEqual(rows);
    expect((await page(`${server.base}/?month=2026-09`)).text).toContain("on August 2026");
  });

  it("says new of what had no calls before, and nothing where there is nothing to compare", async () => {
    const server = await serve([bookingOf({ at: NOW })]);
    const { text } = await page(`${server.base}/`);
    expect(section(text, "customers")).toContain('title="nothing in the same days of September 2026">new<');
    expect((await page(`${server.base}/?month=2026-12`)).status).toBe(200);
  });
});

describe("a report of many customers", () => {
  it("shows 200 at a time, leads to the others, and sums all of them", async () => {
    const bookings = Array.from({ length: 450 }, (_, i) =>
      bookingOf({
        customer: `customer-${String(i).padStart(3, "0")}`,
        feature: `feature-${i}`,
        units: [["input", i + 1]],
      }),
    );
    const server = await serve(bookings);
    const seen: string[][] = [];
    let sums: string[] = [];
    for (let path: string | undefined = "/?month=2026-10"; path !== undefined; ) {
      const { text } = await page(server.base + path);
      const rows = exactRows(text, "customers");
      sums = rows.at(-1) ?? [];
      seen.push(...rows.slice(0, -1));
      path = /rel="next" href="([^"]*page=[^"]*)"/
        .exec(section(text, "customers"))?.[1]
        ?.replaceAll("&amp;", "&");
    }
    const { rows, total } = await json(`${server.base}/api/v1/margins?month=2026-10`);
    expect(seen.flat()).toEqual(rows.map(({ cost_usd }: { cost_usd: string }) => cost_usd));
    expect(sums).toEqual([total.cost_usd]);
    const { text } = await page(`${server.base}/?page=2`);
    expect(text).toContain("201 to 400 of 450");
    expect((await page(`${server.base}/?page=99`)).text).toContain("401 to 450 of 450");
    expect((await page(`${server.base}/?page=2&customer=customer-01`)).text).toContain(
      "10 of 450 customers match",
    );
    expect((await json(`${server.base}/?page=0`)).errors[0].field).toBe("page");
    // What the features' short list leaves out is said, with its sum.
    const shown = exactRows(text, "features");
    expect(shown).toHaveLength(21);
    const rest = /class="more">430 more features: <data [^>]*data-exact="([^"]*)"/.exec(text)?.[1] ?? "";
    const listed = shown.slice(0, -1).map(([amount = ""]) => parseUsd(amount));
    expect(formatUsd(sumUsd([...listed, parseUsd(rest)]))).toBe(total.cost_usd);
  });
});

describe("the months", () => {
  it("lead across the end of the year, and not beyond the current one", async () => {
    const january = Date.parse("2027-01-10T12:00:00Z");
    const server = await serve(
      [bookingOf({ at: "2026-12-31T22:30:00Z" }), bookingOf({ at: "2026-12-31T23:30:00Z" })],
      { now: () => january },
    );
    const [december, current] = await Promise.all([
      page(`${server.base}/?month=2026-12`),
      page(`${server.base}/`),
    ]);
    expect(december.text).toMatch(/rel="prev" href="\/\?month=2026-11[^"]*">← November 2026/);
    expect(december.text).toMatch(/rel="next" href="\/\?month=2027-01[^"]*">January 2027 →/);
    expect(current.text).toContain('rel="prev" href="/?month=2026-12');
    expect(current.text).not.toContain('rel="next"');
    // In Berlin the second call was made in the new year.
    for (const { text } of [december, current]) expect(exactRows(text, "customers")[0]).toEqual(["0.0035"]);
  });

  it.each(["2026-13", "2026-1", "october", "1969-12", "9999-12", ""])(
    "refuse %j and name the parameter",
    async (month) => {
      const server = await serve([]);
      const browser = await page(`${server.base}/?month=${month}`);
      expect(browser.status).toBe(400);
      expect(browser.text).toContain("<code>month</code>");
      const { status, errors, contentType } = await json(`${server.base}/?month=${month}`);
      expect([status, contentType]).toEqual([400, "application/problem+json; charset=utf-8"]);
      expect(errors[0].field).toBe("month");
    },
  );

  it("refuse a parameter that nobody knows", async () => {
    const server = await serve([]);
    expect((await json(`${server.base}/?customers=acme`)).errors[0].field).toBe("customers");
    expect((await json(`${server.base}/?sort=price`)).errors[0].field).toBe("sort");
  });
});

describe("a page without calls", () => {
  it("says what to do next when the ledger is empty", async () => {
    const server = await serve([]);
    const { status, text } = await page(`${server.base}/`);
    expect(status).toBe(200);
    expect(text).toContain("The ledger is empty");
    expect(text).toContain("OTEL_EXPORTER_OTLP_ENDPOINT");
    expect(text).toContain("withCustomer(");
  });

  it("leads to the latest month when only this one is empty", async () => {
    const server = await serve([bookingOf({ at: "2026-08-05T00:00:00Z" })]);
    const { text } = await page(`${server.base}/?month=2026-06`);
    expect(text).toContain("No calls in June 2026");
    expect(text).toContain('href="/?month=2026-08"');
  });

  it("still shows a customer who pays and makes no calls", async () => {
    const customers = new Map([["quiet", customerOf({ id: "quiet", revenue: [{ monthly: "20" }] })]]);
    const server = await serve([], { customers });
    expect(exactRows((await page(`${server.base}/`)).text, "customers")).toEqual([
      ["0", "20", "20"],
      ["0", "20", "20"],
    ]);
  });
});

const NAMED = /<a class="name" href="([^"]*)"/g;
/** The two scripts that a page with a chart loads. */
const OURS = /<script (?:defer|type="module") src="\/[a-z]+-[0-9a-f]{12}\.js"><\/script>/g;

describe("names from outside", () => {
  it("stand on every page as text", async () => {
    const customers = new Map(
      HOSTILE.map((id, i) => [
        id,
        customerOf({
          id,
          name: `${id}\u202e\u0000`,
          plan: id,
          ...(i > 3 ? { revenue: [{ monthly: "1" }] } : {}),
        }),
      ]),
    );
    const bookings = HOSTILE.map((name) =>
      bookingOf({
        customer: name,
        feature: name,
        model: name,
        provider: name,
        call: { operation: name, scope: name, dialect: name, responseId: name },
      }),
    );
    const server = await serve(bookings, { customers });
    const first = bookings.map(({ call }) => `/calls/${call.traceId}/${call.spanId}`);
    const { text } = await page(`${server.base}/`);
    const named = [
      ...section(text, "customers").matchAll(NAMED),
      ...section(text, "features").matchAll(NAMED),
    ];
    const links = named.map(([, href]) => (href ?? "").replaceAll("&amp;", "&").replaceAll("&#39;", "'"));
    expect(links).toHaveLength(2 * HOSTILE.length);
    for (const path of ["/", ...first, ...links]) {
      const shown = await page(server.base + path);
      expect([path, shown.status]).toEqual([path, 200]);
      expect(shown.text.replaceAll(OURS, "")).not.toMatch(
        /<script|<img|<svg\/|<a href=javascript|href="javascript/i,
      );
      expect(shown.text).not.toMatch(/<[^>]*\son\w+=/i);
    }
  });

  it("lead back to the customer or feature of exactly that name, dots and slashes too", async () => {
    const server = await serve(
      ["..", "../x", "a/b?c#d", "..~", "%2e", "~", "."].map((name) =>
        bookingOf({ customer: name, feature: name }),
      ),
    );
    const { text } = await page(`${server.base}/`);
    const links = [...text.matchAll(/<a class="name" href="([^"]*)"><bdi>([^<]*)</g)];
    expect(links).toHaveLength(14);
    for (const [, href, name] of links) {
      const { status, text: found } = await page(
        new URL((href ?? "").replaceAll("&amp;", "&"), server.base).href,
      );
      expect([name, status]).toEqual([name, 200]);
      expect(/<h1 class="long"><bdi>([^<]*)</.exec(found)?.[1]).toBe(name);
    }
  });
});

it("pages under a path lead to pages under that path", async () => {
  const server = await serve([bookingOf({ at: NOW })], {}, "/keeptabs");
  const { text } = await page(`${server.base}/`);
  for (const [, href] of text.matchAll(/href="([^"#d][^"]*)"/g)) expect(href).toMatch(/^\/keeptabs\//);
});
