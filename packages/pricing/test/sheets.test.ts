import { charge, defaultPriceBook, formatUsd, PriceBook, type PriceSheet } from "@keeptabs/pricing";
import { type Circumstances, type Unit, usageOf } from "@keeptabs/usage";
import { describe, expect, it } from "vitest";

const BOOK = defaultPriceBook();
const SEPTEMBER = "2026-09-15T12:00:00Z";

/** What a call is charged, or why it is not. */
function cost(
  provider: string,
  model: string,
  quantities: readonly (readonly [Unit, number])[],
  at: string = SEPTEMBER,
  circumstances: Circumstances = {},
): string {
  const usage = usageOf(quantities, { circumstances });
  const result = charge({ provider, model, usage, atMs: Date.parse(at) }, BOOK);
  return result.status === "charged" ? formatUsd(result.net) : `${result.status} ${result.reason}`;
}

const MILLION_IN: readonly (readonly [Unit, number])[] = [["input", 1_000_000]];

describe("every sheet", () => {
  it("says where each price was read and on which day", () => {
    for (const { provider, models, tools = [] } of BOOK.sheets) {
      for (const { source, checked } of [...models.flatMap(({ prices }) => prices), ...tools]) {
        expect(source, provider).toMatch(/^https:\/\//);
        expect(checked, provider).toMatch(/^20\d\d-[01]\d-[0-3]\d$/);
      }
    }
  });

  it("never asks more for a batch or flex than for the standard tier", () => {
    for (const { provider, models } of BOOK.sheets) {
      for (const { models: names, prices } of models) {
        for (const { rates, variants = [] } of prices) {
          const cheaper = variants.filter(
            ({ when }) =>
              (when.batch === true || when.serviceTier === "flex") &&
              when.promptTokens === undefined &&
              when.region === undefined,
          );
          for (const { rates: lower } of cheaper) {
            for (const unit of ["input", "output"]) {
              const [full, less] = [rates[unit], lower[unit]];
              if (typeof full === "string" && typeof less === "string")
                expect(Number(less), `${provider} ${names[0]} ${unit}`).toBeLessThanOrEqual(Number(full));
            }
          }
        }
      }
    }
  });

  it("reads cached tokens for no more than fresh ones", () => {
    for (const { provider, models } of BOOK.sheets) {
      for (const { models: names, prices } of models) {
        for (const { rates, variants = [] } of prices) {
          for (const table of [rates, ...variants.map((variant) => variant.rates)]) {
            const { input, cache_read } = table;
            if (typeof input === "string" && typeof cache_read === "string")
              expect(Number(cache_read), `${provider} ${names[0]}`).toBeLessThanOrEqual(Number(input));
          }
        }
      }
    }
  });

  it("refuses a price of zero that has no reason, and gives the reason of one that has", () => {
    const sheet = (free?: string): PriceSheet => ({
      provider: "p",
      models: [
        {
          models: ["m"],
          prices: [
            {
              source: "s",
              checked: "2026-01-01",
              rates: { input: "0" },
              ...(free === undefined ? {} : { free }),
            },
          ],
        },
      ],
    });
    expect(() => new PriceBook([sheet()])).toThrow(/p m price 1 input: a rate of 0 needs a reason/);
    const book = new PriceBook([sheet("free while in preview")]);
    const result = charge({ provider: "p", model: "m", usage: usageOf([["input", 5]]), atMs: 0 }, book);
    expect(result).toMatchObject({ status: "zero", reason: "free_model", net: 0n });
  });
});

describe("DeepSeek's hours", () => {
  const flash = (at: string) => cost("deepseek", "deepseek-flash", MILLION_IN, at);

  it("cost twice from 01:00 and from 06:00 UTC, until just before 04:00 and 10:00, on weekdays", () => {
    // 2026-09-16 is a Wednesday.
    expect(flash("2026-09-16T00:59:59.999Z")).toBe("0.15");
    expect(flash("2026-09-16T01:00:00Z")).toBe("0.3");
    expect(flash("2026-09-16T03:59:59.999Z")).toBe("0.3");
    expect(flash("2026-09-16T04:00:00Z")).toBe("0.15");
    expect(flash("2026-09-16T06:00:00Z")).toBe("0.3");
    expect(flash("2026-09-16T10:00:00Z")).toBe("0.15");
  });

  it("cost no more on weekends and on China's public holidays", () => {
    expect(flash("2026-09-19T02:00:00Z")).toBe("0.15");
    expect(flash("2026-09-20T02:00:00Z")).toBe("0.15");
    expect(flash("2026-10-01T02:00:00Z")).toBe("0.15");
    expect(flash("2026-10-08T02:00:00Z")).toBe("0.3");
  });

  it("were for every day in the first week, and not known before it", () => {
    const pro = (at: string) => cost("deepseek", "deepseek-v4-pro", MILLION_IN, at);
    expect(pro("2026-08-16T15:59:59Z")).toBe("0.435");
    expect(pro("2026-08-16T16:00:00Z")).toBe("0.66");
    expect(pro("2026-08-22T02:00:00Z")).toBe("1.32");
    expect(pro("2026-08-29T02:00:00Z")).toBe("0.66");
  });

  it("went over midnight in 2025", () => {
    const chat = (at: string) => cost("deepseek", "deepseek-chat", MILLION_IN, at);
    expect(chat("2025-06-10T16:29:59Z")).toBe("0.27");
    expect(chat("2025-06-10T16:30:00Z")).toBe("0.135");
    expect(chat("2025-06-11T00:29:59Z")).toBe("0.135");
    expect(chat("2025-06-11T00:30:00Z")).toBe("0.27");
    expect(chat("2026-09-15T00:00:00Z")).toBe("unpriced no_price_at_that_time");
  });
});

describe("long context", () => {
  const prompt = (tokens: number): readonly (readonly [Unit, number])[] => [["input", tokens]];

  it.each([
    ["openai", "gpt-5.4", 271_999, "0.6799975", 272_000, "1.36"],
    ["x_ai", "grok-4.5", 199_999, "0.399998", 200_000, "0.8"],
    ["gcp.gemini", "gemini-2.5-pro", 200_000, "0.25", 200_001, "0.5000025"],
    ["gcp.vertex_ai", "gemini-2.5-pro", 199_999, "0.24999875", 200_000, "0.5"],
  ])("of %s's %s is short at %d tokens and long at the next", (provider, model, under, short, from, long) => {
    expect(cost(provider, model, prompt(under))).toBe(short);
    expect(cost(provider, model, prompt(from))).toBe(long);
  });

  it("counts cached tokens as part of the prompt", () => {
    expect(
      cost("openai", "gpt-5.4", [
        ["input", 1],
        ["cache_read", 271_999],
      ]),
    ).toBe("0.1360045");
  });
});

describe("a region, tier or batch", () => {
  it("that a price does not speak of is not priced as if it were the standard one", () => {
    expect(cost("voyage", "voyage-3.5", MILLION_IN, SEPTEMBER, { serviceTier: "priority" })).toBe(
      "unpriced service_tier_not_priced:priority",
    );
    expect(cost("x_ai", "grok-4.5", MILLION_IN, SEPTEMBER, { speed: "fast" })).toBe(
      "unpriced speed_not_priced:fast",
    );
    expect(cost("cohere", "command-a-03-2025", MILLION_IN, SEPTEMBER, { batch: true })).toBe(
      "unpriced batch_not_priced",
    );
  });

  it("that the answer names is what decides, whatever else", () => {
    expect(cost("openai", "gpt-4o", MILLION_IN, SEPTEMBER, { batch: true })).toBe("1.25");
    expect(cost("openai", "gpt-4o", MILLION_IN, SEPTEMBER, { serviceTier: "default" })).toBe("2.5");
    expect(cost("anthropic", "claude-opus-5", MILLION_IN, SEPTEMBER, { region: "us" })).toBe("5.5");
  });
});

describe("what is billed besides tokens", () => {
  it("has a minimum where the provider has one", () => {
    const whisper = (ms: number) => cost("groq", "whisper-large-v3", [["audio_milliseconds", ms]]);
    expect(whisper(1)).toBe(whisper(10_000));
    expect(whisper(3_600_000)).toBe("0.111");
    expect(whisper(10_001)).not.toBe(whisper(10_000));
  });

  it("has no discount for tools where tokens have one", () => {
    const searched: readonly (readonly [Unit, number])[] = [...MILLION_IN, ["web_search", 100]];
    const standard = cost("anthropic", "claude-haiku-4-5", searched);
    const batch = cost("anthropic", "claude-haiku-4-5", searched, SEPTEMBER, { batch: true });
    expect([standard, batch]).toEqual(["2", "1.5"]);
  });

  it("is grounding by the prompt for older Gemini models and by the query for newer ones", () => {
    expect(cost("gcp.gemini", "gemini-2.5-flash", [["grounded_prompts", 1000]])).toBe("35");
    expect(cost("gcp.gemini", "gemini-3.1-pro-preview", [["grounding_queries", 1000]])).toBe("14");
  });
});
