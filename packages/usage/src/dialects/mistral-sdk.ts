import { INCLUSIVE } from "./accent.ts";
import { AttributeNames } from "./attribute-names.ts";
import type { MarkedDialect } from "./dialect.ts";
import { GEN_AI_READS, hasGenAi, readGenAi } from "./gen-ai.ts";

const names = new AttributeNames();
const HTTP_METHOD = names.one("http.request.method");

/**
 * The spans of Mistral's own SDK, which record no cached tokens. A conversation is an agent's span with usage above
 * chats that have none; those are made from the answer and were no requests.
 */
export const MISTRAL_SDK: MarkedDialect = {
  name: "mistral-sdk",
  reads: [...GEN_AI_READS, ...names.all],
  recognises: ({ scope }, attributes) => scope.name.startsWith("mistralai_sdk") && hasGenAi(attributes),
  read(span, attributes) {
    const call = readGenAi(span, attributes, {
      accent: { ...INCLUSIVE, cacheReads: "never" },
      agentsCarryUsage: true,
    });
    const part = call !== "none" && call.usage.quality === "missing" && !call.ending.failed;
    return part && !attributes.has(HTTP_METHOD) ? "none" : call;
  },
};
