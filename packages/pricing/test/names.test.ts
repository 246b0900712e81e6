import { defaultPriceBook, ModelNames, PriceBook, type PriceSheet } from "@keeptabs/pricing";
import { describe, expect, it } from "vitest";

const AT = Date.parse("2026-09-15T00:00:00Z");
const BOOK = defaultPriceBook();

/** The version of the price that a name has, or why it has none. */
function priced(provider: string, model: string, book = BOOK, atMs = AT): string {
  const found = book.find(provider, model, atMs);
  return found.kind === "price" ? `${found.price.version.split("@")[0]}` : found.reason;
}

describe("a model's name", () => {
  it("is found under every name its provider has or had in conventions and gateways", () => {
    expect(priced("az.ai.openai", "gpt-4o")).toBe(priced("azure.ai.openai", "gpt-4o"));
    expect(priced("bedrock", "amazon.nova-pro-v1:0")).toBe("aws.bedrock/amazon.nova-pro-v1:0");
    expect(priced("xai", "grok-4.5")).toBe(priced("x_ai", "grok-4.5"));
    expect(priced("mistralai", "mistral-large-2512")).toMatch(/^mistral_ai\//);
    expect(priced("gemini", "gemini-2.5-flash")).toMatch(/^gcp\.gemini\//);
    expect(priced("voyageai", "voyage-3.5")).toBe("voyage/voyage-3.5");
  });

  it("is read out of Amazon's and Google's resource names", () => {
    const id = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
    const plain = priced("aws.bedrock", id);
    expect(plain).toMatch(/^aws\.bedrock\//);
    expect(priced("aws.bedrock", `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${id}`)).toBe(
      plain,
    );
    expect(
      priced(
        "aws.bedrock",
        "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0",
      ),
    ).toMatch(/^aws\.bedrock\//);
    expect(priced("gcp.gemini", "models/gemini-2.5-flash")).toBe(priced("gcp.gemini", "gemini-2.5-flash"));
    expect(
      priced("gcp.vertex_ai", "projects/p/locations/us-central1/publishers/google/models/gemini-2.5-pro"),
    ).toBe(priced("gcp.vertex_ai", "gemini-2.5-pro"));
  });

  it("costs a tenth more in a geography than across all of them, on Bedrock", () => {
    const input = (name: string) => {
      const found = BOOK.find("aws.bedrock", name, AT);
      return found.kind === "price" ? found.price.rates.get("input")?.usd : found.reason;
    };
    expect(input("global.anthropic.claude-sonnet-4-6")).toBe("3");
    expect(input("eu.anthropic.claude-sonnet-4-6")).toBe("3.3");
    expect(input("us.anthropic.claude-sonnet-4-6")).toBe("3.3");
  });

  it("has the fine-tuned rates of its base when it is a fine-tuned one", () => {
    expect(priced("openai", "ft:gpt-4o-mini-2024-07-18:acme::abc123")).toBe(
      priced("openai", "ft:gpt-4o-mini-2024-07-18"),
    );
    expect(priced("openai", "ft:gpt-4o-mini-2024-07-18:acme::abc123")).toMatch(/^openai\/ft:/);
    expect(priced("openai", "ft:no-such-base:acme::abc123")).toBe("model_not_found");
  });

  it("is never guessed at from one that looks like it", () => {
    for (const name of ["gpt-4o-", "GPT-4o", "gpt-4o-2024-08-07", " gpt-4o", "openai/gpt-4o", "__proto__"]) {
      expect(priced("openai", name), name).toBe("model_not_found");
    }
    const miss = BOOK.find("openai", "gpt-4o-2024-08-07", AT);
    expect(miss.kind === "miss" && miss.nearest).toContain("gpt-4o-2024-08-06");
  });

  it("that stood for several models one after another has each one's price in its time", () => {
    const sheet: PriceSheet = {
      provider: "p",
      models: ["old", "new"].map((name, index) => ({
        models: [name],
        prices: [{ source: "s", checked: "2026-01-01", rates: { input: String(index + 1) } }],
      })),
      aliases: [
        {
          name: "latest",
          source: "s",
          checked: "2026-01-01",
          stoodFor: [{ model: "old" }, { model: "new", from: "2026-06-01T00:00:00Z" }],
        },
      ],
    };
    const book = new PriceBook([sheet]);
    expect(priced("p", "latest", book, Date.parse("2026-05-31T23:59:59.999Z"))).toBe("p/old");
    expect(priced("p", "latest", book, Date.parse("2026-06-01T00:00:00Z"))).toBe("p/new");
    const nowhere = { ...sheet, aliases: [{ ...sheet.aliases![0]!, stoodFor: [{ model: "none" }] }] };
    expect(() => new PriceBook([nowhere])).toThrow(/p alias latest: no model none/);
  });
});

describe("names that the user knows", () => {
  const names = new ModelNames([
    {
      provider: "azure.ai.openai",
      name: "chat-prod",
      is: { model: "gpt-4o-2024-08-06", region: "DataZoneStandard-US" },
      from: "2026-06-01T00:00:00Z",
    },
    {
      provider: "azure.ai.openai",
      name: "chat-prod",
      is: { model: "gpt-4o-mini" },
      until: "2026-06-01T00:00:00Z",
    },
    {
      provider: "aws.bedrock",
      name: "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc",
      is: { model: "us.anthropic.claude-haiku-4-5-20251001-v1:0" },
    },
    { provider: "litellm", name: "fast", is: { provider: "groq", model: "openai/gpt-oss-20b" } },
  ]);
  const book = PriceBook.layered([BOOK], names);

  it("map a deployment to its model and SKU, as it was at the time", () => {
    expect(book.find("azure.ai.openai", "chat-prod", AT)).toMatchObject({
      kind: "price",
      region: "DataZoneStandard-US",
    });
    expect(priced("azure.ai.openai", "chat-prod", book)).toContain("gpt-4o");
    const before = book.find("azure.ai.openai", "chat-prod", Date.parse("2026-05-01T00:00:00Z"));
    expect(before.kind === "price" && before.price.model).toBe("gpt-4o-mini");
  });

  it("map an application inference profile, which says nothing by itself", () => {
    const arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc";
    expect(priced("aws.bedrock", arn)).toBe("model_not_found");
    expect(priced("aws.bedrock", arn, book)).toContain("claude-haiku-4-5");
  });

  it("map a gateway's own names to another provider", () => {
    expect(priced("litellm", "fast", book)).toBe("groq/openai/gpt-oss-20b");
  });

  it("with a bad instant are refused by name", () => {
    expect(
      () => new ModelNames([{ provider: "p", name: "n", is: { model: "m" }, from: "yesterday" }]),
    ).toThrow(/name n of p from/);
  });
});

describe("layers of prices", () => {
  const own: PriceSheet = {
    provider: "openai",
    models: [
      {
        models: ["gpt-4o"],
        prices: [{ source: "our contract", checked: "2026-09-01", rates: { input: "1", output: "2" } }],
      },
    ],
  };

  it("give the user's price first and ours for everything else", () => {
    const book = PriceBook.layered([new PriceBook([own]), BOOK]);
    const mine = book.find("openai", "gpt-4o", AT);
    expect(mine.kind === "price" && mine.price.price.source).toBe("our contract");
    expect(priced("openai", "gpt-4.1", book)).toBe("openai/gpt-4.1");
    expect(priced("anthropic", "claude-opus-5", book)).toBe("anthropic/claude-opus-5");
  });

  it("give the reason that says most, and near names of all of them, when none has it", () => {
    const book = PriceBook.layered([new PriceBook([own]), BOOK]);
    const miss = book.find("anthropic", "claude-opus-55", AT);
    expect(miss).toMatchObject({ kind: "miss", reason: "model_not_found" });
    expect(miss.kind === "miss" && miss.nearest).toContain("claude-opus-5");
  });
});
