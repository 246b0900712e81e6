import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { customerOf } from "@keeptabs/billing";
import { usageOf } from "@keeptabs/usage";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { renderReport } from "../../src/operator/index.ts";
import { hasChromium, openChromium } from "./chromium.ts";
import { bookingOf, HOSTILE, hostileNames, PRODUCT_CUSTOMERS, productHistory } from "./seed.ts";
import { json, type Serving, serving } from "./serving.ts";

/** What the pages are made of; anything else came out of a name. */
const ELEMENTS =
  "a b bdi body br button canvas caption code data dd details div dl dt figcaption figure footer form g h1 h2 head header html i input label li link main meta nav option p path pre rect script section select small span summary svg table tbody td tfoot th thead time title tr ul";
const ATTRIBUTES =
  "action aria-current aria-hidden aria-label aria-labelledby aria-pressed aria-sort aria-valuemax aria-valuemin aria-valuenow aria-valuetext charset class content d data-chart data-exact data-label datetime defer height hidden href id lang maxlength method name pattern placeholder preserveaspectratio rel required role scope selected size src tabindex title type value viewbox width x y";

describe.runIf(hasChromium())("in Chromium", () => {
  let browser: Browser;
  let product: Serving;
  let hostile: Serving;
  const names = hostileNames(100);
  // The worst names are the dearest, so that charts show them.
  const hostileCalls = names.map((name, i) => {
    const claims = [{ amount: `${200 - i}.5`, source: "provider", field: "cost" }] as const;
    const usage = usageOf([["input", 1]], { claims });
    return bookingOf({ customer: name, feature: name, model: name, provider: name, call: { usage } });
  });
  const file = join(mkdtempSync(join(tmpdir(), "keeptabs-report-")), "report.html");
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
    const customers = new Map(names.map((id) => [id, customerOf({ id, name: `${id} \u202e`, plan: id })]));
    hostile = await serving(hostileCalls, { customers });
    writeFileSync(file, renderReport(product.view, "2026-10"));
  });
  afterAll(async () => {
    await browser.close();
    await product.close();
    await hostile.close();
    rmSync(join(file, ".."), { recursive: true });
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
    page.on("requestfailed", (request) => complaints.push(`not loaded: ${request.url()}`));
    page.on("response", (response) => {
      if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
    });
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

  describe("the chart", () => {
    it("shows the API's amounts of the day that is pointed at, split as asked, to the digit", async () => {
      const page = await visit(`${product.base}/?month=2026-10`);
      const { rows } = await json(
        `${product.base}/api/v1/costs?month=2026-10&group_by=day,feature&customer=acme`,
      );
      await page.goto(`${product.base}/customers/acme?month=2026-10`);
      await page.getByRole("button", { name: "Features", exact: true }).click();
      const over = await page.locator(".plot .u-over").boundingBox();
      if (over === null) throw new Error("there is no chart");
      for (const day of [2, 15, 19]) {
        await page.mouse.move(over.x + (over.width * (day - 0.5)) / 31, over.y + 40);
        const shown = await page
          .locator(".legend data")
          .evaluateAll((found) => found.map((value) => value.getAttribute("value")));
        const of = rows.filter(
          (row: { day: string }) => row.day === `2026-10-${String(day).padStart(2, "0")}`,
        );
        expect(await page.locator(".said").textContent()).toContain(`${day} October: $`);
        expect(shown.filter((amount) => amount !== "0")).toEqual(
          expect.arrayContaining(of.map(({ cost_usd }: { cost_usd: string }) => cost_usd)),
        );
        expect(shown).toHaveLength(3);
      }
      // Days to come are no days without spend.
      await page.mouse.move(over.x + over.width * 0.9, over.y + 40);
      expect(await page.locator(".said").textContent()).toMatch(/^highest on 19 October: /);
    });

    it("answers to arrow keys and says each day aloud", async () => {
      const page = await visit(`${product.base}/?month=2026-10`);
      await page.getByRole("button", { name: "Customers", exact: true }).click();
      const slider = page.getByRole("slider");
      const days = await json(`${product.base}/api/v1/costs?month=2026-10&group_by=day`);
      await slider.focus();
      for (const key of ["Home", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
      expect(await slider.getAttribute("aria-valuenow")).toBe("3");
      const said = (await slider.getAttribute("aria-valuetext")) ?? "";
      expect(said).toMatch(
        new RegExp(
          `^3 October: \\$${Number(days.rows[2].cost_usd).toFixed(2)}, ${days.rows[2].calls} calls; `,
        ),
      );
      expect(said).toContain("Lumen Labs $");
      await page.keyboard.press("End");
      expect(await slider.getAttribute("aria-valuetext")).toMatch(/^20 October: /);
      await page.keyboard.press("ArrowRight");
      expect(await slider.getAttribute("aria-valuenow")).toBe("20");
    });

    it("zooms into the days that are dragged over, and back", async () => {
      const page = await visit(`${product.base}/?month=2026-09`);
      const all = page.getByRole("button", { name: "Show all days" });
      expect(await all.count()).toBe(0);
      const over = await page.locator(".plot .u-over").boundingBox();
      if (over === null) throw new Error("there is no chart");
      await page.mouse.move(over.x + over.width * 0.3, over.y + 40);
      await page.mouse.down();
      await page.mouse.move(over.x + over.width * 0.5, over.y + 40, { steps: 4 });
      await page.mouse.up();
      await all.click();
      expect(await all.count()).toBe(0);
    });

    it("is drawn in the colours of the reader's choice, also when it changes", async () => {
      const page = await visit(`${product.base}/?month=2026-10`, { colorScheme: "light" });
      const bar = (): Promise<unknown> =>
        page.evaluate(`(() => {
          const canvas = document.querySelector(".plot canvas");
          const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
          copy.drawImage(canvas, 0, 0);
          const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
          const seen = new Map();
          for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) {
            const colour = data.slice(i, i + 3).join();
            seen.set(colour, (seen.get(colour) ?? 0) + 1);
          }
          return [...seen].sort((a, b) => b[1] - a[1])[0][0];
        })()`);
      await expect.poll(bar).toBe("29,138,100");
      await page.emulateMedia({ colorScheme: "dark" });
      await expect.poll(bar).toBe("63,169,126");
    });
  });

  it.each(["light", "dark"] as const)("breaks no rule of axe on any page, in %s", async (colorScheme) => {
    const page = await visit(`${product.base}/`, { colorScheme });
    for (const url of [
      `${product.base}/?month=2026-10`,
      `${product.base}/features?month=2026-10`,
      `${product.base}/features/assistant?month=2026-10`,
      `${product.base}/customers/acme?month=2026-10`,
      `${product.base}/calls?month=2026-10&order=dearest`,
      `${product.base}/calls?month=2026-10&model=nobody`,
      `${product.base}/calls/${"f".repeat(32)}/${"2".repeat(16)}`,
      `${product.base}/?month=2026-02`,
      `file://${file}`,
    ]) {
      await page.goto(url);
      const split = page.getByRole("button", { name: "Customers", exact: true });
      if ((await split.count()) > 0) await split.click();
      await page.evaluate(axe.source);
      const violations =
        await page.evaluate(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
        violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html.slice(0, 200))]))`);
      expect([url, violations]).toEqual([url, []]);
    }
  });

  it("makes no element and no attribute out of 100 hostile names, on any page", async () => {
    const of = (i: number): string => encodeURIComponent(names[i] ?? "");
    const one = hostileCalls[3]?.call;
    const page = await visit(`${hostile.base}/`);
    for (const [path, ways] of [
      ["/", 4],
      ["/?sort=name&customer=%3C", 4],
      [`/?customer=${of(1)}`, 4],
      ["/features", 0],
      [`/features?feature=${of(4)}`, 0],
      [`/customers/${of(0)}`, 3],
      [`/features/${of(1)}`, 3],
      [`/customers/${of(40)}`, 3],
      [`/features/${of(70)}`, 3],
      ["/calls", 0],
      [`/calls?model=${of(1)}&feature=${of(1)}&customer=${of(1)}`, 0],
      [`/calls?provider=${of(5)}&order=dearest`, 0],
      [`/calls/${one?.traceId}/${one?.spanId}`, 0],
    ] as const) {
      const answer = await page.goto(hostile.base + path);
      const splits = await page.locator(".ways button").all();
      expect([path, answer?.status(), splits.length]).toEqual([path, 200, ways]);
      for (const split of [undefined, ...splits]) {
        await split?.click();
        const found = (await page.evaluate(`({
          title: document.title,
          elements: [...new Set([...document.querySelectorAll("*")].map((e) => e.localName))],
          attributes: [...new Set([...document.querySelectorAll("*:not(.u-over, .u-over *, .uplot, .uplot *)")].flatMap((e) => e.getAttributeNames()))],
          scripts: [...document.scripts].filter((s) => s.text !== "" || !/^\\/[a-z]+-[0-9a-f]{12}\\.js$/.test(s.getAttribute("src"))).length,
          links: [...document.querySelectorAll("[href], [action]")].map((e) => new URL(e.getAttribute("href") ?? e.getAttribute("action"), location).protocol),
        })`)) as Record<"elements" | "attributes" | "links", string[]> & { scripts: number; title: string };
        expect(found.elements.filter((name) => !ELEMENTS.split(" ").includes(name))).toEqual([]);
        expect(
          found.attributes.filter((name) => !ATTRIBUTES.split(" ").includes(name.toLowerCase())),
        ).toEqual([]);
        expect([found.scripts, found.title === "owned", found.links.includes("javascript:")]).toEqual([
          0,
          false,
          false,
        ]);
      }
    }
  });

  it("shows each hostile name letter by letter and leads to its page", async () => {
    const page = await visit(`${hostile.base}/features?sort=name`);
    const features = await page.locator("#features tbody th bdi").allTextContents();
    expect(features.toSorted()).toEqual(names.toSorted());
    await page.goto(`${hostile.base}/`);
    const links = await page
      .locator("#customers a.name")
      .evaluateAll((found) =>
        found.map((link) => [link.textContent ?? "", link.getAttribute("href") ?? ""] as const),
      );
    const shown = new Map(links);
    for (const name of HOSTILE) {
      await page.goto(hostile.base + (shown.get(`${name} \u202e`) ?? "/missing"));
      expect(await page.locator(".quiet code bdi").first().textContent()).toBe(name);
    }
  });

  it("needs no script: month, filter, sorting, days and a call's charge are reached by keyboard and links", async () => {
    const page = await visit(`${product.base}/`, { javaScriptEnabled: false });
    expect(await page.locator(".plot, .choices").count()).toBe(0);
    expect(await page.locator("figure > svg .column").count()).toBe(20);
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
    await page.getByLabel("Month, as YYYY-MM").fill("2026-10");
    await page.getByRole("button", { name: "Go" }).click();
    await page.waitForURL(/customer=labs&sort=margin&month=2026-10/);
    await page.getByRole("link", { name: "Lumen Labs" }).click();
    await page.getByRole("link", { name: "agent" }).first().click();
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toMatch(/^agent October 2026/);
    await page.locator("#users").getByRole("link", { name: "Lumen Labs" }).click();
    await page
      .getByRole("table", { name: /the dearest first/ })
      .locator("th")
      .getByRole("link")
      .first()
      .click();
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("What this call cost");
  });

  it("finds calls without a script: from the models without a price, by a form, and page by page", async () => {
    const page = await visit(`${product.base}/?month=2026-10`, { javaScriptEnabled: false });
    const rows = page.locator("#calls tbody tr");
    await page.locator("#quality").getByRole("link", { name: "gpt-6-preview" }).click();
    expect(await rows.count()).toBe(14);
    expect(await rows.locator(".tag").allTextContents()).toEqual(
      Array.from({ length: 14 }, () => "unpriced"),
    );
    await page.getByRole("link", { name: "Calls", exact: true }).click();
    const seen = new Set<string | null>();
    for (let pages = 1; ; pages += 1) {
      for (const link of await rows
        .locator("th a")
        .evaluateAll((all) => all.map((a) => a.getAttribute("href"))))
        seen.add(link);
      const next = page.getByRole("link", { name: "Next page →" });
      if (pages === 3 || (await next.count()) === 0) break;
      await next.click();
    }
    expect(seen.size).toBe(300);
    await page.getByRole("link", { name: "⇤ First page" }).click();
    await page.getByLabel("Feature").fill("~");
    await page.getByLabel("Status").selectOption("partly_unpriced");
    await page.getByRole("button", { name: "Show" }).click();
    expect(page.url()).toMatch(/feature=%7E|feature=~/);
    expect(await rows.count()).toBe(1);
    expect(await rows.locator("i").first().textContent()).toBe("no feature named");
    await page.getByRole("link", { name: "← September 2026" }).click();
    expect(await page.getByText("No calls are such in September 2026.").count()).toBe(1);
    expect(await page.getByLabel("Feature").inputValue()).toBe("~");
  });

  it("is a table to those who hear it, also where the rows are stacked", async () => {
    for (const width of [1280, 390]) {
      const page = await visit(`${product.base}/?month=2026-10`, { viewport: { width, height: 844 } });
      const table = page.getByRole("table", { name: /Spend, revenue and margin per customer/ });
      expect(await table.getByRole("row", { name: /Lumen Labs.*loss/ }).count()).toBe(1);
      expect(await table.getByRole("rowheader").count()).toBe(9);
      expect(await table.getByRole("columnheader").count()).toBe(8);
    }
  });

  it("fits screens of any width, hostile names and large amounts too", async () => {
    const page = await visit(`${product.base}/`);
    const call = hostileCalls[0]?.call;
    for (const url of [
      `${product.base}/?month=2026-10`,
      `${product.base}/?month=2026-08`,
      `${product.base}/features?month=2026-08`,
      `${product.base}/features/assistant?month=2026-10`,
      `${product.base}/customers/acme?month=2026-10`,
      `${product.base}/calls?month=2026-10&order=dearest`,
      `${hostile.base}/calls`,
      `${hostile.base}/`,
      `${hostile.base}/calls/${call?.traceId}/${call?.spanId}`,
      `${product.base}/calls/${"d".repeat(32)}/${"d".repeat(16)}`,
    ]) {
      await page.goto(url);
      for (const width of [1280, 1150, 1050, 1000, 880, 768, 390, 320]) {
        await page.setViewportSize({ width, height: 844 });
        const over = await page.evaluate(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        expect([url, width, over]).toEqual([url, width, 0]);
      }
    }
  });

  it("follows the reader's choice of light or dark, on the server's page and in the file", async () => {
    for (const url of [`${product.base}/`, `file://${file}`]) {
      expect(await backgroundOf(await visit(url, { colorScheme: "light" }))).toBe("rgb(255, 255, 255)");
      expect(await backgroundOf(await visit(url, { colorScheme: "dark" }))).toBe("rgb(16, 21, 18)");
    }
  });

  it("prints as tables and plain bars, without what can only be clicked", async () => {
    const page = await visit(`${product.base}/?month=2026-10`, { viewport: { width: 718, height: 1000 } });
    await page.emulateMedia({ media: "print" });
    const shown = (selector: string): Promise<boolean> => page.locator(selector).first().isVisible();
    expect(await Promise.all([".plot", ".choices", ".filter", ".months", ".top"].map(shown))).toEqual(
      Array.from({ length: 5 }, () => false),
    );
    expect(await Promise.all(["figure > svg", "#customers thead", "#quality"].map(shown))).toEqual([
      true,
      true,
      true,
    ]);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(718);
  });
});
