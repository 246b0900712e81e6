/** What went wrong, by an event or a body; undefined for one that tells of no failure. */
export function failureOf(event: unknown): string | undefined {
  const error = at(event, "error") ?? at(at(event, "response"), "error");
  if (typeof error === "object" && error !== null) {
    return shortName(at(error, "type")) ?? shortName(at(error, "code")) ?? "_OTHER";
  }
  return typeof error === "string" ? (shortName(error) ?? "_OTHER") : undefined;
}

/** Names and numbers only: a sentence may quote the prompt. */
function shortName(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && /^[\w.-]{1,64}$/.test(value) ? value : undefined;
}

function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
