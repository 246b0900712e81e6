import { describe, expect, it } from "vitest";
import { readModel } from "../../src/dialects/model.ts";
import { providerName } from "../../src/dialects/provider-name.ts";
import { callIn } from "./span.ts";

describe("a provider", () => {
  it.each([
    ["openai.chat", "openai"],
    ["OpenAI", "openai"],
    ["openai.responses", "openai"],
    ["anthropic.messages", "anthropic"],
    ["az.ai.openai", "azure.ai.openai"],
    ["azure.responses", "azure.ai.openai"],
    ["az.ai.inference", "azure.ai.inference"],
    ["google.generative-ai", "gcp.gemini"],
    ["google.vertex.chat", "gcp.vertex_ai"],
    ["google.vertex.anthropic.messages", "gcp.vertex_ai"],
    ["amazon-bedrock", "aws.bedrock"],
    ["bedrock_converse", "aws.bedrock"],
    ["mistral.chat", "mistral_ai"],
    ["xai.responses", "x_ai"],
    ["groq.chat", "groq"],
    ["deepseek.chat", "deepseek"],
    ["cohere", "cohere"],
    ["cerebras.chat", "cerebras"],
    ["somebody", "somebody"],
    ["langchain", ""],
    ["strands-agents", ""],
    ["spring_ai", ""],
    [undefined, ""],
  ])("called %s is %s", (said, provider) => {
    expect(providerName(said)).toBe(provider);
  });

  it.each([
    ["openai", "acme.openai.azure.com", "azure.ai.openai"],
    ["openai", "api.groq.com", "groq"],
    ["openai", "us-central1-aiplatform.googleapis.com:443", "gcp.vertex_ai"],
    ["anthropic", "bedrock-runtime.us-east-1.amazonaws.com", "aws.bedrock"],
    ["openai", "127.0.0.1", "openai"],
    ["openai", "evil-api.openai.com.example", "openai"],
  ])("called %s at %s is %s", (said, host, provider) => {
    expect(providerName(said, host)).toBe(provider);
  });

  it("is not taken from a host that the instrumentation makes up", () => {
    const span = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "vllm",
      "gen_ai.request.model": "m",
      "server.address": "api.openai.com",
    };
    expect(callIn(span, { scope: "@openlit/instrumentation-vllm" })?.provider).toBe("vllm");
  });
});

describe("a model", () => {
  it("of Bedrock's keeps its id, and says where it runs", () => {
    const profile = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    expect(readModel(profile)).toMatchObject({ model: profile, region: "us", bedrock: true });
    expect(readModel(`arn:aws:bedrock:us-east-1:123456789012:inference-profile/${profile}`)).toMatchObject({
      model: profile,
      region: "us",
    });
    expect(
      readModel("arn:aws:bedrock:eu-west-1::foundation-model/amazon.titan-embed-text-v2:0"),
    ).toMatchObject({ model: "amazon.titan-embed-text-v2:0", region: "eu-west-1" });
    const own = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2";
    expect(readModel(own)).toMatchObject({ model: own });
    expect(
      callIn({
        "gen_ai.operation.name": "chat",
        "gen_ai.system": "aws.bedrock",
        "gen_ai.request.model": profile,
      })?.usage.circumstances,
    ).toEqual({ region: "us" });
  });

  it.each(["gpt-4o-mini-2024-07-18", "ft:gpt-4o:acme::x", "publishers/google/models/gemini-2.5-pro", "us.x"])(
    "named %s is left as it is",
    (name) => {
      expect(readModel(name)).toEqual({ model: name, region: undefined, bedrock: false });
    },
  );

  it.each(["none", "unknown", undefined])("named %s is none", (name) => {
    expect(readModel(name)).toBeUndefined();
  });
});
