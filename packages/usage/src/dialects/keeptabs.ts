import { ATTR_KEEPTABS_OUTCOME, ATTR_KEEPTABS_USAGE } from "../attributes.ts";
import type { Outcome } from "../call.ts";
import { usageFromAttributes } from "../usage-attributes.ts";
import { INCLUSIVE } from "./accent.ts";
import { AttributeNames } from "./attribute-names.ts";
import type { AttributeReader } from "./attribute-reader.ts";
import type { MarkedDialect } from "./dialect.ts";
import { GEN_AI_READS, readGenAi } from "./gen-ai.ts";

const names = new AttributeNames();
const USAGE = names.one(ATTR_KEEPTABS_USAGE);
const OUTCOME = names.of(ATTR_KEEPTABS_OUTCOME);

const OUTCOMES: ReadonlySet<string> = new Set<Outcome>(["ok", "error", "aborted"]);

/** Spans of our own instrumentation: `keeptabs.usage` says all there is, and beats every count beside it. */
export const KEEPTABS: MarkedDialect = {
  name: "keeptabs",
  reads: [...GEN_AI_READS, ...names.all],
  recognises: (_, attributes) => attributes.has(USAGE) || attributes.text(OUTCOME) !== undefined,
  read(span, attributes) {
    const call = readGenAi(span, attributes, { accent: INCLUSIVE, host: false, certain: true });
    if (call === "none") return call;
    const outcome = outcomeOf(attributes);
    return {
      ...call,
      // A cost beside it is our own, and no claim of somebody else's.
      usage: usageFromAttributes(attributes.all) ?? { ...call.usage, claims: [] },
      ending: outcome === undefined ? call.ending : { ...call.ending, outcome },
    };
  },
};

function outcomeOf(attributes: AttributeReader): Outcome | undefined {
  const outcome = attributes.text(OUTCOME);
  return outcome !== undefined && OUTCOMES.has(outcome) ? (outcome as Outcome) : undefined;
}
