import { ATTR_KEEPTABS_OUTCOME } from "../attributes.ts";
import type { Outcome } from "../call.ts";
import { usageFromAttributes } from "../usage-attributes.ts";
import type { Dialect } from "./dialect.ts";
import { modelName, providerName } from "./provider-name.ts";

const OUTCOMES: ReadonlySet<string | undefined> = new Set<Outcome>(["ok", "error", "aborted"]);

/** Spans of our own instrumentation, and of any other that sets `keeptabs.usage`: it says all there is. */
export const OWN: Dialect = {
  name: "keeptabs",
  read(span, attributes) {
    const usage = usageFromAttributes(span.attributes);
    if (usage === undefined) return undefined;
    const outcome = attributes.text(ATTR_KEEPTABS_OUTCOME);
    return {
      kind: "call",
      provider: providerName(attributes.text("gen_ai.provider.name", "gen_ai.system"), undefined),
      requestModel: modelName(attributes.text("gen_ai.request.model")),
      responseModel: modelName(attributes.text("gen_ai.response.model")),
      operation: attributes.text("gen_ai.operation.name") ?? "chat",
      responseId: attributes.text("gen_ai.response.id"),
      usage,
      ...(OUTCOMES.has(outcome) ? { outcome: outcome as Outcome } : {}),
    };
  },
};
