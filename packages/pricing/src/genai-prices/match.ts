import type { MatchLogic } from "@pydantic/genai-prices";

/** True when a catalogue's clause matches a model's name; letters are compared without case, as the catalogue does. */
export function matches(clause: MatchLogic, name: string): boolean {
  const text = name.toLowerCase();
  if ("or" in clause) return clause.or.some((part) => matches(part, name));
  if ("and" in clause) return clause.and.every((part) => matches(part, name));
  if ("equals" in clause) return text === clause.equals.toLowerCase();
  if ("starts_with" in clause) return text.startsWith(clause.starts_with.toLowerCase());
  if ("ends_with" in clause) return text.endsWith(clause.ends_with.toLowerCase());
  if ("contains" in clause) return text.includes(clause.contains.toLowerCase());
  return new RegExp(clause.regex).test(text);
}

const COMPACT_DATE = /-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g;

/** `-20250929` written as `-2025-09-29`: the catalogue tries that spelling when a name does not match. */
export function withDashedDate(name: string): string {
  return name.replace(COMPACT_DATE, "-$1-$2-$3");
}
