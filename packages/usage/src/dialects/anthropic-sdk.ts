import { type Usage, usageOf } from "../usage.ts";
import { INCLUSIVE } from "./accent.ts";
import { AttributeNames } from "./attribute-names.ts";
import type { AttributeReader } from "./attribute-reader.ts";
import type { MarkedDialect } from "./dialect.ts";
import { GEN_AI_READS, hasGenAi, readGenAi } from "./gen-ai.ts";

const names = new AttributeNames();
const COMPACTION_INPUT = names.of("anthropic.usage.compaction.input_tokens");
const COMPACTION_OUTPUT = names.of("anthropic.usage.compaction.output_tokens");

/** The spans of Anthropic's own SDK, whose input is the sum of its three counts. */
export const ANTHROPIC_SDK: MarkedDialect = {
  name: "anthropic-sdk",
  reads: [...GEN_AI_READS, ...names.all],
  recognises: ({ scope }, attributes) => scope.name.startsWith("com.anthropic.sdk.") && hasGenAi(attributes),
  read: (span, attributes) =>
    readGenAi(span, attributes, {
      accent: INCLUSIVE,
      completed: (call) => ({ ...call, usage: withCompaction(call.usage, attributes) }),
    }),
};

/** A compaction is billed beside the call's own tokens, and the SDK writes it apart. */
function withCompaction(usage: Usage, attributes: AttributeReader): Usage {
  const input = attributes.count(COMPACTION_INPUT) ?? 0;
  const output = attributes.count(COMPACTION_OUTPUT) ?? 0;
  if (input + output === 0 || usage.problem !== undefined) return usage;
  const quality = usage.quality === "missing" ? "partial" : usage.quality;
  return usageOf([...usage.quantities, ["input", input], ["output", output]], { ...usage, quality });
}
