import { apiOf } from "@keeptabs/usage";
import { describe, expect, it } from "vitest";

type Row = readonly [url: string, api: string, provider: string, operation: string];

const ENDPOINTS: readonly Row[] = [
  ["https://api.openai.com/v1/chat/completions", "openai.chat", "openai", "chat"],
  ["https://api.openai.com/v1/completions", "openai.chat", "openai", "text_completion"],
  ["https://api.openai.com/v1/responses", "openai.responses", "openai", "chat"],
  ["https://api.openai.com/v1/embeddings", "openai.embeddings", "openai", "embeddings"],
  ["https://api.openai.com/v1/images/generations", "openai.images", "openai", "generate_content"],
  ["https://api.openai.com/v1/images/edits", "openai.images", "openai", "generate_content"],
  ["https://api.openai.com/v1/audio/transcriptions", "openai.transcription", "openai", "generate_content"],
  ["https://api.openai.com/v1/audio/speech", "openai.speech", "openai", "generate_content"],
  ["wss://api.openai.com/v1/realtime?model=gpt-realtime", "openai.realtime", "openai", "chat"],
  ["https://api.anthropic.com/v1/messages?beta=true", "anthropic.messages", "anthropic", "chat"],
  [
    "https://acme.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=1",
    "openai.chat",
    "azure.ai.openai",
    "chat",
  ],
  ["https://acme.openai.azure.com/openai/v1/responses", "openai.responses", "azure.ai.openai", "chat"],
  ["https://acme.services.ai.azure.com/openai/v1/responses", "openai.responses", "azure.ai.openai", "chat"],
  [
    "https://acme.services.ai.azure.com/anthropic/v1/messages",
    "anthropic.messages",
    "azure.ai.inference",
    "chat",
  ],
  [
    "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions",
    "openai.chat",
    "gcp.gemini",
    "chat",
  ],
  ["https://openrouter.ai/api/v1/chat/completions", "openrouter.chat", "openrouter", "chat"],
  ["https://openrouter.ai/api/v1/responses", "openrouter.chat", "openrouter", "chat"],
  ["https://openrouter.ai/api/v1/messages", "openrouter.chat", "openrouter", "chat"],
  ["https://api.groq.com/openai/v1/chat/completions", "groq.chat", "groq", "chat"],
  ["https://api.groq.com/openai/v1/audio/transcriptions", "groq.transcription", "groq", "generate_content"],
  ["https://api.x.ai/v1/chat/completions", "xai.chat", "x_ai", "chat"],
  ["https://us-east-1.api.x.ai/v1/responses", "xai.responses", "x_ai", "chat"],
  ["https://api.deepseek.com/chat/completions", "deepseek.chat", "deepseek", "chat"],
  ["https://api.deepseek.com/anthropic/v1/messages", "anthropic.messages", "deepseek", "chat"],
  ["https://api.mistral.ai/v1/chat/completions", "mistral.chat", "mistral_ai", "chat"],
  ["https://api.mistral.ai/v1/ocr", "mistral.ocr", "mistral_ai", "generate_content"],
  ["https://api.cohere.com/v2/chat", "cohere", "cohere", "chat"],
  ["https://api.cohere.com/v2/embed", "cohere", "cohere", "embeddings"],
  ["https://api.cohere.com/v2/rerank", "cohere", "cohere", "generate_content"],
  ["https://api.cohere.ai/compatibility/v1/chat/completions", "openai.chat", "cohere", "chat"],
  ["https://api.voyageai.com/v1/embeddings", "voyage", "voyage", "embeddings"],
  ["https://api.voyageai.com/v1/multimodalembeddings", "voyage", "voyage", "embeddings"],
  ["https://api.voyageai.com/v1/rerank", "voyage", "voyage", "generate_content"],
  ["https://ai-gateway.vercel.sh/v1/chat/completions", "vercel.gateway", "vercel", "chat"],
  ["https://ai-gateway.vercel.sh/v3/ai/language-model", "vercel.gateway", "vercel", "chat"],
  [
    "https://bedrock-runtime.us-west-2.amazonaws.com/openai/v1/chat/completions",
    "openai.chat",
    "aws.bedrock",
    "chat",
  ],
  [
    "https://bedrock-mantle.us-west-2.api.aws/anthropic/v1/messages",
    "anthropic.messages",
    "aws.bedrock",
    "chat",
  ],
  ["http://127.0.0.1:8080/v1/chat/completions", "openai.chat", "openai", "chat"],
  ["http://litellm.internal/chat/completions", "openai.chat", "openai", "chat"],
  ["http://127.0.0.1:8080/v1/responses", "openai.responses", "openai", "chat"],
  ["http://127.0.0.1:8080/v1/embeddings", "openai.embeddings", "openai", "embeddings"],
  ["http://127.0.0.1:8080/v1/messages", "anthropic.messages", "anthropic", "chat"],
  [
    "https://gateway.ai.cloudflare.com/v1/acc/gw/anthropic/v1/messages",
    "anthropic.messages",
    "anthropic",
    "chat",
  ],
];

describe("the API that a request goes to", () => {
  it.each(ENDPOINTS)("%s is %s", (url, api, provider, operation) => {
    expect(apiOf(url)).toMatchObject({ api, provider, operation });
    expect(apiOf(new URL(url))).toEqual(apiOf(url));
  });

  it("names the model in Google's paths, streamed or not", () => {
    const gemini = "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash";
    expect(apiOf(`${gemini}:streamGenerateContent?alt=sse`)).toEqual({
      api: "gemini.generate_content",
      provider: "gcp.gemini",
      operation: "generate_content",
      model: "gemini-2.5-flash",
    });
    expect(apiOf(`${gemini}:batchEmbedContents`)).toMatchObject({ operation: "embeddings" });
    expect(apiOf(`${gemini}:countTokens`)).toBeUndefined();
  });

  it("names region and model on Vertex, whoever made the model", () => {
    const vertex =
      "https://europe-west1-aiplatform.googleapis.com/v1/projects/p/locations/europe-west1/publishers";
    expect(apiOf(`${vertex}/google/models/gemini-3.1-pro-preview:generateContent`)).toEqual({
      api: "gemini.generate_content",
      provider: "gcp.vertex_ai",
      operation: "generate_content",
      model: "gemini-3.1-pro-preview",
      region: "europe-west1",
    });
    expect(apiOf(`${vertex}/anthropic/models/claude-opus-5@20260801:streamRawPredict`)).toEqual({
      api: "anthropic.messages",
      provider: "gcp.vertex_ai",
      operation: "chat",
      model: "claude-opus-5@20260801",
      region: "europe-west1",
    });
  });

  it("names region and model on Bedrock", () => {
    const model = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    const bedrock = `https://bedrock-runtime.us-east-1.amazonaws.com/model/${encodeURIComponent(model)}`;
    const rest = { provider: "aws.bedrock", operation: "chat", model, region: "us-east-1" };
    for (const action of ["converse", "converse-stream"]) {
      expect(apiOf(`${bedrock}/${action}`)).toEqual({ api: "bedrock.converse", ...rest });
    }
    for (const action of ["invoke", "invoke-with-response-stream"]) {
      expect(apiOf(`${bedrock}/${action}`)).toEqual({ api: "bedrock.invoke", ...rest });
    }
  });

  it("knows a stand-in for Google and Bedrock by the path", () => {
    expect(apiOf("http://127.0.0.1:9/v1beta/models/gemini-2.5-pro:generateContent")).toMatchObject({
      api: "gemini.generate_content",
      provider: "gcp.gemini",
    });
    expect(apiOf("http://127.0.0.1:9/model/m/converse")).toMatchObject({ provider: "aws.bedrock" });
  });

  it("names the region of OpenAI's regional hosts, which have a price of their own", () => {
    expect(apiOf("https://eu.api.openai.com/v1/responses")).toMatchObject({
      provider: "openai",
      region: "eu",
    });
    expect(apiOf("https://api.openai.com/v1/responses")).not.toHaveProperty("region");
  });

  it.each([
    "https://api.openai.com/v1/models",
    "https://api.openai.com/v1/responses/resp_1",
    "https://api.openai.com/v1/batches/batch_1",
    "https://api.openai.com/v1/threads/t/messages",
    "https://api.anthropic.com/v1/messages/count_tokens",
    "https://api.anthropic.com/v1/messages/batches",
    "https://example.com/polls/7/responses",
    "https://example.com/chat/7/messages",
    "http://127.0.0.1:9/model/m/invoke",
    "not a url",
    "",
  ])("%j is no model call", (url) => {
    expect(apiOf(url)).toBeUndefined();
  });
});
