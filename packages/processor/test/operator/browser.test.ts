import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { customerOf } from "@keeptabs/billing";
import { usageOf } from "@keeptabs/usage";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { renderReport } from "../../src/operator/index.ts";
import { hasChromium, openChromium } from "./chromium.ts";
import { bookingOf, HOSTILE, PRODUCT_CUSTOMERS, productHistory } from "./seed.ts";
import { json, type Serving, serving } from "./serving.ts";

describe.runIf(hasChromium())("in Chromium", () => {
  let browser: Browser;
  let product: Serving;
  let hostile: Serving;
  const hostileCalls = HOSTILE.map((name) =>
    bookingOf({ customer: name, feature: name, model: name, provider: name }),
  );
  const complaints: string[] = [];
  const pages: Page[] = [];

  beforeAll(async () => {
    browser = await openChromium();
    const claims = [{ amount: "1234567.890123456789012345", source: "provider", field: "cost" }] as const;
    const usage = usageOf([["input", 1]], { claims });
    const costly = bookingOf({
      at: "2026-08-01T00:00:00Z",
      call: { traceId: "d".repeat(32), spanId: "d".repeat(16), usage },
    });
    product = await serving([...productHistory(), costly], { customers: PRODUCT_CUSTOMERS });
    const customers = new Map(HOSTILE.map((id) => [id, customerOf({ id, name: `${id} \u202e`, plan: id })]));
    hostile = await serving(hostileCalls, { customers });
  });
  afterAll(async () => {
    await browser.close();
    await product.close();
    await hostile.close();
  });
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.context().close();
    // What breaks the content security policy is said on the console.
    expect(complaints.splice(0)).toEqual([]);
  });

  async function visit(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    pages.push(page);
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("dialog", (dialog) => complaints.push(dialog.message()));
    await page.goto(url);
    return page;
  }

  const backgroundOf = (page: Page): Promise<string> =>
    page.evaluate("getComputedStyle(document.body).backgroundColor");

  it("shows the API's spend of each customer, to the digit", async () => {
    const page = await visit(`${product.base}/?month=2026-10`);
    const rows = await page
      .locator("#customers tbody tr")
      .evaluateAll((found) =>
        found.map((row) => [
          row.querySelector(".name")?.textContent,
          row.querySelector('[data-label="Spend"] data')?.getAttribute("data-exact"),
        ]),
      );
    const margins = await json(`${product.base}/api/v1/margins?month=2026-10`);
    expect(rows).toEqual(
      margins.rows.map(({ customer, name, cost_usd }: Record<string, string>) => [
        customer === "__unattributed__" ? "Unattributed" : name,
        cost_usd,
      ]),
    );
  });

  it("creates nothing out of a hostile name, on any page", async () => {
    const paths = hostileCalls.flatMap(({ call, customer }) => [
      `/calls/${call.traceId}/${call.spanId}`,
      `/?customer=${encodeURIComponent(customer ?? "")}`,
    ]);
    const page = await visit(`${hostile.base}/`);
    const customers = await page
      .locator("#customers a.name")
      .evaluateAll((links) => links.map((link) => (link as { href?: string }).href ?? ""));
    expect(customers).toHaveLength(HOSTILE.length);
    for (const url of [`${hostile.base}/`, ...customers, ...paths.map((path) => hostile.base + path)]) {
      const answer = await page.goto(url);
      expect([url, answer?.status()]).toEqual([url, 200]);
      const found = await page.evaluate(`({
        title: document.title,
        foreign: document.querySelectorAll("script, img, iframe, object, embed, base, style, [style], [autofocus]").length,
        handlers: [...document.querySelectorAll("*")].flatMap((e) => e.getAttributeNames()).filter((a) => a.startsWith("on")),
        links: [...document.querySelectorAll("[href], [action]")].map((e) => new URL(e.getAttribute("href") ?? e.getAttribute("action"), location).protocol),
      })`);
      expect(found).toMatchObject({ foreign: 0, handlers: [], title: expect.not.stringMatching(/^owned$/) });
      expect((found as { links: string[] }).links).not.toContain("javascript:");
    }
  });

  it("shows each hostile name letter by letter and leads to its page", async () => {
    const page = await visit(`${hostile.base}/?sort=name`);
    const names = await page.locator("#features tbody th bdi").allTextContents();
    expect(names.toSorted()).toEqual(HOSTILE.toSorted());
    for (const name of HOSTILE) {
      await page.goto(`${hostile.base}/`);
      await page
        .locator("#customers a.name", {
          has: page.locator(`bdi:text-is(${JSON.stringify(`${name} \u202e`)})`),
        })
        .first()
        .click();
      expect(await page.locator(".quiet code bdi").first().textContent()).toBe(name);
    }
  });

  it("needs no script: month, filter, sorting, days and a call's charge are reached by keyboard and links", async () => {
    const page = await visit(`${product.base}/`, { javaScriptEnabled: false });
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(page.url()).toMatch(/#main$/);
    await page.getByLabel("Find").fill("labs");
    await page.getByLabel("Find").press("Enter");
    await page.waitForURL(/customer=labs/);
    await page.getByRole("link", { name: "Margin", exact: true }).click();
    expect(page.url()).toMatch(/customer=labs&sort=margin#customers$/);
    expect(await page.getByRole("columnheader", { name: "Margin" }).getAttribute("aria-sort")).toBe(
      "ascending",
    );
    await page.getByRole("link", { name: "← September 2026" }).click();
    await page.waitForURL(/month=2026-09&customer=labs&sort=margin/);
    await page.getByText("Days as a table").click();
    expect(await page.getByRole("table", { name: "Spend per day" }).getByRole("row").count()).toBe(31);
    await page.getByRole("link", { name: "Lumen Labs" }).click();
    await page
      .getByRole("table", { name: /the dearest first/ })
      .getByRole("link")
      .first()
      .click();
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("What this call cost");
  });

  it("is a table to those who hear it, also where the rows are stacked", async () => {
    for (const width of [1280, 390]) {
      const page = await visit(`${product.base}/?month=2026-10`, { viewport: { width, height: 844 } });
      const table = page.getByRole("table", { name: /Spend, revenue and margin per customer/ });
      expect(await table.getByRole("row", { name: /Lumen Labs.*loss/ }).count()).toBe(1);
      expect(await table.getByRole("rowheader").count()).toBe(9);
      expect(await table.getByRole("columnheader").count()).toBe(7);
    }
  });

  it("fits screens of any width, hostile names too", async () => {
    const page = await visit(`${product.base}/`);
    const trace = hostileCalls[0]?.call;
    for (const url of [
      `${product.base}/?month=2026-10`,
      `${product.base}/customers/acme?month=2026-10`,
      `${hostile.base}/`,
      `${hostile.base}/calls/${trace?.traceId}/${trace?.spanId}`,
      `${product.base}/calls/${"d".repeat(32)}/${"d".repeat(16)}`,
    ]) {
      await page.goto(url);
      for (const width of [1280, 1150, 1000, 880, 860, 768, 390, 320]) {
        await page.setViewportSize({ width, height: 844 });
        const over = await page.evaluate(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        expect([url, width, over]).toEqual([url, width, 0]);
      }
    }
  });

  it("follows the reader's choice of light or dark, on the server's page and in the file", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "keeptabs-report-")), "report.html");
    writeFileSync(file, renderReport(product.view, "2026-10"));
    for (const url of [`${product.base}/`, `file://${file}`]) {
      expect(await backgroundOf(await visit(url, { colorScheme: "light" }))).toBe("rgb(255, 255, 255)");
      expect(await backgroundOf(await visit(url, { colorScheme: "dark" }))).toBe("rgb(16, 21, 18)");
    }
  });

  it.each(["light", "dark"] as const)(
    "has text that can be read in %s: a contrast of 4.5 or more",
    async (colorScheme) => {
      const page = await visit(`${product.base}/?month=2026-10`, { colorScheme });
      const worst = (await page.evaluate(CONTRAST)) as { ratio: number; text: string };
      expect(worst.ratio, worst.text).toBeGreaterThanOrEqual(4.5);
    },
  );
});

/** The text with the least contrast to what is behind it, as WCAG 2 measures it. */
const CONTRAST = `(() => {
  const rgb = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => { for (let at = e; at; at = at.parentElement) { const c = rgb(getComputedStyle(at).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
  let worst = { ratio: 21, text: "" };
  for (const e of document.querySelectorAll("body *")) {
    if (e.closest("svg, .hidden, details:not([open]) > :not(summary)") || ![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== "")) continue;
    const [a, b] = [luminance(rgb(getComputedStyle(e).color)), luminance(behind(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < worst.ratio) worst = { ratio, text: e.className + ": " + e.textContent.slice(0, 40) };
  }
  return worst;
})()`;
