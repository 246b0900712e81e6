import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PriceFileError, PriceSource, parseConfig } from "@keeptabs/processor";
import { describe, expect, it, vi } from "vitest";
import { spanOf, startTestProcessor } from "./running.ts";

const NOW = Date.parse("2026-10-15T12:00:00Z");

function sheet(model: string, input: string): string {
  return JSON.stringify([
    {
      provider: "openai",
      models: [{ models: [model], prices: [{ source: "s", checked: "2026-10-01", rates: { input } }] }],
    },
  ]);
}

function priceFile(content: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "keeptabs-prices-")), "prices.json");
  writeFileSync(path, content);
  return path;
}

describe("the price book in force", () => {
  it("asks the user's files first, then our sheets, then genai-prices, and says which answered", () => {
    const file = priceFile(sheet("gpt-4o", "7"));
    const { book } = PriceSource.open(parseConfig(`prices: { files: [${file}] }`, "t").prices);
    const origin = (provider: string, model: string) => {
      const found = book.find(provider, model, NOW);
      return found.kind === "price" ? found.price.price.source : found.reason;
    };
    expect(origin("openai", "gpt-4o")).toBe("s");
    expect(origin("openai", "gpt-5")).toMatch(/^https:.*openai/);
    expect(origin("perplexity", "sonar")).toMatch(/genai-prices/);
    const without = PriceSource.open(parseConfig("prices: { genai_prices: false }", "t").prices).book;
    expect(without.find("perplexity", "sonar", NOW).kind).toBe("miss");
  });

  it("is refused at the start when a file is missing or broken, naming the file", () => {
    const open = (file: string) => () =>
      PriceSource.open(parseConfig(`prices: { files: [${file}] }`, "t").prices);
    expect(open("/nowhere.json")).toThrow(PriceFileError);
    expect(open(priceFile(sheet("m", "1,5")))).toThrow(/price file .*prices\.json: .*openai m .*input/);
  });

  it("follows a change of a file while the processor runs, and keeps the old prices when the new file is broken", async () => {
    const file = priceFile(sheet("acme-llm-9", "1"));
    const processor = await startTestProcessor(`prices: { files: [${file}] }`);
    const cost = async () => {
      await processor.postSpans(
        spanOf({
          "gen_ai.response.model": "acme-llm-9",
          "gen_ai.usage.input_tokens": 1_000_000,
          "gen_ai.usage.output_tokens": 0,
        }),
      );
      return processor.october()[0]?.at(-1);
    };
    expect(await cost()).toBe("1");
    writeFileSync(file, sheet("acme-llm-9", "10"));
    await vi.waitFor(async () => expect(Number(await cost())).toBeGreaterThanOrEqual(11), {
      timeout: 15_000,
      interval: 500,
    });
    writeFileSync(file, "{");
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const before = Number(await cost());
    expect(Number(await cost()) - before).toBe(10);
    await processor.stop();
  });

  it("applies negotiated discounts by customer: list stays, net falls", async () => {
    const processor = await startTestProcessor(
      'overrides: [{ name: acme contract, from: "2026-01-01T00:00:00Z", customers: [acme], percent_off: "10" }]',
    );
    await processor.postSpans(spanOf({ "customer.id": "acme" }), spanOf({ "customer.id": "globex" }));
    expect(
      processor
        .october()
        .map(([customer, , , cost]) => [customer, cost])
        .toSorted(),
    ).toEqual([
      ["acme", "0.00315"],
      ["globex", "0.0035"],
    ]);
    await processor.stop();
  });
});
