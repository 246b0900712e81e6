import { readFileSync } from "node:fs";
import { type Charge, charge, defaultPriceBook, ModelNames, PriceBook } from "@keeptabs/pricing";
import { type Api, type RequestFacts, type ResponseReading, usageFromResponse } from "@keeptabs/usage";

/** A call whose cost was worked out by hand with exact fractions. */
export interface Vector {
  readonly id: string;
  readonly provider: string;
  readonly api: string;
  readonly model: string;
  readonly at: string;
  readonly context: { readonly [name: string]: unknown };
  readonly usage: unknown;
  readonly response_extra?: object;
  readonly lines: readonly {
    readonly unit: string;
    readonly quantity: string;
    readonly amount_usd: string;
  }[];
  readonly arithmetic: string;
  readonly expected_usd: string;
  readonly confidence: string;
}

/** A call that can't be priced in full, or costs nothing. */
export interface StatusVector {
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  readonly headers?: { readonly [name: string]: string };
  readonly usage: unknown;
  readonly expected_status: string;
  readonly expected_reason: string;
}

const file = JSON.parse(readFileSync(new URL("./fixtures/price-vectors.json", import.meta.url), "utf8")) as {
  readonly vectors: readonly Vector[];
  readonly status_vectors: readonly StatusVector[];
};

export const VECTORS: readonly Vector[] = file.vectors;
export const STATUS_VECTORS: readonly StatusVector[] = file.status_vectors;

/** The API of the answer, by provider and kind; a batch answers in the shape of the API it ran. */
const APIS: ReadonlyMap<string, Api> = new Map<string, Api>([
  ["anthropic", "anthropic.messages"],
  ["azure", "openai.chat"],
  ["bedrock", "bedrock.converse"],
  ["cohere", "cohere"],
  ["deepseek", "deepseek.chat"],
  ["google", "gemini.generate_content"],
  ["groq/chat", "groq.chat"],
  ["groq/transcription", "groq.transcription"],
  ["mistral/chat", "mistral.chat"],
  ["mistral/ocr", "mistral.ocr"],
  ["openai/batch", "openai.batch"],
  ["openai/chat", "openai.chat"],
  ["openai/responses", "openai.responses"],
  ["openai/transcription", "openai.transcription"],
  ["openrouter", "openrouter.chat"],
  ["vercel-ai-gateway", "vercel.gateway"],
  ["cloudflare-ai-gateway", "openai.chat"],
  ["voyage", "voyage"],
  ["xai/chat", "xai.chat"],
  ["xai/responses", "xai.responses"],
]);

function apiOf(provider: string, api: string): Api {
  const known = APIS.get(provider) ?? APIS.get(`${provider}/${api}`);
  if (known === undefined) throw new Error(`no api for ${provider}/${api}`);
  return known;
}

/** The answer in which a provider sends this usage. */
function bodyOf(vector: Pick<Vector, "provider" | "api" | "model" | "usage"> & Partial<Vector>): unknown {
  const { provider, api, model, usage, context = {}, response_extra } = vector;
  if (provider === "google") return { modelVersion: model, usageMetadata: usage };
  if (provider === "bedrock") return { usage };
  if (provider === "cohere") return { meta: usage };
  if (api === "ocr") return { model, usage_info: usage };
  if (provider === "groq" && api === "transcription") return { duration: Number(context["audio_seconds"]) };
  const tier = context["response.service_tier"];
  return { model, usage, ...(tier === undefined ? {} : { service_tier: tier }), ...response_extra };
}

/** Usage of a vector's answer. */
export function readingOf(vector: Vector): ResponseReading {
  const { context } = vector;
  const residency = context["data_residency"];
  const facts: RequestFacts = {
    model: vector.model,
    ...(context["batch"] === true ? { batch: true } : {}),
    ...(typeof residency === "string" ? { region: residency } : {}),
  };
  return usageFromResponse(apiOf(vector.provider, vector.api), bodyOf(vector), facts);
}

/** What only the user knows: which model and SKU is behind a deployment of Azure. */
const NAMES = new ModelNames([
  {
    provider: "azure.ai.openai",
    name: "my-gpt4o",
    is: { model: "gpt-4o-2024-08-06", region: "DataZoneStandard-US" },
  },
]);
export const BOOK: PriceBook = PriceBook.layered([defaultPriceBook()], NAMES);

/** The charge for a vector; without what the provider says it charged, when that is asked for. */
export function chargeOf(vector: Vector, trustClaims = true): Charge {
  const { usage, responseModel } = readingOf(vector);
  const deployment = vector.context["azure_deployment"];
  return charge(
    {
      provider: vector.provider === "azure" ? "azure.ai.openai" : vector.provider,
      model: typeof deployment === "string" ? deployment : (responseModel ?? vector.model),
      usage: trustClaims ? usage : { ...usage, claims: [] },
      atMs: Date.parse(vector.at),
    },
    BOOK,
  );
}

/** The charge for a status vector, which has no date. */
export function chargeOfStatus({ provider, model, usage, headers }: StatusVector): {
  readonly charge: Charge;
  readonly notes: readonly string[];
} {
  const facts: RequestFacts = headers === undefined ? {} : { headers: new Map(Object.entries(headers)) };
  const api = provider === "openai" ? "openai.chat" : apiOf(provider, "chat");
  const reading = usageFromResponse(api, bodyOf({ provider, api: "chat", model, usage }), facts);
  const atMs = Date.parse("2026-09-15T00:00:00Z");
  return {
    charge: charge({ provider, model, usage: reading.usage, atMs }, BOOK),
    notes: reading.usage.notes,
  };
}
