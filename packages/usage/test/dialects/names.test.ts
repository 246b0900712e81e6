import { describe, expect, it } from "vitest";
import { callIn } from "./spans.ts";

const CHAT = { "gen_ai.operation.name": "chat" };

describe("a provider", () => {
  const providerOf = (said: string | undefined, host?: string) =>
    callIn({
      ...CHAT,
      ...(said === undefined ? {} : { "gen_ai.system": said }),
      ...(host === undefined ? {} : { "server.address": host }),
    })?.provider;

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
    expect(providerOf(said)).toBe(provider);
  });

  it.each([
    ["openai", "acme.openai.azure.com", "azure.ai.openai"],
    ["openai", "api.groq.com", "groq"],
    ["openai", "us-central1-aiplatform.googleapis.com:443", "gcp.vertex_ai"],
    ["anthropic", "bedrock-runtime.us-east-1.amazonaws.com", "aws.bedrock"],
    ["openai", "127.0.0.1", "openai"],
    ["openai", "api.groq.com.example", "openai"],
  ])("called %s at %s is %s", (said, host, provider) => {
    expect(providerOf(said, host)).toBe(provider);
  });

  it("is not taken from a host that the instrumentation makes up", () => {
    const span = { ...CHAT, "gen_ai.provider.name": "vllm", "server.address": "api.openai.com" };
    expect(callIn(span, { scope: "@openlit/instrumentation-vllm" })?.provider).toBe("vllm");
  });

  it("is told by the model where the framework names itself", () => {
    const by = (model: string) =>
      callIn({ ...CHAT, "gen_ai.system": "strands-agents", "gen_ai.request.model": model })?.provider;
    expect(by("us.anthropic.claude-sonnet-4-5-20250929-v1:0")).toBe("aws.bedrock");
    expect(by("gemini-2.5-flash")).toBe("");
  });
});

describe("a model", () => {
  const read = (model: string) => {
    const call = callIn({ ...CHAT, "gen_ai.system": "aws.bedrock", "gen_ai.request.model": model });
    return [call?.requestModel, call?.usage.circumstances.region];
  };

  it("of Bedrock's keeps its id, and says where it runs", () => {
    const profile = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    expect(read(profile)).toEqual([profile, "us"]);
    expect(read(`arn:aws:bedrock:us-east-1:123456789012:inference-profile/${profile}`)).toEqual([
      profile,
      "us",
    ]);
    expect(read("arn:aws:bedrock:eu-west-1::foundation-model/amazon.titan-embed-text-v2:0")).toEqual([
      "amazon.titan-embed-text-v2:0",
      "eu-west-1",
    ]);
    const own = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2";
    expect(read(own)).toEqual([own, undefined]);
  });

  it.each(["gpt-4o-mini-2024-07-18", "ft:gpt-4o:acme::x", "publishers/google/models/gemini-2.5-pro", "us.x"])(
    "named %s is left as it is",
    (name) => {
      expect(read(name)).toEqual([name, undefined]);
    },
  );

  it.each(["none", "unknown", ""])("named %s is none", (name) => {
    expect(read(name)).toEqual([undefined, undefined]);
  });
});
