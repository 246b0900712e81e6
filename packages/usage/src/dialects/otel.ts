import { AttributeNames } from "./attribute-names.ts";
import type { Dialect } from "./dialect.ts";
import { GEN_AI_READS, type GenAiHabits, readGenAi } from "./gen-ai.ts";
import { SPRING_AI } from "./instrumentations.ts";

const names = new AttributeNames();
const INPUT_TOKENS = names.one("gen_ai.usage.input_tokens");
const NO_HABITS: GenAiHabits = {};

/** OpenTelemetry's GenAI conventions, now and before, by an instrumentation that is not in the table. */
export const OTEL: Dialect = {
  name: "otel",
  reads: [...GEN_AI_READS, ...names.all],
  read(span, attributes) {
    // Only Micrometer writes numbers as strings, and Spring AI is what uses it for this.
    const micrometer = typeof attributes.raw(INPUT_TOKENS) === "string";
    return readGenAi(span, attributes, micrometer ? SPRING_AI : NO_HABITS);
  },
};
