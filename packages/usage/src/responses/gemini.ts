import { field, isObject, items, overlaid, text } from "./field.ts";
import type { RequestFacts, ResponseReading } from "./response.ts";
import type { Assembly } from "./stream.ts";
import { SUBSET_EXCEEDS_TOTAL, Tally } from "./tally.ts";
import { type Modality, tallyCompletion, tallyPrompt } from "./tokens.ts";

/**
 * Gemini's API and Vertex AI: generateContent and embedContent.
 *
 * The prompt includes what was cached; candidates, thoughts and tool-use prompt stand beside it, and the four
 * add up to the total. Counts that are 0 are left out of the JSON, so an absent one is 0 as long as the total
 * agrees. Thoughts are output; tool-use prompt is input.
 */
export function readGemini(body: unknown, facts: RequestFacts): ResponseReading {
  const tally = new Tally(facts);
  const usage = field(body, "usageMetadata");
  const model = text(field(body, "modelVersion"));
  tally.circumstances({ serviceTier: serviceTierOf(usage, facts) });
  if (isObject(usage)) tallyGemini(tally, usage);
  tallyGrounding(tally, body, model ?? facts.model ?? "");
  return tally.reading(model, field(body, "responseId"));
}

function tallyGemini(tally: Tally, usage: object): void {
  const stated = tally.count(usage, "promptTokenCount");
  // The Live API says `response` where generateContent says `candidates`.
  const candidates =
    tally.count(usage, "candidatesTokenCount") ?? tally.count(usage, "responseTokenCount") ?? 0;
  const thoughts = tally.count(usage, "thoughtsTokenCount") ?? 0;
  const toolUse = tally.count(usage, "toolUsePromptTokenCount") ?? 0;
  const total = tally.count(usage, "totalTokenCount");
  const rest = candidates + thoughts + toolUse;
  if (stated === undefined && total === undefined && rest === 0) return;
  if (stated === undefined && total !== rest) tally.partial("missing:promptTokenCount");
  const prompt = stated ?? 0;
  const inside = thoughts > 0 && total === prompt + candidates + toolUse;
  checkTotal(tally, total, prompt + rest - (inside ? thoughts : 0));

  tallyPrompt(tally, {
    total: prompt,
    cached: tally.count(usage, "cachedContentTokenCount"),
    modalities: modalitiesOf(tally, usage, "promptTokensDetails"),
    exhaustive: true,
    cachedModalities: modalitiesOf(tally, usage, "cacheTokensDetails"),
  });
  const toolModalities = modalitiesOf(tally, usage, "toolUsePromptTokensDetails");
  tallyPrompt(tally, { total: toolUse, modalities: toolModalities, exhaustive: true });
  const details = isObject(field(usage, "candidatesTokensDetails"))
    ? "candidatesTokensDetails"
    : "responseTokensDetails";
  tallyCompletion(tally, {
    total: candidates,
    reasoning: inside ? thoughts : 0,
    modalities: modalitiesOf(tally, usage, details),
    exhaustive: true,
  });
  if (!inside) tally.add("output_reasoning", thoughts);
}

function checkTotal(tally: Tally, total: number | undefined, parts: number): void {
  if (total === undefined) return;
  if (parts > total) tally.reject(SUBSET_EXCEEDS_TOTAL);
  else if (parts < total) tally.partial("total_tokens_exceed_sum");
}

/** Documents are sold as text. */
const AS_TEXT: ReadonlySet<string> = new Set(["TEXT", "DOCUMENT", "MODALITY_UNSPECIFIED"]);

function modalitiesOf(tally: Tally, usage: object, details: string): ReadonlyMap<Modality, number> {
  const result = new Map<Modality, number>();
  for (const item of items(field(usage, details))) {
    const name = text(field(item, "modality")) ?? "TEXT";
    const modality = AS_TEXT.has(name)
      ? "text"
      : /^[A-Z_]{1,32}$/.test(name)
        ? name.toLowerCase()
        : "unknown";
    const quantity = tally.count(item, "tokenCount") ?? 0;
    result.set(modality, (result.get(modality) ?? 0) + quantity);
  }
  return result;
}

/** `ON_DEMAND_FLEX` is `flex`; Vertex states it in the usage, Gemini's own API in a header or field. */
function serviceTierOf(usage: unknown, facts: RequestFacts): string | undefined {
  const stated =
    text(field(usage, "trafficType")) ??
    text(field(usage, "serviceTier")) ??
    facts.headers?.get("x-gemini-service-tier");
  if (stated === undefined || stated.endsWith("_UNSPECIFIED")) return undefined;
  return stated.replace(/^(?:ON_DEMAND_|SERVICE_TIER_)/i, "").toLowerCase();
}

/**
 * Grounding with Google Search: the models up to 2.5 are billed once for a grounded prompt, later ones for
 * each search query. A model whose generation its name does not tell gets a unit that has no price.
 */
function tallyGrounding(tally: Tally, body: unknown, model: string): void {
  const metadata = items(field(body, "candidates")).map((candidate) => field(candidate, "groundingMetadata"));
  const queries = metadata
    .flatMap((one) => items(field(one, "webSearchQueries")))
    .filter((query) => text(query) !== undefined);
  const chunks = metadata.flatMap((one) => items(field(one, "groundingChunks")));
  if (chunks.some((chunk) => isObject(field(chunk, "maps")))) tally.addTool("maps_grounded_prompts", 1);
  if (queries.length === 0 && !chunks.some((chunk) => isObject(field(chunk, "web")))) return;
  const generation = Number(/gemini-(\d+)/.exec(model)?.[1] ?? Number.NaN);
  if (generation >= 3 && queries.length > 0) tally.addTool("grounding_queries", queries.length);
  else if (generation < 3) tally.addTool("grounded_prompts", 1);
  else tally.addTool("grounding", 1);
}

/** Puts the chunks of a streamed answer together: each replaces the usage of the one before. */
export function geminiAssembly(): Assembly {
  let body: Readonly<Record<string, unknown>> = {};
  const grounding = new Map<number, unknown>();
  let finished = false;
  let final = false;
  return {
    take(chunk: object): void {
      const usageMetadata = field(chunk, "usageMetadata");
      for (const [index, candidate] of items(field(chunk, "candidates")).entries()) {
        finished ||= text(field(candidate, "finishReason")) !== undefined;
        const metadata = field(candidate, "groundingMetadata");
        const at = Number(field(candidate, "index") ?? index);
        if (isObject(metadata)) grounding.set(at, overlaid(grounding.get(at), metadata));
      }
      finished ||= text(field(chunk, "promptFeedback", "blockReason")) !== undefined;
      body = overlaid(body, {
        modelVersion: field(chunk, "modelVersion"),
        responseId: field(chunk, "responseId"),
        usageMetadata,
      });
      if (finished && field(usageMetadata, "promptTokenCount") !== undefined) final = true;
    },
    get complete(): boolean {
      return final;
    },
    body: () =>
      overlaid(body, {
        candidates: [...grounding.values()].map((groundingMetadata) => ({ groundingMetadata })),
      }),
  };
}
