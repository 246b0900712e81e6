import { readFileSync } from "node:fs";
import type { Api, RequestFacts, ResponseReading } from "@keeptabs/usage";
import { usageFromResponse } from "@keeptabs/usage";
import { describe, expect, it } from "vitest";

interface Vector {
  readonly id: string;
  readonly provider: string;
  readonly api: string;
  readonly model: string;
  readonly context: { readonly [name: string]: unknown };
  readonly usage: unknown;
  readonly response_extra?: object;
  readonly lines: readonly {
    readonly unit: string;
    readonly quantity: string;
    readonly amount_usd?: string;
  }[];
}

interface StatusVector {
  readonly id: string;
  readonly model: string;
  readonly headers?: { readonly [name: string]: string };
  readonly usage: unknown;
  readonly expected_reason: string;
}

const file = new URL("../fixtures/responses/usage-vectors.json", import.meta.url);
const { vectors, status } = JSON.parse(readFileSync(file, "utf8")) as {
  readonly vectors: readonly Vector[];
  readonly status: readonly StatusVector[];
};

const APIS: ReadonlyMap<string, Api> = new Map<string, Api>([
  ["anthropic/messages", "anthropic.messages"],
  ["anthropic/messages-beta", "anthropic.messages"],
  ["anthropic/batch", "anthropic.messages"],
  ["azure/chat", "openai.chat"],
  ["bedrock/converse", "bedrock.converse"],
  ["cohere/rerank", "cohere"],
  ["deepseek/chat", "deepseek.chat"],
  ["google/batch", "gemini.generate_content"],
  ["google/embedContent", "gemini.generate_content"],
  ["google/generateContent", "gemini.generate_content"],
  ["groq/chat", "groq.chat"],
  ["groq/transcription", "groq.transcription"],
  ["mistral/chat", "mistral.chat"],
  ["mistral/ocr", "mistral.ocr"],
  ["openai/batch", "openai.batch"],
  ["openai/chat", "openai.chat"],
  ["openai/responses", "openai.responses"],
  ["openai/transcription", "openai.transcription"],
  ["openrouter/chat", "openrouter.chat"],
  ["vercel-ai-gateway/chat", "vercel.gateway"],
  ["voyage/embeddings", "voyage"],
  ["xai/chat", "xai.chat"],
  ["xai/responses", "xai.responses"],
]);

/** The answer in which a provider sends this usage object. */
function bodyOf({ provider, api, model, context, usage, response_extra }: Vector): unknown {
  const tier = context["response.service_tier"];
  const common = { ...(tier === undefined ? {} : { service_tier: tier }), ...response_extra };
  if (provider === "google") return { modelVersion: model, usageMetadata: usage };
  if (provider === "bedrock") return { usage };
  if (provider === "cohere") return { meta: usage };
  if (api === "ocr") return { model, usage_info: usage };
  if (provider === "groq" && api === "transcription") {
    return { text: "", duration: Number(context["audio_seconds"]), x_groq: { id: "req_1" } };
  }
  return { model, usage, ...common };
}

const UNITS: ReadonlyMap<string, string> = new Map([
  ["web_search_request", "web_search"],
  ["web_search_call", "web_search"],
  ["file_search_call", "file_search"],
  ["x_search_call", "x_search"],
  ["page", "pages"],
  ["search_unit", "search_units"],
  ["output:thoughts", "output_reasoning"],
  ["output:reasoning", "output_reasoning"],
]);

/** Units of the lines, with those of the advisor apart. */
function expectedOf({ id, lines }: Vector): Readonly<Record<"own" | "advisor", Map<string, number>>> {
  const result = { own: new Map<string, number>(), advisor: new Map<string, number>() };
  for (const { unit, quantity } of lines) {
    if (unit === "provider_reported") continue;
    const [name = "", whose] = unit.endsWith(":advisor") ? unit.split(":") : [unit];
    const isSeconds = name === "audio_seconds";
    // The ten seconds of this line are the price's minimum; the audio was 3.2 seconds long.
    const amount = id === "groq-whisper-min" ? 3.2 : Number(quantity);
    result[whose === "advisor" ? "advisor" : "own"].set(
      isSeconds ? "audio_milliseconds" : (UNITS.get(name) ?? name),
      isSeconds ? amount * 1000 : amount,
    );
  }
  return result;
}

/** Lines that price all output at one rate do not say how much of it was reasoning. */
function inLinesOf(vector: Vector, { usage }: ResponseReading): ReadonlyMap<string, number> {
  const units = new Map(usage.quantities);
  const reasoning = units.get("output_reasoning") ?? 0;
  if (vector.lines.some(({ unit }) => unit.startsWith("output:") && unit !== "output:advisor")) return units;
  units.delete("output_reasoning");
  return reasoning === 0 ? units : units.set("output", (units.get("output") ?? 0) + reasoning);
}

describe("the usage objects of all providers", () => {
  it.each(vectors.map((vector) => [vector.id, vector] as const))(
    "%s gives the units of its bill",
    (_, vector) => {
      const api = APIS.get(`${vector.provider}/${vector.api}`);
      if (api === undefined) throw new Error(`no api for ${vector.provider}/${vector.api}`);
      const facts: RequestFacts = vector.context["batch"] === true ? { batch: true } : {};
      const reading = usageFromResponse(api, bodyOf(vector), facts);

      const charged = vector.lines.find(({ unit }) => unit === "provider_reported");
      if (charged === undefined) {
        const { own, advisor } = expectedOf(vector);
        expect(inLinesOf(vector, reading)).toEqual(own);
        expect(reading.usage.otherModels[0]?.quantities ?? new Map()).toEqual(advisor);
      } else {
        expect(reading.usage.claims).toMatchObject([{ source: "provider", amount: charged.amount_usd }]);
      }
      expect(reading.usage.quality).toBe("reported");
      expect(reading.usage.problem).toBeUndefined();
      if (vector.api === "batch") expect(reading.usage.circumstances.batch).toBe(true);
    },
  );

  it("keeps the service tier of the response", () => {
    const flex = vectors.find(({ id }) => id === "openai-flex");
    const { usage } = usageFromResponse("openai.responses", bodyOf(flex!));
    expect(usage.circumstances.serviceTier).toBe("flex");
  });

  it("equals what xAI charged, to the last tick", () => {
    const claims = vectors
      .filter(({ id }) => id.startsWith("xai-real"))
      .map((vector) => usageFromResponse("xai.responses", bodyOf(vector)).usage.claims[0]?.amount);
    expect(claims).toEqual(["0.0459809", "0.09502055"]);
  });
});

describe("usage objects with a status of their own", () => {
  const vector = (id: string): StatusVector => status.find((one) => one.id === id)!;

  it("prices the remainder of Gemini's modality details as text and says so", () => {
    const { usage } = usageFromResponse("gemini.generate_content", {
      usageMetadata: vector("ambiguous-modality").usage,
    });
    expect(usage.quantities).toEqual(
      new Map([
        ["input", 400],
        ["input_audio", 600],
        ["output", 10],
      ]),
    );
    expect(usage.notes).toEqual([vector("ambiguous-modality").expected_reason]);
    expect(usage.quality).toBe("reported");
  });

  it("refuses more cached tokens than the prompt has", () => {
    const { usage } = usageFromResponse("openai.chat", { usage: vector("negative-remainder").usage });
    expect(usage).toMatchObject({
      quality: "missing",
      problem: vector("negative-remainder").expected_reason,
    });
    expect(usage.quantities.size).toBe(0);
  });

  it("reports tool use of a call without tokens", () => {
    const { usage } = usageFromResponse("anthropic.messages", { usage: vector("unpriced-unit").usage });
    expect(usage.quantities).toEqual(new Map([["web_search", 10]]));
  });

  it("makes an answer from a gateway's cache free", () => {
    const { headers, usage: counts, expected_reason } = vector("gateway-cache-hit");
    const facts = { headers: new Map(Object.entries(headers ?? {})) };
    const { usage } = usageFromResponse("openai.chat", { usage: counts }, facts);
    expect(usage.free).toBe(expected_reason);
    expect(usage.quantities.get("input")).toBe(100);
    const miss = { headers: new Map([["cf-aig-cache-status", "MISS"]]) };
    expect(usageFromResponse("openai.chat", { usage: counts }, miss).usage.free).toBeUndefined();
  });

  it("keeps tokens of a model that is billed by duration, so that they show up as unpriced", () => {
    const { usage } = usageFromResponse("openai.transcription", {
      usage: vector("whisper-tokens-mismatch").usage,
    });
    expect(usage.quantities).toEqual(new Map([["input", 1_000_000]]));
    expect(usage).toMatchObject({ quality: "partial", lowerBound: true });
  });
});
