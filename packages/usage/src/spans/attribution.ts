import type { Attribution } from "../call.ts";
import { readIdentity } from "../identity.ts";
import type { Span } from "../span.ts";
import { AttributeReader, isRecord } from "./attribute-reader.ts";

/**
 * Attributes that name the customer and the feature, the first that is there wins. `tag:customer` stands for a
 * tag such as `customer:acme` in any list of tags, `metadata#customer` for a key of the JSON object in `metadata`.
 */
export interface AttributionRules {
  readonly customer: readonly string[];
  readonly feature: readonly string[];
}

/** Where frameworks put metadata of the application's own, under its own names. */
const METADATA = [
  "traceloop.association.properties.",
  "ai.telemetry.metadata.",
  "ai.settings.context.",
  "langfuse.trace.metadata.",
  "langfuse.observation.metadata.",
  "langsmith.metadata.",
  "metadata#",
];

const named = (...keys: readonly string[]): readonly string[] =>
  METADATA.flatMap((place) => keys.map((key) => place + key));

/** What is looked for when nothing is configured; who a person is comes last, since a customer may have many. */
export const DEFAULT_ATTRIBUTION_RULES: AttributionRules = {
  customer: [
    "keeptabs.customer.id",
    "customer.id",
    "customer_id",
    "tenant.id",
    ...named("customer_id", "customerId", "customer.id", "customer", "tenant_id", "tenantId", "tenant"),
    "tag:customer",
    "tag:tenant",
    "litellm.end_user.id",
    "metadata.user_api_key_end_user_id",
    "llm.user",
    "gen_ai.request.user",
    "enduser.id",
    ...named("user_id", "userId"),
    "langfuse.user.id",
    "user.id",
  ],
  feature: [
    "keeptabs.feature",
    "feature",
    "feature.name",
    ...named("feature"),
    "tag:feature",
    "ai.telemetry.functionId",
    "traceloop.workflow.name",
  ],
};

/** Attributes that hold lists of tags. */
export const TAG_LISTS: readonly string[] = [
  "tag.tags",
  "langfuse.trace.tags",
  "ai.telemetry.metadata.tags",
  "langsmith.span.tags",
  "gen_ai.request.tags",
  "tags",
];

/** Whom a span and, failing that, its resource name. A name that can't be an identity is as if it were not there. */
export function attributionOf(span: Span, rules: AttributionRules): Attribution {
  const own = new AttributeReader(span.attributes);
  const resource = new AttributeReader(span.resource);
  const customer = firstIdentity(rules.customer, own) ?? firstIdentity(rules.customer, resource);
  const feature = firstIdentity(rules.feature, own) ?? firstIdentity(rules.feature, resource);
  return { ...(customer === undefined ? {} : { customer }), ...(feature === undefined ? {} : { feature }) };
}

function firstIdentity(rules: readonly string[], attributes: AttributeReader): string | undefined {
  for (const rule of rules) {
    const value = namedBy(rule, attributes);
    if (value === undefined) continue;
    const read = readIdentity(value);
    if (read.kind === "identity") return read.id;
  }
  return undefined;
}

function namedBy(rule: string, attributes: AttributeReader): string | undefined {
  if (rule.startsWith("tag:")) {
    const beginning = `${rule.slice("tag:".length)}:`;
    return TAG_LISTS.flatMap((list) => attributes.texts(list))
      .find((tag) => tag.startsWith(beginning))
      ?.slice(beginning.length);
  }
  const hash = rule.indexOf("#");
  if (hash > 0) {
    const object = attributes.json(rule.slice(0, hash));
    const value =
      isRecord(object) && Object.hasOwn(object, rule.slice(hash + 1))
        ? object[rule.slice(hash + 1)]
        : undefined;
    return typeof value === "number" || typeof value === "string" ? String(value) : undefined;
  }
  const value = attributes.raw(rule);
  return typeof value === "number" || typeof value === "bigint" ? String(value) : attributes.text(rule);
}
