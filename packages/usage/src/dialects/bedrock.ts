import { AttributeNames } from "./attribute-names.ts";
import type { MarkedDialect } from "./dialect.ts";
import { GEN_AI_READS, readGenAi } from "./gen-ai.ts";
import { CHAT, EMBEDDINGS } from "./operation.ts";

const names = new AttributeNames();
const SERVICE = names.of("rpc.service");
const METHOD = names.of("rpc.method");
const MODEL = names.of("gen_ai.request.model");

const CALLS: ReadonlySet<string | undefined> = new Set([
  "InvokeModel",
  "InvokeModelWithResponseStream",
  "Converse",
  "ConverseStream",
]);

/**
 * Bedrock's calls as spans of the AWS SDK for JavaScript, which name the method and no operation. Their input
 * leaves the cache out, and the cache is not recorded.
 */
export const BEDROCK_RPC: MarkedDialect = {
  name: "otel-bedrock",
  reads: [...GEN_AI_READS, ...names.all],
  recognises: (_, attributes) =>
    attributes.text(SERVICE) === "BedrockRuntime" && CALLS.has(attributes.text(METHOD)),
  read(span, attributes) {
    const call = readGenAi(span, attributes, {
      // The span does not say what the model is for; its id does for the models that only embed.
      operation: /embed/.test(attributes.text(MODEL) ?? "") ? EMBEDDINGS : CHAT,
      accent: { cache: "beside", reasoning: "inside", cacheReads: "never", cacheWrites: "never" },
    });
    return call === "none" ? call : { ...call, provider: "aws.bedrock" };
  },
};
