import type { Api } from "@keeptabs/usage";
import { streamReader, usageFromResponse } from "@keeptabs/usage";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_QUANTITY, promptTokens, type Usage } from "../../src/index.ts";
import { usageIn } from "./units.ts";

const tokens = fc.nat({ max: 1_000_000 });
const total = ({ quantities }: Usage): number => [...quantities.values()].reduce((sum, one) => sum + one, 0);

/** Up to four parts that together are at most the whole. */
const partsOf = (whole: number): fc.Arbitrary<readonly [number, number, number, number]> =>
  fc.tuple(...([0, 1, 2, 3] as const).map(() => fc.nat({ max: Math.floor(whole / 4) }))) as never;

const openaiUsage = fc.tuple(tokens, tokens).chain(([prompt, completion]) =>
  fc
    .tuple(partsOf(prompt), partsOf(completion))
    .map(([[cached, write, audio, image], [reasoning, outAudio]]) => ({
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
      prompt_tokens_details: {
        cached_tokens: cached,
        cache_write_tokens: write,
        audio_tokens: audio,
        image_tokens: image,
      },
      completion_tokens_details: { reasoning_tokens: reasoning, audio_tokens: outAudio },
    })),
);

const geminiUsage = fc
  .tuple(tokens, tokens, tokens, tokens)
  .chain(([prompt, candidates, thoughts, toolUse]) =>
    fc.tuple(partsOf(prompt), partsOf(candidates)).map(([[cached, audio, video, text], [image]]) => ({
      promptTokenCount: prompt,
      cachedContentTokenCount: cached,
      candidatesTokenCount: candidates,
      thoughtsTokenCount: thoughts,
      toolUsePromptTokenCount: toolUse,
      totalTokenCount: prompt + candidates + thoughts + toolUse,
      promptTokensDetails: [
        { modality: "TEXT", tokenCount: text },
        { modality: "AUDIO", tokenCount: audio },
        { modality: "VIDEO", tokenCount: video },
      ],
      candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: image }],
    })),
  );

const anthropicUsage = fc
  .tuple(tokens, tokens, tokens, tokens, tokens)
  .chain(([input, output, read, short, long]) =>
    fc.nat({ max: output }).map((thinking) => ({
      input_tokens: input,
      output_tokens: output,
      cache_read_input_tokens: read,
      cache_creation_input_tokens: short + long,
      cache_creation: { ephemeral_5m_input_tokens: short, ephemeral_1h_input_tokens: long },
      output_tokens_details: { thinking_tokens: thinking },
    })),
  );

const CHAT_APIS: readonly Api[] = [
  "openai.chat",
  "mistral.chat",
  "deepseek.chat",
  "groq.chat",
  "xai.chat",
  "openrouter.chat",
  "vercel.gateway",
];

describe("disjoint units", () => {
  it.each(CHAT_APIS)("of %s add up to the provider's total, and the prompt's to the prompt", (api) => {
    fc.assert(
      fc.property(openaiUsage, (counts) => {
        const usage = usageIn(api, { usage: counts });
        expect(total(usage)).toBe(counts.total_tokens);
        expect(promptTokens(usage.quantities)).toBe(counts.prompt_tokens);
      }),
      { numRuns: 50 },
    );
  });

  it("of Gemini add up to the total", () => {
    fc.assert(
      fc.property(geminiUsage, (usageMetadata) => {
        expect(total(usageIn("gemini.generate_content", { usageMetadata }))).toBe(
          usageMetadata.totalTokenCount,
        );
      }),
    );
  });

  it("of Anthropic add up to input, cache and output", () => {
    fc.assert(
      fc.property(anthropicUsage, (usage) => {
        const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens } = usage;
        const sum = input_tokens + output_tokens + cache_read_input_tokens + cache_creation_input_tokens;
        expect(total(usageIn("anthropic.messages", { usage }))).toBe(sum);
      }),
    );
  });

  it("of Bedrock add up to the total", () => {
    fc.assert(
      fc.property(tokens, tokens, tokens, tokens, (inputTokens, outputTokens, read, write) => {
        const totalTokens = inputTokens + outputTokens + read + write;
        const cache = { cacheReadInputTokens: read, cacheWriteInputTokens: write };
        const usage = { inputTokens, outputTokens, totalTokens, ...cache };
        expect(total(usageIn("bedrock.converse", { usage }))).toBe(totalTokens);
      }),
    );
  });

  it("do not change with keys that nobody knows", () => {
    const key = fc.stringMatching(/^[a-z]{3,8}_novel_tokens$/);
    fc.assert(
      fc.property(openaiUsage, fc.dictionary(key, tokens), (counts, extra) => {
        const more = {
          ...counts,
          prompt_tokens_details: { ...counts.prompt_tokens_details, ...extra },
          completion_tokens_details: { ...counts.completion_tokens_details, ...extra },
        };
        const [plain, extended] = [
          usageIn("openai.chat", { usage: counts }),
          usageIn("openai.chat", { usage: more }),
        ];
        expect(extended.quantities).toEqual(plain.quantities);
      }),
    );
  });
});

/** Names that readers look for, so that random answers get past the first lookup. */
const NAMES = [
  "usage",
  "usageMetadata",
  "usage_info",
  "meta",
  "billed_units",
  "response",
  "message",
  "result",
  "choices",
  "output",
  "type",
  "iterations",
  "model",
  "prompt_tokens",
  "completion_tokens",
  "input_tokens",
  "output_tokens",
  "total_tokens",
  "prompt_tokens_details",
  "cached_tokens",
  "audio_tokens",
  "cost",
  "cost_in_usd_ticks",
  "seconds",
  "promptTokenCount",
  "promptTokensDetails",
  "modality",
  "tokenCount",
  "inputTokens",
  "outputTokens",
  "cacheDetails",
  "__proto__",
  "constructor",
];

const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    fc.oneof(
      fc.integer({ min: -3, max: 300 }),
      fc.double(),
      fc.constantFrom(null, true, "message", "AUDIO", "5m", MAX_QUANTITY, MAX_QUANTITY + 1, 2 ** 53),
    ),
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie("tree"), { maxKeys: 6 }),
  ),
}));

const APIS: readonly Api[] = [
  ...CHAT_APIS,
  "openai.responses",
  "openai.embeddings",
  "openai.images",
  "openai.transcription",
  "openai.speech",
  "openai.realtime",
  "openai.batch",
  "anthropic.messages",
  "gemini.generate_content",
  "bedrock.converse",
  "bedrock.invoke",
  "mistral.ocr",
  "cohere",
  "groq.transcription",
  "xai.responses",
  "voyage",
];

describe("answers that make no sense", () => {
  it.each(APIS)("never throw, and never give a negative or fractional quantity (%s)", (api) => {
    fc.assert(
      fc.property(tree, fc.array(tree, { maxLength: 4 }), (body, events) => {
        const stream = streamReader(api);
        for (const event of events) stream.take(event);
        for (const { usage } of [usageFromResponse(api, body), stream.reading()]) {
          const all = [usage.quantities, ...usage.otherModels.map(({ quantities }) => quantities)];
          for (const quantity of all.flatMap((units) => [...units.values()])) {
            expect(Number.isSafeInteger(quantity) && quantity > 0 && quantity <= MAX_QUANTITY).toBe(true);
          }
          for (const { amount } of usage.claims) expect(amount).toMatch(/^\d+(\.\d+)?$/);
          if (usage.quality === "missing") expect(usage.quantities.size).toBe(0);
        }
      }),
      { numRuns: 100 },
    );
  });
});
