/** Customer of a call that nobody was named for. */
export const UNATTRIBUTED = "__unattributed__";
/** Stands for the customers, features or models that did not fit the series budget. */
export const OTHER = "__other__";

/** Longest customer id or feature name, in UTF-16 units. */
export const MAX_IDENTITY_LENGTH = 128;

export type IdentityProblem =
  | "empty"
  | "too_long"
  | "control_character"
  | "invisible_character"
  | "surrounding_space"
  | "reserved"
  | "ill_formed";

/**
 * Reads a customer id or a feature name. It is normalised to NFC and otherwise compared exactly: case
 * and look-alike letters distinguish. Empty, longer than 128, with control or invisible characters,
 * with space around it, or one of our own reserved names (`__…__`) is refused with the reason.
 */
export function readIdentity(
  text: string,
):
  | { readonly kind: "identity"; readonly id: string }
  | { readonly kind: "refused"; readonly problem: IdentityProblem } {
  // Nearly every id is printable ASCII without space around it: then only one thing can be wrong, and it is normal.
  if (text.length <= MAX_IDENTITY_LENGTH && PLAIN.test(text) && !text.startsWith("__")) {
    return { kind: "identity", id: text };
  }
  const problem = problemOf(text);
  return problem === undefined
    ? { kind: "identity", id: text.normalize("NFC") }
    : { kind: "refused", problem };
}

const PLAIN = /^[!-~](?:[ -~]*[!-~])?$/;

const RESERVED = /^__.*__$/;

function problemOf(text: string): IdentityProblem | undefined {
  if (text === "") return "empty";
  if (text.length > MAX_IDENTITY_LENGTH) return "too_long";
  if (!text.isWellFormed()) return "ill_formed";
  if (/\p{Cc}|[\u2028\u2029]/u.test(text)) return "control_character";
  // Zero-width and bidirectional controls make two different ids look the same.
  if (/\p{Cf}/u.test(text)) return "invisible_character";
  if (text.trim() !== text) return "surrounding_space";
  if (RESERVED.test(text)) return "reserved";
  return undefined;
}
