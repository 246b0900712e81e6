import { ATTR_KEEPTABS_CUSTOMER_ID, ATTR_KEEPTABS_FEATURE } from "../attributes.ts";
import { readIdentity } from "../identity.ts";
import { type RecordAttributes, type RecordFormat, type RecordOptions, RecordProblem } from "./record.ts";

/** What a record says of whom its call was for. */
export interface RecordNames {
  /** The fields that may name somebody, by the names under which they can be chosen. */
  readonly fields: Readonly<Record<string, string | undefined>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
}

/** Which fields can be chosen to name the customer or the feature, by format. */
const CHOICES: Readonly<Record<RecordFormat, readonly string[]>> = {
  keeptabs: [],
  litellm: ["end_user", "user", "team_id", "organization_id", "api_key", "key_alias"],
  langfuse: ["userId", "sessionId", "traceName", "environment"],
};

/**
 * Why a field can't be chosen to name customer or feature in a format; undefined when it can. Beside plain fields
 * there are `metadata.KEY` and `tag:NAME`, which is what follows in a tag `NAME:…`.
 */
export function fieldChoiceProblem(format: RecordFormat, field: string): string | undefined {
  if (format === "keeptabs") return "our own lines name customer and feature themselves";
  if (/^(?:metadata\.|tag:)./.test(field) || CHOICES[format].includes(field)) return undefined;
  return `"${field}" is none of ${CHOICES[format].join(", ")}, metadata.KEY and tag:NAME`;
}

/**
 * Names customer and feature by the fields that were chosen. Returns whether the record's other fields may go onto
 * the span for attribution rules to look through: not where a customer was to be named by one field and is not, since
 * whoever else is named there is not who was meant.
 */
export function nameByChoice(
  attributes: RecordAttributes,
  names: RecordNames,
  { customerField, featureField }: RecordOptions,
): boolean {
  if (featureField !== undefined) {
    attributes.set(ATTR_KEEPTABS_FEATURE, identityIn(names, featureField));
  }
  if (customerField === undefined) return true;
  const customer = identityIn(names, customerField);
  attributes.set(ATTR_KEEPTABS_CUSTOMER_ID, customer);
  return customer !== undefined;
}

function identityIn(names: RecordNames, field: string): string | undefined {
  const value = chosen(names, field);
  if (value === undefined || value === "") return undefined;
  const read = readIdentity(value);
  if (read.kind === "refused") {
    throw new RecordProblem(field, `can't be an id: ${read.problem.replaceAll("_", " ")}`);
  }
  return read.id;
}

function chosen({ fields, metadata, tags }: RecordNames, field: string): string | undefined {
  if (field.startsWith("tag:")) {
    const beginning = `${field.slice(4)}:`;
    return tags.find((tag) => tag.startsWith(beginning))?.slice(beginning.length);
  }
  if (field.startsWith("metadata.")) {
    const key = field.slice("metadata.".length);
    const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
    return typeof value === "string" || Number.isSafeInteger(value) ? String(value) : undefined;
  }
  return Object.hasOwn(fields, field) ? fields[field] : undefined;
}
