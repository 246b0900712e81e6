import { z } from "zod";
import { identity } from "../config-values.ts";
import { TOKEN_PREFIX, type Token } from "./token.ts";

const NAME = /^[A-Za-z0-9][\w.-]{0,63}$/;

const name = z.string().regex(NAME, "must be 1 to 64 letters, digits, `.`, `_` or `-`");
const sha256 = z.string().transform((value, context) => {
  if (/^[0-9a-f]{64}$/i.test(value)) return value.toLowerCase();
  // What was given is not repeated: it may be the secret.
  const message = value.startsWith(TOKEN_PREFIX)
    ? "is the token itself; only its hash belongs here, as `keeptabs token` prints it"
    : "must be the SHA-256 of the token, 64 hexadecimal digits";
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

const token = z.discriminatedUnion(
  "role",
  [
    z.strictObject({ name, role: z.literal("ingest"), source: name, sha256 }),
    z
      .strictObject({ name, role: z.literal("read"), customer: identity.optional(), sha256 })
      .transform((read) => ({ ...read, customer: read.customer })),
    z.strictObject({ name, role: z.literal("admin"), sha256 }),
  ],
  { error: (issue) => (issue.code === "invalid_union" ? "must be ingest, read or admin" : undefined) },
);

/** The key `tokens`. Tokens of one name replace each other, so that they must be the same but for their hash. */
export const tokensSchema: z.ZodType<readonly Token[]> = z
  .array(token)
  .superRefine((tokens, context) => {
    for (const [i, one] of tokens.entries()) {
      const before = tokens.slice(0, i);
      if (before.some(({ sha256: other }) => other === one.sha256)) {
        context.addIssue({ code: "custom", path: [i, "sha256"], message: "another token has the same hash" });
      }
      if (before.some((other) => other.name === one.name && purposeOf(other) !== purposeOf(one))) {
        const message = `another token named "${one.name}" has another role, source or customer`;
        context.addIssue({ code: "custom", path: [i, "name"], message });
      }
    }
  })
  .default([]);

function purposeOf(one: Token): string {
  return JSON.stringify(one, ["role", "source", "customer"]);
}

/** What is wrong with a token as it was asked for, by its field; undefined when it can be configured. */
export function tokenProblem(plain: Readonly<Record<string, unknown>>): string | undefined {
  const parsed = token.safeParse(plain);
  const issue = parsed.error?.issues[0];
  if (issue === undefined) return undefined;
  if (issue.code === "unrecognized_keys") return `${issue.keys[0]}: a token of this role has none`;
  return `${issue.path.join(".")}: ${issue.message}`;
}
