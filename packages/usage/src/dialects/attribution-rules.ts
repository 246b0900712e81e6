/**
 * Attributes that name the customer, a person, and the feature; of each the first that is there wins.
 *
 * A rule is the name of an attribute, `metadata#customer_id` for a key of the JSON object in `metadata`, or
 * `tag:customer` for a tag such as `customer:acme` in any list of tags.
 */
export interface AttributionRules {
  readonly customer: readonly string[];
  /** Attributes that name a person; a customer may have many, so any customer named on a span above counts more. */
  readonly person: readonly string[];
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

function named(...keys: readonly string[]): readonly string[] {
  return METADATA.flatMap((place) => keys.map((key) => place + key));
}

/** What is looked for when nothing is configured. */
export const DEFAULT_ATTRIBUTION_RULES: AttributionRules = {
  customer: [
    "keeptabs.customer.id",
    "customer.id",
    "customer_id",
    "tenant.id",
    "tenant_id",
    ...named("customer_id", "customerId", "customer.id", "customer"),
    ...named("tenant_id", "tenantId", "tenant.id", "tenant"),
    ...named("organization_id", "organizationId", "org_id", "orgId"),
    "tag:customer",
    "tag:tenant",
    "litellm.end_user.id",
    "metadata.user_api_key_end_user_id",
    "litellm.team.id",
    "metadata.user_api_key_team_id",
  ],
  person: [
    ...named("user_id", "userId"),
    "langfuse.user.id",
    "llm.user",
    "gen_ai.request.user",
    "enduser.id",
    "user.id",
  ],
  feature: [
    "keeptabs.feature",
    "feature",
    "feature.name",
    ...named("feature", "feature_name", "featureName"),
    "tag:feature",
    "ai.telemetry.functionId",
    "traceloop.workflow.name",
    "langfuse.trace.name",
    "gen_ai.agent.name",
  ],
};

/** Attributes that hold lists of tags. */
export const TAG_LISTS: readonly string[] = [
  "tag.tags",
  "langfuse.trace.tags",
  "ai.telemetry.metadata.tags",
  "ai.settings.context.tags",
  "langsmith.span.tags",
  "traceloop.association.properties.tags",
  "metadata.tags",
  "tags",
];

const TAG = "tag:";

/** A rule taken apart. */
export type ParsedRule =
  | { readonly kind: "attribute"; readonly name: string }
  | { readonly kind: "member"; readonly name: string; readonly key: string }
  | { readonly kind: "tag"; readonly beginning: string };

/** Takes a rule apart. Every text is a rule: without `tag:` in front and `#` within, it is an attribute's name. */
export function parseRule(rule: string): ParsedRule {
  if (rule.startsWith(TAG)) return { kind: "tag", beginning: `${rule.slice(TAG.length)}:` };
  const hash = rule.indexOf("#");
  return hash > 0
    ? { kind: "member", name: rule.slice(0, hash), key: rule.slice(hash + 1) }
    : { kind: "attribute", name: rule };
}

/** The attributes that the rules look at. */
export function attributesOfRules({ customer, person, feature }: AttributionRules): readonly string[] {
  return [...customer, ...person, ...feature].flatMap((rule) => {
    const parsed = parseRule(rule);
    return parsed.kind === "tag" ? TAG_LISTS : [parsed.name];
  });
}
