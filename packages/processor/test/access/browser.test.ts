import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasChromium, openChromium } from "../operator/chromium.ts";
import { type Running, spanOf, startTestProcessor } from "../running.ts";
import { OPERATOR_TOKENS, TOKENS } from "./tokens.ts";

describe.runIf(hasChromium())("in Chromium, where a token is needed", () => {
  let browser: Browser;
  let processor: Running;

  beforeAll(async () => {
    browser = await openChromium();
    processor = await startTestProcessor(
      `customers:\n  - { id: acme, name: Acme Corp }\n  - { id: globex, name: Globex Holding }\ntokens:\n${OPERATOR_TOKENS}`,
    );
    await processor.postSpans(spanOf({ "customer.id": "acme" }), spanOf({ "customer.id": "globex" }));
  });
  afterAll(async () => {
    await browser.close();
    await processor.stop();
  });

  /** Opens the first page as somebody who types this token in as the password. */
  async function shown(password: string) {
    const context = await browser.newContext({ httpCredentials: { username: "me", password } });
    const page = await context.newPage();
    const response = await page.goto(processor.operatorUrl);
    return { page, status: response?.status(), text: (await page.textContent("main")) ?? "" };
  }

  it("one that sees all opens the report, with its style", async () => {
    const { page, status, text } = await shown(TOKENS.grafana);
    expect(status).toBe(200);
    expect(text).toMatch(/Acme Corp[\s\S]*Globex Holding|Globex Holding[\s\S]*Acme Corp/);
    expect(await page.evaluate("document.styleSheets[0].cssRules.length > 10")).toBe(true);
  });

  it("one of a customer opens that customer's page, wherever it leads", async () => {
    const { page, text } = await shown(TOKENS.acme);
    expect(page.url()).toContain("/customers/acme");
    expect(text).toContain("Acme Corp");
    // A call and its charge, and back over the link to all customers, which is for this one its own page.
    await page.click('main a[href*="/calls/"] >> nth=0');
    expect(await page.textContent("main")).toContain("What this call cost");
    await page.click("a.brand");
    expect(page.url()).toContain("/customers/acme");
    expect(await page.content()).not.toMatch(/globex/i);
    const other = await page.goto(`${processor.operatorUrl}/customers/globex`);
    expect(other?.status()).toBe(404);
  });

  it("one that is not in force opens nothing", async () => {
    const { status, text } = await shown("kt_wrong");
    expect(status).toBe(401);
    expect(text).not.toMatch(/acme|globex/i);
  });
});
