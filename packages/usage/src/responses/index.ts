import { missingUsage } from "../usage.ts";
import { anthropicAssembly, readAnthropic } from "./anthropic.ts";
import { converseAssembly, invokeAssembly, readConverse, readInvokeModel } from "./bedrock.ts";
import { cohereAssembly, readCohere } from "./cohere.ts";
import { readDeepseek } from "./deepseek.ts";
import { withGatewayHeaders } from "./gateway-headers.ts";
import { geminiAssembly, readGemini } from "./gemini.ts";
import { readGroq } from "./groq.ts";
import { readMistral, readMistralOcr } from "./mistral.ts";
import { readOpenaiBatch } from "./openai-batch.ts";
import { chatAssembly, readOpenaiChat } from "./openai-chat.ts";
import * as media from "./openai-media.ts";
import { readOpenaiResponses, responsesAssembly } from "./openai-responses.ts";
import { readOpenrouter } from "./openrouter.ts";
import type { Api, RequestFacts, ResponseReading, StreamReader } from "./response.ts";
import { routedAssembly } from "./routed.ts";
import { type Assembly, lastOf, streamOf } from "./stream.ts";
import { readVercel, vercelAssembly } from "./vercel.ts";
import { readVoyage } from "./voyage.ts";
import { readXaiChat, readXaiResponses } from "./xai.ts";

export { apiOf, type Endpoint } from "./endpoint.ts";
export type { Api, RequestFacts, ResponseReading, StreamReader } from "./response.ts";

interface Dialect {
  readonly read: (body: unknown, facts: RequestFacts) => ResponseReading;
  readonly assembly: () => Assembly;
}

/** For APIs that do not stream. */
const unstreamed = (): Assembly => lastOf(new Set(), (event) => event);

const DIALECTS: { readonly [api in Api]: Dialect } = {
  "openai.chat": { read: readOpenaiChat, assembly: chatAssembly },
  "openai.responses": { read: readOpenaiResponses, assembly: responsesAssembly },
  "openai.embeddings": { read: media.readOpenaiEmbeddings, assembly: unstreamed },
  "openai.images": { read: media.readOpenaiImages, assembly: media.imagesAssembly },
  "openai.transcription": { read: media.readTranscription, assembly: media.transcriptionAssembly },
  "openai.speech": { read: media.readSpeech, assembly: media.speechAssembly },
  "openai.realtime": { read: media.readRealtime, assembly: media.realtimeAssembly },
  "openai.batch": { read: readOpenaiBatch, assembly: unstreamed },
  "anthropic.messages": { read: readAnthropic, assembly: anthropicAssembly },
  "gemini.generate_content": { read: readGemini, assembly: geminiAssembly },
  "bedrock.converse": { read: readConverse, assembly: converseAssembly },
  "bedrock.invoke": { read: readInvokeModel, assembly: invokeAssembly },
  "mistral.chat": { read: readMistral, assembly: chatAssembly },
  "mistral.ocr": { read: readMistralOcr, assembly: unstreamed },
  cohere: { read: readCohere, assembly: cohereAssembly },
  "deepseek.chat": { read: readDeepseek, assembly: chatAssembly },
  "groq.chat": { read: readGroq, assembly: chatAssembly },
  "groq.transcription": { read: media.readTranscription, assembly: unstreamed },
  "xai.chat": { read: readXaiChat, assembly: chatAssembly },
  "xai.responses": { read: readXaiResponses, assembly: responsesAssembly },
  "openrouter.chat": { read: readOpenrouter, assembly: routedAssembly },
  "vercel.gateway": { read: readVercel, assembly: vercelAssembly },
  voyage: { read: readVoyage, assembly: unstreamed },
};

/**
 * What one whole answer of a provider says about the call: disjoint units in the provider's own counts.
 *
 * Never throws. An answer without usage gives quality `missing`; numbers that contradict each other give
 * `missing` with a `problem`; the circumstances are those of the answer, with what `facts` know besides.
 */
export function usageFromResponse(api: Api, body: unknown, facts: RequestFacts = {}): ResponseReading {
  return withGatewayHeaders(read(DIALECTS[api], body, facts), facts);
}

/**
 * Reads one streamed answer, to the same result as `usageFromResponse` for the same call. One reader takes
 * the events of one answer; a realtime session needs a reader for each response.
 */
export function streamReader(api: Api, facts: RequestFacts = {}): StreamReader {
  const dialect = DIALECTS[api];
  return streamOf(dialect.assembly(), (body) => withGatewayHeaders(read(dialect, body, facts), facts));
}

function read(dialect: Dialect, body: unknown, facts: RequestFacts): ResponseReading {
  try {
    return dialect.read(body, facts);
  } catch {
    // Getters that throw, and sums above the largest quantity: nothing in such an answer can be trusted.
    const usage = missingUsage({ problem: "unreadable_response" });
    return { usage, responseModel: undefined, responseId: undefined };
  }
}
