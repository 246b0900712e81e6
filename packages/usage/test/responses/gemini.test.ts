import { usageFromResponse } from "@keeptabs/usage";
import { describe, expect, it } from "vitest";
import { unitsIn, usageIn } from "./units.ts";

const API = "gemini.generate_content";
const counts = { promptTokenCount: 100, candidatesTokenCount: 20, totalTokenCount: 120 };
const body = (usageMetadata: object, rest: object = {}): object => ({
  modelVersion: "gemini-2.5-pro",
  responseId: "r1",
  usageMetadata,
  ...rest,
});

describe("Gemini and Vertex", () => {
  it("name model and answer", () => {
    expect(usageFromResponse(API, body(counts))).toMatchObject({
      responseModel: "gemini-2.5-pro",
      responseId: "r1",
    });
  });

  it("put thoughts beside the candidates and tool-use prompt beside the prompt", () => {
    const usage = { ...counts, thoughtsTokenCount: 60, toolUsePromptTokenCount: 7, totalTokenCount: 187 };
    expect(unitsIn(API, body(usage))).toEqual({ input: 107, output: 20, output_reasoning: 60 });
  });

  it("leave thoughts inside the candidates if the total says so", () => {
    const usage = {
      promptTokenCount: 100,
      candidatesTokenCount: 80,
      thoughtsTokenCount: 60,
      totalTokenCount: 180,
    };
    expect(unitsIn(API, body(usage))).toEqual({ input: 100, output: 20, output_reasoning: 60 });
  });

  it("take an absent count for 0 when the total agrees, and for unknown when it does not", () => {
    expect(usageIn(API, body({ promptTokenCount: 9, totalTokenCount: 9 })).quality).toBe("reported");
    const short = usageIn(API, body({ promptTokenCount: 9, totalTokenCount: 30 }));
    expect(short).toMatchObject({ quality: "partial", lowerBound: true });
    expect(usageIn(API, body({ trafficType: "ON_DEMAND" })).quality).toBe("missing");
  });

  it("split prompt, cache and candidates by modality", () => {
    const usage = {
      promptTokenCount: 1000,
      cachedContentTokenCount: 400,
      candidatesTokenCount: 1300,
      totalTokenCount: 2300,
      promptTokensDetails: [
        { modality: "TEXT", tokenCount: 300 },
        { modality: "AUDIO", tokenCount: 500 },
        { modality: "VIDEO", tokenCount: 150 },
        { modality: "DOCUMENT", tokenCount: 50 },
      ],
      cacheTokensDetails: [
        { modality: "TEXT", tokenCount: 100 },
        { modality: "AUDIO", tokenCount: 300 },
      ],
      candidatesTokensDetails: [
        { modality: "IMAGE", tokenCount: 1290 },
        { modality: "TEXT", tokenCount: 10 },
      ],
    };
    expect(unitsIn(API, body(usage))).toEqual({
      input: 250,
      input_audio: 200,
      input_video: 150,
      cache_read: 100,
      cache_read_audio: 300,
      output: 10,
      output_image: 1290,
    });
    expect(usageIn(API, body(usage)).notes).toEqual([]);
  });

  it("keep the cached modality when the prompt's own details are absent", () => {
    const usage = {
      ...counts,
      cachedContentTokenCount: 60,
      cacheTokensDetails: [{ modality: "AUDIO", tokenCount: 60 }],
    };
    expect(unitsIn(API, body(usage))).toEqual({ input: 40, cache_read_audio: 60, output: 20 });
  });

  it("refuse more cached audio than audio", () => {
    const usage = {
      ...counts,
      cachedContentTokenCount: 60,
      promptTokensDetails: [
        { modality: "TEXT", tokenCount: 90 },
        { modality: "AUDIO", tokenCount: 10 },
      ],
      cacheTokensDetails: [{ modality: "AUDIO", tokenCount: 60 }],
    };
    expect(usageIn(API, body(usage)).problem).toBe("subset_exceeds_total");
  });

  it("refuse parts above the total", () => {
    expect(usageIn(API, body({ ...counts, totalTokenCount: 110 })).problem).toBe("subset_exceeds_total");
  });

  it("refuse details above their total", () => {
    const promptTokensDetails = [
      { modality: "TEXT", tokenCount: 90 },
      { modality: "AUDIO", tokenCount: 90 },
    ];
    expect(usageIn(API, body({ ...counts, promptTokensDetails })).problem).toBe("subset_exceeds_total");
  });

  it("keep a modality of tomorrow as a unit without a price", () => {
    const promptTokensDetails = [
      { modality: "TEXT", tokenCount: 90 },
      { modality: "HOLOGRAM", tokenCount: 10 },
    ];
    expect(unitsIn(API, body({ ...counts, promptTokensDetails }))).toEqual({
      input: 90,
      input_hologram: 10,
      output: 20,
    });
  });

  it.each([
    ["ON_DEMAND", "on_demand"],
    ["ON_DEMAND_PRIORITY", "priority"],
    ["ON_DEMAND_FLEX", "flex"],
    ["ON_DEMAND_OFFPEAK", "offpeak"],
    ["PROVISIONED_THROUGHPUT", "provisioned_throughput"],
    ["TRAFFIC_TYPE_UNSPECIFIED", undefined],
  ])("call the traffic type %s the tier %s", (trafficType, tier) => {
    expect(usageIn(API, body({ ...counts, trafficType })).circumstances.serviceTier).toBe(tier);
  });

  it("take the tier from the header where Gemini's own API puts it", () => {
    const headers = new Map([["x-gemini-service-tier", "priority"]]);
    expect(usageIn(API, body(counts), { headers }).circumstances.serviceTier).toBe("priority");
  });
});

describe("grounding with Google Search", () => {
  const grounded = (modelVersion: string, webSearchQueries: readonly string[]): object =>
    body(counts, { modelVersion, candidates: [{ groundingMetadata: { webSearchQueries } }] });

  it("is billed by prompt up to Gemini 2.5", () => {
    const units = unitsIn(API, grounded("gemini-2.5-flash", ["a", "b", "c"]));
    expect(units).toMatchObject({ grounded_prompts: 1 });
    expect(units).not.toHaveProperty("grounding_queries");
  });

  it("is billed by query from Gemini 3 on, and not for empty ones", () => {
    const units = unitsIn(API, grounded("gemini-3.1-pro-preview", ["a", "", "c"]));
    expect(units).toMatchObject({ grounding_queries: 2 });
    expect(units).not.toHaveProperty("grounded_prompts");
  });

  it("is not billed when nothing was searched", () => {
    expect(unitsIn(API, grounded("gemini-2.5-flash", []))).toEqual({ input: 100, output: 20 });
  });

  it("is never guessed for a model whose generation is unknown", () => {
    expect(unitsIn(API, grounded("models/aqa", ["a"]))).toMatchObject({ grounding: 1 });
  });
});
